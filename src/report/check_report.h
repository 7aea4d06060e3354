// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_CHECK_REPORT_H_
#define P2PCHECK_REPORT_CHECK_REPORT_H_

#include <ostream>
#include <vector>

#include "report/judgement.h"
#include "report/text.h"
#include "verdict/check.h"

namespace p2pcheck {

/// A finding as a sentence, with the addresses and values it rests on.
std::string FindingSentence(const Judgement& judgement, const Finding& finding);

/// Findings for a person, each with its id, evidence and what to do.
void WriteFindingsText(const Judgement& judgement,
                       const std::vector<Finding>& findings,
                       const TextStyle& style, std::ostream& out);
/// p2pcheck.check/1.
void WriteFindingsJson(const Judgement& judgement,
                       const std::vector<Finding>& findings, std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_CHECK_REPORT_H_
