// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_TESTS_SUPPORT_RANDOM_SNAPSHOT_H_
#define P2PCHECK_TESTS_SUPPORT_RANDOM_SNAPSHOT_H_

#include <cstdint>

#include "snapshot/host_snapshot.h"

namespace p2pcheck {

/// A host that no machine is: every field is known, absent or unknown for any
/// reason, texts have every byte, lists may be empty and config space has
/// holes.  The same seed gives the same host.
HostSnapshot RandomSnapshot(uint32_t seed);

}  // namespace p2pcheck

#endif  // P2PCHECK_TESTS_SUPPORT_RANDOM_SNAPSHOT_H_
