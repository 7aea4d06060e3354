// SPDX-License-Identifier: GPL-2.0-or-later
//
// Rows of the matrix, as runs (see fabric.cc).
#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "fabric/fabric.h"
#include "fabric/fill.h"

namespace p2pcheck {

// Writes the row of one provider, as far as it is in a range of clients.
class FabricRow {
 public:
  FabricRow(const Fabric& fabric, FabricRange clients, uint8_t* outcomes,
            uint16_t* distances)
      : fabric_(fabric),
        clients_(clients),
        outcomes_(outcomes),
        distances_(distances) {}

  void Write(FabricIndex provider) {
    if (!fabric_.divergence_.empty())
      WriteByPairs(provider);
    else if (provider < fabric_.placed())
      WriteRuns(provider);
    else
      WriteNowhere(provider);
    outcomes_ += clients_.size();
    if (distances_) distances_ += clients_.size();
  }

 private:
  // The part of a run that is asked for.
  FabricRange Clip(FabricIndex begin, FabricIndex end) const {
    begin = std::max(begin, clients_.begin);
    end = std::min(end, clients_.end);
    return {begin, std::max(begin, end)};
  }
  uint8_t* OutcomesFrom(FabricRange run) const {
    return outcomes_ + (run.begin - clients_.begin);
  }
  uint16_t* DistancesFrom(FabricRange run) const {
    return distances_ + (run.begin - clients_.begin);
  }

  void WriteRuns(FabricIndex provider) {
    provider_level_ = fabric_.nodes_[provider].level;
    FabricRange done = ClimbTree(provider);
    const Fabric::Bus& bus = fabric_.buses_[fabric_.nodes_[provider].bus];
    Apart(bus.range.begin, done.begin, bus.apart);
    Apart(done.end, bus.range.end, bus.apart);
    WriteOtherBuses(bus);
    Nowhere(fabric_.placed(), fabric_.size());
  }

  // From the provider up: at each bridge what is below it and was not below
  // the one before.  Returns the whole tree.
  FabricRange ClimbTree(FabricIndex provider) {
    const auto& bits = fabric_.buses_[fabric_.nodes_[provider].bus].common;
    FabricRange done{provider, provider};
    Ternary acs = Ternary::kNo;
    for (FabricIndex at = provider; at != kNoIndex;) {
      const Fabric::Node& node = fabric_.nodes_[at];
      acs = Or(acs, fabric_.own_[at]);
      Common(at, acs, bits, Clip(at, done.begin));
      Common(at, acs, bits, Clip(done.end, node.end));
      done = {at, node.end};
      at = node.upstream;
    }
    return done;
  }

  // Clients that meet the provider at a bridge; `acs` is what redirects on
  // the provider's side, the bridge included.
  void Common(FabricIndex bridge, Ternary acs, const Fabric::ByAcs& bits,
              FabricRange run) {
    if (run.size() == 0) return;
    if (fabric_.below_[bridge] <= acs)
      std::memset(OutcomesFrom(run), bits[static_cast<size_t>(acs)],
                  run.size());
    else
      Mixed(bridge, acs, bits, run);
    // Up to the bridge and down again; unsigned, so less than nothing wraps
    // around and back.
    Sums(run, provider_level_ - 2 * fabric_.nodes_[bridge].level);
  }

  void Mixed(FabricIndex bridge, Ternary acs, Fabric::ByAcs bits,
             FabricRange run) {
    if (acs == Ternary::kUnknown) bits[0] = bits[1];
    uint32_t level = fabric_.nodes_[bridge].level;
    if (!fabric_.redirect8_.empty())
      FillMixed(&fabric_.redirect8_[run.begin], &fabric_.unsure8_[run.begin],
                static_cast<uint8_t>(level), bits, run.size(),
                OutcomesFrom(run));
    else
      FillMixed(&fabric_.redirect32_[run.begin], &fabric_.unsure32_[run.begin],
                level, bits, run.size(), OutcomesFrom(run));
  }

  void WriteOtherBuses(const Fabric::Bus& own) {
    const uint8_t* across =
        &fabric_.across_[own.group * fabric_.groups_.size()];
    for (size_t g = 0; g < fabric_.groups_.size(); ++g) {
      FabricRange group = fabric_.groups_[g];
      Apart(group.begin, std::min(group.end, own.range.begin), across[g]);
      Apart(std::max(group.begin, own.range.end), group.end, across[g]);
    }
  }

  void Apart(FabricIndex begin, FabricIndex end, uint8_t bits) {
    FabricRange run = Clip(begin, end);
    if (run.size() == 0) return;
    std::memset(OutcomesFrom(run), bits, run.size());
    Sums(run, provider_level_ + fabric_.apart_distance_);
  }

  void Sums(FabricRange run, uint32_t plus) {
    if (!distances_) return;
    if (fabric_.has_distance_)
      FillSums(&fabric_.level16_[run.begin], static_cast<uint16_t>(plus),
               run.size(), DistancesFrom(run));
    else
      NoDistances(run);
  }

  void NoDistances(FabricRange run) {
    if (distances_)
      std::fill_n(DistancesFrom(run), run.size(), Fabric::kNoDistance);
  }

  void Nowhere(FabricIndex begin, FabricIndex end) {
    FabricRange run = Clip(begin, end);
    if (run.size() == 0) return;
    std::memset(OutcomesFrom(run), fabric_.nowhere_, run.size());
    NoDistances(run);
  }

  void WriteNowhere(FabricIndex provider) {
    Nowhere(0, fabric_.size());
    if (provider >= clients_.begin && provider < clients_.end)
      WritePair(provider, provider);
  }

  void WriteByPairs(FabricIndex provider) {
    for (FabricIndex c = clients_.begin; c < clients_.end; ++c)
      WritePair(provider, c);
  }

  void WritePair(FabricIndex provider, FabricIndex client) {
    PairScore score = fabric_.Score(provider, client);
    FabricRange run{client, client + 1};
    *OutcomesFrom(run) = score.possible.bits();
    if (distances_)
      *DistancesFrom(run) =
          static_cast<uint16_t>(score.distance.value_or(Fabric::kNoDistance));
  }

  const Fabric& fabric_;
  FabricRange clients_;
  uint8_t* outcomes_;
  uint16_t* distances_;  // null: not asked for
  uint32_t provider_level_ = 0;
};

void Fabric::Outcomes(FabricRange providers, FabricRange clients,
                      uint8_t* outcomes) const {
  FabricRow row(*this, clients, outcomes, nullptr);
  for (FabricIndex p = providers.begin; p < providers.end; ++p) row.Write(p);
}

void Fabric::OutcomesAndDistances(FabricRange providers, FabricRange clients,
                                  uint8_t* outcomes,
                                  uint16_t* distances) const {
  if (!distances_fit())
    throw std::logic_error("distances of this fabric do not fit a row");
  FabricRow row(*this, clients, outcomes, distances);
  for (FabricIndex p = providers.begin; p < providers.end; ++p) row.Write(p);
}

}  // namespace p2pcheck
