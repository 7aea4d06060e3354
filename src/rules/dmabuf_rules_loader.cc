// SPDX-License-Identifier: GPL-2.0-or-later
//
// The tables about BARs and dma-bufs.
#include <fmt/format.h>

#include "base/input_error.h"
#include "rules/rule_book_loader.h"
#include "snapshot/wanted_facts.h"

namespace p2pcheck {
namespace {

bool IsSet(const RuleTable& table, std::string_view key) {
  return table.Has(key) && table.Boolean(key);
}

// "7.2.8" of "7.2.8-7.2.*, 7.3-".
std::string FirstRelease(const std::string& kernels) {
  return kernels.substr(0, kernels.find_first_of("-,"));
}

}  // namespace

bool RuleBookLoader::ReadDmabufEntry(const TomlDocument& document,
                                     const std::string& name,
                                     const TomlValue& table) {
  if (name == "[[kernel_feature]]")
    ReadKernelFeature({document,
                       name,
                       table,
                       {"feature", "kernels", "unsure", "hidden_patch",
                        "shown_by", "denied_by", "shown_by_config", "source"}});
  else if (name == "[[exporter]]")
    ReadExporter(
        {document,
         name,
         table,
         {"id", "name", "drivers", "way", "bar", "memory", "maps_as_resource",
          "accepts_static", "needs", "with", "kernels", "unsure", "source"}});
  else if (name == "[[importer]]")
    ReadImporter({document,
                  name,
                  table,
                  {"id", "name", "drivers", "kind", "own_device",
                   "other_function", "preferred", "needs", "with", "without",
                   "kernels", "unsure", "source"}});
  else if (name == "[[vfio_denied]]")
    ReadFunctionIds(
        {document, name, table, {"ids", "name", "kernels", "unsure", "source"}},
        "denied function", &book_.vfio_denied_);
  else if (name == "[[non_mappable]]")
    ReadFunctionIds(
        {document,
         name,
         table,
         {"ids", "name", "architecture", "kernels", "unsure", "source"}},
        "function with non_mappable_bars", &book_.non_mappable_);
  else if (name == "[[nvidia_chipset]]")
    ReadFunctionIds(
        {document, name, table, {"ids", "name", "kernels", "unsure", "source"}},
        "chipset", &book_.nvidia_chipsets_);
  else if (name == "[[confidential]]")
    ReadConfidential({document,
                      name,
                      table,
                      {"guests", "with", "kernels", "unsure", "source"}});
  else if (name == "[[vfio_group_safe]]")
    ReadGroupSafe({document, name, table, {"drivers", "source"}});
  else
    return false;
  return true;
}

void RuleBookLoader::ReadKernelFeature(const RuleTable& table) {
  KernelFeatureRule rule;
  std::string name = table.String("feature");
  auto feature = KernelFeatureFromName(name);
  if (!feature) table.Fail("feature", "no such kernel feature");
  rule.feature = *feature;
  rule.shown_by = table.Among("shown_by", "a symbol", WantedSymbols());
  rule.denied_by = table.Among("denied_by", "a symbol", WantedSymbols());
  rule.shown_by_config =
      table.Among("shown_by_config", "an option", WantedConfigOptions());
  rule.hidden_patch = table.Kernels("hidden_patch");
  rule.source = table.String("source");
  rule.kernels = table.Joined("kernels");
  rule.since = FirstRelease(rule.kernels);
  SayOnce(table, "feature", "feature " + name, EveryKernel());
  book_.kernel_features_.push_back(ReadVersions(table, std::move(rule)));
}

void RuleBookLoader::ReadExporter(const RuleTable& table) {
  ExporterRule rule;
  rule.id = table.String("id");
  rule.name = table.String("name");
  table.Require("drivers");
  rule.drivers = table.Strings("drivers");
  rule.way = static_cast<ExporterWay>(table.OneOf(
      "way",
      {"vfio", "vfio-nvgrace", "vfio-no-dmabuf", "vfio-no-features",
       "drm-moves", "refuses-at-map", "nvidia", "rdma-core", "not-bar"}));
  if (table.Has("bar"))
    rule.bars.push_back(static_cast<uint8_t>(table.Integer("bar", 5)));
  if (table.Has("memory")) rule.memory = table.String("memory");
  rule.maps_as_resource = IsSet(table, "maps_as_resource");
  rule.accepts_static = IsSet(table, "accepts_static");
  rule.needs = table.Among("needs", "an option", WantedConfigOptions());
  rule.with = table.Features("with");
  rule.source = table.String("source");
  auto entry = ReadVersions(table, std::move(rule));
  entry.rule.kernels = table.Joined("kernels");
  SayOnce(table, "id", "exporter " + entry.rule.id, EveryKernel());
  for (const std::string& driver : entry.rule.drivers)
    SayOnce(table, "drivers", "exporter of driver " + driver, PerhapsIn(entry));
  book_.exporters_.push_back(std::move(entry));
}

void RuleBookLoader::ReadImporter(const RuleTable& table) {
  ImporterRule rule;
  rule.id = table.String("id");
  rule.name = table.String("name");
  rule.drivers = table.Strings("drivers");
  rule.kind = static_cast<ImporterKind>(
      table.OneOf("kind", {"static", "pinned", "pinned-revocable", "dynamic"}));
  rule.own_device = IsSet(table, "own_device");
  rule.other_function = IsSet(table, "other_function");
  rule.preferred = IsSet(table, "preferred");
  if (rule.preferred) table.Require("drivers");
  rule.needs = table.Among("needs", "an option", WantedConfigOptions());
  rule.with = table.Features("with");
  rule.without = table.Features("without");
  rule.source = table.String("source");
  auto entry = ReadVersions(table, std::move(rule));
  entry.rule.kernels = table.Joined("kernels");
  SayOnce(table, "kernels", "importer " + entry.rule.id, PerhapsIn(entry));
  if (entry.rule.preferred)
    for (const std::string& driver : entry.rule.drivers)
      SayOnce(table, "preferred", "the preferred importer of driver " + driver,
              PerhapsIn(entry));
  book_.importers_.push_back(std::move(entry));
}

void RuleBookLoader::ReadFunctionIds(
    const RuleTable& table, const std::string& what,
    std::vector<RuleBook::Versioned<FunctionIdRule>>* rules) {
  table.Require("ids");
  for (const DeviceId& id : table.Ids("ids")) {
    if (!id.device) table.Fail("ids", "must name devices, not whole vendors");
    FunctionIdRule rule;
    rule.vendor = id.vendor;
    rule.device = *id.device;
    rule.name = table.String("name");
    if (table.Has("architecture"))
      rule.architecture = table.String("architecture");
    rule.source = table.String("source");
    auto entry = ReadVersions(table, std::move(rule));
    entry.rule.kernels = table.Joined("kernels");
    SayOnce(table, "ids", what + " " + ToString(id), PerhapsIn(entry));
    rules->push_back(std::move(entry));
  }
}

void RuleBookLoader::ReadConfidential(const RuleTable& table) {
  table.Require("guests");
  for (const std::string& guest : table.Strings("guests")) {
    RuleBook::Versioned<ConfidentialRule> entry;
    entry.rule.guest = guest;
    entry.rule.with = table.Features("with");
    entry.rule.source = table.String("source");
    if (table.Has("kernels")) {
      ReadKernels(table, &entry.kernels, &entry.unsure);
      entry.rule.kernels = table.Joined("kernels");
    }
    SayOnce(table, "guests", "confidential guest " + guest, EveryKernel());
    book_.confidential_.push_back(std::move(entry));
  }
}

void RuleBookLoader::ReadGroupSafe(const RuleTable& table) {
  table.String("source");
  table.Require("drivers");
  for (std::string& driver : table.Strings("drivers")) {
    SayOnce(table, "drivers", "group-safe driver " + driver, EveryKernel());
    book_.group_safe_drivers_.push_back(std::move(driver));
  }
}

// Rules of others may know nothing of BARs; those that do must know all.
void RuleBookLoader::CheckKernelFeatures(const std::string& name) const {
  if (book_.kernel_features_.empty()) return;
  for (size_t i = 0; i < kKernelFeatures; ++i) {
    auto feature = KernelFeatureName(static_cast<KernelFeature>(i));
    if (!said_.count(fmt::format("feature {}", feature)))
      throw InputError(name,
                       fmt::format("no [[kernel_feature]] for '{}'", feature));
  }
}

}  // namespace p2pcheck
