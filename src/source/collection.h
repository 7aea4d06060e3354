// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_COLLECTION_H_
#define P2PCHECK_SOURCE_COLLECTION_H_

#include <string>
#include <vector>

#include "source/file_system.h"
#include "source/memory_tree.h"
#include "source/source.h"

namespace p2pcheck {

/// Whether `path` holds a sysfs with PCI functions: "sys/bus/pci/devices" or
/// "bus/pci/devices".
bool HasSysfs(FileSystem* files, const std::string& path);

/// Whether `path` holds what else tells of PCI functions: "sos_commands",
/// "proc/bus/pci", or listings of lspci by that name.
bool HasListings(FileSystem* files, const std::string& path);

/// Where in an archive's tree a host starts ("." for the top): at the lowest
/// depth that has any; several where several stand side by side.
std::vector<std::string> FindHosts(MemoryTree* tree);

/// Reads the host at `path` from the best of what is there, and fills in from
/// the rest what that leaves unknown: sysfs, then the bytes of /proc/bus/pci,
/// then listings of lspci, those with bytes first (merge.h).  `name` stands in
/// error messages and becomes source_name; source_kind is "sosreport",
/// "hwloc-topology", "sysfs-tree", and source_parts names what was used.
/// Throws InputError where no function is found.
HostSnapshot ReadCollection(FileSystem* files, const std::string& path,
                            const std::string& name,
                            const ReadRequest& request);

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_COLLECTION_H_
