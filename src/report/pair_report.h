// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_PAIR_REPORT_H_
#define P2PCHECK_REPORT_PAIR_REPORT_H_

#include <ostream>

#include "report/judgement.h"
#include "report/lines.h"
#include "verdict/gates.h"
#include "verdict/route_score.h"

namespace p2pcheck {

/// "kernel 6.8: THRU_HOST_BRIDGE, distance 4".
std::string PairHeadline(const Judgement& judgement, const Verdict& verdict);

/// "why", "unknown": how the kernel comes to it, and what would settle it.
Lines WhyLines(const Judgement& judgement, const Verdict& verdict);

/// The way between the functions of a pair, in words, for many pairs of one
/// host: what that needs to know of the host is made once.
class WayWriter {
 public:
  explicit WayWriter(const Judgement& judgement);

  /// "route", "but", "speed", "note".
  Lines LinesOf(const Verdict& verdict) const;

 private:
  const Judgement& judgement_;
  GateComparer gates_;
  RouteScorer scorer_;
};

/// A pair in both directions, for a person.
void WritePairText(const Judgement& judgement, const Verdict& there,
                   const Verdict& back, const TextStyle& style,
                   std::ostream& out);

/// The same as p2pcheck.pair/1.
void WritePairJson(const Judgement& judgement, const Verdict& there,
                   const Verdict& back, std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_PAIR_REPORT_H_
