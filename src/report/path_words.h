// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_PATH_WORDS_H_
#define P2PCHECK_REPORT_PATH_WORDS_H_

#include <optional>
#include <string>

#include "fabric/path_level.h"
#include "report/json_writer.h"
#include "rules/map_type.h"

namespace p2pcheck {

/// "PIX", ...; "?" where it is not known.
std::string PathWord(const std::optional<PathLevel>& path);
/// The same; null where it is not known.
void WritePathWord(const std::optional<PathLevel>& path, JsonWriter& json);
/// What the words mean, in one sentence.
std::string PathLegend();

/// "bus", "thru", "yes", "no", "?": what fits a square of many devices.
std::string OutcomeWord(MapTypeSet possible);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_PATH_WORDS_H_
