// SPDX-License-Identifier: GPL-2.0-or-later
#include "dmabuf/kernel_options.h"

namespace p2pcheck {

Ternary OptionOn(const DmabufContext& context, std::string_view option) {
  if (context.config != nullptr) {
    auto found = context.config->find(std::string(option));
    if (found != context.config->end()) return ToTernary(found->second != "n");
  }
  return context.named ? Ternary::kYes : Ternary::kUnknown;
}

Ternary ParameterOn(const HostFacts& host, const std::string& parameter) {
  if (!host.module_parameters.known()) return Ternary::kUnknown;
  const StringMap& all = host.module_parameters.value();
  auto found = all.find(parameter);
  return ToTernary(found != all.end() &&
                   (found->second == "Y" || found->second == "1"));
}

void RequireOptions(const DmabufContext& context,
                    const std::vector<std::string>& options,
                    StepVerdict* verdict) {
  for (const std::string& option : options) {
    StepReason reason;
    reason.says = OptionOn(context, option);
    if (reason.says == Ternary::kYes) continue;
    reason.rule = reason.says == Ternary::kNo ? DmabufRule::kOptionMissing
                                              : DmabufRule::kBuiltInUnknown;
    reason.detail = option;
    verdict->Add(std::move(reason));
  }
}

}  // namespace p2pcheck
