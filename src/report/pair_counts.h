// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_PAIR_COUNTS_H_
#define P2PCHECK_REPORT_PAIR_COUNTS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "report/judgement.h"

namespace p2pcheck {

/// Ordered pairs of two functions, none of them a bridge, of two kinds.
struct KindPairs {
  DeviceKind provider, client;
  /// How many have each set of outcomes, by MapTypeSet::bits().
  std::array<uint64_t, 8> by_outcome{};

  uint64_t Count(MapTypeSet possible) const {
    return by_outcome[possible.bits()];
  }
  /// Allowed whatever the facts are, refused, and undecided about that.
  uint64_t allowed() const;
  uint64_t refused() const { return Count(MapType::kNotSupported); }
  uint64_t undecided() const;
};

/// Every two kinds that the host has functions of, in the order of DeviceKind.
/// Linear in the functions: counted by class.  Where p2pdma is not built in
/// every pair is refused.
std::vector<KindPairs> CountKindPairs(const Judgement& judgement);

/// Their sum; the kinds are of no meaning.
KindPairs SumOf(const std::vector<KindPairs>& pairs);

/// How many functions of each kind there are, by DeviceKind.
std::array<uint64_t, kDeviceKinds> CountKinds(const Judgement& judgement);

/// Facts of one sort that are not known, and how many.
struct UnknownFact {
  std::string_view fact;
  uint64_t count = 0;
};
/// "acs_control", "cpu", "kernel_version", "p2pdma_built_in", "place": always
/// all of them.
std::vector<UnknownFact> CountUnknownFacts(const Judgement& judgement);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_PAIR_COUNTS_H_
