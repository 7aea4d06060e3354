// SPDX-License-Identifier: GPL-2.0-or-later
#include "topology/numa.h"

#include <charconv>
#include <string>
#include <string_view>

namespace p2pcheck {
namespace {

// "0-3,8" has 5 members; none where it is no list of numbers.
std::optional<uint32_t> MembersOf(std::string_view list) {
  uint32_t members = 0;
  while (!list.empty()) {
    uint32_t first = 0;
    auto read = std::from_chars(list.data(), list.data() + list.size(), first);
    if (read.ec != std::errc()) return std::nullopt;
    list.remove_prefix(static_cast<size_t>(read.ptr - list.data()));
    uint32_t last = first;
    if (!list.empty() && list[0] == '-') {
      list.remove_prefix(1);
      read = std::from_chars(list.data(), list.data() + list.size(), last);
      if (read.ec != std::errc() || last < first) return std::nullopt;
      list.remove_prefix(static_cast<size_t>(read.ptr - list.data()));
    }
    members += last - first + 1;
    if (!list.empty() && list[0] != ',') return std::nullopt;
    if (!list.empty()) list.remove_prefix(1);
  }
  return members;
}

}  // namespace

std::optional<uint32_t> OnlineNumaNodes(const HostSnapshot& snapshot) {
  const std::string kOnline = "online ";
  if (!snapshot.host.numa_nodes.known()) return std::nullopt;
  for (const std::string& line : snapshot.host.numa_nodes.value())
    if (line.rfind(kOnline, 0) == 0)
      return MembersOf(std::string_view(line).substr(kOnline.size()));
  return std::nullopt;
}

Ternary OneNumaNode(const Topology& topology, FunctionIndex a,
                    FunctionIndex b) {
  if (OnlineNumaNodes(topology.snapshot()) == 1u) return Ternary::kYes;
  const Observed<int32_t>& one = topology[a].record->numa_node;
  const Observed<int32_t>& other = topology[b].record->numa_node;
  if (!one.known() || !other.known()) return Ternary::kUnknown;
  if (one.value() < 0 || other.value() < 0) return Ternary::kUnknown;
  return one == other ? Ternary::kYes : Ternary::kNo;
}

}  // namespace p2pcheck
