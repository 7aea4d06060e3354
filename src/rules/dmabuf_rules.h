// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_RULES_DMABUF_RULES_H_
#define P2PCHECK_RULES_DMABUF_RULES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ternary.h"
#include "rules/kernel_features.h"

namespace p2pcheck {

/// How a driver hands out BAR memory (rules/exporters.toml;
/// spec/kernel-dmabuf.md 1.6 and 4.1).
enum class ExporterWay : uint8_t {
  kVfio,            ///< VFIO_DEVICE_FEATURE_DMA_BUF, generic physical ranges
  kVfioNvgrace,     ///< the same, with GPU memory behind regions 2 and 4
  kVfioNoDmabuf,    ///< a variant without the operation: EOPNOTSUPP
  kVfioNoFeatures,  ///< a variant without a feature handler: ENOTTY
  kDrmMoves,        ///< amdgpu, xe: moves to system memory where P2P fails
  kRefusesAtMap,    ///< habanalabs: EPERM at map
  kNvidia,          ///< nvidia-open: a rule of its own
  kRdmaCore,        ///< mlx5 doorbell pages through uverbs
  kNotBar,          ///< exports dma-bufs, but never of a BAR (i915, ...)
};
std::string_view ExporterWayName(ExporterWay way);

/// One way in which a driver exports.
struct ExporterRule {
  std::string id;                    ///< "vfio-pci", "amdgpu", "rdma-core"
  std::string name;                  ///< for a person
  std::vector<std::string> drivers;  ///< names of the `driver` link
  ExporterWay way = ExporterWay::kVfio;
  /// BARs it exports; empty: every memory BAR (VFIO), or none at all.
  std::vector<uint8_t> bars;
  /// It exports only what its own allocator placed in the BAR ("VRAM").
  std::string memory;
  /// Maps with dma_map_resource() whatever the map type, so that the DMA path
  /// counts even for BUS_ADDR pairs.
  bool maps_as_resource = false;
  /// A static importer may attach (nvidia-open).
  bool accepts_static = false;
  /// Options of the kernel without which it exports nothing.
  std::vector<std::string> needs;
  /// Features that it comes with.
  std::vector<KernelFeature> with = {};
  Ternary in_force = Ternary::kYes;
  std::string kernels, source;
};

/// What an importer is to an exporter (spec/kernel-dmabuf.md 2.1).
enum class ImporterKind : uint8_t {
  kStatic,           ///< no peer2peer, cannot let go
  kPinned,           ///< peer2peer, cannot let go
  kPinnedRevocable,  ///< peer2peer, pins, can be told to let go
  kDynamic,          ///< peer2peer, maps again on its own
};
std::string_view ImporterKindName(ImporterKind kind);
std::optional<ImporterKind> ImporterKindFromName(std::string_view name);

/// One use of a dma-buf by a driver or subsystem (rules/importers.toml).
/// DmabufRules has each id once: what this kernel has, or may have.  One that
/// it surely lacks stands there as well, in force "no".
struct ImporterRule {
  std::string id;    ///< "mlx5-mr", "iommufd", "net-devmem": for the user
  std::string name;  ///< "mlx5 memory region"
  /// Drivers of the importing function; empty: any (net devmem, iommufd).
  std::vector<std::string> drivers;
  ImporterKind kind = ImporterKind::kDynamic;
  /// It attaches with a device that is not the PCI function (iommufd), or
  /// with another function than the one named (mlx5's data direct).
  bool own_device = false;
  bool other_function = false;
  /// Chosen where the user names only the function.
  bool preferred = false;
  std::vector<std::string> needs;  ///< kernel options
  /// Features that it comes with, and goes with.
  std::vector<KernelFeature> with = {}, without = {};
  Ternary in_force = Ternary::kYes;  ///< whether this kernel has it, so
  std::string kernels, source;
};

/// A function that vfio-pci refuses to bind (O2), or whose BARs cannot be
/// mapped (8).
struct FunctionIdRule {
  uint16_t vendor = 0;
  uint16_t device = 0;
  std::string name;
  std::string architecture;  ///< empty: any; "s390x"
  Ternary in_force = Ternary::kYes;
  std::string kernels, source;
};

/// A kind of guest whose memory the host cannot read (2.7).
struct ConfidentialRule {
  std::string guest;  ///< as HostFacts::confidential_guest has it
  /// DIRECT maps of MMIO fail by forced bouncing, or by the addressing check.
  /// A kind of guest that no kernel refuses has its entry too.
  Ternary refuses_direct = Ternary::kUnknown;
  std::vector<KernelFeature> with = {};  ///< features it hangs on
  std::string kernels, source;
};

/// What one kernel, or what is known of it, does with BARs and dma-bufs.
struct DmabufRules {
  KernelFeatures features;
  std::vector<ExporterRule> exporters;
  std::vector<ImporterRule> importers;
  std::vector<FunctionIdRule> denied;          ///< vfio-pci's denylist
  std::vector<FunctionIdRule> non_mappable;    ///< setters of the flag
  std::vector<ConfidentialRule> confidential;  ///< each kind of guest once
  /// Host chipsets on which nvidia-open refuses peers without a common switch
  /// (4.1).
  std::vector<FunctionIdRule> nvidia_chipsets;
  /// Drivers beside which VFIO finds a group viable (O7): they own no DMA.
  std::vector<std::string> group_safe_drivers;
};

/// VFIO's ways, those of variants that cannot export included.
bool IsVfio(ExporterWay way);
/// The VFIO exporter that has this driver name; null: it is none that the
/// rules know.
const ExporterRule* VfioExporterOf(const DmabufRules& rules,
                                   std::string_view driver);
/// The use of a dma-buf with this id; null: this kernel has none.
const ImporterRule* FindUse(const DmabufRules& rules, std::string_view id);

}  // namespace p2pcheck

#endif  // P2PCHECK_RULES_DMABUF_RULES_H_
