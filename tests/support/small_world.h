// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_TESTS_SUPPORT_SMALL_WORLD_H_
#define P2PCHECK_TESTS_SUPPORT_SMALL_WORLD_H_

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "rules/cpu.h"
#include "rules/rule_set.h"
#include "snapshot/host_snapshot.h"
#include "verdict/verdict.h"

namespace p2pcheck {

// Hosts of up to five functions, in every shape and every state, and an
// oracle that knows their verdicts from sets of ancestors.  The oracle shares
// nothing with the code under test: it does not climb, it intersects.

constexpr int kMaxFunctions = 5;

/// The shape of a small host.
struct Forest {
  int size = 0;
  /// The function above, or -1 and -2 for the first and second root bus.
  std::array<int, kMaxFunctions> parent{};
  /// A function that is a virtual function of another; -1: none.
  int vf = -1, pf = -1;
};

/// Calls `visit` for every forest of exactly `size` functions: every array of
/// parents without a cycle, and once more for each function that can be a VF
/// (it has nothing below it) of each other that is not one.
void ForEachForest(int size, const std::function<void(const Forest&)>& visit);

/// The same up to the naming of functions: parents before their children, and
/// no VFs.
void ForEachOrderedForest(int size,
                          const std::function<void(const Forest&)>& visit);

/// One forest of each shape: up to the naming of functions, and no VFs.
void ForEachShape(int size, const std::function<void(const Forest&)>& visit);

enum class AcsState : uint8_t { kAbsent, kOff, kOn, kUnknown };
enum class ListedState : uint8_t { kNo, kYes, kNeedsSame, kUnknown };
enum class CpuState : uint8_t { kNo, kYes, kUnknown };

/// What is known of the parts of a small host.
struct WorldState {
  std::array<AcsState, kMaxFunctions> acs{};
  std::array<ListedState, 2> listed{};
  CpuState cpu = CpuState::kNo;
};

/// The snapshot of a forest with its ACS states.  Function i stands at bus
/// i + 1 or on its root bus, devfn 8 * i (0 for the first on a root bus).
HostSnapshot MakeSmallHost(const Forest& forest,
                           const std::array<AcsState, kMaxFunctions>& acs);

/// Sets the IDs of the functions at 00.0 of both root buses.
void SetListed(HostSnapshot* snapshot,
               const std::array<ListedState, 2>& listed);

/// Rules that list SetListed's IDs, and CPUs of CpuState.
RuleSet SmallWorldRules();
CpuIdentity SmallWorldCpu(CpuState state);

/// Where a pair stands in a forest, by sets.
struct PairShape {
  bool meets = false;  ///< there is a common ancestor
  uint32_t distance = 0;
  uint32_t counted = 0;    ///< bit i: function i's ACS counts
  std::vector<int> order;  ///< the counted ones, in the kernel's print order
  int common = -1;
  int provider_root = 0, client_root = 0;
  int functions = 0;  ///< of the forest
};
PairShape ShapeOf(const Forest& forest, int provider, int client);

/// What the kernel says where everything is known.
MapType KnownOutcome(const PairShape& shape, const WorldState& state);

/// The outcomes of all completions of a state's unknowns, for one shape.
/// Remembers, because completions share completions.
class Completions {
 public:
  explicit Completions(const PairShape& shape);
  const PairShape& shape() const { return shape_; }
  MapTypeSet Of(const WorldState& state);

 private:
  MapTypeSet Expand(const WorldState& state);

  PairShape shape_;
  std::vector<uint8_t> known_;  // by code of the state; 0: not yet
};

}  // namespace p2pcheck

#endif  // P2PCHECK_TESTS_SUPPORT_SMALL_WORLD_H_
