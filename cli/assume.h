// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_CLI_ASSUME_H_
#define P2PCHECK_CLI_ASSUME_H_

#include <string>
#include <vector>

#include "rules/rule_set.h"
#include "snapshot/host_snapshot.h"
#include "topology/topology.h"

namespace p2pcheck {

/// Puts the facts of --assume in the place of the observed ones, before
/// anything is computed from them: config=, cpu=, iommu=, driver=.  Throws
/// UsageError for one that is not understood.
void AssumeFacts(const std::vector<std::string>& assume, const RuleBook& book,
                 HostSnapshot* snapshot);

/// The tree with the ACS control words that acs= and cmdline= make.  `kernel`
/// is the one that would boot with that command line.
Topology AssumeAcs(const std::vector<std::string>& assume, const RuleBook& book,
                   const Observed<KernelVersion>& kernel, Topology topology);

/// The command line that is assumed, if any: later ones win.
std::optional<std::string> AssumedCommandLine(
    const std::vector<std::string>& assume);

/// The options that config= sets, "DMABUF_MOVE_NOTIFY" => "y".
StringMap AssumedConfig(const std::vector<std::string>& assume);

}  // namespace p2pcheck

#endif  // P2PCHECK_CLI_ASSUME_H_
