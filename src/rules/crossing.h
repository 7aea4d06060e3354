// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_RULES_CROSSING_H_
#define P2PCHECK_RULES_CROSSING_H_

#include <cstdint>
#include <optional>
#include <string>

namespace p2pcheck {

/// What peers cross besides links.
enum class CrossingKind : uint8_t {
  kRootComplex,  ///< within one host bridge
  kHostBridges,  ///< two host bridges of one NUMA node
  kNumaNodes,
};

/// What was measured to cross CPUs of one family; rules/bandwidth.toml says it
/// in words.
struct CrossingRule {
  CrossingKind between = CrossingKind::kRootComplex;
  std::string cpu_vendor;
  uint32_t cpu_family = 0;
  /// Only on hosts with so many NUMA nodes online.
  std::optional<uint32_t> numa_nodes;
  uint64_t passes = 0;  ///< bytes a second of payload, one way
  /// The links of the measured machine were the limit: the crossing passes at
  /// least so much.
  bool at_least = false;
  std::string source;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_RULES_CROSSING_H_
