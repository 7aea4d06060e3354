// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_RULES_KERNEL_FEATURES_H_
#define P2PCHECK_RULES_KERNEL_FEATURES_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/observed.h"
#include "base/ternary.h"
#include "rules/kernel_version.h"
#include "snapshot/host_snapshot.h"

namespace p2pcheck {

/// What a kernel can or does, where kernels differ about BARs and DMABUF.
/// Numbers are those of spec/kernel-dmabuf.md 0.1; which kernels have which,
/// and what shows it, is data: rules/kernel_features.toml.
enum class KernelFeature : uint8_t {
  kP2pdma,                   ///< V1: pci_p2pdma with struct pages
  kP2pmemAllocate,           ///< V2: p2pmem/allocate, FOLL_PCI_P2PDMA
  kNonMappableFlag,          ///< V3: pdev->non_mappable_bars
  kZoneDeviceAnyArch,        ///< V4: ZONE_DEVICE without PTE_DEVMAP
  kMmioMapPhys,              ///< V5: forced bouncing fails an MMIO map
  kP2pdmaProvider,           ///< V6: a provider per BAR
  kVfioDmabuf,               ///< V7: VFIO PCI exports
  kIommufdMapFile,           ///< IOMMU_IOAS_MAP_FILE at all
  kIommufdDmabuf,            ///< V8: it takes VFIO's dma-bufs
  kVfioPinRefuses,           ///< V9: pinned importers get EOPNOTSUPP at pin
  kRdmaCoreExport,           ///< V10: doorbell pages of mlx5
  kMoveNotifyOption,         ///< before V11: CONFIG_DMABUF_MOVE_NOTIFY exists
  kRevocableAttach,          ///< V12: attach asks for an invalidate callback
  kRevocablePin,             ///< V13: irdma pins revocably
  kCleanupBeforeDisable,     ///< V14: CVE-2026-53322 is fixed
  kClaimLazy,                ///< V15: the BAR is claimed at the export
  kClaimEager,               ///< V15: the BAR is claimed at open
  kIsmVfioDriver,            ///< V16
  kHonoursNonMappable,       ///< V17: p2pdma refuses non_mappable_bars
  kClaimSkipsNonMappable,    ///< eager claim passes such functions over (7.2)
  kLongMapFixed,             ///< V18: lengths over 4 GiB
  kAmdgpuRuntimePm,          ///< V19
  kUntrustedMmioNotBounced,  ///< V20
  kMmioRangeMap,             ///< V21: dma-direct translates MMIO
  kIommufdKeepsMmio,         ///< V22: in a second domain too
  kMultiRangeIovaDefect,     ///< V24: two ranges collide over IOVA
  kNetDevmem,                ///< net devmem imports (6.12)
  kZcrxDmabuf,               ///< io_uring zcrx imports
  kNvmeMultipathP2p,         ///< 7.2: multipath and md pass P2P pages on
  kGpuPinsVram,              ///< amdgpu, xe: a pin for peers leaves VRAM alone
                             ///< (6.12 not, 7.0 yes, between not looked at)
};
constexpr size_t kKernelFeatures = 30;

/// "vfio-dmabuf": as rules/kernel_features.toml and the JSON have it.
std::string_view KernelFeatureName(KernelFeature feature);
std::optional<KernelFeature> KernelFeatureFromName(std::string_view name);

/// What an answer about a feature rests on, strongest first.  A later source
/// never overrides an earlier one (spec/kernel-dmabuf.md 0.3).
enum class FeatureEvidence : uint8_t {
  kNamed,    ///< the user named the kernel
  kSymbols,  ///< a symbol that only kernels with (or without) it have
  kConfig,   ///< the kernel's configuration
  kRelease,  ///< its release string, mainline-based
  kNone,     ///< nothing told: unknown
};
std::string_view FeatureEvidenceName(FeatureEvidence evidence);

struct FeatureState {
  Ternary present = Ternary::kUnknown;
  FeatureEvidence evidence = FeatureEvidence::kNone;
  std::string witness = {};  ///< the symbol or option that told
  std::string since = {};    ///< the first release that has it: "6.19"
  std::string kernels = {};  ///< as the rule has it: "7.2.8-7.2.*, 7.3-"
  std::string source = {};
};

/// One entry of rules/kernel_features.toml.
struct KernelFeatureRule {
  KernelFeature feature = KernelFeature::kP2pdma;
  Ternary in_force = Ternary::kUnknown;  ///< for the release asked about
  /// Symbols whose presence proves the feature, and whose presence disproves
  /// it.  Absence proves nothing: modules load late.
  std::vector<std::string> shown_by, denied_by;
  /// Options that, set (y or m), prove it.
  std::vector<std::string> shown_by_config;
  /// Minor releases of which a build that hides its third number may have it.
  std::vector<KernelRange> hidden_patch;
  std::string since, kernels;  ///< as written in the rule
  std::string source;
};

/// The features of one kernel.
class KernelFeatures {
 public:
  const FeatureState& operator[](KernelFeature feature) const {
    return states_[static_cast<size_t>(feature)];
  }
  FeatureState& operator[](KernelFeature feature) {
    return states_[static_cast<size_t>(feature)];
  }
  Ternary Has(KernelFeature feature) const { return (*this)[feature].present; }

  /// Whether all of `with` are there and none of `without`; yes for none.
  Ternary Fit(const std::vector<KernelFeature>& with,
              const std::vector<KernelFeature>& without) const;

 private:
  std::array<FeatureState, kKernelFeatures> states_;
};

/// What is known of one feature: of a kernel that the user named its release
/// alone, since the host's symbols are those of another.
FeatureState DeriveFeature(const KernelFeatureRule& rule, bool named,
                           const HostFacts& host);

}  // namespace p2pcheck

#endif  // P2PCHECK_RULES_KERNEL_FEATURES_H_
