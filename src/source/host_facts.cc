// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/host_facts.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>

#include "source/attributes.h"

namespace p2pcheck {
namespace {

Observed<std::string> Trimmed(const Observed<std::string>& text) {
  return text.Map([](const std::string& s) { return std::string(Trim(s)); });
}

Observed<std::string> ReadRelease(const HostTree& tree) {
  auto release = Trimmed(tree.Read(tree.proc, "sys/kernel/osrelease"));
  if (release.known() || tree.live) return release;
  auto other = ReleaseInCollection(tree);
  return other.known() ? other : release;
}

// /proc/sys/kernel/arch is there since 6.1.
Observed<std::string> ReadArchitecture(const HostTree& tree,
                                       const HostFacts& host) {
  utsname name;
  if (tree.this_host && uname(&name) == 0) return std::string(name.machine);
  auto arch = Trimmed(tree.Read(tree.proc, "sys/kernel/arch"));
  if (arch.known()) return arch;
  static constexpr std::pair<const char*, const char*> kOptions[] = {
      {"X86_64", "x86_64"}, {"ARM64", "aarch64"}, {"S390", "s390x"}};
  if (host.config.known())
    for (auto [option, machine] : kOptions) {
      auto found = host.config.value().find(option);
      if (found != host.config.value().end() && found->second == "y")
        return std::string(machine);
    }
  return MachineInCollection(tree);
}

// "KernelPageSize:        4 kB"
Observed<uint32_t> PageSizeInSmaps(const HostTree& tree) {
  auto text = tree.Read(tree.proc, "self/smaps");
  if (!text.known()) return ReadFailure::kNotRecorded;
  constexpr std::string_view kKey = "KernelPageSize:";
  size_t at = text.value().find(kKey);
  if (at == std::string::npos) return ReadFailure::kNotRecorded;
  std::string_view rest =
      Trim(std::string_view(text.value()).substr(at + kKey.size(), 24));
  auto size = ParseUnsigned(rest.substr(0, rest.find(' ')), 10);
  if (!size || *size > 1 << 20) return ReadFailure::kMalformed;
  return static_cast<uint32_t>(*size * 1024);
}

bool HasOneOf(const Observed<StringMap>& config,
              std::initializer_list<const char*> options) {
  if (!config.known()) return false;
  return std::any_of(options.begin(), options.end(), [&](const char* option) {
    auto found = config.value().find(option);
    return found != config.value().end() && found->second == "y";
  });
}

Observed<uint32_t> PageSizeInConfig(const Observed<StringMap>& config) {
  if (HasOneOf(config, {"ARM64_4K_PAGES", "PAGE_SIZE_4KB", "PPC_4K_PAGES"}))
    return 4096u;
  if (HasOneOf(config, {"ARM64_16K_PAGES", "PAGE_SIZE_16KB", "PPC_16K_PAGES"}))
    return 16384u;
  if (HasOneOf(config, {"ARM64_64K_PAGES", "PAGE_SIZE_64KB", "PPC_64K_PAGES"}))
    return 65536u;
  return ReadFailure::kNotRecorded;
}

Observed<uint32_t> ReadPageSize(const HostTree& tree, const HostFacts& host) {
  if (tree.this_host) return static_cast<uint32_t>(sysconf(_SC_PAGESIZE));
  auto mapped = PageSizeInSmaps(tree);
  if (mapped.known()) return mapped;
  // These have one size only.
  std::string machine = host.architecture.value_or("");
  if (machine == "x86_64" || machine == "i686" || machine == "s390x")
    return 4096u;
  auto configured = PageSizeInConfig(host.config);
  return configured.known() ? configured : PageSizeInCollection(tree);
}

// NVIDIA's driver shows its parameters in a file of its own, "DmaRemapPeerMmio:
// 1", without the NVreg_ that modprobe knows them by.
void ReadNvidiaParameters(const HostTree& tree, StringMap* out) {
  auto text = tree.Read(tree.proc, "driver/nvidia/params");
  if (!text.known()) return;
  std::string_view rest = text.value();
  while (!rest.empty()) {
    size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    size_t colon = std::min(line.find(':'), line.size());
    std::string_view name = line.substr(0, colon);
    if (colon < line.size() &&
        (name == "DmaRemapPeerMmio" || name == "GrdmaPciTopoCheckOverride"))
      (*out)[fmt::format("nvidia.NVreg_{}", name)] =
          Trim(line.substr(colon + 1));
  }
}

Observed<StringMap> ReadModuleParameters(const HostTree& tree) {
  static constexpr std::pair<const char*, const char*> kWanted[] = {
      {"amdgpu", "pcie_p2p"},
      {"iommufd", "allow_unsafe_interrupts"},
      {"nvme", "use_cmb_sqes"},
      {"vfio", "enable_unsafe_noiommu_mode"},
      {"vfio_iommu_type1", "allow_unsafe_interrupts"},
      {"vfio_pci", "disable_denylist"},
      {"vfio_pci", "disable_idle_d3"},
      {"vfio_pci", "enable_sriov"},
      {"vfio_pci", "nointxmask"},
  };
  auto modules = tree.List(tree.sys, "module");
  if (!modules.known()) return tree.Missing<StringMap>();
  StringMap out;
  for (auto [module, name] : kWanted) {
    auto path = fmt::format("module/{}/parameters/{}", module, name);
    auto text = Trimmed(tree.Read(tree.sys, path.c_str()));
    if (text.known()) out[fmt::format("{}.{}", module, name)] = text.value();
  }
  ReadNvidiaParameters(tree, &out);
  return out;
}

Observed<StringList> ReadAcpiTables(const HostTree& tree) {
  static constexpr std::string_view kWanted[] = {
      "CEDT", "DMAR", "HMAT", "IORT", "IVRS", "MCFG", "RIMT", "VIOT"};
  return tree.List(tree.sys, "firmware/acpi/tables")
      .Map([](const StringList& names) {
        StringList out;
        for (const std::string& name : names)
          if (std::find(std::begin(kWanted), std::end(kWanted), name) !=
              std::end(kWanted))
            out.push_back(name);
        return out;
      });
}

Observed<StringList> ReadNumaNodes(const HostTree& tree) {
  StringList out;
  for (const char* what : {"online", "has_memory"}) {
    auto path = fmt::format("devices/system/node/{}", what);
    auto text = Trimmed(tree.Read(tree.sys, path.c_str()));
    if (text.known()) out.push_back(fmt::format("{} {}", what, text.value()));
  }
  if (out.empty()) return tree.Missing<StringList>();
  return out;
}

// The first column of /proc/bus/pci/devices.
Observed<StringList> ReadRegistrationOrder(const HostTree& tree) {
  return tree.Read(tree.proc, "bus/pci/devices")
      .Map([](const std::string& text) {
        StringList out;
        for (size_t at = 0; at < text.size();) {
          size_t end = std::min(text.find('\n', at), text.size());
          if (end - at >= 4) out.push_back(text.substr(at, 4));
          at = end + 1;
        }
        return out;
      });
}

}  // namespace

Observed<std::string> HostTree::Read(int directory, const char* path) const {
  if (directory < 0) return ReadFailure::kNotRecorded;
  std::string text;
  int error = ReadFile(files, directory, path, &text);
  if (IsMissing(error)) return Missing<std::string>();
  if (error < 0) return FailureOf(error);
  // In gzip, which ends with a number, they may mean something.
  if (!live && text.compare(0, 2, "\x1f\x8b") != 0)
    text.resize(WithoutPadding(text).size());
  return text;
}

Observed<StringList> HostTree::List(int directory, const char* path) const {
  if (directory < 0) return ReadFailure::kNotRecorded;
  StringList names;
  int error = files->List(directory, path, &names);
  if (IsMissing(error)) return Missing<StringList>();
  if (error < 0) return FailureOf(error);
  return names;
}

HostFacts ReadHostFacts(const HostTree& tree) {
  HostFacts host;
  host.kernel_release = ReadRelease(tree);
  host.kernel_version = Trimmed(tree.Read(tree.proc, "version"));
  host.command_line = Trimmed(tree.Read(tree.proc, "cmdline"));
  ReadCpuFacts(tree, &host);
  host.config = ReadKernelConfig(tree, host.kernel_release);
  // Ten megabytes and more, so only where nothing smaller tells.
  if (tree.everything || !host.config.known())
    host.symbols = ReadKernelSymbols(tree);
  host.architecture = ReadArchitecture(tree, host);
  host.page_size = ReadPageSize(tree, host);
  host.confidential_guest = ReadConfidentialGuest(tree, host);
  host.module_parameters = ReadModuleParameters(tree);
  host.iommu_units = ReadIommuUnits(tree);
  host.acpi_tables = ReadAcpiTables(tree);
  host.numa_nodes = ReadNumaNodes(tree);
  host.registration_order = ReadRegistrationOrder(tree);
  host.kernel_log = ReadKernelLog(tree);
  if (tree.everything) {
    host.busy_regions = ReadBusyRegions(tree);
    host.interrupt_remapping = ReadInterruptRemapping(tree, host);
  }
  return host;
}

}  // namespace p2pcheck
