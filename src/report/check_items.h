// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_CHECK_ITEMS_H_
#define P2PCHECK_REPORT_CHECK_ITEMS_H_

#include <array>
#include <cstdint>
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
