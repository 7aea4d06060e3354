// SPDX-License-Identifier: GPL-2.0-or-later
//
// The tables that IOMMU groups hang on.
#include <fmt/format.h>

#include "pci/acs.h"
#include "rules/rule_book_loader.h"

namespace p2pcheck {
namespace {

// What says that `devices` are asked for.
bool NeedsDevices(AcsQuirkRule rule) {
  return rule == AcsQuirkRule::kIntelPch || rule == AcsQuirkRule::kIntelSpt ||
         rule == AcsQuirkRule::kListedPort ||
         rule == AcsQuirkRule::kListedFunction;
}

// One rule for each ID of the table, alike otherwise.
template <class Rule>
std::vector<Rule> ForEachId(const RuleTable& table, Rule rule) {
  table.Require("ids");
  rule.name = table.String("name");
  rule.source = table.String("source");
  rule.kernels = table.Joined("kernels");
  std::vector<Rule> rules;
  for (const DeviceId& id : table.Ids("ids")) {
    rule.vendor = id.vendor;
    rule.device = id.device;
    rules.push_back(rule);
  }
  return rules;
}

template <class Rule>
std::string IdText(const Rule& rule) {
  return ToString(DeviceId{rule.vendor, rule.device});
}

}  // namespace

bool RuleBookLoader::ReadGroupEntry(const TomlDocument& document,
                                    const std::string& name,
                                    const TomlValue& table) {
  if (name == "[[acs_quirk]]")
    ReadAcsQuirks(
        {document,
         name,
         table,
         {"ids", "name", "rule", "devices", "kernels", "unsure", "source"}});
  else if (name == "[[dma_alias]]")
    ReadDmaAliases({document,
                    name,
                    table,
                    {"ids", "subsystem", "class", "name", "alias", "devfns",
                     "kernels", "unsure", "source"}});
  else if (name == "[[bridge_flag]]")
    ReadBridgeFlags({document,
                     name,
                     table,
                     {"ids", "name", "flag", "kernels", "unsure", "source"}});
  else if (name == "[[acs_capability]]")
    ReadAcsCapabilities(
        {document,
         name,
         table,
         {"ids", "name", "without", "kernels", "unsure", "source"}});
  else if (name == "[[iommu_groups]]")
    ReadGroupTiming(
        {document, name, table, {"what", "kernels", "unsure", "source"}});
  else
    return false;
  return true;
}

void RuleBookLoader::ReadAcsQuirks(const RuleTable& table) {
  AcsQuirk quirk;
  quirk.rule = static_cast<AcsQuirkRule>(table.OneOf(
      "rule", {"amd-southbridge", "multifunction", "root-complex-endpoint",
               "claims-all", "intel-pch", "intel-spt", "root-port",
               "listed-port", "listed-function"}));
  if (NeedsDevices(quirk.rule)) table.Require("devices");
  quirk.devices = table.DeviceRanges("devices");
  std::string listed = table.Has("devices") ? table.Joined("devices") : "";
  for (AcsQuirk& rule : ForEachId(table, quirk)) {
    std::string id = IdText(rule);
    auto entry = ReadVersions(table, std::move(rule));
    SayOnce(table, "ids",
            fmt::format("ACS quirk {} {} {}", id, table.String("rule"), listed),
            entry.kernels);
    book_.acs_quirks_.push_back(std::move(entry));
  }
}

void RuleBookLoader::ReadDmaAliases(const RuleTable& table) {
  DmaAliasRule alias;
  alias.alias = static_cast<DmaAliasKind>(
      table.OneOf("alias", {"function-0", "function-1", "devfns",
                            "functions-0-to-4", "all", "unknown"}));
  if (alias.alias == DmaAliasKind::kDevfns) table.Require("devfns");
  alias.devfns = table.Devfns("devfns");
  if (table.Has("class"))
    std::tie(alias.class_value, alias.class_mask) = table.ClassCode("class");
  if (table.Has("subsystem")) {
    DeviceId subsystem = table.Id("subsystem");
    if (!subsystem.device) table.Fail("subsystem", "must name one device");
    alias.subsystem = uint32_t{subsystem.vendor} << 16 | *subsystem.device;
  }
  for (DmaAliasRule& rule : ForEachId(table, alias))
    book_.dma_aliases_.push_back(ReadVersions(table, std::move(rule)));
}

void RuleBookLoader::ReadBridgeFlags(const RuleTable& table) {
  BridgeFlagRule flag;
  flag.flag = static_cast<BridgeFlag>(
      table.OneOf("flag", {"pcie-bridge", "translation-root", "no-alias"}));
  for (BridgeFlagRule& rule : ForEachId(table, flag))
    book_.bridge_flags_.push_back(ReadVersions(table, std::move(rule)));
}

void RuleBookLoader::ReadAcsCapabilities(const RuleTable& table) {
  AcsCapabilityRule capability;
  table.OneOf("without", {"SV"});
  capability.without = kAcsSourceValidation;
  for (AcsCapabilityRule& rule : ForEachId(table, capability))
    book_.acs_capabilities_.push_back(ReadVersions(table, std::move(rule)));
}

void RuleBookLoader::ReadGroupTiming(const RuleTable& table) {
  GroupTimingRule rule;
  rule.what = static_cast<GroupTiming>(
      table.OneOf("what", {"joined-at-binding", "acs-after-groups"}));
  rule.source = table.String("source");
  rule.kernels = table.Joined("kernels");
  SayOnce(table, "what", "IOMMU groups " + table.String("what"),
          table.Kernels("kernels"));
  book_.group_timing_.push_back(ReadVersions(table, std::move(rule)));
}

}  // namespace p2pcheck
