// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_SYSFS_H_
#define P2PCHECK_SOURCE_SYSFS_H_

#include <string>

#include "source/file_system.h"
#include "source/source.h"

namespace p2pcheck {

/// A tree to read as if it were the kernel's own (`live`), or through system
/// calls that fail when a test says so.
struct SysfsOptions {
  FileSystem* files = nullptr;
  bool live = false;
};

/// ReadSysfs() with those.  Facts that no tree holds (uname, the kernel's log
/// buffer, libudev) are asked for only where `root` is "".
HostSnapshot ReadSysfsWith(const SysfsOptions& options, const std::string& root,
                           const ReadRequest& request);

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_SYSFS_H_
