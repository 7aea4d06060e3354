// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_PROBE_PLAN_H_
#define P2PCHECK_PROBE_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "topology/topology.h"

namespace p2pcheck {

/// Why a function is left alone, or why the kernel did not let us ask.
enum class ProbeObstacle : uint8_t {
  // Seen before anything is opened.
  kNotVfio,         ///< its driver is no VFIO driver; we never rebind
  kGroupUnknown,    ///< who else is in its IOMMU group could not be read
  kNoGroup,         ///< in none: noiommu, which taints the kernel
  kGroupHasOther,   ///< a member has a host driver
  kMemberUnknown,   ///< a member's driver could not be read
  kHasVfs,          ///< a PF with VFs: its reset would take them along
  kRegionsUnknown,  ///< `resource` could not be read
  kPageSizeUnknown,
  // Met while opening.  Nothing was touched.
  kInUse,   ///< the group or the function is open in some process
  kNoNode,  ///< neither a cdev nor a group node
  kDenied,  ///< no right to open them
  // The kernel refused to open the function.
  kRefused,
};
/// "group-has-other-driver": as JSON has it.
std::string_view ProbeObstacleName(ProbeObstacle obstacle);

/// One region to ask for, and how much of it: whole pages, at least one.
struct ProbeRegion {
  uint8_t index = 0;  ///< 0 to 5 a BAR, 6 the ROM
  uint64_t size = 0;  ///< 0: there is none; asked all the same
  uint64_t length = 0;
};

/// What is to be done with one function.
struct ProbeTarget {
  FunctionIndex function = kNoIndex;
  std::optional<ProbeObstacle> obstacle;
  FunctionIndex other = kNoIndex;  ///< the member that stands in the way
  std::string node;                ///< "vfio3"
  uint32_t group = 0;
  std::vector<ProbeRegion> regions;
};

/// Decides, from what was read and without opening anything, which of
/// `functions` may be asked: those bound to a VFIO driver whose IOMMU group
/// has no user but VFIO.  `safe_drivers` own no DMA (pcieport, pci-stub).
///
/// Example: of 03:00.0 (vfio-pci) and 04:00.0 (nvme) in groups of their own
/// the first is a target; were they in one group, neither.
std::vector<ProbeTarget> PlanProbe(const Topology& topology,
                                   const std::vector<std::string>& safe_drivers,
                                   const std::vector<FunctionIndex>& functions);

/// Every function that is bound to a VFIO driver, by address.
std::vector<FunctionIndex> VfioFunctions(const Topology& topology);

}  // namespace p2pcheck

#endif  // P2PCHECK_PROBE_PLAN_H_
