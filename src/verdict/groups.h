// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_VERDICT_GROUPS_H_
#define P2PCHECK_VERDICT_GROUPS_H_

#include <bitset>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/ternary.h"
#include "rules/group_rules.h"
#include "topology/topology.h"
#include "verdict/group_order.h"

namespace p2pcheck {

/// What a bridge does to the requester ID of what comes from below.
enum class BridgeAlias : uint8_t {
  kPasses,  ///< leaves it as it is
  kAliases,
  kStops,  ///< no bridge above matters either
};

/// Everything the kernel asks when it forms groups, each as yes or no: one of
/// the hosts that a host we only half know may be.  By function.
struct GroupWorld {
  std::vector<FunctionIndex> order;  ///< in which functions are processed
  std::vector<bool> served;          ///< by an IOMMU: others join no group
  std::vector<bool> isolated;
  std::vector<bool> multifunction;
  std::vector<BridgeAlias> bridges;
  /// The devfns that a function claims besides its own; few do.
  std::unordered_map<FunctionIndex, std::bitset<256>> claims;
};

/// pci_device_group() for every function of a world (6.1 to 7.3): a number for
/// each, in order of creation; kNoIndex: in no group.
std::vector<uint32_t> FormGroups(const Topology& topology,
                                 const GroupWorld& world);

/// The worlds at the edge of what is known: between them they have every fact
/// that is open both ways.  One, where nothing is.
std::vector<GroupWorld> WorldsOf(const Topology& topology,
                                 const GroupRules& rules);

/// Whether groups were predicted, or why not.
enum class GroupStatus : uint8_t {
  kPredicted,
  kNoIommu,         ///< no IOMMU serves any function: there are no groups
  kNoIommuMode,     ///< what is published are VFIO's no-IOMMU groups
  kOtherDriver,     ///< s390, powernv, pseries: the driver does not ask ACS
  kAcsAfterGroups,  ///< a stable release that forms groups before ACS is on
  kNoRules,         ///< the rules at hand have no quirk table
};

struct GroupPrediction {
  GroupStatus status = GroupStatus::kPredicted;
  GroupOrderSource order = GroupOrderSource::kRegistration;
  /// Nothing was recorded about which functions an IOMMU serves, so all are
  /// taken to be.
  bool assumes_served = false;
  /// By function: a number for each set of functions that surely share a
  /// group; kNoIndex: in no group.  Ascending by order of creation.
  std::vector<uint32_t> surely;
  /// The same for sets outside of which nothing can share one.
  std::vector<uint32_t> maybe;
  /// Functions about which nothing can be said.
  std::vector<bool> open;
  /// Whether the members of a function's group are all known.
  std::vector<bool> certain;

  Ternary Together(FunctionIndex a, FunctionIndex b) const;
};

/// The IOMMU groups that follow from topology, ACS, quirks and order.
GroupPrediction PredictGroups(const Topology& topology,
                              const GroupRules& rules);

}  // namespace p2pcheck

#endif  // P2PCHECK_VERDICT_GROUPS_H_
