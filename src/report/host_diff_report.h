// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_HOST_DIFF_REPORT_H_
#define P2PCHECK_REPORT_HOST_DIFF_REPORT_H_

#include <cstdint>
#include <limits>
#include <ostream>

#include "diff/host_diff.h"
#include "report/json_writer.h"
#include "report/judgement.h"

namespace p2pcheck {

/// What a judgement brings to a comparison.  Refers to it.
DiffSide SideOf(const Judgement& judgement);

/// Devices, facts, groups, verdicts and routes that are not the same, the most
/// common ones where there are many.
void WriteHostDiffText(const Judgement& before, const Judgement& after,
                       const HostDiff& diff, const TextStyle& style,
                       std::ostream& out);

constexpr uint64_t kAllPairs = std::numeric_limits<uint64_t>::max();

/// p2pcheck.diff/1.  The keys that every output has are those of `after`;
/// "before" holds those of the other.
void WriteHostDiffJson(const Judgement& before, const Judgement& after,
                       const HostDiff& diff, std::ostream& out);

/// The keys of a difference, into an object that is open; of the pairs whose
/// verdicts change at most so many one by one.
void WriteDiffKeys(const Judgement& before, const Judgement& after,
                   const HostDiff& diff, uint64_t most_pairs, JsonWriter& json);

/// The text without the head that names the two.
void WriteDiffSections(const Judgement& before, const Judgement& after,
                       const HostDiff& diff, const TextStyle& style,
                       std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_HOST_DIFF_REPORT_H_
