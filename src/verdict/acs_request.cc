// SPDX-License-Identifier: GPL-2.0-or-later
//
// Whether a kernel turns ACS on: one switch, set before functions are found,
// by whichever IOMMU driver detects its table.  Intel's asks whether the
// IOMMU will be used, AMD's does not (so amd_iommu=off changes nothing), and
// neither asks what for (so iommu=pt changes nothing).  Mirrors the callers of
// pci_request_acs: detect_intel_iommu, amd_iommu_detect, iort, viot; read in
// 6.1, 6.12, 7.2 and 7.3.
#include "verdict/acs_request.h"

#include <algorithm>
#include <array>

namespace p2pcheck {
namespace {

Ternary HasTable(const HostFacts& host, std::string_view name) {
  return host.acpi_tables.Match(
      [&](const StringList& tables) {
        return ToTernary(std::find(tables.begin(), tables.end(), name) !=
                         tables.end());
      },
      [] { return Ternary::kNo; },
      [](ReadFailure) { return Ternary::kUnknown; });
}

// Whether an option is built in.  One that the configuration does not name is
// not known: recordings name a selection.
Ternary IsConfigured(const HostFacts& host, const std::string& option) {
  if (!host.config.known()) return Ternary::kUnknown;
  auto found = host.config.value().find(option);
  if (found == host.config.value().end()) return Ternary::kUnknown;
  return ToTernary(found->second != "n");
}

Ternary Has(const Observed<CommandLine>& line, std::string_view name,
            std::string_view part) {
  if (!line.known()) return Ternary::kUnknown;
  return ToTernary(line.value().Has(name, part));
}

// "on" and "off" in the order in which they stand; else what the kernel was
// built for.
Ternary IntelIommuOn(const HostFacts& host, const Observed<CommandLine>& line) {
  Ternary on = IsConfigured(host, "INTEL_IOMMU_DEFAULT_ON");
  if (!line.known()) return Ternary::kUnknown;
  for (const KernelParameter* parameter : line.value().FindAll("intel_iommu")) {
    std::string_view rest = line.value().Value(*parameter);
    while (!rest.empty()) {
      size_t comma = std::min(rest.find(','), rest.size());
      if (rest.substr(0, comma) == "on") on = Ternary::kYes;
      if (rest.substr(0, comma) == "off") on = Ternary::kNo;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return on;
}

// The platform's demand shows only in the log of a kernel that obeyed it.
Ternary PlatformForces(const HostFacts& host) {
  if (!host.kernel_log.known()) return Ternary::kUnknown;
  for (const std::string& line : host.kernel_log.value())
    if (line.find("force enabled due to platform opt in") != line.npos)
      return Ternary::kYes;
  return Ternary::kUnknown;
}

Ternary IntelRequests(const HostFacts& host, const AcsProgramming& programming,
                      const Observed<CommandLine>& line) {
  Ternary there =
      And(HasTable(host, "DMAR"), IsConfigured(host, "INTEL_IOMMU"));
  if (there == Ternary::kNo) return there;
  if (Has(line, "iommu", "off") != Ternary::kNo)
    return Has(line, "iommu", "off") == Ternary::kYes ? Ternary::kNo
                                                      : Ternary::kUnknown;
  Ternary wanted = IntelIommuOn(host, line);
  bool final = programming.intel_off_is_final &&
               Has(line, "intel_iommu", "off") == Ternary::kYes;
  if (!final) wanted = Or(wanted, PlatformForces(host));
  return And(there, wanted);
}

bool HasStoneyRidge(const HostSnapshot& snapshot) {
  return std::any_of(snapshot.functions.begin(), snapshot.functions.end(),
                     [](const FunctionRecord& f) {
                       return f.vendor.Is(0x1002) && f.device.Is(0x98e4) &&
                              f.address.bus == 0 && f.address.function() == 0;
                     });
}

Ternary AmdRequests(const HostSnapshot& snapshot,
                    const Observed<CommandLine>& line) {
  const HostFacts& host = snapshot.host;
  Ternary there = And(HasTable(host, "IVRS"), IsConfigured(host, "AMD_IOMMU"));
  if (there == Ternary::kNo) return there;
  if (HasStoneyRidge(snapshot))
    there = And(there, Has(line, "amd_iommu", "force_enable"));
  Ternary off = Has(line, "iommu", "off");
  if (off == Ternary::kNo) return there;
  // Preparing to remap interrupts looks at the table before that is heeded.
  Ternary remaps = IsConfigured(host, "IRQ_REMAP");
  if (line.known() &&
      (line.value().Find("nointremap") || line.value().Has("intremap", "off")))
    remaps = Ternary::kNo;
  return And(there, Or(Not(off), remaps));
}

// Whether IORT or VIOT names a PCI range is not known from the table's name.
Ternary FirmwareTableRequests(const HostFacts& host) {
  Ternary there = Or(HasTable(host, "IORT"), HasTable(host, "VIOT"));
  return And(there, Ternary::kUnknown);
}

bool NeverRequests(const HostFacts& host) {
  static constexpr std::array<std::string_view, 4> kNever = {
      "s390x", "s390", "ppc64", "ppc64le"};
  return host.architecture.known() &&
         std::find(kNever.begin(), kNever.end(), host.architecture.value()) !=
             kNever.end();
}

// By what uname says, else by the CPU, else by what distributions write into
// the release.
bool IsX86(const HostFacts& host) {
  if (host.architecture.known())
    return host.architecture.value() == "x86_64" ||
           host.architecture.value() == "i686";
  static constexpr std::array<std::string_view, 5> kVendors = {
      "GenuineIntel", "AuthenticAMD", "HygonGenuine", "CentaurHauls",
      "  Shanghai  "};
  if (host.cpu_vendor.known() &&
      std::find(kVendors.begin(), kVendors.end(), host.cpu_vendor.value()) !=
          kVendors.end())
    return true;
  std::string release = host.kernel_release.value_or("");
  return release.find("amd64") != release.npos ||
         release.find("x86_64") != release.npos;
}

// Whether some IOMMU driver put functions into groups.  VFIO makes groups of
// its own where there is no IOMMU.
Ternary Grouped(const HostSnapshot& snapshot) {
  const auto& units = snapshot.host.iommu_units;
  if (units.known() && units.value().empty()) return Ternary::kNo;
  Ternary grouped = snapshot.complete ? Ternary::kNo : Ternary::kUnknown;
  for (const FunctionRecord& f : snapshot.functions) {
    if (f.iommu_group.known()) return Ternary::kYes;
    if (f.iommu_group.unknown()) grouped = Ternary::kUnknown;
  }
  return grouped;
}

}  // namespace

Ternary WouldRequestAcs(const HostSnapshot& snapshot,
                        const AcsProgramming& programming,
                        const Observed<CommandLine>& line) {
  const HostFacts& host = snapshot.host;
  if (NeverRequests(host)) return Ternary::kNo;
  Ternary requests = FirmwareTableRequests(host);
  if (!host.architecture.known() || IsX86(host)) {
    requests = Or(requests, IntelRequests(host, programming, line));
    requests = Or(requests, AmdRequests(snapshot, line));
  }
  // A device tree can describe an IOMMU too, and no table name shows it.
  if (!IsX86(host)) requests = Or(requests, Ternary::kUnknown);
  return requests;
}

Ternary RunningKernelRequestedAcs(const HostSnapshot& snapshot,
                                  const AcsProgramming& programming,
                                  const Observed<CommandLine>& line) {
  if (NeverRequests(snapshot.host)) return Ternary::kNo;
  Ternary grouped = Grouped(snapshot);
  // On other architectures the request may have come too late.
  if (grouped == Ternary::kYes && IsX86(snapshot.host)) return Ternary::kYes;
  Ternary would = WouldRequestAcs(snapshot, programming, line);
  if (grouped != Ternary::kNo || would != Ternary::kUnknown) return would;
  // Had the platform forced its IOMMU on, there would be groups.
  bool intel_off = IntelIommuOn(snapshot.host, line) == Ternary::kNo &&
                   HasTable(snapshot.host, "DMAR") == Ternary::kYes;
  return intel_off && HasTable(snapshot.host, "IVRS") == Ternary::kNo
             ? Ternary::kNo
             : would;
}

bool SameIommuParameters(const CommandLine& a, const CommandLine& b) {
  auto texts = [](const CommandLine& line) {
    std::vector<std::string_view> all;
    for (std::string_view name :
         {"iommu", "intel_iommu", "amd_iommu", "intremap", "nointremap"})
      for (const KernelParameter* parameter : line.FindAll(name))
        all.push_back(line.Text(parameter->word));
    return all;
  };
  return texts(a) == texts(b);
}

}  // namespace p2pcheck
