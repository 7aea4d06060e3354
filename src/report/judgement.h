// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_JUDGEMENT_H_
#define P2PCHECK_REPORT_JUDGEMENT_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fabric/fabric.h"
#include "rules/cpu.h"
#include "rules/device_kind.h"
#include "rules/rule_set.h"
#include "topology/topology.h"
#include "verdict/decide.h"

namespace p2pcheck {

/// Turns vendor and device IDs into a name; empty where there is none.
using NameLookup = std::function<std::string(const FunctionRecord&)>;

/// Whether answers are asked of both cores, Decide and fabric.
enum class CrossCheck : uint8_t {
  kOff,
  kCheap,  ///< where it does not take long: what the dev preset does
  kAll,    ///< --cross-check
};

/// One host, the rules it is judged by, and what was asked: everything a
/// renderer needs.
struct Judgement {
  Judgement(const HostSnapshot& host, const Topology& tree,
            const RuleBook& rules)
      : snapshot(host), topology(tree), book(rules) {}

  const HostSnapshot& snapshot;
  const Topology& topology;
  const RuleBook& book;
  KernelQuestion question;
  /// The kernel the question is about; the user's or the source's own.
  Observed<KernelVersion> kernel;
  bool kernel_named_by_user = false;
  CpuIdentity cpu;
  std::vector<DeviceKind> kinds;  ///< by function
  NameLookup name_of;             ///< may be empty: no names wanted
  /// What this kernel does with BARs and dma-bufs.
  DmabufRules dmabuf;
  /// Its options; of a kernel that the user named those assumed; null: not
  /// known.
  const StringMap* kernel_config = nullptr;
  /// The command line that is assumed, if any.
  std::optional<std::string> assumed_command_line;
  std::vector<std::string> argv;
  std::vector<std::string> assumed;
  std::string tool_version;
  CrossCheck cross_check = CrossCheck::kOff;

  Verdict Decide(FunctionIndex provider, FunctionIndex client) const {
    return p2pcheck::Decide(topology, question, cpu, provider, client);
  }
  /// The same question for all pairs.
  Fabric BuildFabric() const {
    return Fabric(topology, {question.kernels, cpu, question.p2pdma_built_in});
  }
};

/// How text is to look.
struct TextStyle {
  bool color = false;
  bool unicode = true;
  unsigned width = 80;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_JUDGEMENT_H_
