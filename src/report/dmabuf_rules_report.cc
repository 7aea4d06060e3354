// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/dmabuf_rules_report.h"

#include <fmt/format.h>

#include "report/text.h"

namespace p2pcheck {
namespace {

constexpr FeatureEvidence kEvidence[] = {
    FeatureEvidence::kNamed, FeatureEvidence::kSymbols,
    FeatureEvidence::kConfig, FeatureEvidence::kRelease,
    FeatureEvidence::kNone};

constexpr ImporterKind kKinds[] = {
    ImporterKind::kDynamic, ImporterKind::kPinnedRevocable,
    ImporterKind::kPinned, ImporterKind::kStatic};

std::string_view RestsOn(FeatureEvidence evidence) {
  switch (evidence) {
    case FeatureEvidence::kNamed: return "by the kernel named: ";
    case FeatureEvidence::kSymbols: return "by its symbols: ";
    case FeatureEvidence::kConfig: return "by its configuration: ";
    case FeatureEvidence::kRelease: return "by its release: ";
    case FeatureEvidence::kNone: break;
  }
  return "not known: ";
}

std::string FeatureText(KernelFeature feature, const FeatureState& state) {
  std::string name(KernelFeatureName(feature));
  if (!state.witness.empty()) return name + " (" + state.witness + ")";
  if (state.present != Ternary::kUnknown || state.kernels.empty()) return name;
  return fmt::format("{} (kernels {})", name, state.kernels);
}

std::vector<std::string> FeaturesWith(const KernelFeatures& features,
                                      Ternary present,
                                      FeatureEvidence evidence) {
  std::vector<std::string> names;
  for (size_t i = 0; i < kKernelFeatures; ++i) {
    auto feature = static_cast<KernelFeature>(i);
    const FeatureState& state = features[feature];
    if (state.present == present && state.evidence == evidence)
      names.push_back(FeatureText(feature, state));
  }
  return names;
}

void WriteList(std::string_view label, std::string_view front,
               const std::vector<std::string>& items, const TextStyle& style,
               std::ostream& out) {
  if (items.empty()) return;
  WriteLabelled(label, fmt::format("{}{}", front, fmt::join(items, ", ")),
                style, out);
}

void WriteFeatures(const KernelFeatures& features, const TextStyle& style,
                   std::ostream& out) {
  static constexpr std::pair<Ternary, std::string_view> kAnswers[] = {
      {Ternary::kYes, "has"}, {Ternary::kNo, "lacks"}, {Ternary::kUnknown, ""}};
  for (auto [present, label] : kAnswers)
    for (FeatureEvidence evidence : kEvidence)
      WriteList(label, RestsOn(evidence),
                FeaturesWith(features, present, evidence), style, out);
}

std::string PerhapsText(Ternary in_force) {
  return in_force == Ternary::kUnknown ? " (perhaps)" : "";
}

std::string BarText(const ExporterRule& rule) {
  if (rule.bars.empty()) return "";
  return fmt::format(", {} in BAR {}", rule.memory, fmt::join(rule.bars, ", "));
}

void WriteExporters(const std::vector<ExporterRule>& rules,
                    const TextStyle& style, std::ostream& out) {
  for (const ExporterRule& rule : rules)
    WriteLabelled("exports",
                  fmt::format("{}: {}{}{}", fmt::join(rule.drivers, ", "),
                              ExporterWayName(rule.way), BarText(rule),
                              PerhapsText(rule.in_force)),
                  style, out);
}

void WriteImporters(const std::vector<ImporterRule>& rules,
                    const TextStyle& style, std::ostream& out) {
  for (ImporterKind kind : kKinds) {
    std::vector<std::string> items;
    for (const ImporterRule& rule : rules)
      if (rule.kind == kind && rule.in_force != Ternary::kNo &&
          rule.id != ImporterKindName(kind))
        items.push_back(rule.id + PerhapsText(rule.in_force));
    WriteList("imports", fmt::format("{}: ", ImporterKindName(kind)), items,
              style, out);
  }
}

void WriteIds(std::string_view label, std::string_view front,
              const std::vector<FunctionIdRule>& rules, const TextStyle& style,
              std::ostream& out) {
  std::vector<std::string> items;
  for (const FunctionIdRule& rule : rules)
    items.push_back(fmt::format("{:04x}:{:04x}{}", rule.vendor, rule.device,
                                PerhapsText(rule.in_force)));
  WriteList(label, front, items, style, out);
}

void WriteGuests(const std::vector<ConfidentialRule>& rules,
                 const TextStyle& style, std::ostream& out) {
  std::vector<std::string> items;
  for (const ConfidentialRule& rule : rules)
    if (rule.refuses_direct != Ternary::kNo)
      items.push_back(rule.guest + PerhapsText(rule.refuses_direct));
  WriteList("guests", "no direct map of a BAR in: ", items, style, out);
}

void WriteStrings(std::string_view key, const std::vector<std::string>& items,
                  JsonWriter& json) {
  json.Key(key).BeginArray();
  for (const std::string& item : items) json.String(item);
  json.EndArray();
}

void WriteFeaturesJson(const KernelFeatures& features, JsonWriter& json) {
  json.Key("features").BeginArray();
  for (size_t i = 0; i < kKernelFeatures; ++i) {
    auto feature = static_cast<KernelFeature>(i);
    const FeatureState& state = features[feature];
    json.BeginObject().Field("name", KernelFeatureName(feature));
    json.Field("present", state.present);
    json.Field("evidence", FeatureEvidenceName(state.evidence));
    json.Key("witness");
    state.witness.empty() ? json.Null() : json.String(state.witness);
    json.Field("kernels", state.kernels).Field("source", state.source);
    json.EndObject();
  }
  json.EndArray();
}

void WriteExportersJson(const std::vector<ExporterRule>& rules,
                        JsonWriter& json) {
  json.Key("exporters").BeginArray();
  for (const ExporterRule& rule : rules) {
    json.BeginObject().Field("id", rule.id).Field("name", rule.name);
    WriteStrings("drivers", rule.drivers, json);
    json.Field("way", ExporterWayName(rule.way));
    json.Key("bars").BeginArray();
    for (uint8_t bar : rule.bars) json.Number(bar);
    json.EndArray().Field("memory", rule.memory);
    json.Field("maps_as_resource", rule.maps_as_resource);
    json.Field("accepts_static", rule.accepts_static);
    WriteStrings("needs", rule.needs, json);
    json.Field("in_force", rule.in_force).Field("kernels", rule.kernels);
    json.Field("source", rule.source).EndObject();
  }
  json.EndArray();
}

void WriteImportersJson(const std::vector<ImporterRule>& rules,
                        JsonWriter& json) {
  json.Key("importers").BeginArray();
  for (const ImporterRule& rule : rules) {
    json.BeginObject().Field("id", rule.id).Field("name", rule.name);
    WriteStrings("drivers", rule.drivers, json);
    json.Field("kind", ImporterKindName(rule.kind));
    json.Field("own_device", rule.own_device);
    json.Field("other_function", rule.other_function);
    json.Field("preferred", rule.preferred);
    WriteStrings("needs", rule.needs, json);
    json.Field("in_force", rule.in_force).Field("kernels", rule.kernels);
    json.Field("source", rule.source).EndObject();
  }
  json.EndArray();
}

void WriteIdsJson(std::string_view key,
                  const std::vector<FunctionIdRule>& rules, JsonWriter& json) {
  json.Key(key).BeginArray();
  for (const FunctionIdRule& rule : rules) {
    json.BeginObject();
    json.Field("id", fmt::format("{:04x}:{:04x}", rule.vendor, rule.device));
    json.Field("name", rule.name);
    json.Key("architecture");
    rule.architecture.empty() ? json.Null() : json.String(rule.architecture);
    json.Field("in_force", rule.in_force).Field("kernels", rule.kernels);
    json.Field("source", rule.source).EndObject();
  }
  json.EndArray();
}

}  // namespace

void WriteDmabufRulesText(const DmabufRules& rules, const TextStyle& style,
                          std::ostream& out) {
  out << Painted("BARs and dma-bufs", Paint::kHead, style) << "\n";
  WriteFeatures(rules.features, style, out);
  WriteExporters(rules.exporters, style, out);
  WriteImporters(rules.importers, style, out);
  WriteIds("refused", "by vfio-pci: ", rules.denied, style, out);
  WriteIds("unmapped", "non_mappable_bars: ", rules.non_mappable, style, out);
  WriteList("beside",
            "VFIO takes a group with functions on: ", rules.group_safe_drivers,
            style, out);
  WriteGuests(rules.confidential, style, out);
}

void WriteDmabufRulesJson(const DmabufRules& rules, JsonWriter& json) {
  json.BeginObject();
  WriteFeaturesJson(rules.features, json);
  WriteExportersJson(rules.exporters, json);
  WriteImportersJson(rules.importers, json);
  WriteIdsJson("vfio_denied", rules.denied, json);
  WriteIdsJson("non_mappable", rules.non_mappable, json);
  WriteIdsJson("nvidia_chipsets", rules.nvidia_chipsets, json);
  WriteStrings("vfio_group_safe", rules.group_safe_drivers, json);
  json.Key("confidential_guests").BeginArray();
  for (const ConfidentialRule& rule : rules.confidential) {
    json.BeginObject().Field("guest", rule.guest);
    json.Field("refuses_direct", rule.refuses_direct);
    json.Field("kernels", rule.kernels).Field("source", rule.source);
    json.EndObject();
  }
  json.EndArray().EndObject();
}

}  // namespace p2pcheck
