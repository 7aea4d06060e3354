// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/kernel_features.h"

#include <algorithm>

namespace p2pcheck {
namespace {

constexpr std::array<std::string_view, kKernelFeatures> kNames = {
    "p2pdma",
    "p2pmem-allocate",
    "non-mappable-flag",
    "zone-device-any-arch",
    "mmio-map-phys",
    "p2pdma-provider",
    "vfio-dmabuf",
    "iommufd-map-file",
    "iommufd-dmabuf",
    "vfio-pin-refuses",
    "rdma-core-export",
    "move-notify-option",
    "revocable-attach",
    "revocable-pin",
    "cleanup-before-disable",
    "claim-lazy",
    "claim-eager",
    "ism-vfio-driver",
    "honours-non-mappable",
    "claim-skips-non-mappable",
    "long-map-fixed",
    "amdgpu-runtime-pm",
    "untrusted-mmio-not-bounced",
    "mmio-range-map",
    "iommufd-keeps-mmio",
    "multi-range-iova-defect",
    "net-devmem",
    "zcrx-dmabuf",
    "nvme-multipath-p2p",
    "gpu-pins-vram",
};
static_assert(static_cast<size_t>(KernelFeature::kGpuPinsVram) + 1 ==
              kKernelFeatures);

// The first of `names` for which the map has one of `values`; empty: none.
template <class Said>
std::string FirstThat(Said said, const Observed<StringMap>& facts,
                      const std::vector<std::string>& names) {
  if (!facts.known()) return "";
  for (const std::string& name : names) {
    auto found = facts.value().find(name);
    if (found != facts.value().end() && said(found->second)) return name;
  }
  return "";
}

void Tell(Ternary present, FeatureEvidence evidence, std::string witness,
          FeatureState* state) {
  if (present == Ternary::kUnknown) return;
  state->present = present;
  state->evidence = evidence;
  state->witness = std::move(witness);
}

// A kernel with symbols of both sides is none that we know: they tell nothing.
void AskSymbols(const KernelFeatureRule& rule, const HostFacts& host,
                FeatureState* state) {
  auto is_there = [](const std::string& value) { return value == "yes"; };
  std::string shown = FirstThat(is_there, host.symbols, rule.shown_by);
  std::string denied = FirstThat(is_there, host.symbols, rule.denied_by);
  if (shown.empty() == denied.empty()) return;
  bool present = denied.empty();
  Tell(ToTernary(present), FeatureEvidence::kSymbols, present ? shown : denied,
       state);
}

void AskConfig(const KernelFeatureRule& rule, const HostFacts& host,
               FeatureState* state) {
  auto is_on = [](const std::string& value) {
    return value == "y" || value == "m";
  };
  std::string shown = FirstThat(is_on, host.config, rule.shown_by_config);
  if (shown.empty()) return;
  Tell(Ternary::kYes, FeatureEvidence::kConfig, shown, state);
}

}  // namespace

std::string_view KernelFeatureName(KernelFeature feature) {
  return kNames[static_cast<size_t>(feature)];
}

std::optional<KernelFeature> KernelFeatureFromName(std::string_view name) {
  auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<KernelFeature>(found - kNames.begin());
}

std::string_view FeatureEvidenceName(FeatureEvidence evidence) {
  switch (evidence) {
    case FeatureEvidence::kNamed: return "named";
    case FeatureEvidence::kSymbols: return "symbols";
    case FeatureEvidence::kConfig: return "config";
    case FeatureEvidence::kRelease: return "release";
    case FeatureEvidence::kNone: break;
  }
  return "none";
}

Ternary KernelFeatures::Fit(const std::vector<KernelFeature>& with,
                            const std::vector<KernelFeature>& without) const {
  Ternary fit = Ternary::kYes;
  for (KernelFeature feature : with) fit = And(fit, Has(feature));
  for (KernelFeature feature : without) fit = And(fit, Not(Has(feature)));
  return fit;
}

FeatureState DeriveFeature(const KernelFeatureRule& rule, bool named,
                           const HostFacts& host) {
  FeatureState state;
  state.since = rule.since;
  state.kernels = rule.kernels;
  state.source = rule.source;
  if (named) {
    Tell(rule.in_force, FeatureEvidence::kNamed, "", &state);
    return state;
  }
  AskSymbols(rule, host, &state);
  if (state.present == Ternary::kUnknown) AskConfig(rule, host, &state);
  if (state.present == Ternary::kUnknown)
    Tell(rule.in_force, FeatureEvidence::kRelease, "", &state);
  return state;
}

}  // namespace p2pcheck
