// SPDX-License-Identifier: GPL-2.0-or-later
#include "policy/device_members.h"

namespace p2pcheck {
namespace {

template <class T>
Ternary Is(const Observed<T>& observed, const T& value) {
  return observed.unknown() ? Ternary::kUnknown : ToTernary(observed.Is(value));
}

Ternary HasKind(DeviceKind kind, DeviceKind wanted) {
  return kind == DeviceKind::kUnknown ? Ternary::kUnknown
                                      : ToTernary(kind == wanted);
}

// A virtual function has no vendor in its own config space (SR-IOV 3.4.1.1).
Ternary IsPhysical(const Function& f) {
  if (!f.physfn.unknown()) return ToTernary(f.physfn.absent());
  Observed<uint16_t> vendor = f.record->config.Word(0x00);
  return vendor.known() && vendor.value() != 0xffff ? Ternary::kYes
                                                    : Ternary::kUnknown;
}

}  // namespace

Ternary HasId(const Function& function, const DeviceId& id) {
  Ternary vendor = Is(function.record->vendor, id.vendor);
  return id.device ? And(vendor, Is(function.record->device, *id.device))
                   : vendor;
}

std::vector<Member> MembersOf(const Topology& topology,
                              const std::vector<DeviceKind>& kinds,
                              const DeviceChoice& choice) {
  std::vector<Member> members;
  for (FunctionIndex i = 0; i < topology.functions().size(); ++i) {
    Ternary is = choice.id ? HasId(topology[i], *choice.id)
                           : HasKind(kinds[i], *choice.kind);
    if (!choice.virtual_functions) is = And(is, IsPhysical(topology[i]));
    if (is != Ternary::kNo) members.push_back({i, is});
  }
  return members;
}

}  // namespace p2pcheck
