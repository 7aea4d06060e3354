// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_RULES_REPORT_H_
#define P2PCHECK_REPORT_RULES_REPORT_H_

#include <ostream>
#include <string_view>

#include "report/judgement.h"

namespace p2pcheck {

/// The rules in force for the kernel that was asked about (or for each that it
/// may be), each with its source.
void WriteRulesText(const Judgement& judgement, const TextStyle& style,
                    std::ostream& out);
void WriteRulesJson(const Judgement& judgement, std::ostream& out);

/// What an id means.  False: there is no such id.
bool WriteExplanationText(std::string_view id, const TextStyle& style,
                          std::ostream& out);
bool WriteExplanationJson(std::string_view id, std::string_view tool_version,
                          std::ostream& out);
/// Every id with its title.
void WriteExplanationList(const TextStyle& style, std::ostream& out);
void WriteExplanationListJson(std::string_view tool_version, std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_RULES_REPORT_H_
