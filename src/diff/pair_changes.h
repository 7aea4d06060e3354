// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DIFF_PAIR_CHANGES_H_
#define P2PCHECK_DIFF_PAIR_CHANGES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "diff/host_match.h"
#include "fabric/fabric.h"
#include "rules/cpu.h"
#include "rules/device_kind.h"
#include "rules/map_type.h"
#include "topology/topology.h"
#include "verdict/decide.h"

namespace p2pcheck {

/// One reading and the rules it is judged by.  Refers to everything.
struct DiffSide {
  const Topology& topology;
  const KernelQuestion& question;
  const CpuIdentity& cpu;
  const std::vector<DeviceKind>& kinds;  ///< by function
};

/// What made the difference for a pair, as far as it can be shown: putting
/// the old state back gives the old verdict, or the new state alone the new
/// one.
enum class Cause : uint8_t {
  kKernel,      ///< another kernel
  kBuiltIn,     ///< whether p2pdma is built in
  kCpu,         ///< another CPU, or one that is (no longer) known
  kAcs,         ///< ACS of ports on the way
  kHostBridge,  ///< the function that a root bus lists first
  kPlace,       ///< one of the two moved, or its place is (no longer) known
  kIommu,       ///< whether an IOMMU is active, which kernels before 5.4 ask
  kTogether,    ///< several of these, and none by itself
};
/// "kernel", "p2pdma", "cpu", "acs", "host-bridge", "place", "iommu",
/// "together".
std::string_view CauseName(Cause cause);

/// Ordered pairs whose outcomes changed alike, for the same cause.
struct PairChangeClass {
  DeviceKind provider_kind, client_kind;
  MapTypeSet before, after;
  std::vector<Cause> causes;         ///< each suffices; never empty
  std::vector<FunctionIndex> ports;  ///< kAcs: those on the way, before
  uint64_t pairs = 0;
  FunctionIndex provider = kNoIndex, client = kNoIndex;  ///< one pair; before

  /// No outcome was ruled in and out at a time: the pair is better known, or
  /// less well.
  bool only_knowledge() const {
    return before.Within(after) || after.Within(before);
  }
};

/// All ordered pairs of functions that are in both readings, compared by the
/// fabric core: a row at a time, n*n bytes looked at and nothing kept of them.
class PairComparison {
 public:
  /// `selected`: functions before, by address; those that are in one reading
  /// only do not count.
  PairComparison(const DiffSide& before, const DiffSide& after,
                 const HostMatch& match,
                 const std::vector<FunctionIndex>& selected);
  ~PairComparison();
  PairComparison(const PairComparison&) = delete;
  PairComparison& operator=(const PairComparison&) = delete;

  uint64_t compared() const { return compared_; }
  uint64_t changed() const { return changed_; }
  /// In the order in which they are met.
  const std::vector<PairChangeClass>& classes() const { return classes_; }

  /// Each pair that changed, by address before: its class, and both.  Ends
  /// where `visit` gives false.
  using Visit = std::function<bool(size_t change_class, FunctionIndex provider,
                                   FunctionIndex client)>;
  void ForEach(const Visit& visit);

 private:
  class Worlds;
  // A pair that changed; bit n of `causes`: the cause of that number.
  struct Changed {
    FunctionIndex provider, client;
    MapTypeSet before, after;
    uint32_t causes;
  };
  template <class Found>
  void Scan(const Found& found);
  size_t ClassOf(const Changed& pair);
  size_t NumberOf(const Changed& pair, const std::vector<FunctionIndex>& ports);
  std::vector<FunctionIndex> PortsOnWay(FunctionIndex provider,
                                        FunctionIndex client) const;

  const DiffSide before_, after_;
  const HostMatch match_;
  std::vector<FunctionIndex> selected_;
  std::unique_ptr<Worlds> worlds_;
  std::vector<bool> acs_changed_;  // by function before
  // Without ports, which is the most common, and with.
  std::unordered_map<uint64_t, size_t> plain_classes_;
  std::map<std::pair<uint64_t, std::vector<FunctionIndex>>, size_t>
      port_classes_;
  std::vector<PairChangeClass> classes_;
  uint64_t compared_ = 0, changed_ = 0;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_DIFF_PAIR_CHANGES_H_
