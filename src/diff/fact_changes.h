// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DIFF_FACT_CHANGES_H_
#define P2PCHECK_DIFF_FACT_CHANGES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/observed.h"
#include "diff/host_match.h"
#include "topology/topology.h"

namespace p2pcheck {

/// What two readings of a host are compared by.  Left out is what changes by
/// itself (use counts, free pool memory, what was allocated where) and what
/// follows from bus numbers.
enum class DiffFact : uint8_t {
  // Of the host.
  kKernelRelease,
  kKernelVersion,
  kArchitecture,
  kPageSize,
  kCommandLine,
  kCpuVendor,
  kCpuFamily,
  kCpuModel,
  kCpuModelName,
  kHypervisor,
  kConfidentialGuest,
  kP2pdmaBuiltIn,
  kKernelConfig,     ///< item: the option
  kKernelSymbol,     ///< item: the symbol
  kModuleParameter,  ///< item: the parameter
  kIommuUnits,
  kAcpiTables,
  kNumaNodes,
  kInterruptRemapping,
  // Of a function.
  kPlace,  ///< whether what is above it is known
  kClass,
  kRevision,
  kPortType,
  kDriver,
  kPowerState,
  kCurrentSpeed,  ///< tenths of GT/s
  kCurrentWidth,
  kMaxSpeed,
  kMaxWidth,
  kAcsCapability,  ///< the word
  kAcsControl,     ///< the word
  kMaxPayload,     ///< bytes
  kMaxReadRequest,
  kAtsEnabled,    ///< absent: no ATS
  kIommuGrouped,  ///< whether it is in a group
  kIommuDomain,   ///< the type of its group: "DMA", "identity"
  kNumaNode,
  kNumVfs,
  kPeerMemory,  ///< bytes of its p2pmem pool
  kBarCount,    ///< how many it has; only where one reading does not tell
  kBarKind,     ///< item: "0" to "5", "rom".  "mem64 pref", "io unassigned"
  kBarSize,     ///< item as above; bytes
};
constexpr size_t kDiffFacts = static_cast<size_t>(DiffFact::kBarSize) + 1;

/// "acs_control": stable.
std::string_view DiffFactName(DiffFact fact);

using FactDatum =
    std::variant<bool, int64_t, std::string, std::vector<std::string>>;
using DiffValue = Observed<FactDatum>;

enum class ChangeKind : uint8_t {
  kChanged,  ///< known in both readings
  kLearned,  ///< only the later one tells
  kLost,     ///< only the earlier one told
};
/// "changed", "learned", "lost".
std::string_view ChangeKindName(ChangeKind kind);

/// One fact that is not the same in two readings.
struct FactChange {
  DiffFact fact;
  std::string item;
  /// The function in both readings; kNoIndex: a fact of the host.
  FunctionIndex before = kNoIndex, after = kNoIndex;
  DiffValue old_value, new_value;

  ChangeKind kind() const;
};

/// Facts of the host, then of each function that is in both readings, by
/// address before, in the order of DiffFact.
std::vector<FactChange> CompareFacts(const Topology& before,
                                     const Topology& after,
                                     const HostMatch& match);

/// IOMMU groups that were cut anew: the members of the old ones that overlap,
/// and of the new ones.  Functions before in both; who is only in one reading,
/// or whose group one of them does not tell, does not count, and neither do
/// the groups' numbers.
struct GroupChange {
  std::vector<std::vector<FunctionIndex>> before, after;
};
std::vector<GroupChange> CompareGroups(const Topology& before,
                                       const Topology& after,
                                       const HostMatch& match);

}  // namespace p2pcheck

#endif  // P2PCHECK_DIFF_FACT_CHANGES_H_
