// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_PAIR_REPORT_H_
#define P2PCHECK_REPORT_PAIR_REPORT_H_

#include <ostream>

#include "report/judgement.h"

namespace p2pcheck {

/// A pair in both directions, for a person.
void WritePairText(const Judgement& judgement, const Verdict& there,
                   const Verdict& back, const TextStyle& style,
                   std::ostream& out);

/// The same as p2pcheck.pair/1.
void WritePairJson(const Judgement& judgement, const Verdict& there,
                   const Verdict& back, std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_PAIR_REPORT_H_
