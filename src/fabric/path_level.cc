// SPDX-License-Identifier: GPL-2.0-or-later
#include "fabric/path_level.h"

#include <utility>

#include "topology/numa.h"

namespace p2pcheck {
namespace {

bool IsAncestor(const Topology& topology, FunctionIndex above,
                FunctionIndex i) {
  while (i != kNoIndex && topology[i].depth > topology[above].depth)
    i = topology[i].upstream;
  return i == above;
}

// The lowest bridge above both; kNoIndex: none.
FunctionIndex CommonBridge(const Topology& topology, FunctionIndex a,
                           FunctionIndex b) {
  if (topology[a].depth > topology[b].depth) std::swap(a, b);
  while (a != kNoIndex && !IsAncestor(topology, a, b)) a = topology[a].upstream;
  return a;
}

// Port types that a switch is made of, or nobody could tell.
bool MayBeSwitch(const Function& f) {
  return f.kernel_type.Match(
      [](PortType type) {
        return type == PortType::kUpstreamPort ||
               type == PortType::kDownstreamPort;
      },
      [] { return false; }, [](ReadFailure) { return true; });
}

FunctionIndex ChildTowards(const Topology& topology, FunctionIndex common,
                           FunctionIndex i) {
  while (topology[i].upstream != common) i = topology[i].upstream;
  return i;
}

// Whether the ways of both go through one switch (its upstream port is the
// common bridge, a downstream port of it stands above each) or through the
// common bridge alone.
bool ThroughOneBridge(const Topology& topology, FunctionIndex common,
                      FunctionIndex a, FunctionIndex b) {
  if (a == common || b == common) return true;
  uint32_t depth = topology[common].depth;
  uint32_t below_a = topology[a].depth - depth,
           below_b = topology[b].depth - depth;
  if (below_a == 1 && below_b == 1) return true;
  if (below_a > 2 || below_b > 2 || topology[common].on_root_bus())
    return false;
  return MayBeSwitch(topology[common]) &&
         MayBeSwitch(topology[ChildTowards(topology, common, a)]) &&
         MayBeSwitch(topology[ChildTowards(topology, common, b)]);
}

}  // namespace

std::string_view PathLevelName(PathLevel level) {
  switch (level) {
    case PathLevel::kSelf: return "X";
    case PathLevel::kPix: return "PIX";
    case PathLevel::kPxb: return "PXB";
    case PathLevel::kPhb: return "PHB";
    case PathLevel::kNode: return "NODE";
    case PathLevel::kSys: return "SYS";
  }
  return "";
}

std::optional<PathLevel> PathLevelOf(const Topology& topology, FunctionIndex a,
                                     FunctionIndex b) {
  if (a == b) return PathLevel::kSelf;
  if (!topology[a].placed() || !topology[b].placed()) return std::nullopt;
  FunctionIndex common = CommonBridge(topology, a, b);
  if (common != kNoIndex)
    return ThroughOneBridge(topology, common, a, b) ? PathLevel::kPix
                                                    : PathLevel::kPxb;
  if (topology[a].host_bridge == topology[b].host_bridge)
    return PathLevel::kPhb;
  switch (OneNumaNode(topology, a, b)) {
    case Ternary::kYes: return PathLevel::kNode;
    case Ternary::kNo: return PathLevel::kSys;
    case Ternary::kUnknown: break;
  }
  return std::nullopt;
}

}  // namespace p2pcheck
