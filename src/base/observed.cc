// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/observed.h"

#include <array>

namespace p2pcheck {
namespace {

// In the order of ReadFailure.
constexpr std::array<std::string_view, 8> kNames = {
    "not-recorded", "permission-denied", "config-too-short", "vanished",
    "asleep",       "read-error",        "malformed",        "unreachable"};

}  // namespace

std::string_view ReadFailureName(ReadFailure failure) {
  return kNames[static_cast<size_t>(failure)];
}

ReadFailure ReadFailureFromName(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<ReadFailure>(i);
  return ReadFailure::kMalformed;
}

}  // namespace p2pcheck
