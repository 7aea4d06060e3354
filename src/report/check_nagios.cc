// SPDX-License-Identifier: GPL-2.0-or-later
//
// The output of a monitoring plugin (Nagios, Icinga): a line that says it all,
// '|', performance data; then lines for who asks for details.
//
//   P2PCHECK WARNING - 3 acs-redirect-on-path, kernel 6.12|warnings=3;;;0 ...
//   WARNING acs-redirect-on-path: 0000:28:00.0 sends ...
#include <fmt/format.h>

#include <algorithm>

#include "report/check_formats.h"
#include "report/pair_counts.h"
#include "report/sentences.h"

namespace p2pcheck {
namespace {

constexpr std::string_view kStatusWords[] = {"OK", "WARNING", "CRITICAL",
                                             "UNKNOWN"};

PluginStatus PluginStatusOf(Severity severity) {
  switch (severity) {
    case Severity::kError: return PluginStatus::kCritical;
    case Severity::kWarning: return PluginStatus::kWarning;
    case Severity::kUndecided: break;
  }
  return PluginStatus::kUnknown;
}

std::string_view Word(PluginStatus status) {
  return kStatusWords[static_cast<size_t>(status)];
}

// One line, without what starts performance data.
std::string PluginText(std::string_view text) {
  std::string out = Printable(text);
  std::replace(out.begin(), out.end(), '|', '/');
  return out;
}

std::string Headline(const CheckResults& results) {
  std::vector<std::string> words;
  for (const IdCount& c : CountIds(results.items))
    words.push_back(fmt::format("{} {}", c.count, c.id));
  std::string text = words.empty() ? "no findings" : Joined(words);
  if (!results.policy) return text;
  return fmt::format("policy {}: {}", PolicyWord(results.policy->met), text);
}

std::string PerformanceData(const Judgement& judgement,
                            const CheckResults& results) {
  auto severities = CountSeverities(results.items);
  KindPairs pairs = SumOf(CountKindPairs(judgement));
  uint64_t unknown = 0;
  for (const UnknownFact& fact : CountUnknownFacts(judgement))
    unknown += fact.count;
  std::string text;
  for (auto [label, value] : {std::pair("errors", uint64_t{severities[0]}),
                              {"warnings", uint64_t{severities[1]}},
                              {"undecided", uint64_t{severities[2]}},
                              {"pairs_allowed", pairs.allowed()},
                              {"pairs_refused", pairs.refused()},
                              {"pairs_undecided", pairs.undecided()},
                              {"functions", judgement.kinds.size()},
                              {"unknown_facts", unknown}})
    text += fmt::format("{}{}={};;;0", text.empty() ? "" : " ", label, value);
  return text;
}

}  // namespace

PluginStatus PluginStatusOf(const CheckResults& results) {
  auto counts = CountSeverities(results.items);
  for (Severity severity : kSeverities)
    if (counts[static_cast<size_t>(severity)] > 0)
      return PluginStatusOf(severity);
  return PluginStatus::kOk;
}

void WriteCheckNagios(const Judgement& judgement, const CheckResults& results,
                      std::ostream& out) {
  out << "P2PCHECK " << Word(PluginStatusOf(results)) << " - "
      << PluginText(Headline(results) + ", kernel " + KernelPhrase(judgement))
      << "|" << PerformanceData(judgement, results) << "\n";
  for (const CheckItem& item : results.items)
    out << Word(PluginStatusOf(item.severity)) << " "
        << PluginText(item.id + ": " + item.text + "; remedy: " + item.remedy)
        << "\n";
}

std::string NagiosFailure(std::string_view message) {
  std::string_view first = message.substr(0, message.find('\n'));
  return fmt::format("P2PCHECK {} - {}\n", Word(PluginStatus::kUnknown),
                     PluginText(first));
}

}  // namespace p2pcheck
