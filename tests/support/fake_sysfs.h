// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_TESTS_SUPPORT_FAKE_SYSFS_H_
#define P2PCHECK_TESTS_SUPPORT_FAKE_SYSFS_H_

#include <string>
#include <string_view>

#include "snapshot/host_snapshot.h"

namespace p2pcheck {

/// An empty directory that goes away with everything in it.
class TempDirectory {
 public:
  TempDirectory();
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  ~TempDirectory();
  const std::string& path() const { return path_; }

  /// Writes DIRECTORY/`name`, making the directories above it.
  void Write(std::string_view name, std::string_view text) const;
  void Link(std::string_view name, std::string_view target) const;
  void Remove(std::string_view name) const;

 private:
  std::string path_;
};

/// Writes a snapshot as the kernel would show it: `directory`/sys with links
/// and nesting, `directory`/proc, dmesg.txt.  Absent and unknown facts are
/// left out alike; a config space is written where its bytes start at 0, and
/// as zeros for a sleeping device.  Each function has what a full copy of
/// sysfs has (`subsystem`, `broken_parity_status`, `power`), so that absence
/// is believed.
void WriteFakeSysfs(const HostSnapshot& snapshot, const TempDirectory& out);

/// The path of a function's directory below `directory`.
std::string FakeSysfsPath(const HostSnapshot& snapshot,
                          const PciAddress& address);

}  // namespace p2pcheck

#endif  // P2PCHECK_TESTS_SUPPORT_FAKE_SYSFS_H_
