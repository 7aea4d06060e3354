// SPDX-License-Identifier: GPL-2.0-or-later
#include "dmabuf/nvidia.h"

#include <algorithm>
#include <optional>

namespace p2pcheck {
namespace {

constexpr int kNotSupportedInKernel = 524;  // ENOTSUPP
constexpr uint16_t kNvidiaVendor = 0x10de;

// "" where the driver is not loaded with it, none where nobody looked.
std::optional<std::string> Parameter(const DmabufContext& context,
                                     const std::string& name) {
  const Observed<StringMap>& parameters =
      context.topology.snapshot().host.module_parameters;
  if (!parameters.known()) return std::nullopt;
  auto found = parameters.value().find("nvidia." + name);
  return found == parameters.value().end() ? std::nullopt
                                           : std::optional(found->second);
}

const FunctionRecord* FindChipset(const DmabufContext& context) {
  for (const Function& function : context.topology.functions())
    for (const FunctionIdRule& rule : context.rules.nvidia_chipsets)
      if (function.record->vendor.Is(rule.vendor) &&
          function.record->device.Is(rule.device))
        return function.record;
  return nullptr;
}

// The lowest bridge above both, if it is a switch's upstream port.
Ternary ShareSwitch(const Topology& topology, FunctionIndex a,
                    FunctionIndex b) {
  if (!topology[a].placed() || !topology[b].placed()) return Ternary::kUnknown;
  std::vector<FunctionIndex> above;
  for (FunctionIndex i = a; i != kNoIndex; i = topology[i].upstream)
    above.push_back(i);
  for (FunctionIndex i = b; i != kNoIndex; i = topology[i].upstream) {
    if (std::find(above.begin(), above.end(), i) == above.end()) continue;
    return topology[i].kernel_type.Match(
        [](PortType type) {
          return ToTernary(type == PortType::kUpstreamPort);
        },
        [] { return Ternary::kNo; },
        [](ReadFailure) { return Ternary::kUnknown; });
  }
  return Ternary::kNo;
}

StepReason Refusal(DmabufRule rule, Ternary says, const char* detail) {
  StepReason reason;
  reason.rule = rule;
  reason.says = says;
  reason.error = kNotSupportedInKernel;
  reason.detail = detail;
  return reason;
}

void CheckChipset(const DmabufContext& context, const PairQuestion& question,
                  bool override_known, StepVerdict* verdict) {
  const FunctionRecord* chipset = FindChipset(context);
  if (chipset == nullptr) return;
  Ternary share =
      ShareSwitch(context.topology, question.exporter, question.importer);
  if (share == Ternary::kYes) return;
  // On Grace itself a GPU may be coherent, which skips the test.
  bool sure = share == Ternary::kNo && override_known &&
              !chipset->vendor.Is(kNvidiaVendor);
  StepReason reason =
      Refusal(sure ? DmabufRule::kNvidiaTopology : DmabufRule::kNvidiaUnknown,
              sure ? Ternary::kNo : Ternary::kUnknown, "chipset");
  reason.function = chipset->address;
  verdict->Add(std::move(reason));
}

}  // namespace

void CheckNvidiaTopology(const DmabufContext& context,
                         const PairQuestion& question, StepVerdict* verdict) {
  std::optional<std::string> override_value =
      Parameter(context, "NVreg_GrdmaPciTopoCheckOverride");
  if (override_value == "1") return;
  if (override_value == "2")
    return verdict->Add(
        Refusal(DmabufRule::kNvidiaTopology, Ternary::kNo, "override"));
  CheckChipset(context, question, override_value.has_value(), verdict);
}

bool NvidiaMapsThroughDmaApi(const DmabufContext& context) {
  return Parameter(context, "NVreg_DmaRemapPeerMmio") != "0";
}

}  // namespace p2pcheck
