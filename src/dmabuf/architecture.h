// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DMABUF_ARCHITECTURE_H_
#define P2PCHECK_DMABUF_ARCHITECTURE_H_

#include <string>
#include <string_view>

#include "base/observed.h"
#include "snapshot/host_snapshot.h"

namespace p2pcheck {

/// The machine's architecture as uname says it; where nobody recorded that,
/// "x86_64" if the CPU's maker or an IOMMU unit is one that only x86 has.
Observed<std::string> ArchitectureOf(const HostSnapshot& snapshot);

bool IsX86(std::string_view architecture);

}  // namespace p2pcheck

#endif  // P2PCHECK_DMABUF_ARCHITECTURE_H_
