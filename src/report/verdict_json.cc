// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/verdict_json.h"

#include "report/document_parts.h"
#include "report/sentences.h"

namespace p2pcheck {
namespace {

void WriteFact(const Judgement& judgement, const Fact& fact, JsonWriter& json) {
  json.BeginObject();
  json.Field("fact", FactName(fact.kind));
  json.Key("function");
  fact.function ? json.String(ToString(*fact.function)) : json.Null();
  std::string value = FactValue(judgement, fact);
  json.Key("value");
  value.empty() ? json.Null() : json.String(value);
  json.Field("where", WhereOf(judgement, fact));
  json.EndObject();
}

void WriteMissing(const Judgement& judgement, const Fact& fact,
                  JsonWriter& json) {
  json.BeginObject();
  json.Field("fact", FactName(fact.kind));
  json.Key("function");
  fact.function ? json.String(ToString(*fact.function)) : json.Null();
  json.Field("where", WhereOf(judgement, fact));
  bool failed = fact.value.unknown();
  json.Key("cause");
  failed ? json.String(ReadFailureName(fact.value.failure())) : json.Null();
  json.Key("remedy");
  failed ? json.String(RemedyFor(fact.value.failure())) : json.Null();
  json.EndObject();
}

void WriteReason(const Judgement& judgement, const Verdict& verdict,
                 const Reason& reason, JsonWriter& json) {
  json.BeginObject();
  json.Field("rule", RuleName(reason.rule));
  json.Key("leaves");
  WriteMapTypes(reason.leaves, json);
  json.Key("facts").BeginArray();
  for (const Fact& fact : reason.facts) WriteFact(judgement, fact, json);
  json.EndArray();
  json.Field("text", ReasonSentence(judgement, verdict, reason));
  json.EndObject();
}

void WriteAddressOf(const Topology& topology, FunctionIndex i,
                    JsonWriter& json) {
  i == kNoIndex ? json.Null() : json.String(ToString(topology[i].address));
}

void WriteHostBridge(const Topology& topology, HostBridgeIndex i,
                     JsonWriter& json) {
  i == kNoIndex ? json.Null()
                : json.String(ToString(topology.host_bridges()[i].bus));
}

void WriteByKernel(const Verdict& verdict, JsonWriter& json) {
  json.Key("by_kernel").BeginArray();
  for (const auto& [label, set] : verdict.by_kernel) {
    json.BeginObject().Field("kernel", label).Key("possible");
    WriteMapTypes(set, json);
    json.EndObject();
  }
  json.EndArray();
}

void WriteSource(const HostSnapshot& snapshot, JsonWriter& json) {
  json.Key("source").BeginObject();
  json.Field("kind", snapshot.source_kind);
  json.Field("name", snapshot.source_name);
  json.Key("packing");
  snapshot.source_packing.empty() ? json.Null()
                                  : json.String(snapshot.source_packing);
  json.Key("parts").BeginArray();
  for (const std::string& part : snapshot.source_parts) json.String(part);
  json.EndArray();
  json.Field("complete", snapshot.complete);
  json.Field("functions", static_cast<uint64_t>(snapshot.functions.size()));
  json.Key("warnings").BeginArray();
  for (const SourceWarning& warning : snapshot.warnings)
    json.String(warning.text);
  json.EndArray().EndObject();
}

void WriteHost(const Judgement& judgement, JsonWriter& json) {
  const HostFacts& host = judgement.snapshot.host;
  json.Key("host").BeginObject();
  json.Field("architecture", judgement.cpu.architecture);
  json.Field("page_size", host.page_size);
  json.Field("cpu_vendor", judgement.cpu.vendor);
  json.Field("cpu_family", judgement.cpu.family);
  json.Field("cpu_model", host.cpu_model);
  json.Field("cpu_model_name", host.cpu_model_name);
  json.Key("cpu_proved_by");
  judgement.cpu.proved_by ? json.String(ToString(*judgement.cpu.proved_by))
                          : json.Null();
  json.Field("hypervisor", host.hypervisor);
  json.Field("confidential_guest", host.confidential_guest);
  json.Field("command_line", host.command_line);
  json.EndObject();
}

void WriteKernel(const Judgement& judgement, JsonWriter& json) {
  const auto& kernels = judgement.question.kernels;
  json.Key("kernel").BeginObject();
  json.Field("release", judgement.snapshot.host.kernel_release);
  json.Key("version");
  judgement.kernel.known() ? json.String(ToString(judgement.kernel.value()))
                           : json.Null();
  json.Field("named_by_user", judgement.kernel_named_by_user);
  json.Key("judged_as").BeginArray();
  for (const RuleSet& rules : kernels) json.String(rules.label);
  json.EndArray();
  json.Field("p2pdma_built_in", judgement.question.p2pdma_built_in);
  json.Field("pending", kernels.front().pending);
  json.Field("newer_than_rules", kernels.front().beyond_rules);
  json.Field("from_history", kernels.front().algorithm.from_history);
  json.EndObject();
}

void WriteRules(const RuleBook& book, JsonWriter& json) {
  json.Key("rules").BeginObject();
  json.Field("hash", book.hash());
  json.Field("oldest", ToString(book.oldest()));
  json.Field("newest", ToString(book.newest()));
  json.Field("pending", ToString(book.pending()));
  json.EndObject();
}

void WritePrivileges(const HostSnapshot& snapshot, JsonWriter& json) {
  json.Key("privileges").BeginObject();
  json.Field("extended_config_space", snapshot.host.privileged);
  json.EndObject();
}

template <class Strings>
void WriteStrings(std::string_view key, const Strings& strings,
                  JsonWriter& json) {
  json.Key(key).BeginArray();
  for (const std::string& text : strings) json.String(text);
  json.EndArray();
}

}  // namespace

void WriteHostKeys(const Judgement& judgement, JsonWriter& json) {
  WriteSource(judgement.snapshot, json);
  WriteHost(judgement, json);
  WriteKernel(judgement, json);
  WritePrivileges(judgement.snapshot, json);
}

void WriteAddresses(std::string_view key, const Judgement& judgement,
                    const std::vector<FunctionIndex>& functions,
                    JsonWriter& json) {
  json.Key(key).BeginArray();
  for (FunctionIndex i : functions)
    json.String(ToString(judgement.topology[i].address));
  json.EndArray();
}

void WriteMapTypes(MapTypeSet set, JsonWriter& json) {
  json.BeginArray();
  for (MapType type : kMapTypes)
    if (set.Has(type)) json.String(MapTypeName(type));
  json.EndArray();
}

void WriteVerdict(const Judgement& judgement, const Verdict& verdict,
                  JsonWriter& json) {
  const Topology& topology = judgement.topology;
  json.BeginObject().Key("provider");
  WriteAddressOf(topology, verdict.provider, json);
  json.Key("client");
  WriteAddressOf(topology, verdict.client, json);
  json.Key("map_type");
  verdict.possible.decided()
      ? json.String(MapTypeName(static_cast<MapType>(verdict.possible.bits())))
      : json.Null();
  json.Key("possible");
  WriteMapTypes(verdict.possible, json);
  json.Field("distance", verdict.distance);
  json.Key("acs_redirect").BeginArray();
  for (FunctionIndex i : verdict.acs_redirect)
    json.String(ToString(topology[i].address));
  json.EndArray();
  json.Field("acs_redirect_complete", verdict.acs_redirect_complete);
  json.Key("common_bridge");
  WriteAddressOf(topology, verdict.common_bridge, json);
  json.Key("host_bridges").BeginArray();
  WriteHostBridge(topology, verdict.provider_host_bridge, json);
  WriteHostBridge(topology, verdict.client_host_bridge, json);
  json.EndArray();
  json.Key("reasons").BeginArray();
  for (const Reason& reason : verdict.reasons)
    WriteReason(judgement, verdict, reason, json);
  json.EndArray();
  json.Key("missing").BeginArray();
  for (const Fact& fact : verdict.missing) WriteMissing(judgement, fact, json);
  json.EndArray();
  if (!verdict.by_kernel.empty()) WriteByKernel(verdict, json);
  if (verdict.would_be) {
    json.Key("would_be");
    WriteVerdict(judgement, *verdict.would_be, json);
  }
  json.EndObject();
}

void BeginDocument(const Judgement& judgement, std::string_view schema,
                   JsonWriter& json) {
  json.BeginObject();
  json.Field("schema", schema);
  json.Key("tool").BeginObject();
  json.Field("name", "p2pcheck").Field("version", judgement.tool_version);
  json.EndObject();
  WriteStrings("argv", judgement.argv, json);
  WriteSource(judgement.snapshot, json);
  WriteHost(judgement, json);
  WriteKernel(judgement, json);
  WriteRules(judgement.book, json);
  WriteStrings("assumed", judgement.assumed, json);
  WritePrivileges(judgement.snapshot, json);
  WriteStrings("unknowns", Unknowns(judgement), json);
}

}  // namespace p2pcheck
