// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_CHECK_ITEMS_H_
#define P2PCHECK_REPORT_CHECK_ITEMS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/judgement.h"
#include "verdict/check.h"

namespace p2pcheck {

/// One thing that `check` found, in words: what every format is made of.
struct CheckItem {
  std::string id;  ///< "acs-redirect-on-path": stable, and explained
  Severity severity = Severity::kWarning;
  /// What tells findings of one id apart: the row of gates-disagree, the
  /// finding of the command line; empty: nothing does.
  std::string detail;
  std::string text;          ///< one sentence
  std::string command_line;  ///< the part of it that is meant, printable
  std::string remedy;
  std::vector<FunctionIndex> functions;
  std::vector<Fact> facts;
  /// Ordered pairs of peer kinds that are concerned; 0: not counted.
  uint64_t pairs = 0;
  /// What a policy demands, and its line; empty and 0: no policy does.
  std::string demand;
  size_t policy_line = 0;
};

/// How a policy fared, requirement by requirement.
struct PolicySummary {
  struct Line {
    std::string_view id;
    size_t line;
    Ternary met;
    std::string text;
  };
  std::string file, name;
  Ternary met = Ternary::kYes;
  std::vector<Line> requirements;  ///< in the order of the file

  size_t Count(Ternary answer) const;
};
/// "met", "broken", "undecided".
std::string_view PolicyWord(Ternary met);

/// All that `check` has to tell.
struct CheckResults {
  /// What counts for the exit status: where there is a policy its findings,
  /// else all that is found.
  std::vector<CheckItem> items;
  /// What is found without a policy.  With one it counts only as far as the
  /// policy says.
  std::vector<CheckItem> found;
  std::optional<PolicySummary> policy;
};

std::vector<CheckItem> MakeCheckItems(const Judgement& judgement,
                                      const std::vector<Finding>& findings);

/// "D7", "list-stops": CheckItem::detail of a finding.
std::string FindingDetail(const Finding& finding);

constexpr Severity kSeverities[] = {Severity::kError, Severity::kWarning,
                                    Severity::kUndecided};
/// How many items have each severity, by Severity.
std::array<size_t, 3> CountSeverities(const std::vector<CheckItem>& items);

/// How many of one id, in the order in which ids come.
struct IdCount {
  std::string_view id;
  Severity severity;
  size_t count = 0;
};
std::vector<IdCount> CountIds(const std::vector<CheckItem>& items);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_CHECK_ITEMS_H_
