// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/check_items.h"

#include <algorithm>

#include "report/check_report.h"
#include "report/sentences.h"

namespace p2pcheck {
namespace {

// The part of the command line a finding points at.
std::string CommandLinePart(const Judgement& judgement,
                            const Finding& finding) {
  const auto& line = judgement.snapshot.host.command_line;
  if (!finding.command_line || !line.known()) return "";
  return Printable(finding.command_line->where.In(line.value()));
}

CheckItem MakeItem(const Judgement& judgement, const Finding& finding) {
  CheckItem item;
  item.id = FindingName(finding.id);
  item.severity = SeverityOf(finding.id);
  item.detail = FindingDetail(finding);
  item.text = FindingSentence(judgement, finding);
  item.command_line = CommandLinePart(judgement, finding);
  item.remedy = FindingRemedy(finding.id);
  item.functions = finding.functions;
  item.facts = finding.facts;
  item.pairs = finding.pairs;
  return item;
}

}  // namespace

std::string FindingDetail(const Finding& finding) {
  if (finding.row) return std::string(GateRowName(*finding.row));
  if (finding.command_line)
    return std::string(FindingName(finding.command_line->id));
  return "";
}

std::vector<CheckItem> MakeCheckItems(const Judgement& judgement,
                                      const std::vector<Finding>& findings) {
  std::vector<CheckItem> items;
  for (const Finding& finding : findings)
    items.push_back(MakeItem(judgement, finding));
  return items;
}

size_t PolicySummary::Count(Ternary answer) const {
  return static_cast<size_t>(
      std::count_if(requirements.begin(), requirements.end(),
                    [=](const Line& line) { return line.met == answer; }));
}

std::string_view PolicyWord(Ternary met) {
  return met == Ternary::kYes  ? "met"
         : met == Ternary::kNo ? "broken"
                               : "undecided";
}

std::array<size_t, 3> CountSeverities(const std::vector<CheckItem>& items) {
  std::array<size_t, 3> counts{};
  for (const CheckItem& item : items)
    ++counts[static_cast<size_t>(item.severity)];
  return counts;
}

std::vector<IdCount> CountIds(const std::vector<CheckItem>& items) {
  std::vector<IdCount> counts;
  for (const CheckItem& item : items) {
    auto known =
        std::find_if(counts.begin(), counts.end(), [&](const IdCount& c) {
          return c.id == item.id && c.severity == item.severity;
        });
    if (known == counts.end())
      known = counts.insert(counts.end(), {item.id, item.severity});
    ++known->count;
  }
  return counts;
}

}  // namespace p2pcheck
