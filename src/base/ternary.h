// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_BASE_TERNARY_H_
#define P2PCHECK_BASE_TERNARY_H_

#include <cstdint>

namespace p2pcheck {

/// A yes-or-no question about a host that we may be unable to answer.
enum class Ternary : uint8_t { kNo, kUnknown, kYes };

constexpr Ternary ToTernary(bool value) {
  return value ? Ternary::kYes : Ternary::kNo;
}

/// Yes as soon as one side is; no only when both are.
constexpr Ternary Or(Ternary a, Ternary b) { return a > b ? a : b; }

/// No as soon as one side is; yes only when both are.
constexpr Ternary And(Ternary a, Ternary b) { return a < b ? a : b; }

constexpr Ternary Not(Ternary value) {
  if (value == Ternary::kUnknown) return value;
  return ToTernary(value == Ternary::kNo);
}

}  // namespace p2pcheck

#endif  // P2PCHECK_BASE_TERNARY_H_
