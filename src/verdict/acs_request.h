// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_VERDICT_ACS_REQUEST_H_
#define P2PCHECK_VERDICT_ACS_REQUEST_H_

#include "base/observed.h"
#include "base/ternary.h"
#include "rules/acs_programming.h"
#include "rules/command_line.h"
#include "snapshot/host_snapshot.h"

namespace p2pcheck {

/// Whether a kernel, booted on this host with this command line, turns ACS on
/// by itself (pci_request_acs, 4.20 to 7.3): because it finds a DMAR table and
/// uses it, an IVRS table whether it uses it or not, or IORT or VIOT.
///
/// Looks at tables, configuration and command line only; a Xen PV domain is
/// not recognised.
Ternary WouldRequestAcs(const HostSnapshot& snapshot,
                        const AcsProgramming& programming,
                        const Observed<CommandLine>& command_line);

/// The same for the kernel that runs: groups that it published, or none, tell
/// more than the tables.
Ternary RunningKernelRequestedAcs(const HostSnapshot& snapshot,
                                  const AcsProgramming& programming,
                                  const Observed<CommandLine>& command_line);

/// Whether two command lines say the same about the IOMMU, as far as asking
/// for ACS goes.
bool SameIommuParameters(const CommandLine& a, const CommandLine& b);

}  // namespace p2pcheck

#endif  // P2PCHECK_VERDICT_ACS_REQUEST_H_
