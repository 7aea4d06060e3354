// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_TESTS_SUPPORT_RENUMBER_H_
#define P2PCHECK_TESTS_SUPPORT_RENUMBER_H_

#include <cstdint>

#include "snapshot/host_snapshot.h"

namespace p2pcheck {

/// The same host after its firmware numbered buses anew: every bus from
/// `first` on is `by` higher, in addresses, links and bridge registers alike.
/// Throws std::runtime_error where a bus would pass 255.
HostSnapshot Renumbered(HostSnapshot host, uint8_t first, uint8_t by);

/// The highest bus number of a host, bridges' registers included.
uint8_t HighestBus(const HostSnapshot& host);

/// The host without one function.
HostSnapshot Without(HostSnapshot host, const PciAddress& address);

}  // namespace p2pcheck

#endif  // P2PCHECK_TESTS_SUPPORT_RENUMBER_H_
