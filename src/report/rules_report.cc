// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/rules_report.h"

#include <fmt/format.h>

#include "report/dmabuf_rules_report.h"
#include "report/json_writer.h"
#include "report/sentences.h"
#include "report/speed_words.h"
#include "report/text.h"
#include "report/verdict_json.h"

namespace p2pcheck {
namespace {

std::string IdText(const HostBridgeRule& rule) {
  return rule.device ? fmt::format("{:04x}:{:04x}", rule.vendor, *rule.device)
                     : fmt::format("{:04x}:*", rule.vendor);
}

std::string_view NoCommonText(NoCommonBridge rule) {
  switch (rule) {
    case NoCommonBridge::kRefuse: return "refused";
    case NoCommonBridge::kZenWithoutIommu:
      return "host bridge test, refused while an IOMMU is active";
    case NoCommonBridge::kHostBridgeTest: return "host bridge test";
  }
  return "";
}

std::string_view RootDeviceText(RootDeviceRule rule) {
  switch (rule) {
    case RootDeviceRule::kSlotZero: return "the function at 00.0";
    case RootDeviceRule::kFirstIfSlotZero:
      return "the first function, if it is 00.0";
    case RootDeviceRule::kFirstSlotZeroOrPort:
      return "the first function, if it is 00.0 or a Root Port";
  }
  return "";
}

std::string InForceText(Ternary in_force) {
  return in_force == Ternary::kUnknown ? "hangs on the exact release" : "";
}

void WriteAlgorithmText(const P2pdmaAlgorithm& algorithm,
                        const TextStyle& style, std::ostream& out) {
  WriteLabelled(
      "rules",
      algorithm.id +
          (algorithm.from_history ? " (known from history only)" : ""),
      style, out);
  if (!algorithm.exists) {
    WriteLabelled("", "no p2pdma: every pair is refused", style, out);
    return;
  }
  WriteLabelled(
      "ACS",
      fmt::format("a path that redirects: {}", algorithm.acs_redirect_refuses
                                                   ? "refused"
                                                   : "host bridge test"),
      style, out);
  WriteLabelled("apart",
                fmt::format("a pair without a common bridge: {}",
                            NoCommonText(algorithm.no_common_bridge)),
                style, out);
  WriteLabelled("root bus",
                fmt::format("looked up in the table: {}",
                            RootDeviceText(algorithm.root_device)),
                style, out);
  WriteLabelled("source", algorithm.source, style, out);
}

void WriteSetText(const RuleSet& rules, const TextStyle& style,
                  std::ostream& out) {
  out << Painted("kernel " + rules.label, Paint::kHead, style)
      << (rules.pending ? " (pending, not released)" : "")
      << (rules.beyond_rules ? " (newer than the rules)" : "") << "\n";
  WriteAlgorithmText(rules.algorithm, style, out);
  for (const CpuRule& cpu : rules.cpus)
    WriteLabelled(
        "CPU",
        fmt::format("{} from family {} on vouches for every host "
                    "bridge (kernels {}); {}",
                    cpu.vendor, cpu.family_at_least, cpu.kernels, cpu.source),
        style, out);
  TextTable table;
  for (const HostBridgeRule& entry : rules.host_bridges)
    table.AddRow({IdText(entry),
                  entry.needs_same_host_bridge ? "same host bridge" : "any",
                  entry.kernels, InForceText(entry.in_force), entry.name,
                  entry.source});
  table.Write(2, style, out);
}

void WriteSetJson(const RuleSet& rules, JsonWriter& json) {
  const P2pdmaAlgorithm& algorithm = rules.algorithm;
  json.BeginObject().Field("kernel", rules.label);
  json.Field("pending", rules.pending);
  json.Field("newer_than_rules", rules.beyond_rules);
  json.Key("algorithm").BeginObject();
  json.Field("id", algorithm.id).Field("exists", algorithm.exists);
  json.Field("from_history", algorithm.from_history);
  json.Field("acs_redirect",
             algorithm.acs_redirect_refuses ? "refused" : "host bridge test");
  json.Field("no_common_bridge", NoCommonText(algorithm.no_common_bridge));
  json.Field("root_device", RootDeviceText(algorithm.root_device));
  json.Field("no_common_distance_marker", algorithm.no_common_distance_marker);
  json.Field("source", algorithm.source).EndObject();
  json.Key("cpus").BeginArray();
  for (const CpuRule& cpu : rules.cpus) {
    json.BeginObject().Field("vendor", cpu.vendor);
    json.Field("family_at_least", cpu.family_at_least);
    json.Field("in_force", cpu.in_force).Field("kernels", cpu.kernels);
    json.Field("source", cpu.source).EndObject();
  }
  json.EndArray().Key("host_bridge_table").BeginArray();
  for (const HostBridgeRule& entry : rules.host_bridges) {
    json.BeginObject().Field("id", IdText(entry)).Field("name", entry.name);
    json.Field("needs_same_host_bridge", entry.needs_same_host_bridge);
    json.Field("in_force", entry.in_force).Field("kernels", entry.kernels);
    json.Field("source", entry.source).EndObject();
  }
  json.EndArray().EndObject();
}

// What is known of crossings is a matter of the CPU, not of the kernel.
void WriteCrossingsText(const RuleBook& book, const TextStyle& style,
                        std::ostream& out) {
  if (book.crossings().empty()) return;
  out << Painted("measured to pass between peers", Paint::kHead, style) << "\n";
  for (const CrossingRule& crossing : book.crossings())
    WriteLabelled(
        CrossingName(crossing.between),
        fmt::format(" {} family {:#x}: {}{}; {}", crossing.cpu_vendor,
                    crossing.cpu_family, crossing.at_least ? "at least " : "",
                    RateText(crossing.passes), crossing.source),
        style, out);
}

void WriteCrossingsJson(const RuleBook& book, JsonWriter& json) {
  json.Key("crossings").BeginArray();
  for (const CrossingRule& crossing : book.crossings()) {
    json.BeginObject().Field("between", CrossingName(crossing.between));
    json.Field("cpu_vendor", crossing.cpu_vendor);
    json.Field("cpu_family", crossing.cpu_family);
    json.Field("numa_nodes", crossing.numa_nodes);
    json.Field("passes", crossing.passes);
    json.Field("passes_at_least", crossing.at_least);
    json.Field("source", crossing.source).EndObject();
  }
  json.EndArray();
}

DmabufRules DmabufRulesFor(const Judgement& judgement) {
  return judgement.book.DmabufRulesOf(judgement.kernel,
                                      judgement.kernel_named_by_user,
                                      judgement.snapshot.host);
}

const Explanation* FindExplanation(std::string_view id) {
  for (const Explanation& explanation : Explanations())
    if (explanation.id == id) return &explanation;
  return nullptr;
}

void BeginExplanation(std::string_view tool_version, JsonWriter& json) {
  json.BeginObject().Field("schema", "p2pcheck.explain/1");
  json.Key("tool").BeginObject().Field("name", "p2pcheck");
  json.Field("version", tool_version).EndObject();
}

}  // namespace

void WriteRulesText(const Judgement& judgement, const TextStyle& style,
                    std::ostream& out) {
  out << fmt::format(
      "rule set {}, kernels {} to {}, pending {}\n",
      judgement.book.hash().substr(0, 12), ToString(judgement.book.oldest()),
      ToString(judgement.book.newest()), ToString(judgement.book.pending()));
  for (const RuleSet& rules : judgement.question.kernels)
    WriteSetText(rules, style, out);
  WriteCrossingsText(judgement.book, style, out);
  WriteDmabufRulesText(DmabufRulesFor(judgement), style, out);
}

void WriteRulesJson(const Judgement& judgement, std::ostream& out) {
  JsonWriter json(out);
  BeginDocument(judgement, "p2pcheck.rules/1", json);
  json.Key("rule_sets").BeginArray();
  for (const RuleSet& rules : judgement.question.kernels)
    WriteSetJson(rules, json);
  json.EndArray();
  WriteCrossingsJson(judgement.book, json);
  json.Key("dmabuf");
  WriteDmabufRulesJson(DmabufRulesFor(judgement), json);
  json.EndObject();
}

bool WriteExplanationText(std::string_view id, const TextStyle& style,
                          std::ostream& out) {
  const Explanation* found = FindExplanation(id);
  if (!found) return false;
  out << Painted(found->id, Paint::kHead, style) << ": " << found->title
      << "\n";
  std::string_view text = found->text;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    WriteLabelled("", text.substr(0, end), style, out);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  WriteLabelled("source", found->source, style, out);
  return true;
}

bool WriteExplanationJson(std::string_view id, std::string_view tool_version,
                          std::ostream& out) {
  const Explanation* found = FindExplanation(id);
  if (!found) return false;
  JsonWriter json(out);
  BeginExplanation(tool_version, json);
  json.Field("id", found->id).Field("title", found->title);
  json.Field("text", found->text).Field("source", found->source);
  json.EndObject();
  return true;
}

void WriteExplanationListJson(std::string_view tool_version,
                              std::ostream& out) {
  JsonWriter json(out);
  BeginExplanation(tool_version, json);
  json.Key("ids").BeginArray();
  for (const Explanation& explanation : Explanations()) {
    json.BeginObject().Field("id", explanation.id);
    json.Field("title", explanation.title).EndObject();
  }
  json.EndArray().EndObject();
}

void WriteExplanationList(const TextStyle& style, std::ostream& out) {
  TextTable table;
  for (const Explanation& explanation : Explanations())
    table.AddRow({std::string(explanation.id), std::string(explanation.title)});
  table.Write(0, style, out);
}

}  // namespace p2pcheck
