// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/pair_judge.h"

#include <fmt/format.h>

#include <map>
#include <tuple>

namespace p2pcheck {
namespace {

// As many verdicts cost a debug build half a second.
constexpr size_t kCheap = 50'000;

std::string Describe(MapTypeSet set, const std::optional<uint32_t>& distance) {
  std::string text;
  for (MapType type : kMapTypes)
    if (set.Has(type))
      text += fmt::format("{}{}", text.empty() ? "" : "|", MapTypeName(type));
  return text + (distance ? fmt::format(" at distance {}", *distance)
                          : " without a distance");
}

// What classes and single pairs can be counted by: the classes also know
// relation and ACS, which a score does not.
using Key = std::tuple<DeviceKind, DeviceKind, uint8_t, int64_t>;
using Counts = std::map<Key, uint64_t>;
constexpr int64_t kNowhere = -1;

void Add(const PairClass& c, Counts* counts) {
  auto key = [&](int64_t distance) {
    return Key(c.provider_kind, c.client_kind, c.possible.bits(), distance);
  };
  if (c.distances.empty()) (*counts)[key(kNowhere)] += c.pairs;
  for (const PairsAtDistance& d : c.distances)
    (*counts)[key(d.distance)] += d.pairs;
}

// A kernel without any p2pdma has no distances; the classes count them all the
// same.
bool Countable(const Judgement& judgement) {
  return judgement.question.kernels.back().algorithm.exists;
}

// The classes are of a kernel that has p2pdma built in.
Judgement WithP2pdma(Judgement judgement) {
  judgement.question.p2pdma_built_in = Ternary::kYes;
  return judgement;
}

Counts CountPairs(const Judgement& judgement,
                  const std::vector<FunctionIndex>& functions) {
  Judgement built = WithP2pdma(judgement);
  PairJudge judge(built);
  Counts counts;
  for (FunctionIndex p : functions) {
    for (FunctionIndex c : functions) {
      PairScore score = judge.Score(p, c);
      int64_t distance = score.distance ? *score.distance : kNowhere;
      ++counts[{judgement.kinds[p], judgement.kinds[c], score.possible.bits(),
                distance}];
    }
  }
  return counts;
}

uint64_t CountOf(const Counts& counts, const Key& key) {
  auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

void CompareCounts(const Counts& classes, const Counts& pairs) {
  Counts keys = classes;
  keys.insert(pairs.begin(), pairs.end());
  for (const auto& [key, count] : keys) {
    if (CountOf(classes, key) == CountOf(pairs, key)) continue;
    auto [provider, client, bits, at] = key;
    std::optional<uint32_t> distance;
    if (at != kNowhere) distance = static_cast<uint32_t>(at);
    throw CrossCheckError(fmt::format(
        "cross-check: {} to {}, {}: {} pairs by class, {} one by one",
        DeviceKindName(provider), DeviceKindName(client),
        Describe(MapTypeSet::FromBits(bits), distance), CountOf(classes, key),
        CountOf(pairs, key)));
  }
}

}  // namespace

const Fabric& PairJudge::fabric() {
  if (!fabric_) fabric_ = judgement_.BuildFabric();
  return *fabric_;
}

PairScore PairJudge::Score(FunctionIndex provider, FunctionIndex client) {
  PairScore score = fabric().ScoreOf(provider, client);
  if (judgement_.cross_check != CrossCheck::kOff)
    Compare(judgement_.Decide(provider, client), score);
  return score;
}

Verdict PairJudge::Decide(FunctionIndex provider, FunctionIndex client) {
  Verdict verdict = judgement_.Decide(provider, client);
  if (judgement_.cross_check != CrossCheck::kOff)
    Compare(verdict, fabric().ScoreOf(provider, client));
  return verdict;
}

void PairJudge::Hold(FunctionIndex provider, FunctionIndex client,
                     MapTypeSet possible) {
  if (judgement_.cross_check == CrossCheck::kOff) return;
  Verdict verdict = judgement_.Decide(provider, client);
  Compare(verdict, {possible, verdict.distance});
}

void PairJudge::Compare(const Verdict& verdict, const PairScore& score) const {
  if (score.possible == verdict.possible && score.distance == verdict.distance)
    return;
  auto address = [&](FunctionIndex i) {
    return ToString(judgement_.topology[i].address);
  };
  throw CrossCheckError(
      fmt::format("cross-check: {} {}: the walk says {}, the fabric core {}",
                  address(verdict.provider), address(verdict.client),
                  Describe(verdict.possible, verdict.distance),
                  Describe(score.possible, score.distance)));
}

void CrossCheckClasses(const Judgement& judgement,
                       const std::vector<bool>& selected,
                       const std::vector<PairClass>& classes) {
  if (judgement.cross_check == CrossCheck::kOff || !Countable(judgement))
    return;
  std::vector<FunctionIndex> functions;
  for (FunctionIndex i = 0; i < selected.size(); ++i)
    if (selected[i]) functions.push_back(i);
  size_t verdicts =
      functions.size() * functions.size() * judgement.question.kernels.size();
  if (judgement.cross_check == CrossCheck::kCheap && verdicts > kCheap) return;
  Counts by_class;
  for (const PairClass& c : classes) Add(c, &by_class);
  CompareCounts(by_class, CountPairs(judgement, functions));
}

}  // namespace p2pcheck
