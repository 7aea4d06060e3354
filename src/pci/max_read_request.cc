// SPDX-License-Identifier: GPL-2.0-or-later
#include "pci/max_read_request.h"

namespace p2pcheck {

Observed<uint16_t> DecodeMaxReadRequest(ConfigReader& config) {
  constexpr uint16_t kDeviceControl = 0x08;
  auto base = FindCapability(config, kCapExpress);
  if (base.unknown()) return base.failure();
  if (base.absent()) return Absent{};
  return config.Word(base.value() + kDeviceControl).Map([](uint16_t word) {
    return static_cast<uint16_t>(128 << (word >> 12 & 7));
  });
}

}  // namespace p2pcheck
