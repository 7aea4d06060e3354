// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DMABUF_VFIO_GATES_H_
#define P2PCHECK_DMABUF_VFIO_GATES_H_

#include <cstdint>
#include <map>
#include <vector>

#include "dmabuf/export.h"

namespace p2pcheck {

/// Who is in which IOMMU group.
class GroupMembers {
 public:
  explicit GroupMembers(const Topology& topology);

  /// The group's functions, and those that may be in it: their group is not
  /// known.
  const std::vector<FunctionIndex>& Of(uint32_t group) const;
  const std::vector<FunctionIndex>& unplaced() const { return unplaced_; }

 private:
  std::map<uint32_t, std::vector<FunctionIndex>> members_;
  std::vector<FunctionIndex> unplaced_;
};

/// Whether a VFIO driver has the function, one that the rules do not know
/// included.
Ternary BoundToVfio(const DmabufContext& context, FunctionIndex function);

/// Whether vfio-pci would get the function, and a user open it: gates O1 to
/// O7b and O10 (spec/kernel-dmabuf.md 1.1), reasons in that order.  What the
/// bind asks (O1 to O6) is passed where a VFIO driver has it.
StepVerdict CheckVfioGates(const DmabufContext& context,
                           FunctionIndex function);

/// O8: a BAR of the function without an address keeps it from being opened,
/// whichever BAR is asked for.
void CheckAllAssigned(const std::vector<Bar>& bars, const Bar& asked,
                      StepVerdict* verdict);

}  // namespace p2pcheck

#endif  // P2PCHECK_DMABUF_VFIO_GATES_H_
