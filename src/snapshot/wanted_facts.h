// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SNAPSHOT_WANTED_FACTS_H_
#define P2PCHECK_SNAPSHOT_WANTED_FACTS_H_

#include <string_view>
#include <vector>

namespace p2pcheck {

/// The options that are looked up in a kernel's configuration;
/// HostFacts::config has each of them.  A rule that names another one would
/// never be told.
const std::vector<std::string_view>& WantedConfigOptions();

/// The kernel symbols that are looked up, sorted; the same for
/// HostFacts::symbols.
const std::vector<std::string_view>& WantedSymbols();

}  // namespace p2pcheck

#endif  // P2PCHECK_SNAPSHOT_WANTED_FACTS_H_
