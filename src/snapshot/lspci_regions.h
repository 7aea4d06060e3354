// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SNAPSHOT_LSPCI_REGIONS_H_
#define P2PCHECK_SNAPSHOT_LSPCI_REGIONS_H_

#include <array>
#include <string_view>

#include "snapshot/host_snapshot.h"

namespace p2pcheck {

/// The "Region N" and "Expansion ROM" lines of lspci -vv.
class LspciRegions {
 public:
  /// A line above the first capability (an SR-IOV capability has regions of
  /// its own), without indentation.
  void ReadLine(std::string_view text);

  /// The first seven lines that sysfs' `resource` has, which are all that a
  /// function without SR-IOV and below it no bus needs.  Known only where
  /// each line had an address and a size, and one was a region: lspci leaves
  /// sizes out where it reads a file, and then shows no BAR of a VF at all.
  /// The flags are those the line proves: type, width, prefetchable.
  Observed<ResourceList> Resource() const;

 private:
  bool Keep(size_t index, std::string_view text);

  std::array<ResourceLine, 7> lines_;
  bool has_region_ = false;
  bool unsure_ = false;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_SNAPSHOT_LSPCI_REGIONS_H_
