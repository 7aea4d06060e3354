// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_HOST_FACTS_H_
#define P2PCHECK_SOURCE_HOST_FACTS_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "snapshot/host_snapshot.h"
#include "snapshot/wanted_facts.h"
#include "source/file_system.h"
#include "source/source.h"

namespace p2pcheck {

/// Where the facts of a host are read from.
struct HostTree {
  FileSystem* files = nullptr;
  int root = -1;  ///< holds boot, lib, var; -1: there is none
  int sys = -1;
  int proc = -1;  ///< -1: there is none
  bool live = false;
  bool this_host = false;  ///< the kernel itself can be asked
  bool everything = false;

  /// What a name that is missing says: live that there is none, in a
  /// recorded tree nothing.
  template <class T>
  Observed<T> Missing() const {
    if (live) return Absent{};
    return ReadFailure::kNotRecorded;
  }
  /// A file, untrimmed, but without the NUL bytes with which tar fills an
  /// attribute up to the page that sysfs says it has.  ENOENT counts as
  /// Missing().
  Observed<std::string> Read(int directory, const char* path) const;
  /// The names in a directory.
  Observed<StringList> List(int directory, const char* path) const;
};

/// All facts but `privileged`, which the reading of config space tells.
HostFacts ReadHostFacts(const HostTree& tree);

/// /proc/cpuinfo, first processor (cpu_facts.cc).
void ReadCpuFacts(const HostTree& tree, HostFacts* host);
/// Needs the CPU facts.
Observed<std::string> ReadConfidentialGuest(const HostTree& tree,
                                            const HostFacts& host);

/// What a recorded tree tells of its kernel beside sys/kernel: `proc/version`,
/// what uname printed, the notes of hwloc (kernel_identity.cc).
Observed<std::string> ReleaseInCollection(const HostTree& tree);
Observed<std::string> MachineInCollection(const HostTree& tree);
Observed<uint32_t> PageSizeInCollection(const HostTree& tree);

/// The kernel's configuration (kernel_config.cc).  Needs kernel_release.
Observed<StringMap> ReadKernelConfig(const HostTree& tree,
                                     const Observed<std::string>& release);

/// /proc/kallsyms (kernel_symbols.cc).
Observed<StringMap> ReadKernelSymbols(const HostTree& tree);

/// The kernel log (kernel_log.cc).
Observed<StringList> ReadKernelLog(const HostTree& tree);
/// The path of the log that ReadKernelLog() reads in a recorded tree.
std::optional<std::string> PlaceOfKernelLog(const HostTree& tree);
/// The lines of a log that concern us, without time stamps.
StringList FilterKernelLog(std::string_view text);

/// /proc/iomem (memory_map.cc).
Observed<StringList> ReadBusyRegions(const HostTree& tree);

/// /proc/interrupts, else the kernel log, which must have been read
/// (interrupts.cc).
Observed<bool> ReadInterruptRemapping(const HostTree& tree,
                                      const HostFacts& host);

/// /sys/class/iommu and /sys/kernel/iommu_groups (iommu_facts.cc).
Observed<StringList> ReadIommuUnits(const HostTree& tree);
std::map<uint32_t, IommuGroupRecord> ReadIommuGroups(const HostTree& tree);

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_HOST_FACTS_H_
