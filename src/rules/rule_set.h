// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_RULES_RULE_SET_H_
#define P2PCHECK_RULES_RULE_SET_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/observed.h"
#include "base/ternary.h"
#include "rules/acs_programming.h"
#include "rules/crossing.h"
#include "rules/dmabuf_rules.h"
#include "rules/group_rules.h"
#include "rules/kernel_version.h"
#include "rules/rule_files.h"

namespace p2pcheck {

/// What a kernel does with a pair that has no common upstream bridge.
enum class NoCommonBridge : uint8_t {
  kRefuse,           ///< 4.20, 5.0, 5.1
  kZenWithoutIommu,  ///< 5.2, 5.3: root device 1022:1450 and no IOMMU active
  kHostBridgeTest,   ///< 5.4 on
};

/// Which function of a root bus the kernel looks up in its table.
enum class RootDeviceRule : uint8_t {
  kSlotZero,             ///< before 5.14: function 00.0, by number
  kFirstIfSlotZero,      ///< 5.14 to 5.18: the first one, if it is 00.0
  kFirstSlotZeroOrPort,  ///< 5.19 on: or if it is a Root Port
};

/// One algorithm of p2pdma and the kernels that have it.
struct P2pdmaAlgorithm {
  std::string id;             ///< "p2pdma-5.14"
  bool exists = true;         ///< false before 4.20
  bool from_history = false;  ///< known from commit logs, not from its source
  bool acs_redirect_refuses = false;  ///< before 5.4: no host bridge test
  NoCommonBridge no_common_bridge = NoCommonBridge::kHostBridgeTest;
  RootDeviceRule root_device = RootDeviceRule::kFirstSlotZeroOrPort;
  /// 5.4 to 5.13: added to the distance of pairs without a common bridge.
  uint32_t no_common_distance_marker = 0;
  /// The unmerged series: only the two ports where the ways part count.
  bool divergence_only = false;
  std::string source;
};

/// One entry of the kernel's table of host bridges that route peer traffic.
struct HostBridgeRule {
  uint16_t vendor = 0;
  std::optional<uint16_t> device;  ///< none: every device of the vendor
  bool needs_same_host_bridge = false;
  Ternary in_force = Ternary::kYes;  ///< unknown: hangs on a stable number
  std::string name;
  std::string kernels;  ///< as written in the rule: "7.2-, 7.1.3-7.1.*"
  std::string source;
};

/// CPUs with which every host bridge counts as routing peer traffic.
struct CpuRule {
  std::string vendor;  ///< "AuthenticAMD"
  uint32_t family_at_least = 0;
  Ternary in_force = Ternary::kYes;
  std::string kernels;
  std::string source;
};

/// The rules of one kernel.
struct RuleSet {
  std::string label;  ///< "6.8", "7.4"
  KernelVersion kernel;
  P2pdmaAlgorithm algorithm;
  std::vector<HostBridgeRule> host_bridges;  ///< none that is surely not in
  std::vector<CpuRule> cpus;
  /// What IOMMU groups hang on; of a kernel that is not known, the same for
  /// each set that it may have.  Never null.
  std::shared_ptr<const GroupRules> groups;
  /// Not released when the rules were written.
  bool pending = false;
  /// Newer than the rules: what they lack, this kernel may have.
  bool beyond_rules = false;
  /// No release has it: --kernel next.
  bool unmerged = false;
};

/// A function that exists only on the die of certain CPUs, so that its
/// presence proves the CPU where nobody recorded it.
struct DieFunction {
  uint16_t vendor = 0;
  uint16_t device = 0;
  std::string cpu_vendor;
  /// Its family, or the oldest one that has this die; none: of that vendor,
  /// any family.
  std::optional<uint32_t> cpu_family;
  /// The newest family that has it (Matisse's die is Vermeer's too).  No
  /// CpuRule parts the two, so the oldest may stand for both.
  std::optional<uint32_t> cpu_family_newest;
  std::string source;
};

/// What a person calls a device.  Rules that name a vendor come before those
/// that name a class alone; a rule with both asks for both.
struct KindRule {
  std::string kind;  ///< "gpu", "nic", "nvme", "accelerator", "bridge", "other"
  std::optional<uint16_t> vendor;
  std::optional<uint16_t> device;
  std::optional<uint32_t> class_value;  ///< compared under class_mask
  uint32_t class_mask = 0;
  std::string source;
};

/// All of rules/*.toml, read once.
class RuleBook {
 public:
  /// The rules built into the program.
  static RuleBook Embedded();
  /// The *.toml of a directory instead.  Throws InputError (file:line, the
  /// line, a caret) and NotFoundError.
  static RuleBook Load(const std::string& directory);
  /// The rules in these files.  Throws InputError.
  static RuleBook FromFiles(const std::vector<RuleFile>& files);

  /// The rules of a kernel, labelled as the version is written.  An entry of
  /// which we can't tell whether this kernel has it is in force "unknown";
  /// beyond the pending release so is every entry that release only plans.
  RuleSet For(const KernelVersion& version) const;

  /// The newest release with the series "evaluate ACS at divergence ports
  /// only" (posted to linux-pci in nine versions, not merged).
  RuleSet Next() const;

  /// One rule set for each kernel from 5.14 on whose rules differ, oldest
  /// first, pending ones left out: together they stand for "some kernel, we
  /// don't know which".  The label tells which: "6.19 to 7.0.0"; `kernel` is
  /// the first of them.
  std::vector<RuleSet> ForUnknownKernel() const;

  /// How a kernel sets ACS: one entry, or each that it may have where that
  /// hangs on a number we do not have.  A kernel that is not known may have
  /// any from 5.14 on.  Empty: the rules say nothing about ACS.
  std::vector<AcsProgramming> AcsProgrammingOf(
      const Observed<KernelVersion>& version) const;

  /// What a kernel does with BARs and dma-bufs.  Features come from the named
  /// kernel, else from the host's symbols, its configuration, its release, in
  /// that order; vendor kernels (HidesFeatures) have what is shown and are
  /// unknown for the rest.  Entries that are surely not in force are left out;
  /// importers and guests stay.
  DmabufRules DmabufRulesOf(const Observed<KernelVersion>& version, bool named,
                            const HostFacts& host) const;

  const std::vector<DieFunction>& die_functions() const {
    return die_functions_;
  }
  const std::vector<KindRule>& kinds() const { return kinds_; }
  const std::vector<CrossingRule>& crossings() const { return crossings_; }

  /// SHA-256 of the rule files, hex; oldest and newest release they cover.
  const std::string& hash() const { return hash_; }
  KernelVersion oldest() const { return oldest_; }
  KernelVersion newest() const { return newest_; }
  KernelVersion pending() const { return pending_; }

 private:
  friend class RuleBookLoader;

  template <class Rule>
  struct Versioned {
    Rule rule;
    std::vector<KernelRange> kernels;
    std::vector<KernelRange> unsure;
  };

  template <class Rule>
  static Ternary InForce(const Versioned<Rule>& entry,
                         const KernelVersion& version) {
    return Contains(entry.kernels, entry.unsure, version);
  }
  Ternary InForceOrPlanned(const std::vector<KernelRange>& kernels,
                           const std::vector<KernelRange>& unsure,
                           const KernelVersion& version) const;
  template <class Rule>
  Ternary InForceThroughout(const Versioned<Rule>& entry) const;
  class DmabufChooser;
  template <class Rule>
  void Choose(const std::vector<Versioned<Rule>>& from,
              const KernelVersion& version, std::vector<Rule>* to) const;
  std::vector<KernelVersion> Borders() const;
  GroupRules GroupRulesFor(const KernelVersion& version) const;
  GroupRules GroupRulesForUnknownKernel() const;
  std::vector<KernelVersion> AcsBorders() const;

  std::vector<Versioned<P2pdmaAlgorithm>> algorithms_;
  std::vector<Versioned<HostBridgeRule>> host_bridges_;
  std::vector<Versioned<CpuRule>> cpus_;
  std::vector<Versioned<AcsProgramming>> acs_programming_;
  std::vector<Versioned<AcsQuirk>> acs_quirks_;
  std::vector<Versioned<DmaAliasRule>> dma_aliases_;
  std::vector<Versioned<BridgeFlagRule>> bridge_flags_;
  std::vector<Versioned<AcsCapabilityRule>> acs_capabilities_;
  std::vector<Versioned<GroupTimingRule>> group_timing_;
  std::vector<Versioned<KernelFeatureRule>> kernel_features_;
  std::vector<Versioned<ExporterRule>> exporters_;
  std::vector<Versioned<ImporterRule>> importers_;
  std::vector<Versioned<FunctionIdRule>> vfio_denied_, non_mappable_,
      nvidia_chipsets_;
  std::vector<Versioned<ConfidentialRule>> confidential_;
  std::vector<std::string> group_safe_drivers_;
  std::vector<DieFunction> die_functions_;
  std::vector<KindRule> kinds_;
  std::vector<CrossingRule> crossings_;
  std::string hash_;
  KernelVersion oldest_, newest_, pending_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_RULES_RULE_SET_H_
