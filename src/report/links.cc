// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/links.h"

#include <fmt/format.h>

#include "fabric/bandwidth.h"

namespace p2pcheck {
namespace {

// Tenths of GT/s as people write them: 25 -> "2.5", 160 -> "16".
std::string SpeedText(uint16_t tenths) {
  return tenths % 10 == 0 ? fmt::format("{}", tenths / 10)
                          : fmt::format("{}.{}", tenths / 10, tenths % 10);
}

std::string LinkText(const Observed<uint8_t>& width,
                     const Observed<uint16_t>& speed) {
  if (!width.known() || !speed.known() || width.value() == 0) return "";
  return fmt::format("x{} {}GT/s", width.value(), SpeedText(speed.value()));
}

}  // namespace

std::string CurrentLink(const Function& function) {
  LinkFacts facts = LinkFactsOf(function);
  return LinkText(facts.width, facts.speed);
}

std::string BestLink(const Function& function) {
  LinkFacts facts = LinkFactsOf(function);
  return LinkText(facts.max_width, facts.max_speed);
}

}  // namespace p2pcheck
