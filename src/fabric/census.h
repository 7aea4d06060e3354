// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_FABRIC_CENSUS_H_
#define P2PCHECK_FABRIC_CENSUS_H_

#include <cstdint>
#include <vector>

#include "base/ternary.h"
#include "rules/device_kind.h"
#include "topology/topology.h"

namespace p2pcheck {

/// How many functions there are of each kind, at each depth, and with which
/// state of redirect on their way up.  Sparse: a subtree has two or three
/// kinds at two or three depths.
class Census {
 public:
  struct Entry {
    DeviceKind kind;
    uint32_t depth;
    Ternary state;
    uint64_t count;
    FunctionIndex example;  ///< the first of them
  };

  void Add(const Entry& entry);
  void Add(const Census& other);
  /// All of them pass a function that redirects so.
  void Pass(Ternary redirects);
  /// Above the roots ACS is not asked.
  void ForgetStates();

  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  void swap(Census& other) { entries_.swap(other.entries_); }

 private:
  void JoinAlike();

  std::vector<Entry> entries_;  // sorted by kind, depth, state
};

}  // namespace p2pcheck

#endif  // P2PCHECK_FABRIC_CENSUS_H_
