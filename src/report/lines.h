// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_LINES_H_
#define P2PCHECK_REPORT_LINES_H_

#include <string>
#include <string_view>
#include <vector>

namespace p2pcheck {

/// A sentence and what it is about: "why", "route", "cost".  An empty label
/// goes on with the one before.  Text and page show the same lines.
struct Line {
  std::string_view label;
  std::string text;
};
using Lines = std::vector<Line>;

/// Adds sentences of which the first has the label.
inline void AddUnder(std::string_view label, std::vector<std::string> texts,
                     Lines* lines) {
  for (std::string& text : texts) {
    lines->push_back({label, std::move(text)});
    label = "";
  }
}

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_LINES_H_
