// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/kernel_diff.h"

#include <fmt/format.h>

#include "report/json_writer.h"
#include "report/sentences.h"
#include "report/text.h"
#include "report/verdict_json.h"

namespace p2pcheck {
namespace {

// Calls `found(before, after)` for each pair that differs.
template <class Found>
uint64_t ForEachChange(const Judgement& before, const Judgement& after,
                       const std::vector<FunctionIndex>& devices, Found found) {
  uint64_t changes = 0;
  for (FunctionIndex provider : devices) {
    for (FunctionIndex client : devices) {
      Verdict old_verdict = before.Decide(provider, client);
      Verdict new_verdict = after.Decide(provider, client);
      if (old_verdict.possible == new_verdict.possible) continue;
      found(old_verdict, new_verdict);
      ++changes;
    }
  }
  return changes;
}

// The last step of the kernel's reasoning is what made the difference.
std::string WhyText(const Judgement& judgement, const Verdict& verdict) {
  return ReasonSentence(judgement, verdict, verdict.reasons.back());
}

}  // namespace

uint64_t WriteKernelDiffText(const Judgement& before, const Judgement& after,
                             const std::vector<FunctionIndex>& devices,
                             const TextStyle& style, std::ostream& out) {
  std::string from = before.question.kernels.front().label;
  std::string to = after.question.kernels.front().label;
  const char* arrow = style.unicode ? " → " : " -> ";
  uint64_t changes = ForEachChange(
      before, after, devices, [&](const Verdict& a, const Verdict& b) {
        const Topology& topology = before.topology;
        out << ToString(topology[a.provider].address) << arrow
            << ToString(topology[a.client].address) << "\n";
        WriteLabelled(from,
                      OutcomePhrase(a.possible) + ": " + WhyText(before, a),
                      style, out);
        WriteLabelled(to, OutcomePhrase(b.possible) + ": " + WhyText(after, b),
                      style, out);
      });
  out << fmt::format("{} of {} ordered pairs change between kernel {} and {}\n",
                     changes, devices.size() * devices.size(), from, to);
  for (const std::string& remark : KernelRemarks(after))
    WriteLabelled("note", remark, style, out);
  return changes;
}

uint64_t WriteKernelDiffJson(const Judgement& before, const Judgement& after,
                             const std::vector<FunctionIndex>& devices,
                             std::ostream& out) {
  JsonWriter json(out);
  BeginDocument(before, "p2pcheck.kernel-diff/1", json);
  json.Key("kernels").BeginArray();
  json.String(before.question.kernels.front().label);
  json.String(after.question.kernels.front().label).EndArray();
  json.Key("changes").BeginArray();
  uint64_t changes = ForEachChange(before, after, devices,
                                   [&](const Verdict& a, const Verdict& b) {
                                     json.BeginObject().Key("before");
                                     WriteVerdict(before, a, json);
                                     json.Key("after");
                                     WriteVerdict(after, b, json);
                                     json.EndObject();
                                   });
  json.EndArray();
  json.Field("pairs", static_cast<uint64_t>(devices.size() * devices.size()));
  json.EndObject();
  return changes;
}

}  // namespace p2pcheck
