// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_EVIDENCE_H_
#define P2PCHECK_SOURCE_EVIDENCE_H_

#include <vector>

#include "snapshot/host_snapshot.h"
#include "source/function_directory.h"

namespace p2pcheck {

/// Turns the absences in a recorded tree that prove nothing into
/// kNotRecorded.
///
/// A copy of sysfs has what its maker chose to copy.  An attribute that no
/// function has may have been left out, unless the copy shows that its maker
/// did not choose: it has `broken_parity_status`, which every function has
/// and nobody wants; or for links `subsystem`, for directories `power` or
/// `link`.  An attribute that some function has was copied where it existed.
void JudgeAbsences(const SysfsTree& tree,
                   std::vector<FunctionRecord>* functions);

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_EVIDENCE_H_
