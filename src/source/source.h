// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_SOURCE_H_
#define P2PCHECK_SOURCE_SOURCE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "snapshot/host_snapshot.h"

namespace p2pcheck {

/// How much of a host a command needs.  Reading less is what makes `pair`
/// fast on a host of 13,000 functions; facts that were not asked for are
/// kNotRecorded.
struct ReadRequest {
  enum class Depth : uint8_t {
    /// What verdicts and the report need: place, IDs, driver, group, power
    /// state, link, and of config space the first 64 bytes and what the walk
    /// to the PCI Express and ACS capabilities touches.
    kVerdict,
    /// That, and what physical routes need: the egress vector behind ACS, and
    /// the ATS capability.
    kRoute,
    /// That, and every attribute, the groups' types and the kernel log: what
    /// groups, advice and findings need.
    kDetails,
    /// Everything a recording holds, the whole of config space included.
    kEverything,
  };
  Depth depth = Depth::kVerdict;

  /// Where given: only these functions, the bridges above them, and the
  /// functions on the root buses they hang from (the kernel looks at the
  /// first).  A name is an address ("0000:01:00.0", "01:00.0" where one
  /// domain has it) or a node ("nvme0", "mlx5_0").  A name of another kind
  /// (an ID, "gpu") makes the reader read the whole host.
  std::optional<std::vector<std::string>> only;

  /// Where the source is a sysfs with at most so many functions, depth
  /// kDetails: of a larger one that costs too much.
  size_t details_up_to = 0;
};

/// Where a snapshot comes from: nothing (this host), a directory, a file, or
/// "-".  What a file is, is found from its content.
///
/// Throws NotFoundError (no such file), InputError (content).
HostSnapshot ReadSource(const std::optional<std::string>& from,
                        const ReadRequest& request);

/// What ReadSource() does with a file that has these bytes.
HostSnapshot ReadBytes(std::string_view bytes, const std::string& name,
                       const ReadRequest& request);

/// A host under `root`, which holds `sys` and `proc` ("" for the live one),
/// or is itself a sysfs (`root/bus/pci/devices`).
HostSnapshot ReadSysfs(const std::string& root, const ReadRequest& request);

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_SOURCE_H_
