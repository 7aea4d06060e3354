// SPDX-License-Identifier: GPL-2.0-or-later
//
// Prometheus' text exposition format 0.0.4: "# HELP", "# TYPE", and a line a
// series; in label values backslash, quote and newline are escaped.  What
// could be counted is always there, zeros too, so that an alert can compare.
#include <fmt/format.h>

#include <initializer_list>
#include <utility>

#include "report/check_formats.h"
#include "report/pair_counts.h"
#include "report/sentences.h"

namespace p2pcheck {
namespace {

std::string LabelValue(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    c == '\n' ? out += "\\n" : out += c;
  }
  return out;
}

class Exposition {
 public:
  explicit Exposition(std::ostream& out) : out_(out) {}

  void Gauge(std::string_view name, std::string_view help) {
    name_ = name;
    out_ << fmt::format("# HELP p2pcheck_{0} {1}\n# TYPE p2pcheck_{0} gauge\n",
                        name, help);
  }

  using Labels =
      std::initializer_list<std::pair<std::string_view, std::string_view>>;
  void Sample(Labels labels, int64_t value) {
    out_ << "p2pcheck_" << name_;
    char before = '{';
    for (auto [label, text] : labels) {
      out_ << before << label << "=\"" << LabelValue(text) << "\"";
      before = ',';
    }
    out_ << (labels.size() ? "} " : " ") << value << "\n";
  }
  void Sample(Labels labels, uint64_t value) {
    Sample(labels, static_cast<int64_t>(value));
  }

 private:
  std::ostream& out_;
  std::string_view name_;
};

std::string_view TernaryWord(Ternary value) {
  return value == Ternary::kYes  ? "yes"
         : value == Ternary::kNo ? "no"
                                 : "unknown";
}

void WriteInfo(const Judgement& judgement, Exposition* to) {
  to->Gauge("info", "What judged this host, and as which kernel; always 1.");
  to->Sample({{"version", judgement.tool_version},
              {"rules", judgement.book.hash()},
              {"kernel", KernelPhrase(judgement)},
              {"release",
               Printable(judgement.snapshot.host.kernel_release.value_or(""))},
              {"p2pdma", TernaryWord(judgement.question.p2pdma_built_in)}},
             int64_t{1});
}

void WriteFunctions(const Judgement& judgement, Exposition* to) {
  to->Gauge("functions", "PCI functions by kind.");
  auto counts = CountKinds(judgement);
  for (size_t i = 0; i < counts.size(); ++i)
    to->Sample({{"kind", DeviceKindName(static_cast<DeviceKind>(i))}},
               counts[i]);
}

void WritePairs(const Judgement& judgement, Exposition* to) {
  to->Gauge("pairs",
            "Ordered pairs of two functions that are no bridges, by kinds and "
            "by what the kernel would do; map_type undecided: several types "
            "are possible.");
  for (const KindPairs& p : CountKindPairs(judgement)) {
    auto sample = [&](std::string_view map_type, std::string_view allowed,
                      uint64_t count) {
      to->Sample({{"provider", DeviceKindName(p.provider)},
                  {"client", DeviceKindName(p.client)},
                  {"map_type", map_type},
                  {"allowed", allowed}},
                 count);
    };
    for (MapType type : kMapTypes)
      sample(MapTypeName(type), type == MapType::kNotSupported ? "no" : "yes",
             p.Count(type));
    sample("undecided", "yes",
           p.Count(MapType::kBusAddr | MapType::kThruHostBridge));
    sample("undecided", "undecided", p.undecided());
  }
}

void WriteFindings(const std::vector<CheckItem>& items, Exposition* to) {
  to->Gauge("findings", "Findings by id and severity.");
  std::vector<IdCount> counts = CountIds(items);
  for (size_t i = 0; i < kFindingIds; ++i) {
    auto id = static_cast<FindingId>(i);
    uint64_t count = 0;
    for (const IdCount& c : counts)
      if (c.id == FindingName(id)) count = c.count;
    to->Sample(
        {{"id", FindingName(id)}, {"severity", SeverityName(SeverityOf(id))}},
        count);
  }
}

void WriteUnknowns(const Judgement& judgement, Exposition* to) {
  to->Gauge("unknown_facts", "Facts that could not be read, by what they are.");
  for (const UnknownFact& fact : CountUnknownFacts(judgement))
    to->Sample({{"fact", fact.fact}}, fact.count);
}

void WritePolicy(const PolicySummary& policy, Exposition* to) {
  to->Gauge("policy_requirements", "Requirements of the policy by state.");
  for (Ternary met : {Ternary::kYes, Ternary::kNo, Ternary::kUnknown})
    to->Sample({{"state", PolicyWord(met)}}, uint64_t{policy.Count(met)});
}

}  // namespace

void WriteCheckPrometheus(const Judgement& judgement,
                          const CheckResults& results, int64_t now,
                          std::ostream& out) {
  Exposition to(out);
  WriteInfo(judgement, &to);
  WriteFunctions(judgement, &to);
  WritePairs(judgement, &to);
  WriteFindings(results.found, &to);
  if (results.policy) WritePolicy(*results.policy, &to);
  WriteUnknowns(judgement, &to);
  to.Gauge("last_run_timestamp_seconds", "When this was written.");
  to.Sample({}, now);
}

}  // namespace p2pcheck
