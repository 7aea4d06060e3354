// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/map_type.h"

namespace p2pcheck {

std::string_view MapTypeName(MapType type) {
  switch (type) {
    case MapType::kNotSupported: return "NOT_SUPPORTED";
    case MapType::kBusAddr: return "BUS_ADDR";
    case MapType::kThruHostBridge: return "THRU_HOST_BRIDGE";
  }
  return "?";
}

}  // namespace p2pcheck
