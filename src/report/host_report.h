// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_HOST_REPORT_H_
#define P2PCHECK_REPORT_HOST_REPORT_H_

#include <ostream>
#include <vector>

#include "fabric/pair_classes.h"
#include "report/judgement.h"
#include "report/lines.h"
#include "report/matrix.h"

namespace p2pcheck {

/// The verdicts of all pairs of endpoints, by class.
std::vector<PairClass> ClassifyEndpoints(const Judgement& judgement);

/// How they fared; nothing is allowed where p2pdma is not built in.
MatrixTally TallyOf(const Judgement& judgement,
                    const std::vector<PairClass>& classes);

/// Whether pairs of this kind are what a person asks about first: gpu, nic,
/// nvme, accelerator.
bool IsPeerKind(DeviceKind kind);
/// Pairs of two such functions, each of them another one.
bool IsPeerClass(const PairClass& c);
/// The outcomes of a class; none but refusal where p2pdma is not built in.
MapTypeSet Shown(const Judgement& judgement, const PairClass& c);

// A class in words: "below a common bridge", "ACS redirects", "distance 4".
std::string_view RelationPhrase(PairRelation relation);
std::string AcsPhrase(PairAcs acs);
std::string DistanceText(const PairClass& c);

/// "host", "kernel", "CPU", "devices", "assumed".
Lines HeadLines(const Judgement& judgement);
/// What makes no sense about the host's numbers; of many the first ones.
Lines ProblemLines(const Judgement& judgement);

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
