// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/pair_counts.h"

#include <algorithm>

#include "report/host_report.h"

namespace p2pcheck {
namespace {

MapTypeSet OutcomeOf(const Judgement& judgement, const PairClass& c) {
  return judgement.question.p2pdma_built_in == Ternary::kNo
             ? MapTypeSet(MapType::kNotSupported)
             : c.possible;
}

std::vector<DeviceKind> KindsPresent(const Judgement& judgement) {
  std::array<uint64_t, kDeviceKinds> counts = CountKinds(judgement);
  std::vector<DeviceKind> kinds;
  for (size_t i = 0; i < counts.size(); ++i)
    if (counts[i] > 0 && static_cast<DeviceKind>(i) != DeviceKind::kBridge)
      kinds.push_back(static_cast<DeviceKind>(i));
  return kinds;
}

template <class Counts>
uint64_t CountIf(const Topology& topology, Counts counts) {
  return static_cast<uint64_t>(std::count_if(
      topology.functions().begin(), topology.functions().end(), counts));
}

}  // namespace

uint64_t KindPairs::allowed() const {
  return Count(MapType::kBusAddr) + Count(MapType::kThruHostBridge) +
         Count(MapType::kBusAddr | MapType::kThruHostBridge);
}

uint64_t KindPairs::undecided() const {
  uint64_t all = 0;
  for (uint64_t count : by_outcome) all += count;
  return all - allowed() - refused();
}

std::vector<KindPairs> CountKindPairs(const Judgement& judgement) {
  std::vector<KindPairs> pairs;
  for (DeviceKind provider : KindsPresent(judgement))
    for (DeviceKind client : KindsPresent(judgement))
      pairs.push_back({provider, client, {}});
  for (const PairClass& c : ClassifyEndpoints(judgement)) {
    if (c.relation == PairRelation::kItself) continue;
    for (KindPairs& p : pairs)
      if (p.provider == c.provider_kind && p.client == c.client_kind)
        p.by_outcome[OutcomeOf(judgement, c).bits()] += c.pairs;
  }
  return pairs;
}

KindPairs SumOf(const std::vector<KindPairs>& pairs) {
  KindPairs sum{DeviceKind::kUnknown, DeviceKind::kUnknown, {}};
  for (const KindPairs& p : pairs)
    for (size_t i = 0; i < p.by_outcome.size(); ++i)
      sum.by_outcome[i] += p.by_outcome[i];
  return sum;
}

std::array<uint64_t, kDeviceKinds> CountKinds(const Judgement& judgement) {
  std::array<uint64_t, kDeviceKinds> counts{};
  for (DeviceKind kind : judgement.kinds) ++counts[static_cast<size_t>(kind)];
  return counts;
}

std::vector<UnknownFact> CountUnknownFacts(const Judgement& judgement) {
  const Topology& topology = judgement.topology;
  const KernelQuestion& question = judgement.question;
  bool cpu = !judgement.cpu.vendor.known() &&
             !(judgement.cpu.architecture.known() &&
               judgement.cpu.architecture.value() != "x86_64");
  return {
      {"acs_control",
       CountIf(topology, [](const Function& f) { return f.acs.unknown(); })},
      {"cpu", cpu ? 1u : 0u},
      {"kernel_version", question.kernels.size() > 1 ? 1u : 0u},
      {"p2pdma_built_in",
       question.p2pdma_built_in == Ternary::kUnknown ? 1u : 0u},
      {"place",
       CountIf(topology, [](const Function& f) { return !f.placed(); })},
  };
}

}  // namespace p2pcheck
