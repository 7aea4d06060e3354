// SPDX-License-Identifier: GPL-2.0-or-later
#include <string>

#include "report/document_parts.h"
#include "report/host_diff_report.h"
#include "report/verdict_json.h"

namespace p2pcheck {
namespace {

class Writer {
 public:
  Writer(const Judgement& before, const Judgement& after, const HostDiff& diff,
         JsonWriter& json)
      : before_(before), after_(after), diff_(diff), json_(json) {}

  void Keys(uint64_t most_pairs) {
    json_.Field("difference", DifferenceName(diff_.difference()));
    Devices();
    Facts();
    Groups();
    Verdicts(most_pairs);
    Routes();
  }

 private:
  std::string Before(FunctionIndex i) const {
    return ToString(before_.topology[i].address);
  }
  std::string After(FunctionIndex i) const {
    return ToString(after_.topology[i].address);
  }

  void Device(const Judgement& judgement, FunctionIndex i) {
    const FunctionRecord& r = *judgement.topology[i].record;
    json_.BeginObject();
    json_.Field("address", ToString(r.address));
    json_.HexField("vendor", r.vendor, 4).HexField("device", r.device, 4);
    json_.HexField("subsystem_vendor", r.subsystem_vendor, 4);
    json_.HexField("subsystem_device", r.subsystem_device, 4);
    json_.HexField("class", r.class_code, 6);
    json_.Field("kind", DeviceKindName(judgement.kinds[i]));
    std::string name = judgement.name_of ? judgement.name_of(r) : "";
    json_.Key("name");
    name.empty() ? json_.Null() : json_.String(name);
    json_.EndObject();
  }

  void List(std::string_view key, const Judgement& judgement,
            const std::vector<FunctionIndex>& functions) {
    json_.Key(key).BeginArray();
    for (FunctionIndex i : functions) Device(judgement, i);
    json_.EndArray();
  }

  uint64_t CountOf(MatchKind kind) const {
    uint64_t count = 0;
    for (const PairedFunction& m : diff_.match.matched) count += m.kind == kind;
    return count;
  }

  void Matched(MatchKind kind) {
    json_.Key(MatchKindName(kind)).BeginArray();
    for (const PairedFunction& m : diff_.match.matched) {
      if (m.kind != kind) continue;
      json_.BeginObject().Field("before", Before(m.before));
      json_.Field("after", After(m.after)).EndObject();
    }
    json_.EndArray();
  }

  void Replaced() {
    json_.Key("replaced").BeginArray();
    for (const Replacement& r : diff_.match.replaced) {
      json_.BeginObject().Key("before");
      Device(before_, r.before);
      json_.Key("after");
      Device(after_, r.after);
      json_.EndObject();
    }
    json_.EndArray();
  }

  void Devices() {
    json_.Key("devices").BeginObject();
    json_.Field("same", CountOf(MatchKind::kSame));
    Matched(MatchKind::kRenumbered);
    Matched(MatchKind::kMoved);
    Replaced();
    List("removed", before_, diff_.match.removed);
    List("added", after_, diff_.match.added);
    json_.Key("alike").BeginArray();
    for (const Twins& twins : diff_.match.twins) {
      json_.BeginObject();
      WriteAddresses("before", before_, twins.before, json_);
      WriteAddresses("after", after_, twins.after, json_);
      json_.EndObject();
    }
    json_.EndArray().EndObject();
  }

  void Number(DiffFact fact, int64_t number) {
    auto bits = static_cast<uint64_t>(number);
    switch (fact) {
      case DiffFact::kAcsCapability:
      case DiffFact::kAcsControl: json_.Hex(bits, 4); break;
      case DiffFact::kClass: json_.Hex(bits, 6); break;
      case DiffFact::kRevision: json_.Hex(bits, 2); break;
      case DiffFact::kPeerMemory:
      case DiffFact::kBarSize: json_.Hex(bits, 1); break;
      default: json_.Number(number);
    }
  }

  void Value(DiffFact fact, const DiffValue& value) {
    if (!value.known()) {
      json_.Null();
    } else if (const auto* flag = std::get_if<bool>(&value.value())) {
      json_.Bool(*flag);
    } else if (const auto* number = std::get_if<int64_t>(&value.value())) {
      Number(fact, *number);
    } else if (const auto* text = std::get_if<std::string>(&value.value())) {
      json_.String(*text);
    } else {
      json_.BeginArray();
      for (const auto& word : std::get<StringList>(value.value()))
        json_.String(word);
      json_.EndArray();
    }
  }

  void Facts() {
    json_.Key("facts").BeginArray();
    for (const FactChange& change : diff_.facts) {
      json_.BeginObject().Field("fact", DiffFactName(change.fact));
      json_.Key("item");
      change.item.empty() ? json_.Null() : json_.String(change.item);
      json_.Key("function").BeginObject();
      Function("before", change.before, before_);
      Function("after", change.after, after_);
      json_.EndObject();
      json_.Field("change", ChangeKindName(change.kind()));
      json_.Key("before");
      Value(change.fact, change.old_value);
      json_.Key("after");
      Value(change.fact, change.new_value);
      json_.EndObject();
    }
    json_.EndArray();
  }

  void Function(std::string_view key, FunctionIndex i,
                const Judgement& judgement) {
    json_.Key(key);
    i == kNoIndex ? json_.Null()
                  : json_.String(ToString(judgement.topology[i].address));
  }

  void Sets(std::string_view key,
            const std::vector<std::vector<FunctionIndex>>& sets) {
    json_.Key(key).BeginArray();
    for (const auto& set : sets) {
      json_.BeginArray();
      for (FunctionIndex i : set) json_.String(Before(i));
      json_.EndArray();
    }
    json_.EndArray();
  }

  void Groups() {
    json_.Key("groups").BeginArray();
    for (const GroupChange& change : diff_.groups) {
      json_.BeginObject();
      Sets("before", change.before);
      Sets("after", change.after);
      json_.EndObject();
    }
    json_.EndArray();
  }

  void Class(size_t number, const PairChangeClass& c) {
    json_.BeginObject().Field("class", static_cast<uint64_t>(number));
    json_.Field("provider_kind", DeviceKindName(c.provider_kind));
    json_.Field("client_kind", DeviceKindName(c.client_kind));
    json_.Key("before");
    WriteMapTypes(c.before, json_);
    json_.Key("after");
    WriteMapTypes(c.after, json_);
    json_.Field("only_knowledge", c.only_knowledge());
    json_.Key("causes").BeginArray();
    for (Cause cause : c.causes) json_.String(CauseName(cause));
    json_.EndArray();
    WriteAddresses("ports", before_, c.ports, json_);
    json_.Field("pairs", c.pairs).Key("example").BeginObject();
    json_.Key("before");
    WriteVerdict(before_, before_.Decide(c.provider, c.client), json_);
    json_.Key("after");
    WriteVerdict(after_,
                 after_.Decide(diff_.match.after_of[c.provider],
                               diff_.match.after_of[c.client]),
                 json_);
    json_.EndObject().EndObject();
  }

  void Verdicts(uint64_t most_pairs) {
    const PairComparison& pairs = *diff_.pairs;
    json_.Key("verdicts").BeginObject();
    json_.Field("compared", pairs.compared());
    json_.Field("changed", pairs.changed());
    json_.Key("classes").BeginArray();
    for (size_t i = 0; i < pairs.classes().size(); ++i)
      Class(i, pairs.classes()[i]);
    json_.EndArray().Key("pairs").BeginArray();
    uint64_t left = most_pairs;
    if (left > 0 && pairs.changed() > 0)
      diff_.pairs->ForEach(
          [&](size_t number, FunctionIndex p, FunctionIndex c) {
            json_.BeginObject().Field("class", static_cast<uint64_t>(number));
            json_.Field("provider", Before(p)).Field("client", Before(c));
            json_.EndObject();
            return --left > 0;
          });
    json_.EndArray();
    json_.Field("pairs_complete", pairs.changed() <= most_pairs);
    json_.EndObject();
  }

  void Outcomes(std::string_view key, RouteOutcomeSet set) {
    json_.Key(key).BeginArray();
    for (auto outcome : {RouteOutcome::kDirect, RouteOutcome::kRedirected,
                         RouteOutcome::kBlocked, RouteOutcome::kInsideDevice,
                         RouteOutcome::kRootComplex})
      if (set & Only(outcome)) json_.String(RouteOutcomeName(outcome));
    json_.EndArray();
  }

  void State(std::string_view key, const Judgement& judgement,
             const RouteState& state) {
    json_.Key(key).BeginObject();
    Outcomes("to_provider", state.to_provider);
    Outcomes("to_client", state.to_client);
    json_.Field("line_rate", state.line);
    json_.Field("payload_rate", state.payload);
    Function("bottleneck", state.bottleneck, judgement);
    json_.EndObject();
  }

  void Routes() {
    const RouteChanges& routes = diff_.routes;
    json_.Key("routes").BeginObject();
    json_.Field("compared", routes.compared);
    json_.Field("candidates", routes.candidates);
    json_.Key("changes").BeginArray();
    for (const RouteChange& r : routes.changes) {
      json_.BeginObject().Field("provider", Before(r.provider));
      json_.Field("client", Before(r.client));
      State("before", before_, r.before);
      State("after", after_, r.after);
      json_.EndObject();
    }
    json_.EndArray().EndObject();
  }

  const Judgement& before_;
  const Judgement& after_;
  const HostDiff& diff_;
  JsonWriter& json_;
};

}  // namespace

void WriteDiffKeys(const Judgement& before, const Judgement& after,
                   const HostDiff& diff, uint64_t most_pairs,
                   JsonWriter& json) {
  Writer(before, after, diff, json).Keys(most_pairs);
}

void WriteHostDiffJson(const Judgement& before, const Judgement& after,
                       const HostDiff& diff, std::ostream& out) {
  JsonWriter json(out);
  BeginDocument(after, "p2pcheck.diff/1", json);
  json.Key("before").BeginObject();
  WriteHostKeys(before, json);
  json.EndObject();
  WriteDiffKeys(before, after, diff, kAllPairs, json);
  json.EndObject();
}

}  // namespace p2pcheck
