// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_SELECTION_H_
#define P2PCHECK_SOURCE_SELECTION_H_

#include <set>
#include <string>
#include <vector>

#include "snapshot/host_snapshot.h"
#include "source/function_directory.h"

namespace p2pcheck {

/// Which functions of a sysfs are read.
struct Selection {
  std::set<PciAddress> addresses;
  /// Whether that is every function there is.
  bool complete = true;
  /// Those whose device nodes are looked up, because a node named them.
  std::set<PciAddress> with_nodes;
  /// A node was named that can only be found in the functions' directories.
  bool all_nodes = false;
};

/// Every name in bus/pci/devices that is an address; odd ones are warned of.
/// A negative errno where the directory cannot be listed.
int SelectAll(const SysfsTree& tree, Selection* out,
              std::vector<SourceWarning>* warnings);

/// What ReadRequest::only stands for: the functions named, the bridges above
/// them, and what is on their root buses.  Costs a few system calls a
/// function named, however large the host.  Falls back to every function
/// where a name is of a kind that needs them all.
int SelectOnly(const SysfsTree& tree, const std::vector<std::string>& only,
               Selection* out, std::vector<SourceWarning>* warnings);

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_SELECTION_H_
