// SPDX-License-Identifier: GPL-2.0-or-later
//
// From TOML to requirements.  A key or a word that is not known is an error:
// a requirement that was mistyped would else pass for one that is met.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/nearest_word.h"
#include "pci/acs.h"
#include "policy/policy.h"
#include "rules/rule_table.h"
#include "rules/toml_document.h"

namespace p2pcheck {
namespace {

using Words = std::vector<std::string_view>;

constexpr uint32_t kMostDevices = 1u << 20;
// Nobody lists more, and each costs a look at the host.
constexpr size_t kMostRequirements = 1000;

// " (did you mean 'gpu'?)"
std::string Suggestion(std::string_view text, const Words& known) {
  std::string_view near = NearestWord(text, known);
  return near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near);
}

constexpr std::pair<std::string_view, PortType> kPortTypes[] = {
    {"root-port", PortType::kRootPort},
    {"upstream-port", PortType::kUpstreamPort},
    {"downstream-port", PortType::kDownstreamPort}};

// The names that lspci has for the bits the kernel knows.
std::vector<std::string> AcsBits() {
  std::vector<std::string> names;
  for (unsigned bit = 1; bit & kAcsKernelBits; bit <<= 1)
    names.push_back(AcsBitNames(static_cast<uint16_t>(bit)));
  return names;
}

// 0: none.
uint16_t AcsBitNamed(std::string_view name) {
  std::vector<std::string> names = AcsBits();
  auto found = std::find(names.begin(), names.end(), name);
  return found == names.end()
             ? 0
             : static_cast<uint16_t>(1u << (found - names.begin()));
}

// "25 GB/s", "63.0 GB/s", "500 MB/s": powers of ten.
std::optional<uint64_t> ParseRate(std::string_view text) {
  double number = 0;
  auto [rest, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view unit(rest, text.data() + text.size() - rest);
  if (error != std::errc() || !(number > 0 && number < 1e6))
    return std::nullopt;
  if (unit == " GB/s") return static_cast<uint64_t>(number * 1e9);
  if (unit == " MB/s") return static_cast<uint64_t>(number * 1e6);
  return std::nullopt;
}

class Reader {
 public:
  Reader(const TomlDocument& document, Policy* policy)
      : document_(document), policy_(*policy) {}

  void Read() {
    for (const TomlMember& member : document_.root().members) {
      if (policy_.requirements.size() > kMostRequirements)
        document_.Fail(member.place, "more requirements than anybody reads");
      ReadMember(member);
    }
    if (policy_.requirements.empty())
      document_.Fail({1, 0}, "the policy requires nothing");
    std::stable_sort(policy_.requirements.begin(), policy_.requirements.end(),
                     [](const Requirement& a, const Requirement& b) {
                       return a.line < b.line;
                     });
  }

 private:
  using ReadTable = void (Reader::*)(const TomlValue&);
  struct Section {
    std::string_view key;
    bool list;  ///< [[key]], any number of times
    ReadTable read;
  };
  void ReadMember(const TomlMember& member) {
    static constexpr Section kSections[] = {
        {"kernel", false, &Reader::ReadKernel},
        {"command_line", false, &Reader::ReadCommandLine},
        {"devices", true, &Reader::ReadDevices},
        {"pairs", true, &Reader::ReadPairs},
        {"findings", false, &Reader::ReadFindings},
        {"acs", false, &Reader::ReadAcs},
        {"ports", true, &Reader::ReadPorts},
    };
    if (member.key == "name") return ReadName(member.value);
    Words known = {"name"};
    for (const Section& section : kSections) {
      if (section.key == member.key) return ReadSection(section, member);
      known.push_back(section.key);
    }
    document_.Fail(
        member.place,
        fmt::format("unknown key '{}'{}; known are {}", member.key,
                    Suggestion(member.key, known), fmt::join(known, ", ")));
  }

  void ReadName(const TomlValue& value) {
    if (value.type != TomlValue::Type::kString || value.text.empty())
      document_.Fail(value.place, "'name' must be a string, and not empty");
    policy_.name = value.text;
  }

  void ReadSection(const Section& section, const TomlMember& member) {
    using Type = TomlValue::Type;
    const TomlValue& value = member.value;
    if (value.type != (section.list ? Type::kArray : Type::kTable))
      document_.Fail(member.place,
                     section.list ? fmt::format("write [[{}]]", section.key)
                                  : fmt::format("write [{}]", section.key));
    if (!section.list) return (this->*section.read)(value);
    for (const TomlValue& table : value.items) (this->*section.read)(table);
  }

  template <class Content>
  void Add(size_t line, Content content) {
    policy_.requirements.push_back({line, std::move(content)});
  }

  static size_t LineOf(const TomlValue& table, std::string_view key) {
    for (const TomlMember& member : table.members)
      if (member.key == key) return member.place.line;
    return table.place.line;
  }

  void RequireOne(const RuleTable& table, Words keys) {
    size_t given = std::count_if(keys.begin(), keys.end(),
                                 [&](auto key) { return table.Has(key); });
    if (given != 1)
      table.Fail("", fmt::format("{} one of {}", given ? "give only" : "give",
                                 fmt::join(keys, ", ")));
  }

  void RequireSome(const RuleTable& table, Words keys) {
    if (std::none_of(keys.begin(), keys.end(),
                     [&](auto key) { return table.Has(key); }))
      table.Fail("",
                 fmt::format("give at least one of {}", fmt::join(keys, ", ")));
  }

  void ReadKernel(const TomlValue& value) {
    RuleTable table(document_, "[kernel]", value,
                    {"releases", "p2pdma", "config"});
    RequireSome(table, {"releases", "p2pdma", "config"});
    if (table.Has("releases"))
      Add(LineOf(value, "releases"),
          KernelRequirement{table.Kernels("releases"),
                            table.Joined("releases")});
    if (table.Has("p2pdma"))
      Add(LineOf(value, "p2pdma"), P2pdmaRequirement{table.Boolean("p2pdma")});
    if (table.Has("config"))
      ForEachString(table, "config", [&](size_t item, std::string_view text) {
        Add(LineOf(value, "config"), ReadOption(table, item, text));
      });
  }

  template <class Visit>
  static void ForEachString(const RuleTable& table, std::string_view key,
                            Visit visit) {
    std::vector<std::string> texts = table.Strings(key);
    for (size_t item = 0; item < texts.size(); ++item) visit(item, texts[item]);
  }

  ConfigRequirement ReadOption(const RuleTable& table, size_t item,
                               std::string_view text) {
    constexpr std::string_view kPrefix = "CONFIG_";
    if (text.substr(0, kPrefix.size()) == kPrefix)
      text.remove_prefix(kPrefix.size());
    size_t equals = text.find('=');
    if (equals == text.npos || equals == 0 || equals + 1 == text.size())
      table.FailAt("config", item, "expected options like \"PCI_P2PDMA=y\"");
    return {std::string(text.substr(0, equals)),
            std::string(text.substr(equals + 1))};
  }

  void ReadCommandLine(const TomlValue& value) {
    RuleTable table(document_, "[command_line]", value,
                    {"required", "forbidden"});
    RequireSome(table, {"required", "forbidden"});
    for (bool wanted : {true, false}) {
      std::string_view key = wanted ? "required" : "forbidden";
      if (!table.Has(key)) continue;
      ForEachString(table, key, [&](size_t item, const std::string& text) {
        if (text.find_first_of(" \t\"") != text.npos || text[0] == '=')
          table.FailAt(key, item, "expected a parameter like \"iommu=pt\"");
        Add(LineOf(value, key), ParameterRequirement{text, wanted});
      });
    }
  }

  // "gpu", "10de:2330".
  DeviceChoice Choice(const RuleTable& table, std::string_view key) {
    DeviceChoice choice;
    choice.word = table.String(key);
    choice.kind = DeviceKindFromName(choice.word);
    choice.id = ParseDeviceId(choice.word);
    if (table.Has("virtual_functions"))
      choice.virtual_functions = table.Boolean("virtual_functions");
    if (!choice.id && (!choice.kind || choice.kind == DeviceKind::kUnknown))
      table.Fail(
          key, fmt::format(
                   "expected gpu, nic, nvme, accelerator, bridge, "
                   "other, or vendor:device like \"10de:2330\"{}",
                   Suggestion(choice.word, {"gpu", "nic", "nvme", "accelerator",
                                            "bridge", "other"})));
    return choice;
  }

  void ReadDevices(const TomlValue& value) {
    RuleTable table(
        document_, "[[devices]]", value,
        {"device", "count", "at_least", "at_most", "virtual_functions"});
    DevicesRequirement devices;
    devices.choice = Choice(table, "device");
    RequireSome(table, {"count", "at_least", "at_most"});
    if (table.Has("count")) {
      RequireOne(table, {"count", "at_least", "at_most"});
      devices.at_least = table.Integer("count", kMostDevices);
      devices.at_most = devices.at_least;
    }
    if (table.Has("at_least"))
      devices.at_least = table.Integer("at_least", kMostDevices);
    if (table.Has("at_most"))
      devices.at_most = table.Integer("at_most", kMostDevices);
    if (devices.at_most && *devices.at_most < devices.at_least)
      table.Fail("at_most", "'at_most' is less than 'at_least'");
    Add(value.place.line, std::move(devices));
  }

  MapTypeSet GoodTypes(const RuleTable& table) {
    RequireOne(table, {"map_type", "at_least"});
    if (table.Has("at_least"))
      return table.OneOf("at_least", {"THRU_HOST_BRIDGE", "BUS_ADDR"}) == 0
                 ? MapType::kThruHostBridge | MapType::kBusAddr
                 : MapTypeSet(MapType::kBusAddr);
    MapTypeSet good;
    ForEachString(table, "map_type", [&](size_t item, std::string_view word) {
      MapTypeSet one;
      Words known;
      for (MapType type : kMapTypes) {
        known.push_back(MapTypeName(type));
        if (word == MapTypeName(type)) one = type;
      }
      if (one.empty())
        table.FailAt(
            "map_type", item,
            fmt::format("'{}' is none of {}{}", word, fmt::join(known, ", "),
                        Suggestion(word, known)));
      good = good | one;
    });
    return good;
  }

  void ReadScope(const RuleTable& table, PairsRequirement* pairs) {
    using Scope = PairsRequirement::Scope;
    static constexpr std::pair<std::string_view, Scope> kScopes[] = {
        {"each", Scope::kEach},
        {"each_client", Scope::kEachClient},
        {"count", Scope::kInAll}};
    for (auto [key, scope] : kScopes) {
      if (!table.Has(key)) continue;
      if (pairs->scope != Scope::kEvery)
        table.Fail(key, "give only one of each, each_client, count");
      pairs->scope = scope;
      pairs->count = table.Integer(key, kMostDevices);
      if (pairs->count == 0) table.Fail(key, "0 is always met");
    }
  }

  void ReadPairs(const TomlValue& value) {
    RuleTable table(
        document_, "[[pairs]]", value,
        {"provider", "client", "map_type", "at_least", "min_bandwidth", "each",
         "each_client", "count", "virtual_functions"});
    PairsRequirement pairs;
    pairs.provider = Choice(table, "provider");
    pairs.client = Choice(table, "client");
    pairs.good = GoodTypes(table);
    ReadScope(table, &pairs);
    if (table.Has("min_bandwidth")) {
      pairs.min_bandwidth = ParseRate(table.String("min_bandwidth"));
      if (!pairs.min_bandwidth)
        table.Fail("min_bandwidth", "expected a rate like \"50 GB/s\"");
    }
    Add(value.place.line, std::move(pairs));
  }

  void ReadFindings(const TomlValue& value) {
    RuleTable table(document_, "[findings]", value, {"forbidden", "allowed"});
    RequireSome(table, {"forbidden", "allowed"});
    for (bool only : {false, true}) {
      std::string_view key = only ? "allowed" : "forbidden";
      if (!table.Has(key)) continue;
      FindingsRequirement findings{{}, only};
      ForEachString(table, key, [&](size_t item, std::string_view word) {
        findings.ids.push_back(FindingNamed(table, key, item, word));
      });
      Add(LineOf(value, key), std::move(findings));
    }
  }

  FindingId FindingNamed(const RuleTable& table, std::string_view key,
                         size_t item, std::string_view word) {
    if (auto id = FindingFromName(word)) return *id;
    Words known;
    for (size_t i = 0; i < kFindingIds; ++i)
      known.push_back(FindingName(static_cast<FindingId>(i)));
    table.FailAt(
        key, item,
        fmt::format("'{}' is no finding{}", word, Suggestion(word, known)));
  }

  void ReadAcs(const TomlValue& value) {
    RuleTable table(document_, "[acs]", value, {"profile"});
    size_t which = table.OneOf("profile", {"isolation", "performance"});
    Add(LineOf(value, "profile"),
        AcsProfileRequirement{static_cast<AcsProfile>(which)});
  }

  void ReadPorts(const TomlValue& value) {
    RuleTable table(document_, "[[ports]]", value, {"port", "on", "off"});
    AcsBitsRequirement bits;
    bits.word = table.String("port");
    bits.address = ParsePciAddress(bits.word);
    bits.id = ParseDeviceId(bits.word);
    Words known;
    for (auto [name, type] : kPortTypes) {
      known.push_back(name);
      if (bits.word == name) bits.type = type;
    }
    if (!bits.address && !bits.id && !bits.type)
      table.Fail(
          "port",
          fmt::format("expected an address like \"0000:40:01.0\", "
                      "vendor:device, or one of {}{}",
                      fmt::join(known, ", "), Suggestion(bits.word, known)));
    bits.on = Bits(table, "on");
    bits.off = Bits(table, "off");
    RequireSome(table, {"on", "off"});
    if (bits.on & bits.off) table.Fail("off", "a bit is both on and off");
    Add(value.place.line, std::move(bits));
  }

  uint16_t Bits(const RuleTable& table, std::string_view key) {
    uint16_t bits = 0;
    if (!table.Has(key)) return bits;
    ForEachString(table, key, [&](size_t item, std::string_view word) {
      uint16_t bit = AcsBitNamed(word);
      std::vector<std::string> names = AcsBits();
      if (bit == 0)
        table.FailAt(
            key, item,
            fmt::format("'{}' is none of {}{}", word, fmt::join(names, ", "),
                        Suggestion(word, {names.begin(), names.end()})));
      bits |= bit;
    });
    return bits;
  }

  const TomlDocument& document_;
  Policy& policy_;
};

}  // namespace

std::string_view AcsProfileName(AcsProfile profile) {
  return profile == AcsProfile::kIsolation ? "isolation" : "performance";
}

Policy ReadPolicy(std::string file, std::string text) {
  Policy policy;
  policy.file = file;
  TomlDocument document(std::move(file), std::move(text), "a policy is");
  Reader(document, &policy).Read();
  return policy;
}

}  // namespace p2pcheck
