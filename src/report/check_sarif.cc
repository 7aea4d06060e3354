// SPDX-License-Identifier: GPL-2.0-or-later
//
// SARIF 2.1.0.  A finding is a result; its id is the rule, whose words are
// those of `explain`.  Functions are logical locations of kind "resource":
// there is no file that they could stand in.  What is undecided is a result of
// kind "open", which has level "none" (3.27.9, 3.27.10).
#include <fmt/format.h>

#include <algorithm>

#include "report/check_formats.h"
#include "report/json_writer.h"
#include "report/sentences.h"

namespace p2pcheck {
namespace {

// FNV-1a, 64 bits: names a finding, protects nothing.
uint64_t HashOf(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

// The same from run to run: the id, what tells it apart, and the functions,
// but nothing that is counted or measured.
std::string FingerprintOf(const Judgement& judgement, const CheckItem& item) {
  std::string text = item.id + "\n" + item.detail + "\n" + item.command_line +
                     "\n" + item.demand;
  for (FunctionIndex i : item.functions)
    text += "\n" + ToString(judgement.topology[i].address);
  return fmt::format("{:016x}", HashOf(text));
}

std::string_view LevelOf(Severity severity) {
  switch (severity) {
    case Severity::kError: return "error";
    case Severity::kWarning: return "warning";
    case Severity::kUndecided: break;
  }
  return "none";
}

void WriteMessage(std::string_view key, std::string_view text,
                  JsonWriter& json) {
  json.Key(key).BeginObject().Field("text", text).EndObject();
}

const Explanation* ExplanationOf(std::string_view id) {
  for (const Explanation& e : Explanations())
    if (e.id == id) return &e;
  return nullptr;
}

// One a rule: an id can come with several severities.
std::vector<IdCount> RulesOf(const std::vector<CheckItem>& items) {
  std::vector<IdCount> rules;
  for (const IdCount& c : CountIds(items))
    if (std::none_of(rules.begin(), rules.end(),
                     [&](const IdCount& rule) { return rule.id == c.id; }))
      rules.push_back(c);
  return rules;
}

std::string TitleOf(const Explanation& e) {
  std::string_view title = e.title;
  for (std::string_view prefix : {"finding: ", "policy: "})
    if (title.substr(0, prefix.size()) == prefix)
      title.remove_prefix(prefix.size());
  return std::string(title);
}

void WriteRule(const IdCount& rule, JsonWriter& json) {
  json.BeginObject().Field("id", rule.id);
  if (const Explanation* e = ExplanationOf(rule.id)) {
    WriteMessage("shortDescription", TitleOf(*e), json);
    WriteMessage("fullDescription", e->text, json);
    WriteMessage("help",
                 fmt::format("{}\nSource: {}\nSee p2pcheck explain {}", e->text,
                             e->source, e->id),
                 json);
  }
  json.Key("defaultConfiguration").BeginObject();
  json.Field("level", LevelOf(rule.severity)).EndObject().EndObject();
}

void WriteTool(const Judgement& judgement, const std::vector<IdCount>& rules,
               JsonWriter& json) {
  json.Key("tool").BeginObject().Key("driver").BeginObject();
  json.Field("name", "p2pcheck").Field("version", judgement.tool_version);
  json.Field("semanticVersion", judgement.tool_version);
  json.Key("rules").BeginArray();
  for (const IdCount& rule : rules) WriteRule(rule, json);
  json.EndArray().Key("properties").BeginObject();
  json.Field("ruleSetHash", judgement.book.hash());
  json.EndObject().EndObject().EndObject();
}

void WriteLocations(const Judgement& judgement, const CheckItem& item,
                    JsonWriter& json) {
  json.Key("locations").BeginArray();
  for (FunctionIndex i : item.functions) {
    std::string address = ToString(judgement.topology[i].address);
    json.BeginObject().Key("logicalLocations").BeginArray().BeginObject();
    json.Field("name", address).Field("fullyQualifiedName", address);
    json.Field("kind", "resource");
    json.EndObject().EndArray().EndObject();
  }
  json.EndArray();
}

// A path as a relative URI reference, or a file: URI.
std::string UriOf(std::string_view path) {
  std::string uri = path.substr(0, 1) == "/" ? "file://" : "";
  for (char c : path) {
    bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                 (c >= 'A' && c <= 'Z') || c == '/' || c == '.' || c == '-' ||
                 c == '_' || c == '~';
    plain ? uri += c
          : uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

// The line of the policy that demands otherwise.
void WriteDemand(const PolicySummary& policy, const CheckItem& item,
                 JsonWriter& json) {
  json.Key("relatedLocations").BeginArray().BeginObject();
  json.Key("physicalLocation").BeginObject();
  json.Key("artifactLocation").BeginObject();
  json.Field("uri", UriOf(policy.file)).EndObject();
  json.Key("region").BeginObject();
  json.Field("startLine", static_cast<uint64_t>(item.policy_line));
  json.EndObject().EndObject();
  WriteMessage("message", "the policy", json);
  json.EndObject().EndArray();
}

void WriteResult(const Judgement& judgement, const CheckItem& item,
                 const std::optional<PolicySummary>& policy, uint32_t rule,
                 JsonWriter& json) {
  json.BeginObject().Field("ruleId", item.id).Field("ruleIndex", rule);
  bool open = item.severity == Severity::kUndecided;
  json.Field("kind", open ? "open" : "fail");
  json.Field("level", LevelOf(item.severity));
  WriteMessage("message", item.text + ". To do: " + item.remedy + ".", json);
  WriteLocations(judgement, item, json);
  if (policy) WriteDemand(*policy, item, json);
  json.Key("partialFingerprints").BeginObject();
  json.Field("p2pcheckFinding/v1", FingerprintOf(judgement, item)).EndObject();
  json.EndObject();
}

void WriteInvocation(const Judgement& judgement, JsonWriter& json) {
  json.Key("invocations").BeginArray().BeginObject();
  json.Key("arguments").BeginArray();
  for (const std::string& word : judgement.argv) json.String(word);
  json.EndArray().Field("executionSuccessful", true);
  json.EndObject().EndArray();
}

void WriteProperties(const Judgement& judgement, JsonWriter& json) {
  json.Key("properties").BeginObject();
  json.Field("kernel", KernelPhrase(judgement));
  json.Field("source", judgement.snapshot.source_name);
  json.Key("unknowns").BeginArray();
  for (const std::string& text : Unknowns(judgement)) json.String(text);
  json.EndArray().EndObject();
}

}  // namespace

void WriteCheckSarif(const Judgement& judgement, const CheckResults& results,
                     std::ostream& out) {
  std::vector<IdCount> rules = RulesOf(results.items);
  JsonWriter json(out);
  json.BeginObject();
  json.Field("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
  json.Field("version", "2.1.0").Key("runs").BeginArray().BeginObject();
  WriteTool(judgement, rules, json);
  WriteInvocation(judgement, json);
  json.Key("results").BeginArray();
  for (const CheckItem& item : results.items) {
    uint32_t rule = 0;
    while (rules[rule].id != item.id) ++rule;
    WriteResult(judgement, item, results.policy, rule, json);
  }
  json.EndArray();
  WriteProperties(judgement, json);
  json.EndObject().EndArray().EndObject();
}

}  // namespace p2pcheck
