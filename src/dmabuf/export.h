// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DMABUF_EXPORT_H_
#define P2PCHECK_DMABUF_EXPORT_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "dmabuf/bar.h"
#include "dmabuf/step.h"
#include "rules/dmabuf_rules.h"
#include "topology/topology.h"

namespace p2pcheck {

class GroupMembers;

/// What export verdicts are asked of: one host under one kernel.
struct DmabufContext {
  const Topology& topology;
  const DmabufRules& rules;
  /// The kernel's options: those recorded, or null where the user named a
  /// kernel and assumed nothing; then what it needs counts as built in.
  const StringMap* config = nullptr;
  /// The user named the kernel: an option that nobody recorded counts as on.
  bool named = false;
  /// Who is in which IOMMU group (vfio_gates.h): worth building once where
  /// many functions are asked about; null: looked up each time.
  const GroupMembers* groups = nullptr;
  /// A command line that is assumed; null: the one recorded, if any.
  const std::string* command_line = nullptr;
};

/// Exporting one BAR: by whom, and with what answer.
struct BarExport {
  /// The exporter; null: nobody, see the verdict.
  const ExporterRule* by = nullptr;
  StepVerdict verdict;
  /// What a dma-buf of the whole BAR would span, CPU addresses; 0, 0 where
  /// the answer is no or the size is not known.
  uint64_t start = 0, size = 0;
};

/// A range of bytes of a BAR, or another region.
struct DmabufRange {
  uint64_t offset = 0, length = 0;
};

/// One call of VFIO_DEVICE_FEATURE, DMA_BUF (spec/kernel-dmabuf.md 1.2).
struct ExportRequest {
  uint32_t region = 0;  ///< 0 to 5: BARs; 6 ROM, 7 config, ...
  uint32_t flags = 0;
  std::vector<DmabufRange> ranges;
  bool probe = false;  ///< PROBE: ends before region and ranges are looked at
  bool opened = true;  ///< access was granted (BIND_IOMMUFD went well)
};

/// The answers about one BAR (spec/kernel-dmabuf.md 1.5, 1.10, 4, 6).
struct BarVerdicts {
  FunctionIndex function = kNoIndex;
  Bar bar;
  BarExport as_bound;  ///< by the driver that has it now
  BarExport if_vfio;   ///< if it were bound to vfio-pci
  StepVerdict mmap;    ///< JudgeMmap
};

/// As the driver that has the function would answer: VFIO, amdgpu, ...
BarExport ExportAsBound(const DmabufContext& context, FunctionIndex function,
                        const Bar& bar);

/// As vfio-pci would.  Gates O1 to O10, then F3 to F18, in that order.  Where
/// a VFIO driver has the function, what is asked at the bind has been passed.
/// Whether its group is viable can be told only where every function of the
/// host was read.
BarExport ExportByVfio(const DmabufContext& context, FunctionIndex function,
                       const Bar& bar);

/// VFIO's mmap of a BAR on a device that was opened (1.5): a rule set of its
/// own, so a BAR may be mapped by the CPU and not be exported, or the other way
/// round.
StepVerdict JudgeMmap(const DmabufContext& context, FunctionIndex function,
                      const Bar& bar);

/// What the ioctl would answer on a device that was opened: steps F0 to F18 in
/// the kernel's order, by the driver that has the function where that is a
/// VFIO driver, else by vfio-pci.  error() is its errno; yes: a descriptor, or
/// 0 for PROBE.
StepVerdict JudgeExportRequest(const DmabufContext& context,
                               FunctionIndex function,
                               const ExportRequest& request);

/// All BARs of a function that exist, with ROM.  Where `resource` is unknown:
/// each of BAR 0 to 5 that may exist, and what config space tells of it.
std::vector<BarVerdicts> JudgeBars(const DmabufContext& context,
                                   FunctionIndex function);

}  // namespace p2pcheck

#endif  // P2PCHECK_DMABUF_EXPORT_H_
