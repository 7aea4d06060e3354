// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_NESTING_H_
#define P2PCHECK_SOURCE_NESTING_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pci/address.h"
#include "snapshot/host_snapshot.h"

namespace p2pcheck {

/// What the target of a link in bus/pci/devices tells of a function's place:
///
///     ../../../devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0
///
/// is function 10000:e0:06.0 on root bus 10000:e0, which lies inside the VMD
/// endpoint 0000:00:0e.0.
struct Nesting {
  ParentLink parent;
  std::vector<PciAddress>
      above;  ///< functions it is nested in, outermost first
  std::vector<std::pair<RootBus, PciAddress>> nested;
  /// The paths of the directories of the root buses on the way.
  std::vector<std::string> root_paths;
};

/// Nothing where the target is not the place of `self`.
std::optional<Nesting> ParseNesting(std::string_view target,
                                    const PciAddress& self);

/// The innermost function on the path to something that hangs from it.
std::optional<PciAddress> OwnerInPath(std::string_view target);

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_NESTING_H_
