// SPDX-License-Identifier: GPL-2.0-or-later
#include "verdict/path.h"

#include <algorithm>

namespace p2pcheck {
namespace {

std::vector<FunctionIndex> ChainOf(const Topology& topology, FunctionIndex i) {
  std::vector<FunctionIndex> chain;
  for (; i != kNoIndex; i = topology[i].upstream) chain.push_back(i);
  return chain;
}

}  // namespace

Path FindPath(const Topology& topology, FunctionIndex provider,
              FunctionIndex client) {
  Path path;
  path.known = provider == client ||
               (topology[provider].placed() && topology[client].placed());
  if (!path.known) return path;
  std::vector<FunctionIndex> up = ChainOf(topology, provider);
  std::vector<FunctionIndex> down = ChainOf(topology, client);
  for (size_t i = 0; i < up.size(); ++i) {
    auto met = std::find(down.begin(), down.end(), up[i]);
    if (met == down.end()) continue;
    path.common = up[i];
    up.resize(i + 1);
    down.erase(met, down.end());
    break;
  }
  path.provider_side = std::move(up);
  path.client_side = std::move(down);
  return path;
}

}  // namespace p2pcheck
