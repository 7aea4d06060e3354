// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/fake_sysfs.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace p2pcheck {
namespace {

namespace fs = std::filesystem;

std::string Line(const StringList& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

std::string SpeedText(uint16_t tenths) {
  return fmt::format("{}.{} GT/s PCIe", tenths / 10, tenths % 10);
}

std::string PathOfRootBus(const HostSnapshot& snapshot, const RootBus& bus) {
  auto nested = snapshot.nested_root_buses.find(bus);
  if (nested == snapshot.nested_root_buses.end())
    return "sys/devices/" + ToString(bus);
  return FakeSysfsPath(snapshot, nested->second) + "/" + ToString(bus);
}

class FunctionWriter {
 public:
  FunctionWriter(const HostSnapshot& snapshot, const FunctionRecord& record,
                 const TempDirectory& out)
      : record_(record),
        out_(out),
        path_(FakeSysfsPath(snapshot, record.address)) {}

  void Write() {
    LinkFromBus();
    WriteMarks();
    WriteIds();
    WriteConfig();
    WriteNumbers();
    WriteLinkState();
    WriteLinks();
    WriteDirectories();
  }

 private:
  void File(const std::string& name, const std::string& text) {
    out_.Write(path_ + "/" + name, text + "\n");
  }

  // A link to DIRECTORY/sys/`target`.
  void Link(const std::string& name, const std::string& target) {
    auto depth = std::count(path_.begin(), path_.end(), '/');
    std::string up;
    for (long i = 0; i < depth; ++i) up += "../";
    out_.Link(path_ + "/" + name, up + target);
  }

  template <class T>
  void Number(const std::string& name, const Observed<T>& value) {
    if (value.known()) File(name, fmt::format("{}", value.value()));
  }
  template <class T>
  void Hex(const std::string& name, const Observed<T>& value, int digits) {
    if (value.known())
      File(name, fmt::format("0x{:0{}x}", value.value(), digits));
  }
  void Text(const std::string& name, const Observed<std::string>& value) {
    if (value.known()) File(name, value.value());
  }

  void LinkFromBus() {
    std::string name = ToString(record_.address);
    if (record_.parent.known())
      out_.Link("sys/bus/pci/devices/" + name, "../../../" + path_.substr(4));
  }

  void WriteMarks() {
    File("broken_parity_status", "0");
    Link("subsystem", "bus/pci");
    File("power/control", "on");
  }

  void WriteIds() {
    const FunctionRecord& r = record_;
    Hex("vendor", r.vendor, 4);
    Hex("device", r.device, 4);
    Hex("class", r.class_code, 6);
    Hex("subsystem_vendor", r.subsystem_vendor, 4);
    Hex("subsystem_device", r.subsystem_device, 4);
    Hex("revision", r.revision, 2);
    bool whole = r.vendor.known() && r.device.known() && r.class_code.known() &&
                 r.subsystem_vendor.known() && r.subsystem_device.known() &&
                 !r.driver.unknown();
    if (whole) WriteUevent();
  }

  void WriteUevent() {
    const FunctionRecord& r = record_;
    std::string driver;
    if (r.driver.known()) driver = "DRIVER=" + r.driver.value() + "\n";
    File("uevent",
         driver + fmt::format("PCI_CLASS={:04X}\nPCI_ID={:04X}:{:04X}\n"
                              "PCI_SUBSYS_ID={:04X}:{:04X}\nPCI_SLOT_NAME={}",
                              r.class_code.value(), r.vendor.value(),
                              r.device.value(), r.subsystem_vendor.value(),
                              r.subsystem_device.value(), ToString(r.address)));
  }

  void WriteConfig() {
    const auto& runs = record_.config.runs();
    const std::string name = path_ + "/config";
    if (!runs.empty() && runs[0].offset == 0)
      out_.Write(name, {reinterpret_cast<const char*>(runs[0].bytes.data()),
                        runs[0].bytes.size()});
    if (record_.config.rest() == ReadFailure::kAsleep)
      out_.Write(name, std::string(record_.config.reach().value_or(64), '\0'));
  }

  void WriteNumbers() {
    const FunctionRecord& r = record_;
    Number("numa_node", r.numa_node);
    Number("enable", r.enable);
    Number("dma_mask_bits", r.dma_mask_bits);
    Number("consistent_dma_mask_bits", r.consistent_dma_mask_bits);
    Number("sriov_totalvfs", r.sriov_totalvfs);
    Number("sriov_numvfs", r.sriov_numvfs);
    Number("sriov_offset", r.sriov_offset);
    Number("sriov_stride", r.sriov_stride);
    if (r.ari_enabled.known())
      File("ari_enabled", r.ari_enabled.value() ? "1" : "0");
    Text("removable", r.removable);
    Text("power_state", r.power_state);
    Text("power/runtime_status", r.runtime_status);
    if (r.resource.known()) WriteResource();
  }

  void WriteResource() {
    std::string text;
    for (const ResourceLine& line : record_.resource.value())
      text += fmt::format("0x{:016x} 0x{:016x} 0x{:016x}\n", line.start,
                          line.end, line.flags);
    out_.Write(path_ + "/resource", text);
  }

  // A sleeping device has the files, whatever they would say.
  void WriteLinkState() {
    auto speed = [&](const char* name, const Observed<uint16_t>& value) {
      if (value.known()) File(name, SpeedText(value.value()));
      if (value == Observed<uint16_t>(ReadFailure::kAsleep))
        File(name, "Unknown");
    };
    speed("current_link_speed", record_.current_link_speed);
    speed("max_link_speed", record_.max_link_speed);
    Number("current_link_width", record_.current_link_width);
    Number("max_link_width", record_.max_link_width);
  }

  void WriteLinks() {
    const FunctionRecord& r = record_;
    if (r.driver.known()) Link("driver", "bus/pci/drivers/" + r.driver.value());
    if (r.iommu_group.known())
      Link("iommu_group",
           fmt::format("kernel/iommu_groups/{}", r.iommu_group.value()));
    if (r.iommu.known())
      Link("iommu", "devices/virtual/iommu/" + r.iommu.value());
    if (r.physfn.known())
      out_.Link(path_ + "/physfn", "../" + ToString(r.physfn.value()));
    for (const auto& [number, address] : r.virtfns.value_or({}))
      out_.Link(fmt::format("{}/virtfn{}", path_, number),
                "../" + ToString(address));
  }

  void WriteDirectories() {
    const FunctionRecord& r = record_;
    if (r.p2pmem.known()) {
      File("p2pmem/size", fmt::format("{}", r.p2pmem.value().size));
      File("p2pmem/available", fmt::format("{}", r.p2pmem.value().available));
      File("p2pmem/published", r.p2pmem.value().published ? "1" : "0");
    }
    for (const std::string& sizes : r.resizable.value_or({})) {
      size_t colon = sizes.find(':');
      File("resource" + sizes.substr(0, colon) + "_resize",
           fmt::format("{:0>16}", sizes.substr(colon + 3)));
    }
    for (const std::string& bar : r.resource_files.value_or({}))
      File("resource" + bar, "");
    for (const std::string& service : r.port_services.value_or({}))
      File(ToString(r.address) + ":" + service + "/uevent", "");
    if (r.vfio_dev.known()) File("vfio-dev/" + r.vfio_dev.value() + "/dev", "");
    for (const DeviceNode& node : r.nodes.value_or({})) WriteNode(node);
  }

  // "nvme/nvme0" of "nvme0n1".
  static std::string NvmeController(const std::string& name) {
    return "nvme/" + name.substr(0, name.rfind('n'));
  }

  // A block device is an NVMe namespace; others stand below their subsystem.
  void WriteNode(const DeviceNode& node) {
    std::string below = node.subsystem + "/" + node.name;
    if (node.subsystem == "block")
      below = NvmeController(node.name) + "/" + node.name;
    File(below + "/uevent", "");
    out_.Link("sys/class/" + node.subsystem + "/" + node.name,
              "../../" + path_.substr(4) + "/" + below);
  }

  const FunctionRecord& record_;
  const TempDirectory& out_;
  std::string path_;
};

class HostWriter {
 public:
  HostWriter(const HostFacts& host, const TempDirectory& out)
      : host_(host), out_(out) {}

  void Write() {
    Text("proc/sys/kernel/osrelease", host_.kernel_release);
    Text("proc/version", host_.kernel_version);
    Text("proc/sys/kernel/arch", host_.architecture);
    Text("proc/cmdline", host_.command_line);
    if (host_.page_size.known())
      out_.Write("proc/self/smaps",
                 fmt::format("KernelPageSize: {:>8} kB\n",
                             host_.page_size.value() / 1024));
    if (!host_.cpu_model.unknown() || !host_.cpu_vendor.unknown()) WriteCpu();
    WriteGuest(host_.confidential_guest.value_or(""));
    WriteConfig();
    WriteSymbols();
    WriteModules();
    WriteLists();
  }

 private:
  void Text(const char* path, const Observed<std::string>& value) {
    if (value.known()) out_.Write(path, value.value() + "\n");
  }

  void WriteCpu() {
    std::string text = "processor\t: 0\n";
    auto add = [&](const char* key, const auto& value) {
      if (value.known()) text += fmt::format("{}\t: {}\n", key, value.value());
    };
    add("vendor_id", host_.cpu_vendor);
    add("cpu family", host_.cpu_family);
    add("model", host_.cpu_model);
    add("model name", host_.cpu_model_name);
    if (host_.hypervisor.known())
      text += host_.hypervisor.value() ? "flags\t: fpu hypervisor lm\n"
                                       : "flags\t: fpu lm\n";
    out_.Write("proc/cpuinfo", text + "\nprocessor\t: 1\n\n");
  }

  void WriteGuest(const std::string& kind) {
    if (kind == "tdx") out_.Write("dev/tdx_guest", "");
    if (kind == "sev-snp") out_.Write("sys/devices/system/cpu/sev/vmpl", "0\n");
    if (kind == "cca")
      out_.Write("sys/bus/platform/devices/arm-cca-dev/uevent", "");
    if (kind == "s390-pv") out_.Write("sys/firmware/uv/prot_virt_guest", "1\n");
    if (kind == "ppc-svm") out_.Write("sys/devices/system/cpu/svm", "1\n");
  }

  void WriteConfig() {
    if (!host_.config.known()) return;
    std::string text = "#\n# Automatically generated file\n#\n";
    for (const auto& [option, value] : host_.config.value())
      text += value == "n" ? fmt::format("# CONFIG_{} is not set\n", option)
                           : fmt::format("CONFIG_{}={}\n", option, value);
    out_.Write("proc/config.gz", text);  // as text, which is read too
  }

  void WriteSymbols() {
    if (!host_.symbols.known()) return;
    std::string text = "0000000000000000 A fixed_percpu_data\n";
    for (const auto& [name, present] : host_.symbols.value())
      if (present == "yes")
        text += fmt::format("0000000000000000 T {}\t[module]\n", name);
    out_.Write("proc/kallsyms", text);
  }

  void WriteModules() {
    if (!host_.module_parameters.known()) return;
    out_.Write("sys/module/kernel/parameters/panic", "0\n");
    for (const auto& [name, value] : host_.module_parameters.value()) {
      size_t dot = name.find('.');
      out_.Write("sys/module/" + name.substr(0, dot) + "/parameters/" +
                     name.substr(dot + 1),
                 value + "\n");
    }
  }

  void WriteLists() {
    for (const std::string& unit : host_.iommu_units.value_or({}))
      out_.Write(
          "sys/class/iommu/" + unit.substr(0, unit.find(' ')) + "/uevent", "");
    for (const std::string& table : host_.acpi_tables.value_or({}))
      out_.Write("sys/firmware/acpi/tables/" + table, "");
    for (const std::string& nodes : host_.numa_nodes.value_or({})) {
      size_t space = nodes.find(' ');
      out_.Write("sys/devices/system/node/" + nodes.substr(0, space),
                 nodes.substr(space + 1) + "\n");
    }
    if (host_.registration_order.known()) {
      std::string text;
      for (const std::string& entry : host_.registration_order.value())
        text += entry + "\t10de2330\t0\t  0\n";
      out_.Write("proc/bus/pci/devices", text);
    }
    if (host_.kernel_log.known())
      out_.Write("dmesg.txt", Line(host_.kernel_log.value()));
    if (host_.busy_regions.known()) WriteMemoryMap(host_.busy_regions.value());
    if (host_.interrupt_remapping.known())
      WriteInterrupts(host_.interrupt_remapping.value());
  }

  void WriteMemoryMap(const StringList& claims) {
    std::string text =
        "00001000-0009ffff : System RAM\n"
        "c0000000-febfffff : PCI Bus 0000:00\n"
        "  c0000000-febfffff : 0000:00:02.0\n";
    for (const std::string& claim : claims) {
      size_t space = claim.find(' ');
      text += fmt::format("    {} : {}\n", claim.substr(0, space),
                          claim.substr(space + 1));
    }
    out_.Write("proc/iomem", text + "fee00000-fee00fff : Local APIC\n");
  }

  void WriteInterrupts(bool remapped) {
    out_.Write("proc/interrupts",
               fmt::format("       CPU0\n"
                           "  0:      1  {0}IO-APIC    2-edge  timer\n"
                           " 24:      9  {0}PCI-MSI  0-edge  nvme0q0\n",
                           remapped ? "IR-" : ""));
  }

  const HostFacts& host_;
  const TempDirectory& out_;
};

}  // namespace

// Thousands of tiny files: memory is ten times faster where there is some.
static fs::path MemoryOrDisk() {
  bool memory = getenv("TMPDIR") == nullptr && fs::is_directory("/dev/shm");
  return memory ? fs::path("/dev/shm") : fs::temp_directory_path();
}

TempDirectory::TempDirectory() {
  std::string name = (MemoryOrDisk() / "p2pcheck-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
  path_ = name;
}

TempDirectory::~TempDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void TempDirectory::Write(std::string_view name, std::string_view text) const {
  fs::path path = fs::path(path_) / name;
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

void TempDirectory::Link(std::string_view name, std::string_view target) const {
  fs::path path = fs::path(path_) / name;
  fs::create_directories(path.parent_path());
  fs::create_symlink(target, path);
}

void TempDirectory::Remove(std::string_view name) const {
  fs::remove_all(fs::path(path_) / name);
}

std::string FakeSysfsPath(const HostSnapshot& snapshot,
                          const PciAddress& address) {
  const FunctionRecord* record = snapshot.Find(address);
  std::string name = ToString(address);
  if (record == nullptr || !record->parent.known())
    return "sys/bus/pci/devices/" + name;
  const ParentLink& parent = record->parent.value();
  if (parent.is_root_bus)
    return PathOfRootBus(snapshot, parent.root_bus) + "/" + name;
  return FakeSysfsPath(snapshot, parent.bridge) + "/" + name;
}

void WriteFakeSysfs(const HostSnapshot& snapshot, const TempDirectory& out) {
  fs::create_directories(fs::path(out.path()) / "sys/bus/pci/devices");
  fs::create_directories(fs::path(out.path()) / "sys/kernel/iommu_groups");
  for (const FunctionRecord& record : snapshot.functions)
    FunctionWriter(snapshot, record, out).Write();
  for (const auto& [number, group] : snapshot.groups) {
    std::string path = fmt::format("sys/kernel/iommu_groups/{}", number);
    fs::create_directories(fs::path(out.path()) / path / "devices");
    if (group.type.known())
      out.Write(path + "/type", group.type.value() + "\n");
    if (group.reserved_regions.known())
      out.Write(path + "/reserved_regions",
                Line(group.reserved_regions.value()));
  }
  HostWriter(snapshot.host, out).Write();
}

}  // namespace p2pcheck
