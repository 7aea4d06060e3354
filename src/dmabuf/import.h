// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DMABUF_IMPORT_H_
#define P2PCHECK_DMABUF_IMPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dmabuf/dma_path.h"
#include "dmabuf/export.h"
#include "rules/map_type.h"

namespace p2pcheck {

/// Whether a BAR reaches an importer: three steps, each with its own answer.
struct PairQuestion {
  FunctionIndex exporter = kNoIndex;
  Bar bar;
  BarExport exported;  ///< the export verdict to build on
  FunctionIndex importer = kNoIndex;
  const ImporterRule* use = nullptr;  ///< how the importer uses it
  /// What the kernel says, or may say, of (exporter, importer).
  MapTypeSet map_type;
  /// None: the whole BAR in one range.
  std::vector<DmabufRange> ranges;
  /// Memory decoding of the exporting function, as its VFIO user set it;
  /// unknown: taken as on, which is so after open, with a note.
  Ternary memory_enabled = Ternary::kUnknown;
  bool device_closed = false;  ///< the exporting VFIO device was closed
  /// The importer's DMA mask in bits, where it is to be other than recorded.
  std::optional<uint8_t> mask_bits;
  /// The importer's struct device is not the PCI function.
  bool not_pci = false;
};

struct PairVerdict {
  StepVerdict attach;  ///< with an explicit pin, where the importer pins
  StepVerdict map;
  /// Ends in system memory: works, but not peer to peer.
  Ternary system_memory = Ternary::kNo;
  DmaPath path = DmaPath::kUnknown;

  Ternary answer() const { return And(attach.answer(), map.answer()); }
};

/// Attach (2.2, 4) and map (2.3 to 2.8); works for every exporter.
PairVerdict JudgeImport(const DmabufContext& context,
                        const PairQuestion& question);

/// One IOMMU_IOAS_MAP_FILE call (3).
struct IommufdQuestion {
  PairQuestion pair;  ///< importer: the function whose domain is attached
  bool domain_attached = true;
  uint64_t start = 0;              ///< offset in the dma-buf
  std::optional<uint64_t> length;  ///< none: the rest of the dma-buf
  std::optional<uint64_t> iova;    ///< none: the kernel picks
};
StepVerdict JudgeIommufd(const DmabufContext& context,
                         const IommufdQuestion& question);

/// IOMMU_IOAS_MAP of a user address at which a BAR is mmap'ed, or the same by
/// iommufd's container compatibility: no kernel takes it.  Without a domain it
/// is accepted, and the attach of one fails.
StepVerdict JudgeIommufdMmap(bool domain_attached);

/// The old way: VFIO_IOMMU_MAP_DMA of an mmap'ed BAR (6).
StepVerdict JudgeType1(const DmabufContext& context, FunctionIndex exporter,
                       const Bar& bar);

/// P2P memory with struct pages: registered (p2pmem), or whether a pool of
/// `size` bytes at `offset` of the BAR could be (5).
StepVerdict JudgePeerMemory(const DmabufContext& context,
                            FunctionIndex function, const Bar& bar,
                            uint64_t offset, uint64_t size);

/// Mapping pages of such a pool for an importer (dma_map_sg, O_DIRECT, nvmet).
/// What the dma-buf way answers with EINVAL is EREMOTEIO here.
StepVerdict JudgePageMap(const DmabufContext& context,
                         const PairQuestion& question);

}  // namespace p2pcheck

#endif  // P2PCHECK_DMABUF_IMPORT_H_
