// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_TESTS_SUPPORT_VFIO_LOG_H_
#define P2PCHECK_TESTS_SUPPORT_VFIO_LOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "snapshot/host_snapshot.h"

namespace p2pcheck {

/// One function under test in such a log, and all that was printed of it.
struct VfioLogRun {
  std::string exporter;                ///< "0000:01:00.0"
  std::vector<std::string> importers;  ///< of /proc/kdbimp
  ResourceList bars;                   ///< BAR 0 to 5, ROM; 0 where not printed
  std::string group_type;              ///< "DMA"; "none" without a group
  std::vector<std::string> lines;      ///< trimmed
};

/// A serial log of the test program in the shared oracle's dmabuf folder:
/// every VFIO DMA-BUF ioctl right and wrong, and a test importer of each kind,
/// on a q35 guest without KVM.
struct VfioLog {
  std::string kernel;        ///< "7.3.4"
  std::string command_line;  ///< of the guest
  /// The host as far as the log tells: functions, BARs, groups.  Bus numbers
  /// are those the firmware gives, depth first.
  HostSnapshot snapshot;
  std::vector<VfioLogRun> runs;
};

VfioLog ReadVfioLog(const std::string& path);

}  // namespace p2pcheck

#endif  // P2PCHECK_TESTS_SUPPORT_VFIO_LOG_H_
