// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_RULES_GROUP_RULES_H_
#define P2PCHECK_RULES_GROUP_RULES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ternary.h"

namespace p2pcheck {

/// What an entry of the kernel's ACS quirk table answers; rules/acs_quirks.toml
/// says it in words.
enum class AcsQuirkRule : uint8_t {
  kAmdSouthbridge,
  kMultifunction,
  kRootComplexEndpoint,
  kClaimsAll,
  kIntelPch,
  kIntelSpt,
  kRootPort,
  kListedPort,
  kListedFunction,
};

/// Device numbers, both ends included.
struct DeviceRange {
  uint16_t first = 0, last = 0;
};

/// One entry of the kernel's table of functions whose isolation it knows.
struct AcsQuirk {
  uint16_t vendor = 0;
  std::optional<uint16_t> device;  ///< none: every device of the vendor
  AcsQuirkRule rule = AcsQuirkRule::kClaimsAll;
  /// For rules that ask for them; empty: every device.
  std::vector<DeviceRange> devices;
  Ternary in_force = Ternary::kYes;
  std::string name;
  std::string kernels;
  std::string source;

  bool Lists(uint16_t id) const {
    for (const DeviceRange& range : devices)
      if (range.first <= id && id <= range.last) return true;
    return devices.empty();
  }
};

/// Which devfns of its own bus a function claims besides its own.
enum class DmaAliasKind : uint8_t {
  kFunction0,  ///< of the same slot
  kFunction1,
  kDevfns,         ///< DmaAliasRule::devfns
  kFunctions0To4,  ///< of every slot
  kAll,
  kUnknown,
};

struct DmaAliasRule {
  uint16_t vendor = 0;
  std::optional<uint16_t> device;
  /// Subsystem vendor << 16 | device, where it is asked for.
  std::optional<uint32_t> subsystem;
  uint32_t class_value = 0, class_mask = 0;  ///< mask 0: any class
  DmaAliasKind alias = DmaAliasKind::kUnknown;
  std::vector<uint8_t> devfns;
  Ternary in_force = Ternary::kYes;
  std::string name;
  std::string kernels;
  std::string source;
};

enum class BridgeFlag : uint8_t { kPcieBridge, kTranslationRoot, kNoAlias };

struct BridgeFlagRule {
  uint16_t vendor = 0;
  std::optional<uint16_t> device;
  BridgeFlag flag = BridgeFlag::kNoAlias;
  Ternary in_force = Ternary::kYes;
  std::string name;
  std::string kernels;
  std::string source;
};

/// A switch of whose ACS capability the kernel leaves bits out.
struct AcsCapabilityRule {
  uint16_t vendor = 0;
  std::optional<uint16_t> device;
  uint16_t without = 0;  ///< bits as in pci/acs.h
  Ternary in_force = Ternary::kYes;
  std::string name;
  std::string kernels;
  std::string source;
};

/// What pci_device_group() does differently.
enum class GroupTiming : uint8_t {
  kJoinedAtBinding,  ///< functions join as drivers bind (virtio, SMMU)
  kAcsAfterGroups,   ///< groups are formed before ACS is on
};

struct GroupTimingRule {
  GroupTiming what = GroupTiming::kJoinedAtBinding;
  Ternary in_force = Ternary::kYes;
  std::string kernels;
  std::string source;
};

/// What IOMMU groups hang on, for one kernel or for one that is not known: an
/// entry that only some of the kernels it may be have is in force "unknown".
struct GroupRules {
  /// In the kernel's order.  Empty: the rules at hand hold no such table, and
  /// nothing can be said about groups.
  std::vector<AcsQuirk> acs_quirks;
  std::vector<DmaAliasRule> dma_aliases;
  std::vector<BridgeFlagRule> bridge_flags;
  std::vector<AcsCapabilityRule> acs_capabilities;
  std::vector<GroupTimingRule> timing;

  Ternary Does(GroupTiming what) const {
    Ternary does = Ternary::kNo;
    for (const GroupTimingRule& rule : timing)
      if (rule.what == what) does = Or(does, rule.in_force);
    return does;
  }
};

}  // namespace p2pcheck

#endif  // P2PCHECK_RULES_GROUP_RULES_H_
