// SPDX-License-Identifier: GPL-2.0-or-later
//
// Why the published groups are not those that live ACS bits imply.
//
// Groups are formed once; afterwards anything may change.  So each cause that
// could be is tried: the groups are formed again in a world in which it holds,
// and if those of the differing functions come out as published, it explains
// them.  Causes that can't be tried (tables only firmware has) are named where
// they can't be ruled out.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <unordered_map>

#include "verdict/group_comparison.h"
#include "verdict/isolation.h"

namespace p2pcheck {
namespace {

using Functions = std::vector<FunctionIndex>;

class Explainer {
 public:
  Explainer(const Topology& topology, const GroupRules& rules)
      : topology_(topology),
        rules_(rules),
        world_(WorldsOf(topology, rules).front()) {}

  void Explain(GroupDifference* difference) {
    difference_ = difference;
    bool finer = difference->kind != GroupDifferenceKind::kKernelCoarser;
    bool coarser = difference->kind != GroupDifferenceKind::kKernelFiner;
    if (finer) {
      TryAcsOverride();
      TryOrder();
      TrySupposed(SupposedAcs::kAllOn, GroupReasonId::kAcsClearedAfterBoot);
      TryIsolated();
    }
    if (coarser) {
      TrySupposed(SupposedAcs::kAllOff, GroupReasonId::kAcsSetAfterBoot);
      NameFirmware();
    }
    if (rules_.Does(GroupTiming::kAcsAfterGroups) == Ternary::kUnknown)
      Add(GroupReasonId::kAcsAfterGroups, false, {});
    std::stable_sort(
        difference->reasons.begin(), difference->reasons.end(),
        [](const auto& a, const auto& b) { return a.explains > b.explains; });
  }

 private:
  void Add(GroupReasonId id, bool explains, Functions functions) {
    difference_->reasons.push_back({id, explains, std::move(functions)});
  }

  // Whether the differing functions, and the bridges above them, come out as
  // published.
  bool Fits(const GroupWorld& world) const {
    std::vector<uint32_t> groups = FormGroups(topology_, world);
    std::unordered_map<uint32_t, uint32_t> there, back;
    for (FunctionIndex i : Above()) {
      const auto& published = topology_[i].record->iommu_group;
      if (published.absent() && groups[i] == kNoIndex) continue;
      if (!published.known() || groups[i] == kNoIndex) return false;
      if (there.try_emplace(groups[i], published.value()).first->second !=
              published.value() ||
          back.try_emplace(published.value(), groups[i]).first->second !=
              groups[i])
        return false;
    }
    return true;
  }

  // The functions whose isolation a world changes, among those that differ
  // and the bridges above them.
  Functions Changed(const GroupWorld& world) const {
    Functions changed;
    for (FunctionIndex i : Above())
      if (world.isolated[i] != world_.isolated[i]) changed.push_back(i);
    return changed;
  }

  // The differing functions and all bridges above them.
  Functions Above() const {
    Functions all;
    for (FunctionIndex i : difference_->functions)
      for (; i != kNoIndex; i = topology_[i].upstream) all.push_back(i);
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
  }

  bool TryWorld(GroupReasonId id, const GroupWorld& world) {
    Functions changed = Changed(world);
    if (changed.empty() || !Fits(world)) return false;
    Add(id, true, std::move(changed));
    return true;
  }

  // At the differing functions alone first: the fewest changes explain best.
  void TrySupposed(SupposedAcs supposed, GroupReasonId id) {
    Isolation isolation(topology_, rules_, supposed);
    for (const Functions& at : {difference_->functions, Above()}) {
      GroupWorld world = world_;
      for (FunctionIndex i : at)
        world.isolated[i] = isolation.Of(i) == Ternary::kYes;
      if (TryWorld(id, world)) return;
    }
  }

  void TryOrder() {
    GroupWorld world = world_;
    std::reverse(world.order.begin(), world.order.end());
    if (Fits(world))
      Add(GroupReasonId::kProcessingOrder, true, difference_->functions);
  }

  // A quirk that this kernel has and our table lacks.
  void TryIsolated() {
    if (!difference_->reasons.empty()) return;
    GroupWorld world = world_;
    for (FunctionIndex i : Above()) world.isolated[i] = true;
    TryWorld(GroupReasonId::kQuirkUnknown, world);
  }

  void TryAcsOverride() {
    const auto& line = topology_.snapshot().host.command_line;
    if (!line.known()) return;
    size_t at = line.value().find("pcie_acs_override=");
    if (at == std::string::npos) return;
    std::string value = line.value().substr(at + 18);
    value.resize(std::min(value.find(' '), value.size()));
    GroupWorld world = world_;
    for (FunctionIndex i = 0; i < world.isolated.size(); ++i)
      if (IsOverridden(i, value)) world.isolated[i] = true;
    Add(GroupReasonId::kAcsOverride, Fits(world), Changed(world));
  }

  // The patch's table entry: functions without the capability, by type or ID.
  bool IsOverridden(FunctionIndex i, const std::string& value) const {
    const Function& f = topology_[i];
    if (f.acs.known() || !f.kernel_type.known()) return false;
    bool port = f.kernel_type.Is(PortType::kRootPort) ||
                f.kernel_type.Is(PortType::kDownstreamPort);
    std::istringstream words(value);
    for (std::string word; std::getline(words, word, ',');) {
      if (word == "downstream" && port) return true;
      if (word == "multifunction" && !port &&
          IsMultifunction(topology_, i) == Ternary::kYes)
        return true;
      if (word == IdWord(*f.record)) return true;
    }
    return false;
  }

  static std::string IdWord(const FunctionRecord& record) {
    if (!record.vendor.known() || !record.device.known()) return "";
    return fmt::format("id:{:04x}:{:04x}", record.vendor.value(),
                       record.device.value());
  }

  // AMD's firmware can name aliases in a table that only root may read.
  void NameFirmware() {
    for (FunctionIndex i : difference_->functions) {
      const auto& unit = topology_[i].record->iommu;
      if (!unit.known() || unit.value().rfind("ivhd", 0) != 0) continue;
      Add(GroupReasonId::kFirmwareAliases, false, {});
      return;
    }
  }

  const Topology& topology_;
  const GroupRules& rules_;
  GroupWorld world_;
  GroupDifference* difference_ = nullptr;
};

// In the order of the enumerations.
constexpr std::array<std::string_view, kGroupReasonIds> kReasonNames = {
    "acs-cleared-after-boot", "acs-set-after-boot",
    "pcie-acs-override",      "group-order",
    "acs-quirk-unknown",      "acs-after-groups",
    "firmware-aliases"};
constexpr std::array<std::string_view, 6> kStatusNames = {
    "predicted",        "no-iommu",         "no-iommu-mode",
    "groups-by-driver", "acs-after-groups", "no-group-rules"};
constexpr std::array<std::string_view, 3> kDifferenceNames = {
    "kernel-coarser", "kernel-finer", "different"};

}  // namespace

std::string_view GroupReasonName(GroupReasonId reason) {
  return kReasonNames[static_cast<size_t>(reason)];
}

std::string_view GroupStatusName(GroupStatus status) {
  return kStatusNames[static_cast<size_t>(status)];
}

std::string_view GroupDifferenceName(GroupDifferenceKind kind) {
  return kDifferenceNames[static_cast<size_t>(kind)];
}

void ExplainDifferences(const Topology& topology, const GroupRules& rules,
                        std::vector<GroupDifference>* differences) {
  if (differences->empty()) return;
  Explainer explainer(topology, rules);
  for (GroupDifference& difference : *differences)
    explainer.Explain(&difference);
}

}  // namespace p2pcheck
