// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_TESTS_SUPPORT_FABRIC_COMPARISON_H_
#define P2PCHECK_TESTS_SUPPORT_FABRIC_COMPARISON_H_

#include <cstdint>
#include <string>
#include <vector>

#include "fabric/fabric.h"
#include "rules/cpu.h"
#include "topology/topology.h"
#include "verdict/decide.h"

namespace p2pcheck {

/// A whole matrix as fabric wrote it, by position.
struct FabricMatrix {
  explicit FabricMatrix(const Fabric& fabric);

  PairScore At(FabricIndex provider, FabricIndex client) const;

  uint32_t size = 0;
  std::vector<uint8_t> outcomes;
  std::vector<uint16_t> distances;
};

/// The verdict as a score.
PairScore ScoreOf(const Verdict& verdict);

/// Holds a fabric against Decide.
class FabricComparison {
 public:
  FabricComparison(const Topology& topology, const KernelQuestion& question,
                   const CpuIdentity& cpu)
      : topology_(topology), question_(question), cpu_(cpu) {}

  Fabric Build() const {
    return Fabric(topology_,
                  {question_.kernels, cpu_, question_.p2pdma_built_in});
  }

  /// Every pair, once as a cell of the matrix and once by itself.  Empty, or
  /// the first difference: the pair and both answers.
  std::string All(const Fabric& fabric, const FabricMatrix& matrix);
  std::string All() {
    Fabric fabric = Build();
    return All(fabric, FabricMatrix(fabric));
  }
  /// One pair, given what fabric says of it.
  std::string One(FunctionIndex provider, FunctionIndex client,
                  const PairScore& got);

  /// How many were asked of both.
  uint64_t pairs() const { return pairs_; }

 private:
  const Topology& topology_;
  const KernelQuestion& question_;
  const CpuIdentity& cpu_;
  uint64_t pairs_ = 0;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_TESTS_SUPPORT_FABRIC_COMPARISON_H_
