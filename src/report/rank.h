// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_RANK_H_
#define P2PCHECK_REPORT_RANK_H_

#include <optional>
#include <ostream>
#include <vector>

#include "fabric/path_level.h"
#include "report/judgement.h"
#include "report/matrix.h"
#include "verdict/route_score.h"

namespace p2pcheck {

/// A device beside the one that is asked about.
struct Partner {
  FunctionIndex device = kNoIndex;
  Verdict as_client;    ///< it reaches the memory of the one asked about
  Verdict as_provider;  ///< the other way round
  /// None where a place is unknown.
  std::optional<RouteScore> score;
  std::optional<PathLevel> path;
};

/// Whether one is the better partner: by the worse of its two verdicts
/// (BUS_ADDR, one of the allowed, THRU_HOST_BRIDGE, undecided, NOT_SUPPORTED),
/// then the better one; by the line rate of the bottleneck, then by usable
/// payload, the unknown last; by distance, then by address.
bool IsBetter(const Partner& a, const Partner& b);

/// The candidates but the device itself, best first.
std::vector<Partner> RankPartners(const Judgement& judgement,
                                  FunctionIndex device,
                                  const std::vector<FunctionIndex>& candidates);

/// How the verdicts fared, both ways.
MatrixTally TallyOf(const std::vector<Partner>& partners);

void WriteRankText(const Judgement& judgement, FunctionIndex device,
                   const std::vector<Partner>& partners, const TextStyle& style,
                   std::ostream& out);
/// A line a partner: "partner as_client as_provider distance line_rate
/// payload_rate usable_rate bottleneck shared_by path", "?" where undecided or
/// not known, "-" where there is none.
void WriteRankTsv(const Judgement& judgement,
                  const std::vector<Partner>& partners, std::ostream& out);
/// p2pcheck.rank/1.
void WriteRankJson(const Judgement& judgement, FunctionIndex device,
                   const std::vector<Partner>& partners, std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_RANK_H_
