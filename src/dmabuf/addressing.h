// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DMABUF_ADDRESSING_H_
#define P2PCHECK_DMABUF_ADDRESSING_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "dmabuf/dma_path.h"
#include "dmabuf/import.h"
#include "dmabuf/step.h"

namespace p2pcheck {

/// What is to be mapped, in CPU addresses.
struct MappedMemory {
  struct Range {
    uint64_t first = 0, last = 0;  ///< both included
  };
  std::vector<Range> ranges;  ///< empty: not known
  uint64_t total = 0;         ///< bytes of all ranges
  /// The exporter places buffers anywhere in the ranges (VRAM), so that a
  /// range is where one lies and not what is mapped.
  bool anywhere = false;
  /// The common helper of 6.19 maps it (dma_buf_phys_vec_to_sgt), with its
  /// defects; else dma_map_resource() does, or dma_map_sg().
  bool common_helper = true;

  bool known() const { return !ranges.empty(); }
  uint64_t first() const;
  uint64_t last() const;
};

/// The memory that a question is about.
MappedMemory MemoryOf(const PairQuestion& question);

/// The importer's mask in bits: the question's, else the recorded one where a
/// driver that imports has the function.  Without one it reads 32 and proves
/// nothing.
std::optional<uint8_t> MaskBitsOf(const DmabufContext& context,
                                  const PairQuestion& question);

/// One mapping to be judged.
struct AddressingQuestion {
  const DmabufContext& context;
  const PairQuestion& pair;
  const MappedMemory& memory;
  int error;  ///< errno of a mapping that fails; 0: not known
};

/// Maps memory along a path (spec/kernel-dmabuf.md 2.5 to 2.8).
StepVerdict MapAlong(const AddressingQuestion& question, DmaPath path);
/// The same along the importer's path, or each that it may be.
StepVerdict MapAlongAny(const AddressingQuestion& question);

/// What a bus address lets pass and the kernel does not check: mask,
/// confidential guest, entries of 4 GiB (2.3, 2.6, 2.7).  Always a yes.
StepVerdict MapAsBusAddress(const AddressingQuestion& question);

}  // namespace p2pcheck

#endif  // P2PCHECK_DMABUF_ADDRESSING_H_
