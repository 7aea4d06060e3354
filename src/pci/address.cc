// SPDX-License-Identifier: GPL-2.0-or-later
#include "pci/address.h"

#include <fmt/format.h>

namespace p2pcheck {
namespace {

// Takes `min` to `max` hex digits off the front of `text`.
std::optional<uint32_t> TakeHex(std::string_view& text, size_t min,
                                size_t max) {
  uint32_t value = 0;
  size_t digits = 0;
  for (; digits < text.size() && digits < max; ++digits) {
    char c = text[digits];
    if (c >= '0' && c <= '9')
      value = value << 4 | static_cast<uint32_t>(c - '0');
    else if (c >= 'a' && c <= 'f')
      value = value << 4 | static_cast<uint32_t>(c - 'a' + 10);
    else if (c >= 'A' && c <= 'F')
      value = value << 4 | static_cast<uint32_t>(c - 'A' + 10);
    else
      break;
  }
  if (digits < min) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool TakeChar(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::string ToString(const PciAddress& address) {
  return fmt::format("{:04x}:{:02x}:{:02x}.{:x}", address.domain, address.bus,
                     address.device(), address.function());
}

std::optional<PciAddress> ParseShortPciAddress(std::string_view text) {
  auto bus = TakeHex(text, 1, 2);
  if (!bus || !TakeChar(text, ':')) return std::nullopt;
  auto device = TakeHex(text, 1, 2);
  if (!device || *device > 31 || !TakeChar(text, '.')) return std::nullopt;
  auto function = TakeHex(text, 1, 1);
  if (!function || *function > 7 || !text.empty()) return std::nullopt;
  return PciAddress{0, static_cast<uint8_t>(*bus),
                    static_cast<uint8_t>(*device << 3 | *function)};
}

std::optional<PciAddress> ParsePciAddress(std::string_view text) {
  auto domain = TakeHex(text, 1, 8);
  if (!domain || !TakeChar(text, ':')) return std::nullopt;
  auto address = ParseShortPciAddress(text);
  if (address) address->domain = *domain;
  return address;
}

std::string ToString(const RootBus& bus) {
  return fmt::format("pci{:04x}:{:02x}", bus.domain, bus.bus);
}

std::optional<RootBus> ParseRootBus(std::string_view text) {
  if (text.substr(0, 3) != "pci") return std::nullopt;
  text.remove_prefix(3);
  auto domain = TakeHex(text, 4, 8);
  if (!domain || !TakeChar(text, ':')) return std::nullopt;
  auto bus = TakeHex(text, 2, 2);
  if (!bus || !text.empty()) return std::nullopt;
  return RootBus{*domain, static_cast<uint8_t>(*bus)};
}

}  // namespace p2pcheck
