// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DMABUF_KERNEL_OPTIONS_H_
#define P2PCHECK_DMABUF_KERNEL_OPTIONS_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/ternary.h"
#include "dmabuf/export.h"

namespace p2pcheck {

/// Whether an option ("DMABUF_MOVE_NOTIFY") is built in or a module.  An
/// option that nobody recorded counts as on for a kernel that the user named,
/// and is unknown for any other.
Ternary OptionOn(const DmabufContext& context, std::string_view option);

/// Whether a module's parameter ("vfio.enable_unsafe_noiommu_mode") is on.  One
/// that is not there, its module being unloaded, has its default: off.
Ternary ParameterOn(const HostFacts& host, const std::string& parameter);

/// Adds a refusal (kOptionMissing, its name in detail) for each option that is
/// off and a doubt (kBuiltInUnknown) for each that may be.
void RequireOptions(const DmabufContext& context,
                    const std::vector<std::string>& options,
                    StepVerdict* verdict);

}  // namespace p2pcheck

#endif  // P2PCHECK_DMABUF_KERNEL_OPTIONS_H_
