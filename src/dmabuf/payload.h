// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DMABUF_PAYLOAD_H_
#define P2PCHECK_DMABUF_PAYLOAD_H_

#include "dmabuf/step.h"
#include "topology/topology.h"

namespace p2pcheck {

/// Warns where something between two functions, or one of them, takes smaller
/// packets than the other may send (spec/kernel-dmabuf.md 2.9): the kernel
/// tunes Max_Payload_Size for each root port, not for pairs.  The warning
/// names the function with the least; silent where that is not readable.
void WarnOfPayload(const Topology& topology, FunctionIndex a, FunctionIndex b,
                   StepVerdict* verdict);

}  // namespace p2pcheck

#endif  // P2PCHECK_DMABUF_PAYLOAD_H_
