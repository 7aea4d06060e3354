// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_TESTS_SUPPORT_RANDOM_FOREST_H_
#define P2PCHECK_TESTS_SUPPORT_RANDOM_FOREST_H_

#include <cstdint>
#include <string>

#include "snapshot/host_snapshot.h"

namespace p2pcheck {

/// A host that could be, as a sketch: up to four host bridges in two domains,
/// switches in switches, functions with VFs, conventional bridges, integrated
/// endpoints, ACS in every state; some 5 to 60 functions.
std::string RandomForestSketch(uint32_t seed);

/// The same host as a reader may have seen it: as a dump or whole, with config
/// space, places, CPU, groups or the order of registration missing here and
/// there.  The same seed gives the same host.
HostSnapshot RandomForest(uint32_t seed);

}  // namespace p2pcheck

#endif  // P2PCHECK_TESTS_SUPPORT_RANDOM_FOREST_H_
