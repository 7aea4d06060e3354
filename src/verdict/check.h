// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_VERDICT_CHECK_H_
#define P2PCHECK_VERDICT_CHECK_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "rules/cpu.h"
#include "rules/device_kind.h"
#include "topology/topology.h"
#include "verdict/acs_boot.h"
#include "verdict/command_line_findings.h"
#include "verdict/decide.h"
#include "verdict/gates.h"
#include "verdict/verdict.h"

namespace p2pcheck {

/// What can be found wrong with a host.  Names stand in check.cc, words in
/// report/check_report.cc and explanations.cc.
enum class FindingId : uint8_t {
  kNoP2pdma,              ///< the kernel has no PCI_P2PDMA, or is too old
  kAcsRedirectOnPath,     ///< a port sends pairs of peer kinds upstream
  kHostBridgeNotListed,   ///< and such pairs need it
  kGroupsDiffer,          ///< groups that no longer follow from ACS
  kCommandLineProblem,    ///< ignored, mis-parsed or without effect
  kLinkBelowMaximum,      ///< of an uplink that several devices share
  kRouteAcrossSockets,    ///< allowed pairs in two NUMA nodes
  kGatesDisagree,         ///< the hardware does not do what the kernel thinks
  kDeviceAsleep,          ///< not judged, so as not to wake it
  kUnknownForPrivileges,  ///< root could tell
};
constexpr size_t kFindingIds = 10;

/// "acs-redirect-on-path": stable.
std::string_view FindingName(FindingId id);
std::optional<FindingId> FindingFromName(std::string_view name);

enum class Severity : uint8_t {
  kError,      ///< nothing works
  kWarning,    ///< something does not, or is slower than it could be
  kUndecided,  ///< something could not be judged
};
Severity SeverityOf(FindingId id);
std::string_view SeverityName(Severity severity);

struct Finding {
  FindingId id;
  /// The functions it is about: ports, devices, host bridges' functions.
  std::vector<FunctionIndex> functions;
  /// What it rests on; the renderer says where each was read.
  std::vector<Fact> facts;
  /// Ordered pairs of peer kinds that are concerned, where that is counted.
  uint64_t pairs = 0;
  /// kGatesDisagree: which row.
  std::optional<GateRow> row;
  /// kCommandLineProblem: which one.
  std::optional<CommandLineFinding> command_line;
  /// kRouteAcrossSockets: the two nodes.
  int32_t node_a = -1, node_b = -1;
};

struct CheckInput {
  const Topology& topology;
  const RuleBook& book;
  const KernelQuestion& question;
  const Observed<KernelVersion>& kernel;
  const CpuIdentity& cpu;
  const std::vector<DeviceKind>& kinds;
  /// Functions that were asked about: they count as peers whatever they are.
  std::vector<FunctionIndex> asked;
};

/// Kinds that do peer-to-peer with each other: gpu-gpu, gpu-nic, nvme-gpu,
/// nvme-nic (accelerators count as GPUs).
bool KindsPair(DeviceKind a, DeviceKind b);

/// All findings, in the order of FindingId, then by address.  Linear in the
/// number of functions, but for kGatesDisagree and kRouteAcrossSockets, which
/// look at one device of each kind below each port.
std::vector<Finding> CheckHost(const CheckInput& input);

}  // namespace p2pcheck

#endif  // P2PCHECK_VERDICT_CHECK_H_
