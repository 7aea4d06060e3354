// SPDX-License-Identifier: GPL-2.0-or-later
#include "dmabuf/payload.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace p2pcheck {
namespace {

std::vector<FunctionIndex> Upwards(const Topology& topology, FunctionIndex i) {
  std::vector<FunctionIndex> chain;
  for (; i != kNoIndex; i = topology[i].upstream) chain.push_back(i);
  return chain;
}

// Both functions and the bridges between them, the common one once.
std::vector<FunctionIndex> Between(const Topology& topology, FunctionIndex a,
                                   FunctionIndex b) {
  std::vector<FunctionIndex> up = Upwards(topology, a);
  std::vector<FunctionIndex> way = up;
  for (FunctionIndex i : Upwards(topology, b)) {
    auto met = std::find(up.begin(), up.end(), i);
    if (met == up.end()) {
      way.push_back(i);
      continue;
    }
    // What is above the meeting point carries nothing.
    auto above = static_cast<size_t>(met - up.begin()) + 1;
    way.erase(way.begin() + static_cast<std::ptrdiff_t>(above),
              way.begin() + static_cast<std::ptrdiff_t>(up.size()));
    break;
  }
  return way;
}

std::optional<uint16_t> PayloadOf(const Function& function) {
  if (!function.express.known() ||
      !function.express.value().max_payload.known())
    return std::nullopt;
  return function.express.value().max_payload.value();
}

}  // namespace

void WarnOfPayload(const Topology& topology, FunctionIndex a, FunctionIndex b,
                   StepVerdict* verdict) {
  std::optional<uint16_t> sent_a = PayloadOf(topology[a]);
  std::optional<uint16_t> sent_b = PayloadOf(topology[b]);
  if (!sent_a || !sent_b || !topology[a].placed() || !topology[b].placed())
    return;
  uint16_t most = std::max(*sent_a, *sent_b);
  FunctionIndex least = a;
  for (FunctionIndex i : Between(topology, a, b)) {
    std::optional<uint16_t> takes = PayloadOf(topology[i]);
    if (takes && *takes < *PayloadOf(topology[least])) least = i;
  }
  uint16_t taken = *PayloadOf(topology[least]);
  if (taken >= most) return;
  StepReason reason;
  reason.rule = DmabufRule::kPayloadDiffers;
  reason.warning = true;
  reason.function = topology[least].address;
  reason.value = uint64_t{taken};
  verdict->Add(std::move(reason));
}

}  // namespace p2pcheck
