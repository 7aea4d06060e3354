// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/kernel_diff.h"

#include <fmt/format.h>

#include "report/export_diff.h"
#include "report/json_writer.h"
#include "report/pair_judge.h"
#include "report/sentences.h"
#include "report/text.h"
#include "report/verdict_json.h"

namespace p2pcheck {
namespace {

// The outcomes of one provider with everybody, by position.
void FillRow(const Fabric& fabric, FunctionIndex provider,
             std::vector<uint8_t>* row) {
  row->resize(fabric.size());
  FabricIndex at = fabric.PositionOf(provider);
  fabric.Outcomes({at, at + 1}, fabric.All(), row->data());
}

// Calls `found(before, after)` for each pair that differs.
template <class Found>
uint64_t ForEachChange(const Judgement& before, const Judgement& after,
                       const std::vector<FunctionIndex>& devices, Found found) {
  PairJudge old_judge(before), new_judge(after);
  std::vector<uint8_t> was, is;
  uint64_t changes = 0;
  for (FunctionIndex provider : devices) {
    FillRow(old_judge.fabric(), provider, &was);
    FillRow(new_judge.fabric(), provider, &is);
    for (FunctionIndex client : devices) {
      uint8_t a = was[old_judge.fabric().PositionOf(client)];
      uint8_t b = is[new_judge.fabric().PositionOf(client)];
      old_judge.Hold(provider, client, MapTypeSet::FromBits(a));
      new_judge.Hold(provider, client, MapTypeSet::FromBits(b));
      if (a == b) continue;
      found(old_judge.Decide(provider, client),
            new_judge.Decide(provider, client));
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
  auto exports = CompareExports(before, after, devices);
  WriteExportChanges(before, after, exports, from, to, style, out);
  for (const std::string& remark : KernelRemarks(after))
    WriteLabelled("note", remark, style, out);
  return changes + exports.size();
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
  auto exports = CompareExports(before, after, devices);
  WriteExportChangesJson(before, exports, json);
  json.EndObject();
  return changes + exports.size();
}

}  // namespace p2pcheck
