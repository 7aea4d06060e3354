// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DMABUF_BAR_H_
#define P2PCHECK_DMABUF_BAR_H_

#include <cstdint>
#include <vector>

#include "base/observed.h"
#include "base/ternary.h"
#include "topology/topology.h"

namespace p2pcheck {

enum class BarKind : uint8_t {
  kAbsent,  ///< unimplemented, or the upper half of a 64-bit BAR
  kMemory,
  kIo,
  kNeither,  ///< type bits that are neither (spec/kernel-dmabuf.md 7.2)
};

/// One BAR (0 to 5) or the expansion ROM (6) as sysfs' `resource` has it;
/// CPU addresses.  Never from config space for a VF, whose registers read 0.
struct Bar {
  uint8_t index = 0;
  BarKind kind = BarKind::kAbsent;
  uint64_t start = 0;
  uint64_t size = 0;   ///< bytes; 0 where absent
  uint64_t flags = 0;  ///< IORESOURCE_*
  bool is_64bit = false;
  bool prefetchable = false;
  bool unassigned = false;  ///< IORESOURCE_UNSET: no address
  /// Bit n: it can be made 2^n MiB; absent: not resizable.
  Observed<uint64_t> resizable;
  /// Whether the MSI-X table or the pending bits lie in it.
  Observed<bool> holds_msix;
};

/// The BARs of a function, 0 to 5 and the ROM, absent ones too; unknown where
/// `resource` was not read (lspci -x has no sizes).  Empty for a bridge's
/// windows: only its BARs 0 and 1 and ROM count.
Observed<std::vector<Bar>> BarsOf(const Function& function);

/// Whether the kernel has non_mappable_bars set for a function.
Ternary IsNonMappable(const Function& function, const HostFacts& host,
                      const struct DmabufRules& rules);

}  // namespace p2pcheck

#endif  // P2PCHECK_DMABUF_BAR_H_
