// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_NCCL_TOPOLOGY_H_
#define P2PCHECK_REPORT_NCCL_TOPOLOGY_H_

#include <ostream>

#include "report/judgement.h"

namespace p2pcheck {

/// The tree of GPUs and NICs as NCCL reads it from NCCL_TOPO_FILE.
void WriteNcclTopology(const Judgement& judgement, std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_NCCL_TOPOLOGY_H_
