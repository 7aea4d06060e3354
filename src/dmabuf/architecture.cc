// SPDX-License-Identifier: GPL-2.0-or-later
#include "dmabuf/architecture.h"

namespace p2pcheck {
namespace {

// The `vendor_id` of /proc/cpuinfo exists on x86 only ("IBM/S390" aside).
bool IsX86Maker(const std::string& vendor) {
  return vendor == "GenuineIntel" || vendor == "AuthenticAMD" ||
         vendor == "HygonGenuine" || vendor == "CentaurHauls";
}

bool HasX86Iommu(const StringList& units) {
  for (const std::string& unit : units)
    if (unit.find(" intel") != std::string::npos ||
        unit.find(" amd") != std::string::npos)
      return true;
  return false;
}

}  // namespace

Observed<std::string> ArchitectureOf(const HostSnapshot& snapshot) {
  const HostFacts& host = snapshot.host;
  if (host.architecture.known()) return host.architecture;
  if (IsX86Maker(host.cpu_vendor.value_or("")) ||
      HasX86Iommu(host.iommu_units.value_or({})))
    return std::string("x86_64");
  return host.architecture;
}

bool IsX86(std::string_view architecture) {
  return architecture == "x86_64" || architecture == "i386" ||
         architecture == "i486" || architecture == "i586" ||
         architecture == "i686";
}

}  // namespace p2pcheck
