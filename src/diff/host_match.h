// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DIFF_HOST_MATCH_H_
#define P2PCHECK_DIFF_HOST_MATCH_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "topology/topology.h"

namespace p2pcheck {

/// How a function that is in both readings was found again.
enum class MatchKind : uint8_t {
  kSame,        ///< same place in the tree, same address
  kRenumbered,  ///< same place in the tree, another bus number
  kMoved,       ///< another place; no other device that changed place is alike
};
/// "same", "renumbered", "moved".
std::string_view MatchKindName(MatchKind kind);

struct PairedFunction {
  FunctionIndex before = kNoIndex, after = kNoIndex;
  MatchKind kind = MatchKind::kSame;
};

/// One place in the tree, two devices.
struct Replacement {
  FunctionIndex before = kNoIndex, after = kNoIndex;
};

/// Functions alike that changed place: which became which nobody can tell
/// (nothing that is recorded has a serial number), so nothing is guessed; all
/// of them stand among the removed, the added or the replaced too.
struct Twins {
  std::vector<FunctionIndex> before, after;
};

/// Which function of one reading of a host is which of another one.
struct HostMatch {
  std::vector<FunctionIndex> after_of;   ///< by function before; kNoIndex
  std::vector<FunctionIndex> before_of;  ///< by function after; kNoIndex
  std::vector<PairedFunction> matched;   ///< by address before
  std::vector<Replacement> replaced;     ///< by address before
  /// By address; those replaced are not among them.
  std::vector<FunctionIndex> removed, added;
  std::vector<Twins> twins;
  /// By host bridge before; kNoIndex.
  std::vector<HostBridgeIndex> bridge_after;
};

/// Finds the functions of `before` again in `after`; see host_match.cc for
/// how.  Swapping the two gives the mirrored answer.
HostMatch MatchHosts(const Topology& before, const Topology& after);

}  // namespace p2pcheck

#endif  // P2PCHECK_DIFF_HOST_MATCH_H_
