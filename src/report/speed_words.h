// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_SPEED_WORDS_H_
#define P2PCHECK_REPORT_SPEED_WORDS_H_

#include <optional>
#include <string>

#include "report/json_writer.h"
#include "report/judgement.h"
#include "report/text.h"
#include "verdict/route_score.h"

namespace p2pcheck {

/// "63.0 GB/s", "250 MB/s": powers of ten.
std::string RateText(uint64_t bytes_per_second);
/// The same; "?" where it is not known.
std::string RateText(const std::optional<uint64_t>& bytes_per_second);

/// The devices among which the links of a host are shared where nothing was
/// selected: those of kinds that pair.
std::vector<FunctionIndex> PairingDevices(const Judgement& judgement);

/// "bottleneck 63.0 GB/s at 0000:3c:01.1, shared by 4 devices; payload 55.8
/// GB/s (256 bytes a TLP)", and what is not known and why.
std::string SpeedSentence(const Judgement& judgement, const WayScore& way);

/// "speed" lines of a pair: one where both ways are alike.
Lines SpeedLines(const Judgement& judgement, const RouteScore& score);

/// "bandwidth": an object with a score for each way; null without one.
void WriteSpeedJson(const Judgement& judgement,
                    const std::optional<RouteScore>& score, JsonWriter& json);

/// "root-complex", "host-bridges", "numa-nodes".
std::string_view CrossingName(CrossingKind kind);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_SPEED_WORDS_H_
