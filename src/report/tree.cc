// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/tree.h"

#include <fmt/format.h>

#include <optional>

#include "pci/acs.h"
#include "report/acs_report.h"
#include "report/bars_report.h"
#include "report/json_writer.h"
#include "report/links.h"
#include "report/sentences.h"
#include "report/text.h"
#include "report/verdict_json.h"
#include "verdict/host_bridge.h"

namespace p2pcheck {
namespace {

std::string AcsText(const Function& f) {
  return f.acs.Match(
      [](const AcsCapability& acs) {
        return acs.control == 0 ? std::string("ACS off")
                                : "ACS " + AcsBitNames(acs.control);
      },
      [] { return std::string(); },
      [](ReadFailure why) {
        return fmt::format("ACS? {}", ReadFailureName(why));
      });
}

void AddPart(std::string* line, const std::string& part) {
  if (!part.empty()) *line += "  " + part;
}

std::string FunctionLine(const Judgement& judgement, FunctionIndex i) {
  const Function& f = judgement.topology[i];
  std::string line = fmt::format("{:02x}:{:02x}.{:x}", f.address.bus,
                                 f.address.device(), f.address.function());
  AddPart(&line, PortWord(f));
  AddPart(&line, CurrentLink(f));
  AddPart(&line, AcsText(f));
  if (f.record->iommu_group.known())
    AddPart(&line, fmt::format("group {}", f.record->iommu_group.value()));
  AddPart(&line, Printable(f.record->driver.value_or("")));
  if (f.record->config.rest() == ReadFailure::kAsleep &&
      f.record->config.runs().empty())
    AddPart(&line, "asleep");
  std::string phrase = DevicePhrase(judgement, i);
  AddPart(&line,
          phrase.substr(std::min(phrase.find(' '), phrase.size() - 1) + 1));
  return line;
}

class TreeWriter {
 public:
  TreeWriter(const Judgement& judgement, const TextStyle& style,
             std::ostream& out)
      : judgement_(judgement),
        style_(style),
        out_(out),
        children_(judgement.topology.Children()) {}

  void Run() {
    const auto& bridges = judgement_.topology.host_bridges();
    for (HostBridgeIndex h = 0; h < bridges.size(); ++h) {
      std::string head = fmt::format("{}  {}", ToString(bridges[h].bus),
                                     HostBridgePhrase(judgement_, h));
      for (const std::string& line : Wrapped("", "  ", head, style_.width))
        out_ << Painted(line, Paint::kHead, style_) << "\n";
      WriteLevel(bridges[h].functions, "");
    }
    WritePlaceless();
  }

 private:
  void WriteLevel(const std::vector<FunctionIndex>& level,
                  const std::string& prefix) {
    for (size_t i = 0; i < level.size(); ++i) {
      bool last = i + 1 == level.size();
      const char* branch =
          style_.unicode ? (last ? "└─ " : "├─ ") : (last ? "`- " : "|- ");
      const char* trunk =
          style_.unicode ? (last ? "   " : "│  ") : (last ? "   " : "|  ");
      const auto& below = children_[level[i]];
      const char* drop = below.empty() ? "   " : style_.unicode ? "│  " : "|  ";
      for (const std::string& line :
           Wrapped(prefix + branch, prefix + trunk + drop,
                   FunctionLine(judgement_, level[i]), style_.width))
        out_ << line << "\n";
      WriteLevel(below, prefix + trunk);
    }
  }

  void WritePlaceless() {
    bool first = true;
    const auto& functions = judgement_.topology.functions();
    for (FunctionIndex i = 0; i < functions.size(); ++i) {
      if (functions[i].placed()) continue;
      if (first) out_ << "place not known\n";
      first = false;
      for (const std::string& line :
           Wrapped("   " + ToString(functions[i].address) + "  ", "      ",
                   FunctionLine(judgement_, i), style_.width))
        out_ << line << "\n";
    }
  }

  const Judgement& judgement_;
  const TextStyle& style_;
  std::ostream& out_;
  std::vector<std::vector<FunctionIndex>> children_;
};

void WriteAddress(const Topology& topology, FunctionIndex i, JsonWriter& json) {
  i == kNoIndex ? json.Null() : json.String(ToString(topology[i].address));
}

std::string_view PlacedByName(PlacedBy placed_by) {
  switch (placed_by) {
    case PlacedBy::kSysfs: return "sysfs";
    case PlacedBy::kBusNumber: return "bus-number";
    case PlacedBy::kPhysfn: return "physfn";
    case PlacedBy::kNowhere: return "nowhere";
  }
  return "";
}

// ATS: whether the function can do it, and whether it is on.
void WriteAts(const Function& f, JsonWriter& json) {
  Observed<AtsCapability> ats = AtsOf(f);
  json.Field("ats_capable",
             ats.unknown() ? Ternary::kUnknown : ToTernary(ats.known()));
  json.Key("ats_enabled");
  if (ats.unknown())
    json.Null();
  else
    json.Bool(ats.known() && ats.value().enabled());
}

void WriteFunction(const Judgement& judgement, const AcsOutlook& outlook,
                   FunctionIndex i, const BarContext* bars, JsonWriter& json) {
  const Topology& topology = judgement.topology;
  const Function& f = topology[i];
  const FunctionRecord& record = *f.record;
  json.BeginObject().Field("address", ToString(f.address));
  json.Field("kind", DeviceKindName(judgement.kinds[i]));
  json.HexField("vendor", record.vendor, 4);
  json.HexField("device", record.device, 4);
  json.HexField("class", record.class_code, 6);
  json.Key("upstream");
  WriteAddress(topology, f.upstream, json);
  json.Key("host_bridge");
  f.host_bridge == kNoIndex
      ? json.Null()
      : json.String(ToString(topology.host_bridges()[f.host_bridge].bus));
  json.Field("placed_by", PlacedByName(f.placed_by));
  json.Key("port_type");
  f.kernel_type.known() ? json.String(PortTypeName(f.kernel_type.value()))
                        : json.Null();
  json.Field("pcie", f.express.unknown() ? Ternary::kUnknown
                                         : ToTernary(f.express.known()));
  WriteAcsFields(judgement, outlook, i, json);
  WriteAts(f, json);
  std::string now = CurrentLink(f), best = BestLink(f);
  json.Key("link");
  now.empty() ? json.Null() : json.String(now);
  json.Key("max_link");
  best.empty() ? json.Null() : json.String(best);
  json.Field("driver", record.driver);
  json.Field("iommu_group", record.iommu_group);
  json.Field("numa_node", record.numa_node);
  json.Field("power_state", record.power_state);
  json.Key("physfn");
  f.physfn.known() ? json.String(ToString(f.physfn.value())) : json.Null();
  if (bars) WriteBarsOfFunction(*bars, i, json);
  json.EndObject();
}

}  // namespace

std::string PortWord(const Function& f) {
  if (f.physfn.known()) return "VF";
  if (f.express.unknown()) return f.is_bridge ? "bridge" : "?";
  if (f.express.absent()) return f.is_bridge ? "PCI bridge" : "PCI";
  switch (f.express.value().type) {
    case PortType::kEndpoint: return "EP";
    case PortType::kLegacyEndpoint: return "legacy EP";
    case PortType::kRootPort: return "RP";
    case PortType::kUpstreamPort: return "USP";
    case PortType::kDownstreamPort: return "DSP";
    case PortType::kPcieToPciBridge: return "PCIe-PCI";
    case PortType::kPciToPcieBridge: return "PCI-PCIe";
    case PortType::kRootComplexEndpoint: return "RCiEP";
    case PortType::kRootComplexEventCollector: return "RCEC";
  }
  return "?";
}

std::string HostBridgePhrase(const Judgement& judgement,
                             HostBridgeIndex index) {
  HostBridgeTest test =
      TestHostBridges(judgement.topology, judgement.question.kernels.back(),
                      judgement.cpu, index, index);
  if (test.findings.empty()) return "host bridge";
  const HostBridgeFinding& finding = test.findings.back();
  Verdict nobody;
  return ReasonSentence(judgement, nobody,
                        {finding.rule, MapTypeSet::All(), finding.facts});
}

void WriteTreeText(const Judgement& judgement, const TextStyle& style,
                   std::ostream& out) {
  TreeWriter(judgement, style, out).Run();
}

void WriteHostBridgesJson(const Judgement& judgement, JsonWriter& json) {
  const Topology& topology = judgement.topology;
  json.Key("host_bridges").BeginArray();
  for (HostBridgeIndex h = 0; h < topology.host_bridges().size(); ++h) {
    const HostBridge& bridge = topology.host_bridges()[h];
    json.BeginObject().Field("root_bus", ToString(bridge.bus));
    json.Key("first_function");
    WriteAddress(topology, bridge.first.value_or(kNoIndex), json);
    json.Key("owner");
    WriteAddress(topology, bridge.owner, json);
    json.Field("routes_p2p",
               TestHostBridges(topology, judgement.question.kernels.back(),
                               judgement.cpu, h, h)
                   .passes);
    json.Field("text", HostBridgePhrase(judgement, h));
    json.EndObject();
  }
  json.EndArray();
}

void WriteFunctionsJson(const Judgement& judgement, bool bars,
                        JsonWriter& json) {
  AcsOutlook outlook(judgement);
  std::optional<BarContext> context;
  if (bars) context.emplace(judgement);
  json.Key("functions").BeginArray();
  for (FunctionIndex i = 0; i < judgement.topology.functions().size(); ++i)
    WriteFunction(judgement, outlook, i, context ? &*context : nullptr, json);
  json.EndArray();
}

void WriteTreeJson(const Judgement& judgement, std::ostream& out) {
  JsonWriter json(out);
  BeginDocument(judgement, "p2pcheck.tree/1", json);
  WriteHostBridgesJson(judgement, json);
  WriteFunctionsJson(judgement, false, json);
  json.EndObject();
}

}  // namespace p2pcheck
