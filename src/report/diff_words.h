// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_DIFF_WORDS_H_
#define P2PCHECK_REPORT_DIFF_WORDS_H_

#include <string>
#include <string_view>

#include "diff/fact_changes.h"
#include "diff/pair_changes.h"
#include "diff/route_changes.h"
#include "report/judgement.h"

namespace p2pcheck {

// All words about differences stand here, once.

/// "ACS control", "kernel option PCI_P2PDMA", "size of BAR 1".
std::string FactPhrase(const FactChange& change);
/// A value for a person: "0x001d (SrcValid ReqRedir)", "16GT/s", "none", "?".
std::string FactText(DiffFact fact, const DiffValue& value);
/// "driver: nvidia -> vfio-pci"; of texts with many words those that differ.
std::string ChangeText(const FactChange& change, std::string_view arrow);

/// Why pairs fare otherwise: "ACS changed at 0000:40:01.0", "the kernel".
std::string CauseText(const Judgement& before, const PairChangeClass& change);

/// "direct, 31.5 GB/s at 0000:40:01.0".
std::string RouteStateText(const Judgement& judgement, const RouteState& state);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_DIFF_WORDS_H_
