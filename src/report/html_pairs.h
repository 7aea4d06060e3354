// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_HTML_PAIRS_H_
#define P2PCHECK_REPORT_HTML_PAIRS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fabric/pair_classes.h"
#include "report/html_texts.h"
#include "report/judgement.h"

namespace p2pcheck {

/// A page of more devices shows of the virtual functions of a device only the
/// first; where these are too many, too, classes of pairs instead of pairs.
constexpr size_t kMostMatrixDevices = 200;

/// One ordered pair as the page tells it.
struct PagePair {
  FunctionIndex provider = kNoIndex, client = kNoIndex;
  MapTypeSet possible;
  std::optional<uint32_t> distance;
  /// The longest way that is possible passes the root complex.
  bool over_the_top = false;
  std::vector<uint32_t> lines;     ///< numbers in PagePairs::texts
  std::optional<uint32_t> advice;  ///< number in PagePairs::advice
};

/// The pairs of a page: all ordered ones of `devices`, row by row, or one of
/// each class.
struct PagePairs {
  explicit PagePairs(const Topology& topology) : texts(topology) {}

  PageTexts texts;
  std::vector<FunctionIndex> devices;  ///< empty: too many, or none
  std::string devices_are;             ///< "gpu, nic, nvme and accelerator"
  size_t left_out = 0;                 ///< virtual functions that are not shown
  std::vector<PagePair> pairs;
  std::vector<PairClass> classes;  ///< of two different such devices
  /// Lines of each piece of advice.  One serves all pairs that need the same.
  std::vector<std::vector<uint32_t>> advice;
};

/// Judges them.  Costs at most 40,000 verdicts; what advice would cost (a look
/// at all pairs and groups of the host) is found out for so many different
/// pieces of it that the whole stays at a few seconds.
PagePairs JudgePagePairs(const Judgement& judgement,
                         const std::vector<PairClass>& classes);

/// "devices", "outcomes", "texts", "lines", "advice", "pairs" (provider,
/// client, bits of the outcome, distance or -1, whether over the top, advice
/// or -1, lines).
void WritePagePairs(const PagePairs& pairs, JsonWriter& json);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_HTML_PAIRS_H_
