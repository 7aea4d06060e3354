// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_VERDICT_GROUP_COMPARISON_H_
#define P2PCHECK_VERDICT_GROUP_COMPARISON_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/ternary.h"
#include "rules/group_rules.h"
#include "topology/topology.h"
#include "verdict/groups.h"

namespace p2pcheck {

/// How the published groups differ from those predicted.
enum class GroupDifferenceKind : uint8_t {
  kKernelCoarser,  ///< one published group where several are predicted
  kKernelFiner,    ///< several where one is predicted
  kDifferent,      ///< both
};

/// What would make the kernel publish other groups than live ACS bits imply.
/// Names stand in group_names.cc, words in report/group_sentences.cc.
enum class GroupReasonId : uint8_t {
  kAcsClearedAfterBoot,  ///< with all ACS on, the published groups follow
  kAcsSetAfterBoot,      ///< with all ACS off they do
  kAcsOverride,          ///< pcie_acs_override= on the command line
  kProcessingOrder,      ///< a function was taken before its port
  kQuirkUnknown,         ///< a function counts as isolated that we know not
  kAcsAfterGroups,       ///< perhaps a release that forms groups too early
  kFirmwareAliases,      ///< AMD's firmware table may name aliases
};
constexpr size_t kGroupReasonIds = 7;

std::string_view GroupReasonName(GroupReasonId reason);
/// "no-iommu", ...; "predicted".
std::string_view GroupStatusName(GroupStatus status);
std::string_view GroupDifferenceName(GroupDifferenceKind kind);

struct GroupReason {
  GroupReasonId id;
  /// With it the published groups follow; else it merely can't be ruled out.
  bool explains = false;
  /// The functions it is about.
  std::vector<FunctionIndex> functions;
};

/// Functions whose groups hang together and do not come out as published.
struct GroupDifference {
  GroupDifferenceKind kind;
  std::vector<FunctionIndex> functions;
  std::vector<GroupReason> reasons;  ///< those that explain it first
};

/// Why a function's isolation is open.
struct OpenIsolation {
  FunctionIndex function;
  /// Config space was not read so far; else the state of a quirk, or whether
  /// this kernel has it, is not known.
  bool unread = false;
};

struct GroupComparison {
  /// By function: whether its group is published as predicted.
  std::vector<Ternary> agree;
  /// By function: the number of its predicted group, the published one where
  /// they agree, else one that nobody has; none where it is in no group or
  /// open.
  std::vector<std::optional<uint32_t>> number;
  std::vector<GroupDifference> differences;
  /// What would decide the rest; empty where nothing that matters is open.
  std::vector<OpenIsolation> missing;

  size_t Count(Ternary answer) const;
};

GroupComparison CompareGroups(const Topology& topology, const GroupRules& rules,
                              const GroupPrediction& prediction);

/// Fills in the reasons of each difference.
void ExplainDifferences(const Topology& topology, const GroupRules& rules,
                        std::vector<GroupDifference>* differences);

}  // namespace p2pcheck

#endif  // P2PCHECK_VERDICT_GROUP_COMPARISON_H_
