// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SNAPSHOT_HOST_SNAPSHOT_H_
#define P2PCHECK_SNAPSHOT_HOST_SNAPSHOT_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/observed.h"
#include "pci/address.h"
#include "pci/config_space.h"

namespace p2pcheck {

/// What sysfs nests a function's directory under: a bridge, or the root bus
/// itself.
struct ParentLink {
  bool is_root_bus = false;
  PciAddress bridge;  ///< where !is_root_bus
  RootBus root_bus;   ///< where is_root_bus

  friend bool operator==(const ParentLink& a, const ParentLink& b) {
    return a.is_root_bus == b.is_root_bus &&
           (a.is_root_bus ? a.root_bus == b.root_bus : a.bridge == b.bridge);
  }
};

/// One line of sysfs' `resource` file: CPU addresses, both ends included.
struct ResourceLine {
  uint64_t start = 0;
  uint64_t end = 0;
  uint64_t flags = 0;  ///< IORESOURCE_* bits

  friend bool operator==(const ResourceLine& a, const ResourceLine& b) {
    return a.start == b.start && a.end == b.end && a.flags == b.flags;
  }
};

/// A device node that hangs from a function: "nvme" "nvme0", "net"
/// "enp65s0f0", "drm" "card1", "infiniband" "mlx5_0".
struct DeviceNode {
  std::string subsystem;
  std::string name;

  friend bool operator==(const DeviceNode& a, const DeviceNode& b) {
    return a.subsystem == b.subsystem && a.name == b.name;
  }
  friend bool operator<(const DeviceNode& a, const DeviceNode& b) {
    return a.subsystem != b.subsystem ? a.subsystem < b.subsystem
                                      : a.name < b.name;
  }
};

/// One file of a function's `p2pmem` directory.
struct P2pMemory {
  uint64_t size = 0;
  uint64_t available = 0;
  bool published = false;

  friend bool operator==(const P2pMemory& a, const P2pMemory& b) {
    return a.size == b.size && a.available == b.available &&
           a.published == b.published;
  }
};

/// Memory at a CPU address.
struct MemoryRange {
  uint64_t base = 0;
  uint64_t size = 0;

  friend bool operator==(const MemoryRange& a, const MemoryRange& b) {
    return a.base == b.base && a.size == b.size;
  }
};

using StringList = std::vector<std::string>;
using ResourceList = std::vector<ResourceLine>;
using NodeList = std::vector<DeviceNode>;
using StringMap = std::map<std::string, std::string>;
using AddressMap = std::map<uint16_t, PciAddress>;

/// The raw facts of one PCI function: the kernel's view where sysfs has one,
/// the hardware's in `config`.  The two can differ (a VF's config space has
/// no IDs; a quirk may change a class).
struct FunctionRecord {
  PciAddress address;

  Observed<uint16_t> vendor, device, subsystem_vendor, subsystem_device;
  Observed<uint32_t> class_code;  ///< 24 bits: base class, sub-class, interface
  Observed<uint8_t> revision;

  /// Where the directory stands: sysfs' own nesting.
  Observed<ParentLink> parent;
  ConfigSpace config;
  /// 7, 13 or 17 lines, as sysfs has them.
  Observed<ResourceList> resource;

  Observed<std::string> driver;    ///< absent: none bound
  Observed<uint32_t> iommu_group;  ///< absent: in no group
  Observed<std::string> iommu;     ///< "dmar0", the unit that serves it
  Observed<int32_t> numa_node;     ///< -1 as the kernel says it
  Observed<uint8_t> enable;        ///< the count in `enable`
  /// Link speed in tenths of GT/s and width in lanes; absent: no link, or a
  /// link that is down.
  Observed<uint16_t> current_link_speed, max_link_speed;
  Observed<uint8_t> current_link_width, max_link_width;
  Observed<std::string> power_state;     ///< "D0", "D3cold", "unknown", ...
  Observed<std::string> runtime_status;  ///< "active", "suspended", ...

  Observed<PciAddress> physfn;   ///< absent: not a virtual function
  Observed<AddressMap> virtfns;  ///< by number; absent: not a PF with VFs
  Observed<uint16_t> sriov_totalvfs, sriov_numvfs, sriov_offset, sriov_stride;
  Observed<bool> ari_enabled;
  Observed<uint8_t> dma_mask_bits, consistent_dma_mask_bits;
  Observed<P2pMemory> p2pmem;       ///< absent: no pool
  Observed<std::string> removable;  ///< "fixed", "removable", "unknown"
  /// Sizes a resizable BAR can have, "N:0xMASK", bit n = 2^n MiB.
  Observed<StringList> resizable;
  Observed<StringList> port_services;  ///< "pcie002", of /sys/bus/pci_express
  Observed<std::string> vfio_dev;      ///< "vfio3"; absent: no VFIO driver
  Observed<NodeList> nodes;            ///< sorted
  /// "0", "2": the BARs for which sysfs has a resourceN file, which are those
  /// that can be mapped; absent: none.
  Observed<StringList> resource_files;
  /// The memory of a GPU that ACPI describes (nvidia,gpu-mem-base-pa and
  /// -size).  No attribute shows it, so only a recording can have it.
  Observed<MemoryRange> gpu_memory;

  friend bool operator==(const FunctionRecord&, const FunctionRecord&);
};

struct IommuGroupRecord {
  Observed<std::string> type;  ///< "DMA", "DMA-FQ", "identity", ...
  Observed<StringList> reserved_regions;

  friend bool operator==(const IommuGroupRecord& a, const IommuGroupRecord& b) {
    return a.type == b.type && a.reserved_regions == b.reserved_regions;
  }
};

/// What is known of the machine and its kernel.
struct HostFacts {
  Observed<std::string> kernel_release;  ///< "6.1.0-45-amd64"
  Observed<std::string> kernel_version;  ///< /proc/version, whole
  Observed<std::string> architecture;    ///< "x86_64", as uname says
  Observed<uint32_t> page_size;          ///< bytes
  Observed<std::string> command_line;
  Observed<std::string> cpu_vendor;  ///< "AuthenticAMD"; first processor
  Observed<uint32_t> cpu_family;
  Observed<uint32_t> cpu_model;
  Observed<std::string> cpu_model_name;
  Observed<bool> hypervisor;  ///< x86: the `hypervisor` CPU flag
  /// Evidence that this is a confidential guest: "tdx", "sev-snp", "cca",
  /// "s390-pv", "ppc-svm".  Absent: looked where it would show, not there.
  Observed<std::string> confidential_guest;
  /// The options of the kernel's configuration that matter, "PCI_P2PDMA" =>
  /// "y".  An option that the configuration does not set is "n".
  Observed<StringMap> config;
  /// Which of the symbols that tell features apart /proc/kallsyms has, "yes"
  /// or "no" each.
  Observed<StringMap> symbols;
  Observed<StringMap>
      module_parameters;             ///< "vfio_pci.disable_denylist" => "N"
  Observed<StringList> iommu_units;  ///< "dmar0 intel", "ivhd0 amd", ...
  Observed<StringList> acpi_tables;  ///< of those that matter: "DMAR"
  Observed<StringList> numa_nodes;   ///< "online 0-1"
  /// Global order of registration, "bbdd" each, of /proc/bus/pci/devices.
  Observed<StringList> registration_order;
  /// The lines of the kernel log that concern ACS, groups and p2pdma, in
  /// order, without time stamps.
  Observed<StringList> kernel_log;
  /// What /proc/iomem has inside the memory of PCI functions, in its order:
  /// "fe800000-fe800fff efifb", the name being whoever claimed it.
  Observed<StringList> busy_regions;
  /// x86: whether interrupts go through an IOMMU's remapping.
  Observed<bool> interrupt_remapping;
  /// Whether the reader may see config space beyond the first 64 bytes.
  Observed<bool> privileged;

  friend bool operator==(const HostFacts&, const HostFacts&);
};

/// Something the source noticed while reading: never fatal, always told.
struct SourceWarning {
  std::string text;  ///< "0000:01:00.0: vanished while it was read"
};

/// Everything that was read from one host, once.  Immutable afterwards.
struct HostSnapshot {
  HostFacts host;
  std::vector<FunctionRecord> functions;  ///< sorted by address, no doubles
  std::map<uint32_t, IommuGroupRecord> groups;
  /// A root bus whose directory lies inside a function's own: the VMD
  /// endpoint by the root bus of its domain.
  std::map<RootBus, PciAddress> nested_root_buses;

  /// How the source names itself: "live", "recording", "lspci-dump" (with
  /// bytes), "lspci-text" (without), "sysfs-tree", "hwloc-topology",
  /// "sosreport", "nvidia-bug-report"; and its path ("-" for standard input,
  /// "/" live).
  std::string source_kind;
  std::string source_name;
  /// What it was packed in: "tar", "gzip", "tar+xz"; empty for nothing.
  std::string source_packing;
  /// Of a source with several parts those that were used, as paths in it.
  std::vector<std::string> source_parts;
  /// Whether every function of the host is here, as far as the source can
  /// tell; false where only the functions asked for were read.
  bool complete = true;
  std::vector<SourceWarning> warnings;

  const FunctionRecord* Find(const PciAddress& address) const;
};

/// Whether two snapshots hold the same facts; where they came from and what
/// was noticed on the way is not compared.
bool SameFacts(const HostSnapshot& a, const HostSnapshot& b);

/// Calls `visit(name, &FunctionRecord::field)` for each field but `address`
/// and `config`, in the order in which a recording has them.  The one list of
/// fields: recording, comparison and the tests that hide facts use it.
template <class Visitor>
void ForEachField(Visitor&& visit) {
  visit("parent", &FunctionRecord::parent);
  visit("vendor", &FunctionRecord::vendor);
  visit("device", &FunctionRecord::device);
  visit("class", &FunctionRecord::class_code);
  visit("subsystem_vendor", &FunctionRecord::subsystem_vendor);
  visit("subsystem_device", &FunctionRecord::subsystem_device);
  visit("revision", &FunctionRecord::revision);
  visit("driver", &FunctionRecord::driver);
  visit("iommu_group", &FunctionRecord::iommu_group);
  visit("iommu", &FunctionRecord::iommu);
  visit("numa_node", &FunctionRecord::numa_node);
  visit("enable", &FunctionRecord::enable);
  visit("current_link_speed", &FunctionRecord::current_link_speed);
  visit("max_link_speed", &FunctionRecord::max_link_speed);
  visit("current_link_width", &FunctionRecord::current_link_width);
  visit("max_link_width", &FunctionRecord::max_link_width);
  visit("power_state", &FunctionRecord::power_state);
  visit("runtime_status", &FunctionRecord::runtime_status);
  visit("physfn", &FunctionRecord::physfn);
  visit("virtfn", &FunctionRecord::virtfns);
  visit("sriov_totalvfs", &FunctionRecord::sriov_totalvfs);
  visit("sriov_numvfs", &FunctionRecord::sriov_numvfs);
  visit("sriov_offset", &FunctionRecord::sriov_offset);
  visit("sriov_stride", &FunctionRecord::sriov_stride);
  visit("ari_enabled", &FunctionRecord::ari_enabled);
  visit("dma_mask_bits", &FunctionRecord::dma_mask_bits);
  visit("consistent_dma_mask_bits", &FunctionRecord::consistent_dma_mask_bits);
  visit("p2pmem", &FunctionRecord::p2pmem);
  visit("removable", &FunctionRecord::removable);
  visit("resizable", &FunctionRecord::resizable);
  visit("port_service", &FunctionRecord::port_services);
  visit("vfio_dev", &FunctionRecord::vfio_dev);
  visit("node", &FunctionRecord::nodes);
  visit("resource", &FunctionRecord::resource);
  visit("resource_file", &FunctionRecord::resource_files);
  visit("gpu_memory", &FunctionRecord::gpu_memory);
}

/// The same for the facts of the host.
template <class Visitor>
void ForEachHostField(Visitor&& visit) {
  visit("kernel_release", &HostFacts::kernel_release);
  visit("kernel_version", &HostFacts::kernel_version);
  visit("architecture", &HostFacts::architecture);
  visit("page_size", &HostFacts::page_size);
  visit("command_line", &HostFacts::command_line);
  visit("cpu_vendor", &HostFacts::cpu_vendor);
  visit("cpu_family", &HostFacts::cpu_family);
  visit("cpu_model", &HostFacts::cpu_model);
  visit("cpu_model_name", &HostFacts::cpu_model_name);
  visit("hypervisor", &HostFacts::hypervisor);
  visit("confidential_guest", &HostFacts::confidential_guest);
  visit("config", &HostFacts::config);
  visit("symbol", &HostFacts::symbols);
  visit("module_parameter", &HostFacts::module_parameters);
  visit("iommu_unit", &HostFacts::iommu_units);
  visit("acpi_table", &HostFacts::acpi_tables);
  visit("numa_nodes", &HostFacts::numa_nodes);
  visit("registration_order", &HostFacts::registration_order);
  visit("kernel_log", &HostFacts::kernel_log);
  visit("busy_region", &HostFacts::busy_regions);
  visit("interrupt_remapping", &HostFacts::interrupt_remapping);
  visit("privileged", &HostFacts::privileged);
}

}  // namespace p2pcheck

#endif  // P2PCHECK_SNAPSHOT_HOST_SNAPSHOT_H_
