// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/fabric_comparison.h"

#include <fmt/format.h>

namespace p2pcheck {
namespace {

std::string Describe(const PairScore& score) {
  std::string set;
  for (MapType type : kMapTypes)
    if (score.possible.Has(type))
      set += fmt::format("{}{}", set.empty() ? "" : "|", MapTypeName(type));
  return fmt::format("{} at {}", set,
                     score.distance ? fmt::format("{}", *score.distance) : "-");
}

}  // namespace

FabricMatrix::FabricMatrix(const Fabric& fabric)
    : size(fabric.size()),
      outcomes(size_t{size} * size),
      distances(outcomes.size()) {
  fabric.OutcomesAndDistances(fabric.All(), fabric.All(), outcomes.data(),
                              distances.data());
}

PairScore FabricMatrix::At(FabricIndex provider, FabricIndex client) const {
  size_t at = size_t{provider} * size + client;
  PairScore score{MapTypeSet::FromBits(outcomes[at]), std::nullopt};
  if (distances[at] != Fabric::kNoDistance) score.distance = distances[at];
  return score;
}

PairScore ScoreOf(const Verdict& verdict) {
  return {verdict.possible, verdict.distance};
}

std::string FabricComparison::One(FunctionIndex provider, FunctionIndex client,
                                  const PairScore& got) {
  ++pairs_;
  PairScore want =
      ScoreOf(Decide(topology_, question_, cpu_, provider, client));
  if (got == want) return "";
  return fmt::format(
      "{} {}: fabric {}, Decide {}", ToString(topology_[provider].address),
      ToString(topology_[client].address), Describe(got), Describe(want));
}

std::string FabricComparison::All(const Fabric& fabric,
                                  const FabricMatrix& matrix) {
  for (FunctionIndex p = 0; p < matrix.size; ++p) {
    for (FunctionIndex c = 0; c < matrix.size; ++c) {
      PairScore cell = matrix.At(fabric.PositionOf(p), fabric.PositionOf(c));
      std::string wrong = One(p, c, cell);
      if (!wrong.empty()) return wrong;
      if (!(fabric.ScoreOf(p, c) == cell))
        return One(p, c, fabric.ScoreOf(p, c)) + " by itself";
    }
  }
  return "";
}

}  // namespace p2pcheck
