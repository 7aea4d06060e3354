// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DMABUF_BAR_H_
#define P2PCHECK_DMABUF_BAR_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/observed.h"
#include "base/ternary.h"
#include "rules/dmabuf_rules.h"
#include "topology/topology.h"

namespace p2pcheck {

enum class BarKind : uint8_t {
  kAbsent,  ///< unimplemented, or the upper half of a 64-bit BAR
  kMemory,
  kIo,
  kNeither,  ///< type bits that are neither (spec/kernel-dmabuf.md 7.2)
  kUnknown,  ///< `resource` was not read, and config space does not tell
};
/// "absent", "memory", "io", "neither", "unknown".
std::string_view BarKindName(BarKind kind);

constexpr uint8_t kBars = 6;
constexpr uint8_t kRomIndex = 6;

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
  /// False: `resource` was not read.  Then size is not known (0), and the
  /// rest is what config space tells, start being a bus address.
  bool recorded = true;
  /// Bit n: it can be made 2^n MiB; absent: not resizable.
  Observed<uint64_t> resizable;
  /// Whether the MSI-X table or the pending bits lie in it.
  Observed<bool> holds_msix;
};

/// The BARs of a function, 0 to 5 and the ROM, absent ones too; unknown where
/// `resource` was not read (lspci -x has no sizes).  A bridge's windows and a
/// PF's VF BARs stand further down in `resource` and are not the function's.
Observed<std::vector<Bar>> BarsOf(const Function& function);

/// What the BAR registers tell where `resource` was not read: I/O or memory,
/// and which are not there.  All kUnknown for a VF and where Enhanced
/// Allocation places them, because those registers read 0, and where they were
/// not read.
std::vector<Bar> BarsInConfig(const Function& function);

/// Bytes a page may have on any architecture that has P2PDMA, least first.
inline constexpr uint64_t kPageSizes[] = {4096, 16384, 65536};
inline constexpr uint64_t kSmallestPage = kPageSizes[0];
inline constexpr uint64_t kLargestPage = kPageSizes[2];

/// Bytes of a page: recorded, or the only size that the architecture has.
Observed<uint32_t> PageSizeOf(const HostSnapshot& snapshot);

/// Whether this may be a s390 host: the architecture where it is known; else
/// no host that shows a bridge is one (each function there stands alone).
Ternary IsS390(const HostSnapshot& snapshot);

/// Whether the kernel has non_mappable_bars set for a function: it is listed
/// for this architecture, or has a BAR and none of the files that sysfs makes
/// for BARs that can be mapped (spec/kernel-dmabuf.md 8).
Ternary IsNonMappable(const Topology& topology, FunctionIndex function,
                      const DmabufRules& rules);

}  // namespace p2pcheck

#endif  // P2PCHECK_DMABUF_BAR_H_
