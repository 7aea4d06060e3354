// SPDX-License-Identifier: GPL-2.0-or-later
#include "probe/plan.h"

#include <algorithm>
#include <stdexcept>

namespace p2pcheck {
namespace {

constexpr size_t kRegions = 7;  // BAR 0 to 5, and the ROM

// Only VFIO drivers have a directory `vfio-dev` (since 6.1).
bool HasVfioDevice(const Function& f) { return f.record->vfio_dev.known(); }

bool OwnsNoDma(const std::string& driver,
               const std::vector<std::string>& safe) {
  return std::find(safe.begin(), safe.end(), driver) != safe.end();
}

// What a member of the group says against opening another one.
std::optional<ProbeObstacle> ObstacleOfMember(
    const Function& member, const std::vector<std::string>& safe) {
  if (HasVfioDevice(member)) return std::nullopt;
  return member.record->driver.Match(
      [&](const std::string& driver) -> std::optional<ProbeObstacle> {
        if (OwnsNoDma(driver, safe)) return std::nullopt;
        return ProbeObstacle::kGroupHasOther;
      },
      [] { return std::optional<ProbeObstacle>(); },
      [](ReadFailure) { return std::optional(ProbeObstacle::kMemberUnknown); });
}

void CheckGroup(const Topology& topology, const std::vector<std::string>& safe,
                ProbeTarget* target) {
  const auto& functions = topology.functions();
  for (FunctionIndex i = 0; i < functions.size(); ++i) {
    const auto& group = functions[i].record->iommu_group;
    if (i == target->function || group.absent()) continue;
    if (group.unknown()) {
      target->obstacle = ProbeObstacle::kGroupUnknown;
    } else if (group.value() == target->group) {
      target->obstacle = ObstacleOfMember(functions[i], safe);
    }
    target->other = i;
    if (target->obstacle) return;
  }
  target->other = kNoIndex;
}

// Resetting a PF takes its VFs down, whoever has them.
bool MayHaveVfs(const FunctionRecord& record) {
  return record.sriov_numvfs.Match([](uint16_t number) { return number > 0; },
                                   [] { return false; },
                                   [](ReadFailure) { return true; });
}

std::optional<ProbeObstacle> ObstacleOf(const FunctionRecord& record) {
  if (!record.vfio_dev.known()) return ProbeObstacle::kNotVfio;
  if (record.iommu_group.absent()) return ProbeObstacle::kNoGroup;
  if (record.iommu_group.unknown()) return ProbeObstacle::kGroupUnknown;
  if (MayHaveVfs(record)) return ProbeObstacle::kHasVfs;
  if (!record.resource.known()) return ProbeObstacle::kRegionsUnknown;
  return std::nullopt;
}

uint64_t SizeOf(const ResourceLine& line) {
  bool absent = line.start == 0 && line.end == 0;
  return absent || line.end < line.start ? 0 : line.end - line.start + 1;
}

// A BAR smaller than a page is asked for one page: a length of 0 would be
// refused whatever the BAR is.
std::vector<ProbeRegion> RegionsOf(const ResourceList& lines, uint64_t page) {
  std::vector<ProbeRegion> regions;
  for (uint8_t i = 0; i < kRegions && i < lines.size(); ++i) {
    uint64_t size = SizeOf(lines[i]);
    regions.push_back({i, size, std::max(size - size % page, page)});
  }
  return regions;
}

ProbeTarget TargetFor(const Topology& topology,
                      const std::vector<std::string>& safe,
                      FunctionIndex function) {
  const FunctionRecord& record = *topology[function].record;
  const auto& page = topology.snapshot().host.page_size;
  ProbeTarget target;
  target.function = function;
  target.obstacle = ObstacleOf(record);
  if (!target.obstacle && (!page.known() || page.value() == 0))
    target.obstacle = ProbeObstacle::kPageSizeUnknown;
  if (target.obstacle) return target;
  target.node = record.vfio_dev.value();
  target.group = record.iommu_group.value();
  CheckGroup(topology, safe, &target);
  if (!target.obstacle)
    target.regions = RegionsOf(record.resource.value(), page.value());
  return target;
}

}  // namespace

std::string_view ProbeObstacleName(ProbeObstacle obstacle) {
  switch (obstacle) {
    case ProbeObstacle::kNotVfio: return "not-vfio";
    case ProbeObstacle::kGroupUnknown: return "group-unknown";
    case ProbeObstacle::kNoGroup: return "no-group";
    case ProbeObstacle::kGroupHasOther: return "group-has-other-driver";
    case ProbeObstacle::kMemberUnknown: return "group-member-unknown";
    case ProbeObstacle::kHasVfs: return "has-vfs";
    case ProbeObstacle::kRegionsUnknown: return "regions-unknown";
    case ProbeObstacle::kPageSizeUnknown: return "page-size-unknown";
    case ProbeObstacle::kInUse: return "in-use";
    case ProbeObstacle::kNoNode: return "no-node";
    case ProbeObstacle::kDenied: return "denied";
    case ProbeObstacle::kRefused: return "refused";
  }
  throw std::logic_error("an obstacle without a name");
}

std::vector<ProbeTarget> PlanProbe(
    const Topology& topology, const std::vector<std::string>& safe_drivers,
    const std::vector<FunctionIndex>& functions) {
  std::vector<ProbeTarget> targets;
  for (FunctionIndex i : functions)
    targets.push_back(TargetFor(topology, safe_drivers, i));
  return targets;
}

std::vector<FunctionIndex> VfioFunctions(const Topology& topology) {
  std::vector<FunctionIndex> found;
  for (FunctionIndex i = 0; i < topology.functions().size(); ++i)
    if (HasVfioDevice(topology[i])) found.push_back(i);
  return found;
}

}  // namespace p2pcheck
