// SPDX-License-Identifier: GPL-2.0-or-later
//
// In which order functions joined their IOMMU groups.
//
// The kernel log tells, where it was read: one line a function, the last one
// counting for a function that went and came back.  A log that lost its
// beginning lacks lines; such a function is taken right after the bridge above
// it, which is where registration would have put it.
//
// Without a log: Intel's and AMD's drivers, and since 6.15 all, go through the
// functions in the order in which they were registered.  Where firmware
// describes the IOMMU, older kernels waited for a driver to bind, in an order
// nobody can know afterwards.
#include "verdict/group_order.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace p2pcheck {
namespace {

constexpr uint32_t kNoLine = kNoIndex;

// "pci 0000:00:03.0: Adding to iommu group 1"
FunctionIndex FunctionOfLine(const Topology& topology, std::string_view line) {
  size_t end = line.find(": Adding to iommu group ");
  if (end == std::string_view::npos) return kNoIndex;
  size_t blank = line.substr(0, end).rfind(' ');
  size_t begin = blank == std::string_view::npos ? 0 : blank + 1;
  auto address = ParsePciAddress(line.substr(begin, end - begin));
  return address ? topology.Find(*address) : kNoIndex;
}

// The place of each function in the log; false: it names none.
bool RankByLog(const Topology& topology, std::vector<uint32_t>* ranks) {
  const auto& log = topology.snapshot().host.kernel_log;
  if (!log.known()) return false;
  uint32_t next = 0;
  for (const std::string& line : log.value()) {
    FunctionIndex i = FunctionOfLine(topology, line);
    if (i != kNoIndex) (*ranks)[i] = next++;
  }
  return next > 0;
}

// Stable, so that functions without a line stand in order of registration
// right behind the bridge above them, and before all lines where none is above.
void SortByLog(const Topology& topology, const std::vector<uint32_t>& lines,
               std::vector<FunctionIndex>* order) {
  std::vector<uint64_t> ranks(lines.size());
  for (FunctionIndex i : *order) {
    FunctionIndex above = topology[i].upstream;
    if (lines[i] != kNoLine)
      ranks[i] = 2 * (uint64_t{lines[i]} + 1);
    else if (above != kNoIndex)
      ranks[i] = ranks[above] | 1;
  }
  std::stable_sort(order->begin(), order->end(),
                   [&](auto a, auto b) { return ranks[a] < ranks[b]; });
}

bool IsFirmwareDescribed(std::string_view unit) {
  return unit.rfind("dmar", 0) != 0 && unit.rfind("ivhd", 0) != 0;
}

// Whether some unit is of a driver that waits for firmware's description.
Ternary HasFirmwareDescribedUnit(const HostSnapshot& snapshot) {
  if (!snapshot.host.iommu_units.known()) return Ternary::kUnknown;
  for (const std::string& unit : snapshot.host.iommu_units.value())
    if (IsFirmwareDescribed(unit)) return Ternary::kYes;
  return Ternary::kNo;
}

}  // namespace

std::vector<FunctionIndex> RegistrationOrder(const Topology& topology) {
  std::vector<FunctionIndex> order;
  std::vector<bool> taken(topology.functions().size());
  auto children = topology.Children();
  auto take = [&](FunctionIndex i) {
    if (!taken[i]) order.push_back(i);
    taken[i] = true;
  };
  // A bus is what stands below one bridge, or on one root bus.
  std::vector<const std::vector<FunctionIndex>*> buses;
  auto walk = [&](const std::vector<FunctionIndex>& root) {
    buses.assign(1, &root);
    while (!buses.empty()) {
      const auto& bus = *buses.back();
      buses.pop_back();
      for (FunctionIndex i : bus)
        if (!topology[i].physfn.known()) take(i);
      for (auto i = bus.rbegin(); i != bus.rend(); ++i)
        if (!children[*i].empty()) buses.push_back(&children[*i]);
    }
  };
  for (const HostBridge& bridge : topology.host_bridges())
    if (bridge.owner == kNoIndex) walk(bridge.functions);
  for (const HostBridge& bridge : topology.host_bridges())
    if (bridge.owner != kNoIndex) walk(bridge.functions);
  for (FunctionIndex i = 0; i < taken.size(); ++i) take(i);
  return order;
}

GroupOrder OrderOfGroups(const Topology& topology, const GroupRules& rules) {
  GroupOrder order;
  order.functions = RegistrationOrder(topology);
  std::vector<uint32_t> lines(topology.functions().size(), kNoLine);
  if (RankByLog(topology, &lines)) {
    order.source = GroupOrderSource::kKernelLog;
    SortByLog(topology, lines, &order.functions);
  } else if (And(HasFirmwareDescribedUnit(topology.snapshot()),
                 rules.Does(GroupTiming::kJoinedAtBinding)) == Ternary::kYes) {
    order.source = GroupOrderSource::kUnknown;
  }
  return order;
}

}  // namespace p2pcheck
