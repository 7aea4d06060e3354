// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_HOST_REPORT_H_
#define P2PCHECK_REPORT_HOST_REPORT_H_

#include <ostream>
#include <vector>

#include "fabric/pair_classes.h"
#include "report/judgement.h"
#include "report/matrix.h"

namespace p2pcheck {

/// The verdicts of all pairs of endpoints, by class.
std::vector<PairClass> ClassifyEndpoints(const Judgement& judgement);

/// How they fared; nothing is allowed where p2pdma is not built in.
MatrixTally TallyOf(const Judgement& judgement,
                    const std::vector<PairClass>& classes);

/// The whole host for a person.
void WriteReportText(const Judgement& judgement,
                     const std::vector<PairClass>& classes,
                     const TextStyle& style, std::ostream& out);

/// p2pcheck.report/1, streamed.
void WriteReportJson(const Judgement& judgement,
                     const std::vector<PairClass>& classes, std::ostream& out);

/// One screen: this host in a few lines, and what to run next.
void WriteSummaryText(const Judgement& judgement,
                      const std::vector<PairClass>& classes,
                      const TextStyle& style, std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_HOST_REPORT_H_
