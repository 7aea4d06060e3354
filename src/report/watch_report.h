// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_WATCH_REPORT_H_
#define P2PCHECK_REPORT_WATCH_REPORT_H_

#include <ctime>
#include <ostream>
#include <vector>

#include "diff/host_diff.h"
#include "fabric/pair_classes.h"
#include "report/judgement.h"

namespace p2pcheck {

/// What a host is when watching begins: a line, or an object on one line.
void WriteWatchStartText(const Judgement& judgement,
                         const std::vector<PairClass>& classes,
                         std::time_t time, const TextStyle& style,
                         std::ostream& out);
/// p2pcheck.watch/1, event "start".
void WriteWatchStartJson(const Judgement& judgement,
                         const std::vector<PairClass>& classes,
                         std::time_t time, std::ostream& out);

/// What changed since the last state: a block below a time stamp.
void WriteWatchChangeText(const Judgement& before, const Judgement& after,
                          const HostDiff& diff, std::time_t time,
                          const TextStyle& style, std::ostream& out);
/// p2pcheck.watch/1, event "change": the keys of p2pcheck.diff/1 but for
/// "before", on one line; of the pairs that change the first thousand.
void WriteWatchChangeJson(const Judgement& before, const Judgement& after,
                          const HostDiff& diff, std::time_t time,
                          std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_WATCH_REPORT_H_
