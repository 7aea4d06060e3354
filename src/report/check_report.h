// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_CHECK_REPORT_H_
#define P2PCHECK_REPORT_CHECK_REPORT_H_

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "report/check_items.h"
#include "report/judgement.h"
#include "report/text.h"
#include "verdict/check.h"

namespace p2pcheck {

/// A finding as a sentence, with the addresses and values it rests on.
std::string FindingSentence(const Judgement& judgement, const Finding& finding);

/// What to do about a finding, one clause.
std::string_view FindingRemedy(FindingId id);

/// Findings for a person, each with its id, evidence and what to do.
void WriteCheckText(const Judgement& judgement, const CheckResults& results,
                    const TextStyle& style, std::ostream& out);
/// p2pcheck.check/1.
void WriteCheckJson(const Judgement& judgement, const CheckResults& results,
                    std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_CHECK_REPORT_H_
