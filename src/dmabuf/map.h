// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DMABUF_MAP_H_
#define P2PCHECK_DMABUF_MAP_H_

#include "dmabuf/import.h"

namespace p2pcheck {

/// Maps an attached dma-buf: what may end it first, then for each map type
/// that the pair may have what its exporter makes of it
/// (spec/kernel-dmabuf.md 2.3 for VFIO and RDMA core, 4.1 for the others).
/// Tells, beside the answer, whether the memory moves away from the BAR.
StepVerdict JudgeMap(const DmabufContext& context, const PairQuestion& question,
                     Ternary* system_memory);

}  // namespace p2pcheck

#endif  // P2PCHECK_DMABUF_MAP_H_
