// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DMABUF_BRANCHES_H_
#define P2PCHECK_DMABUF_BRANCHES_H_

#include <vector>

#include "dmabuf/step.h"

namespace p2pcheck {

/// One verdict of those for each thing that may be the case: all yes is yes,
/// all no is no, else unknown, and then `open` (which says what splits them)
/// stands first and every refusal is one that may be.  Where all refuse but
/// with different errnos, `open` stands first too, so that none is promised.
StepVerdict CombineBranches(const std::vector<StepVerdict>& branches,
                            StepReason open);

/// Adds what the other says and this one does not yet.
void AddReasons(const StepVerdict& from, StepVerdict* to);

}  // namespace p2pcheck

#endif  // P2PCHECK_DMABUF_BRANCHES_H_
