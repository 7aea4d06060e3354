// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/groups_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "report/json_writer.h"
#include "report/text.h"
#include "report/verdict_json.h"

namespace p2pcheck {
namespace {

std::string PublishedText(const Function& f) {
  return f.record->iommu_group.Match(
      [](uint32_t number) { return fmt::format("{}", number); },
      [] { return std::string("-"); },
      [](ReadFailure) { return std::string("?"); });
}

std::string PredictedText(const GroupsFinding& found, FunctionIndex i) {
  if (found.comparison.number[i])
    return fmt::format("{}", *found.comparison.number[i]);
  return found.prediction.certain[i] ? "-" : "?";
}

std::string_view AgreeText(Ternary agree) {
  switch (agree) {
    case Ternary::kYes: return "yes";
    case Ternary::kNo: return "no";
    case Ternary::kUnknown: break;
  }
  return "?";
}

std::string_view OrderText(const GroupPrediction& prediction) {
  switch (prediction.order) {
    case GroupOrderSource::kKernelLog: return "as the kernel log has it";
    case GroupOrderSource::kRegistration: return "that of registration";
    case GroupOrderSource::kUnknown: break;
  }
  return "not known: as drivers bound";
}

// Functions by published group, those without one behind.
std::vector<FunctionIndex> ByGroup(const Judgement& judgement,
                                   const GroupsFinding& found) {
  std::vector<FunctionIndex> order(found.comparison.agree.size());
  std::iota(order.begin(), order.end(), 0);
  auto key = [&](FunctionIndex i) {
    const auto& published = judgement.topology[i].record->iommu_group;
    if (published.known()) return published.value();
    return found.comparison.number[i].value_or(kNoIndex);
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return key(a) < key(b); });
  return order;
}

void WriteTable(const Judgement& judgement, const GroupsFinding& found,
                const TextStyle& style, std::ostream& out) {
  TextTable table;
  table.AddRow({"published", "predicted", "agree", "function"});
  for (FunctionIndex i : ByGroup(judgement, found))
    table.AddRow({PublishedText(judgement.topology[i]), PredictedText(found, i),
                  std::string(AgreeText(found.comparison.agree[i])),
                  DevicePhrase(judgement, i)});
  table.Write(2, style, out);
}

std::string KindText(GroupDifferenceKind kind) {
  switch (kind) {
    case GroupDifferenceKind::kKernelCoarser:
      return "the kernel has them in one group, apart by prediction";
    case GroupDifferenceKind::kKernelFiner:
      return "the kernel has them apart, in one group by prediction";
    case GroupDifferenceKind::kDifferent: break;
  }
  return "the kernel joins and parts them otherwise";
}

std::string Addresses(const Judgement& judgement,
                      const std::vector<FunctionIndex>& functions) {
  constexpr size_t kMost = 8;
  std::string text;
  for (size_t i = 0; i < std::min(functions.size(), kMost); ++i)
    text += (i == 0 ? "" : " ") +
            ToString(judgement.topology[functions[i]].address);
  if (functions.size() > kMost)
    text += fmt::format(" and {} more", functions.size() - kMost);
  return text;
}

void WriteDifferences(const Judgement& judgement, const GroupsFinding& found,
                      const TextStyle& style, std::ostream& out) {
  for (const GroupDifference& difference : found.comparison.differences) {
    out << "\n";
    WriteLabelled("differ", Addresses(judgement, difference.functions), style,
                  out);
    WriteLabelled("", KindText(difference.kind), style, out);
    for (const GroupReason& reason : difference.reasons)
      WriteLabelled(
          reason.explains ? "why" : "perhaps",
          fmt::format("{} ({})", GroupReasonSentence(judgement, reason),
                      GroupReasonName(reason.id)),
          style, out);
    if (difference.reasons.empty())
      WriteLabelled("why", "nothing known here explains it", style, out);
  }
}

void WriteMissing(const Judgement& judgement, const GroupsFinding& found,
                  const TextStyle& style, std::ostream& out) {
  std::vector<FunctionIndex> unread, quirks;
  for (const OpenIsolation& open : found.comparison.missing)
    (open.unread ? unread : quirks).push_back(open.function);
  if (unread.empty() && quirks.empty()) return;
  out << "\n";
  if (!unread.empty())
    WriteLabelled("missing",
                  "type or ACS of " + Addresses(judgement, unread) +
                      ": root (CAP_SYS_ADMIN in the initial user namespace) "
                      "could tell",
                  style, out);
  if (!quirks.empty())
    WriteLabelled("missing",
                  "whether the kernel takes for isolated, by a quirk that its "
                  "release or its log would tell: " +
                      Addresses(judgement, quirks),
                  style, out);
}

size_t Published(const Judgement& judgement) {
  std::map<uint32_t, bool> numbers;
  for (const Function& f : judgement.topology.functions())
    if (f.record->iommu_group.known())
      numbers[f.record->iommu_group.value()] = true;
  return numbers.size();
}

void WriteGroup(const Judgement& judgement, const GroupsFinding& found,
                const std::vector<FunctionIndex>& members, JsonWriter& json) {
  json.BeginObject();
  json.Field("predicted", found.comparison.number[members.front()]);
  json.Field("certain",
             static_cast<bool>(found.prediction.certain[members.front()]));
  json.Key("functions").BeginArray();
  for (FunctionIndex i : members)
    json.String(ToString(judgement.topology[i].address));
  json.EndArray().EndObject();
}

void WriteGroupArray(const Judgement& judgement, const GroupsFinding& found,
                     JsonWriter& json) {
  std::map<uint32_t, std::vector<FunctionIndex>> groups;
  for (FunctionIndex i = 0; i < found.prediction.surely.size(); ++i)
    if (found.prediction.surely[i] != kNoIndex && !found.prediction.open[i])
      groups[found.prediction.surely[i]].push_back(i);
  json.Key("groups").BeginArray();
  for (const auto& [number, members] : groups)
    WriteGroup(judgement, found, members, json);
  json.EndArray();
}

void WriteFunctionArray(const Judgement& judgement, const GroupsFinding& found,
                        JsonWriter& json) {
  json.Key("functions").BeginArray();
  for (FunctionIndex i = 0; i < found.comparison.agree.size(); ++i) {
    const Function& f = judgement.topology[i];
    json.BeginObject().Field("function", ToString(f.address));
    json.Field("published", f.record->iommu_group);
    json.Field("published_known", !f.record->iommu_group.unknown());
    json.Field("predicted", found.comparison.number[i]);
    json.Field("predicted_known",
               static_cast<bool>(found.prediction.certain[i]));
    json.Field("agree", found.comparison.agree[i]).EndObject();
  }
  json.EndArray();
}

void WriteAddresses(const Judgement& judgement,
                    const std::vector<FunctionIndex>& functions,
                    JsonWriter& json) {
  json.Key("functions").BeginArray();
  for (FunctionIndex i : functions)
    json.String(ToString(judgement.topology[i].address));
  json.EndArray();
}

void WriteDifferenceArray(const Judgement& judgement,
                          const GroupsFinding& found, JsonWriter& json) {
  json.Key("differences").BeginArray();
  for (const GroupDifference& difference : found.comparison.differences) {
    json.BeginObject().Field("kind", GroupDifferenceName(difference.kind));
    WriteAddresses(judgement, difference.functions, json);
    json.Key("reasons").BeginArray();
    for (const GroupReason& reason : difference.reasons) {
      json.BeginObject().Field("id", GroupReasonName(reason.id));
      json.Field("explains", reason.explains);
      WriteAddresses(judgement, reason.functions, json);
      json.Field("text", GroupReasonSentence(judgement, reason)).EndObject();
    }
    json.EndArray().EndObject();
  }
  json.EndArray().Key("missing").BeginArray();
  for (const OpenIsolation& open : found.comparison.missing) {
    json.BeginObject().Field("fact", open.unread ? "acs_control" : "acs_quirk");
    json.Field("function", ToString(judgement.topology[open.function].address));
    json.EndObject();
  }
  json.EndArray();
}

std::string_view OrderName(GroupOrderSource order) {
  switch (order) {
    case GroupOrderSource::kKernelLog: return "kernel-log";
    case GroupOrderSource::kRegistration: return "registration";
    case GroupOrderSource::kUnknown: break;
  }
  return "unknown";
}

}  // namespace

GroupsFinding FindGroups(const Judgement& judgement) {
  GroupsFinding found;
  const GroupRules& rules = *judgement.question.kernels.front().groups;
  found.prediction = PredictGroups(judgement.topology, rules);
  found.comparison = CompareGroups(judgement.topology, rules, found.prediction);
  return found;
}

void WriteGroupsText(const Judgement& judgement, const GroupsFinding& found,
                     const TextStyle& style, std::ostream& out) {
  const GroupComparison& compared = found.comparison;
  out << fmt::format("{} functions, {} groups published; kernel {}\n",
                     compared.agree.size(), Published(judgement),
                     KernelPhrase(judgement));
  bool predicted = found.prediction.status == GroupStatus::kPredicted;
  if (predicted)
    out << fmt::format(
        "as topology, ACS and quirks imply: {} agree, {} differ, {} open\n",
        compared.Count(Ternary::kYes), compared.Count(Ternary::kNo),
        compared.Count(Ternary::kUnknown));
  if (!predicted)
    WriteLabelled("note", GroupStatusSentence(found.prediction.status), style,
                  out);
  if (predicted)
    WriteLabelled("order", OrderText(found.prediction), style, out);
  if (found.prediction.assumes_served && predicted)
    WriteLabelled("note",
                  "no group was recorded, so every function is taken to be "
                  "served by an IOMMU",
                  style, out);
  out << "\n";
  WriteTable(judgement, found, style, out);
  WriteDifferences(judgement, found, style, out);
  WriteMissing(judgement, found, style, out);
}

void WriteGroupsJson(const Judgement& judgement, const GroupsFinding& found,
                     std::ostream& out) {
  JsonWriter json(out);
  BeginDocument(judgement, "p2pcheck.groups/1", json);
  json.Field("status", GroupStatusName(found.prediction.status));
  json.Field("order", OrderName(found.prediction.order));
  json.Field("assumes_served", found.prediction.assumes_served);
  json.Key("summary").BeginObject();
  json.Field("agree", uint64_t{found.comparison.Count(Ternary::kYes)});
  json.Field("differ", uint64_t{found.comparison.Count(Ternary::kNo)});
  json.Field("undecided", uint64_t{found.comparison.Count(Ternary::kUnknown)});
  json.EndObject();
  WriteFunctionArray(judgement, found, json);
  WriteGroupArray(judgement, found, json);
  WriteDifferenceArray(judgement, found, json);
  json.EndObject();
}

void WriteGroupsTsv(const Judgement& judgement, const GroupsFinding& found,
                    std::ostream& out) {
  out << "function\tpublished\tpredicted\tagree\n";
  for (FunctionIndex i = 0; i < found.comparison.agree.size(); ++i) {
    const Function& f = judgement.topology[i];
    out << fmt::format("{}\t{}\t{}\t{}\n", ToString(f.address),
                       PublishedText(f), PredictedText(found, i),
                       AgreeText(found.comparison.agree[i]));
  }
}

}  // namespace p2pcheck
