// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_TESTS_BENCH_SYNTHETIC_HOST_H_
#define P2PCHECK_TESTS_BENCH_SYNTHETIC_HOST_H_

#include <cstddef>
#include <ostream>

#include "snapshot/host_snapshot.h"

namespace p2pcheck {

/// A host of exactly that many functions, of the kind that has so many: GPU
/// servers, with network cards whose virtual functions are nine in ten of all.
///
/// Every root bus has the CPU's own functions and two ports; below one of
/// them two levels of switches lead to 3 GPUs, 4 NVMe disks and 3 network
/// cards of 2 physical and 120 virtual functions each.  14 such root buses
/// fill the bus numbers of a domain.  Capabilities stand where the hardware
/// they are modelled on has them, so that walking them costs what it costs
/// there; config space has 4096 bytes.
HostSnapshot SyntheticHost(size_t functions);

/// What `lspci -Dnxxxx` would print of it.
void WriteDump(const HostSnapshot& host, std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_TESTS_BENCH_SYNTHETIC_HOST_H_
