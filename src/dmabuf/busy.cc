// SPDX-License-Identifier: GPL-2.0-or-later
//
// Whose claim on a BAR would keep VFIO from claiming it
// (spec/kernel-dmabuf.md 1.3, F11).  A driver's claims go when it is unbound,
// under whatever name it made them; those of firmware stay.  The boot
// framebuffer leaves a VGA device at the bind, and no other.
#include "dmabuf/busy.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "dmabuf/vfio_gates.h"

namespace p2pcheck {
namespace {

struct Claim {
  uint64_t start = 0, end = 0;
  std::string name;
};

// "fe800000-fe800fff efifb"
std::optional<Claim> ParseClaim(const std::string& text) {
  char* next = nullptr;
  Claim claim;
  claim.start = strtoull(text.c_str(), &next, 16);
  if (*next != '-') return std::nullopt;
  claim.end = strtoull(next + 1, &next, 16);
  if (*next != ' ') return std::nullopt;
  claim.name = next + 1;
  return claim;
}

bool IsBootFramebuffer(std::string_view name) {
  static constexpr std::string_view kNames[] = {
      "efifb",  "BOOTFB", "simplefb",  "simple-framebuffer",
      "vesafb", "efidrm", "simpledrm", "vesadrm"};
  return std::find(std::begin(kNames), std::end(kNames), name) !=
         std::end(kNames);
}

bool IsFirmware(std::string_view name) {
  return name == "Reserved" || name.substr(0, 4) == "ACPI" ||
         name.substr(0, 3) == "PNP" || name.substr(0, 4) == "pnp ";
}

Ternary IsVga(const FunctionRecord& record) {
  if (!record.class_code.known()) return Ternary::kUnknown;
  return ToTernary(record.class_code.value() >> 8 == 0x0300);
}

// Whether the claim goes before a VFIO driver opens the function.
Ternary LetsGo(const DmabufContext& context, FunctionIndex function,
               const std::string& name) {
  const FunctionRecord& record = *context.topology[function].record;
  if (name == "vfio" || name == "vfio-pci") return Ternary::kYes;
  if (IsFirmware(name)) return Ternary::kNo;
  Ternary to_be_bound = Not(BoundToVfio(context, function));
  if (IsBootFramebuffer(name)) return And(to_be_bound, IsVga(record));
  // A claim where no driver is bound is nobody's to give back.
  if (record.driver.absent()) return Ternary::kNo;
  return to_be_bound;
}

}  // namespace

BusyPart BusyInside(const DmabufContext& context, FunctionIndex function,
                    const Bar& bar) {
  BusyPart worst;
  if (bar.size == 0) return worst;
  const auto& regions = context.topology.snapshot().host.busy_regions;
  for (const std::string& text : regions.value_or({})) {
    std::optional<Claim> claim = ParseClaim(text);
    bool inside = claim && claim->end >= bar.start &&
                  claim->start <= bar.start + (bar.size - 1);
    if (!inside) continue;
    Ternary stays = Not(LetsGo(context, function, claim->name));
    if (stays > worst.stays) worst = {stays, claim->name};
  }
  return worst;
}

}  // namespace p2pcheck
