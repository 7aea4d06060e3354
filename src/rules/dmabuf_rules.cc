// SPDX-License-Identifier: GPL-2.0-or-later
//
// What one kernel does with BARs and dma-bufs.
//
// Features first: each from the strongest evidence there is.  Then the tables:
// an entry is in force by the release where that tells something, and by the
// features it comes or goes with.  Of a kernel whose release tells nothing, an
// entry that comes with features that were shown is there; else it may be.
#include "rules/dmabuf_rules.h"

#include <algorithm>

#include "rules/rule_set.h"

namespace p2pcheck {
namespace {

bool HoldsEveryKernel(const std::vector<KernelRange>& ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [](const auto& range) {
    return range.from == KernelVersion{0, 0, 0} && !range.to;
  });
}

// Of entries with the same id the one that is in force, or may be; the first
// of equals.
void KeepBest(ImporterRule rule, std::vector<ImporterRule>* to) {
  auto same = std::find_if(
      to->begin(), to->end(),
      [&](const ImporterRule& other) { return other.id == rule.id; });
  if (same == to->end())
    to->push_back(std::move(rule));
  else if (same->in_force < rule.in_force)
    *same = std::move(rule);
}

}  // namespace

bool IsVfio(ExporterWay way) {
  return way == ExporterWay::kVfio || way == ExporterWay::kVfioNvgrace ||
         way == ExporterWay::kVfioNoDmabuf ||
         way == ExporterWay::kVfioNoFeatures;
}

const ExporterRule* VfioExporterOf(const DmabufRules& rules,
                                   std::string_view driver) {
  for (const ExporterRule& rule : rules.exporters)
    if (IsVfio(rule.way) && std::find(rule.drivers.begin(), rule.drivers.end(),
                                      driver) != rule.drivers.end())
      return &rule;
  return nullptr;
}

const ImporterRule* FindUse(const DmabufRules& rules, std::string_view id) {
  for (const ImporterRule& use : rules.importers)
    if (use.id == id) return &use;
  return nullptr;
}

/// Chooses from the tables for one kernel.
class RuleBook::DmabufChooser {
 public:
  DmabufChooser(const RuleBook& book, const Observed<KernelVersion>& version,
                bool named, const HostFacts& host)
      : book_(book), named_(named), host_(host) {
    if (version.known() && (named || !HidesFeatures(host)))
      release_ = version.value();
  }

  DmabufRules Choose() {
    for (const auto& entry : book_.kernel_features_) ChooseFeature(entry);
    ChooseThere(book_.exporters_, &rules_.exporters);
    for (const auto& entry : book_.importers_) ChooseImporter(entry);
    ChooseThere(book_.vfio_denied_, &rules_.denied);
    ChooseThere(book_.non_mappable_, &rules_.non_mappable);
    ChooseThere(book_.nvidia_chipsets_, &rules_.nvidia_chipsets);
    for (const auto& entry : book_.confidential_) ChooseGuest(entry);
    rules_.group_safe_drivers = book_.group_safe_drivers_;
    return std::move(rules_);
  }

 private:
  template <class Rule>
  Ternary ByRelease(const Versioned<Rule>& entry) const {
    if (release_)
      return book_.InForceOrPlanned(entry.kernels, entry.unsure, *release_);
    if (entry.kernels.empty()) return Ternary::kNo;
    return HoldsEveryKernel(entry.kernels) ? Ternary::kYes : Ternary::kUnknown;
  }

  // Features that were shown prove an entry that comes with them.
  Ternary InForce(Ternary by_release, const std::vector<KernelFeature>& with,
                  const std::vector<KernelFeature>& without) const {
    Ternary fit = rules_.features.Fit(with, without);
    if (!release_ && !with.empty()) return fit;
    return And(by_release, fit);
  }
  Ternary InForce(const Versioned<ExporterRule>& entry) const {
    return InForce(ByRelease(entry), entry.rule.with, {});
  }
  Ternary InForce(const Versioned<FunctionIdRule>& entry) const {
    return ByRelease(entry);
  }

  template <class Rule>
  void ChooseThere(const std::vector<Versioned<Rule>>& from,
                   std::vector<Rule>* to) const {
    for (const Versioned<Rule>& entry : from) {
      Ternary in_force = InForce(entry);
      if (in_force == Ternary::kNo) continue;
      to->push_back(entry.rule);
      to->back().in_force = in_force;
    }
  }

  void ChooseFeature(const Versioned<KernelFeatureRule>& entry) {
    KernelFeatureRule rule = entry.rule;
    rule.in_force = ByRelease(entry);
    bool hidden = !named_ && release_ && !release_->patch;
    if (hidden && Contains(rule.hidden_patch, *release_) != Ternary::kNo)
      rule.in_force = Ternary::kUnknown;
    rules_.features[rule.feature] = DeriveFeature(rule, named_, host_);
  }

  void ChooseImporter(const Versioned<ImporterRule>& entry) {
    ImporterRule rule = entry.rule;
    rule.in_force = InForce(ByRelease(entry), rule.with, rule.without);
    KeepBest(std::move(rule), &rules_.importers);
  }

  void ChooseGuest(const Versioned<ConfidentialRule>& entry) {
    rules_.confidential.push_back(entry.rule);
    rules_.confidential.back().refuses_direct =
        InForce(ByRelease(entry), entry.rule.with, {});
  }

  const RuleBook& book_;
  bool named_;
  const HostFacts& host_;
  std::optional<KernelVersion> release_;  // none: tells nothing
  DmabufRules rules_;
};

std::string_view ExporterWayName(ExporterWay way) {
  switch (way) {
    case ExporterWay::kVfio: return "vfio";
    case ExporterWay::kVfioNvgrace: return "vfio-nvgrace";
    case ExporterWay::kVfioNoDmabuf: return "vfio-no-dmabuf";
    case ExporterWay::kVfioNoFeatures: return "vfio-no-features";
    case ExporterWay::kDrmMoves: return "drm-moves";
    case ExporterWay::kRefusesAtMap: return "refuses-at-map";
    case ExporterWay::kNvidia: return "nvidia";
    case ExporterWay::kRdmaCore: return "rdma-core";
    case ExporterWay::kNotBar: break;
  }
  return "not-bar";
}

std::string_view ImporterKindName(ImporterKind kind) {
  switch (kind) {
    case ImporterKind::kStatic: return "static";
    case ImporterKind::kPinned: return "pinned";
    case ImporterKind::kPinnedRevocable: return "pinned-revocable";
    case ImporterKind::kDynamic: break;
  }
  return "dynamic";
}

std::optional<ImporterKind> ImporterKindFromName(std::string_view name) {
  for (ImporterKind kind :
       {ImporterKind::kStatic, ImporterKind::kPinned,
        ImporterKind::kPinnedRevocable, ImporterKind::kDynamic})
    if (ImporterKindName(kind) == name) return kind;
  return std::nullopt;
}

DmabufRules RuleBook::DmabufRulesOf(const Observed<KernelVersion>& version,
                                    bool named, const HostFacts& host) const {
  return DmabufChooser(*this, version, named, host).Choose();
}

}  // namespace p2pcheck
