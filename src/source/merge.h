// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_MERGE_H_
#define P2PCHECK_SOURCE_MERGE_H_

#include "snapshot/host_snapshot.h"

namespace p2pcheck {

/// Adds what another source of the same host and moment tells of its
/// functions: those that `base` lacks, and of the others each fact that is
/// unknown in `base`.  What is known, or known to be absent, stays, and so
/// do config bytes: they are taken whole and only where `base` holds none.
/// Warnings are added; facts of the host are not looked at.
void FillIn(const HostSnapshot& other, HostSnapshot* base);

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_MERGE_H_
