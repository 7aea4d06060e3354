// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_TESTS_SUPPORT_JUDGE_H_
#define P2PCHECK_TESTS_SUPPORT_JUDGE_H_

#include <memory>
#include <string>
#include <string_view>

#include "rules/rule_set.h"
#include "snapshot/host_snapshot.h"
#include "support/sketch.h"
#include "topology/topology.h"
#include "verdict/decide.h"
#include "verdict/verdict.h"

namespace p2pcheck {

constexpr MapTypeSet kNot = MapType::kNotSupported;
constexpr MapTypeSet kBus = MapType::kBusAddr;
constexpr MapTypeSet kThru = MapType::kThruHostBridge;

/// The rules built into the program, read once.
const RuleBook& Rules();

/// The rules of a kernel, "6.12" or "6.12.95".
RuleSet RulesOf(std::string_view kernel);

/// What the tool would ask of a snapshot: its own kernel, or each that it may
/// be.
KernelQuestion QuestionOf(const HostSnapshot& snapshot);

/// A snapshot with its topology, ready to be judged.
class Host {
 public:
  explicit Host(HostSnapshot snapshot);

  const HostSnapshot& snapshot() const { return *snapshot_; }
  const Topology& topology() const { return topology_; }
  const CpuIdentity& cpu() const { return cpu_; }

  /// Throws where there is no such function.
  FunctionIndex At(std::string_view address) const;
  const Function& operator[](std::string_view address) const {
    return topology_[At(address)];
  }

  /// As the kernel named would decide; without one, as the host's own.
  Verdict Ask(std::string_view provider, std::string_view client,
              std::string_view kernel) const;
  Verdict Ask(std::string_view provider, std::string_view client) const;

 private:
  std::unique_ptr<const HostSnapshot> snapshot_;
  Topology topology_;
  CpuIdentity cpu_;
};

/// The host of fixtures/cases/sketches/NAME.sketch.
Host SketchedHost(std::string_view name, const SketchOptions& options = {});

/// What is possible for a pair on a host, with the host's own kernel.
MapTypeSet Possible(const Host& host, std::string_view provider,
                    std::string_view client);

/// The ACS list as the kernel prints it, "0000:02:08.0;0000:02:10.0".
std::string AcsList(const Host& host, const Verdict& verdict);

/// The rules that a verdict names, in order: "acs-redirect
/// cpu-not-supported".
std::string RulesIn(const Verdict& verdict);

/// "BUS_ADDR|NOT_SUPPORTED", for failure messages.
std::string ToString(MapTypeSet set);
void PrintTo(MapTypeSet set, std::ostream* out);

}  // namespace p2pcheck

#endif  // P2PCHECK_TESTS_SUPPORT_JUDGE_H_
