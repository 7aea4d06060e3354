// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/source.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/input_error.h"
#include "support/fake_sysfs.h"

namespace p2pcheck {
namespace {

// What reading `name` in a directory says, without the directory's name.
std::string Message(const TempDirectory& directory, const std::string& name) {
  try {
    ReadSource(directory.path() + "/" + name, {});
  } catch (const std::exception& error) {
    std::string text = error.what();
    size_t at = text.find(directory.path() + "/");
    return at == 0 ? text.substr(directory.path().size() + 1) : text;
  }
  return "read";
}

TEST(Source, WhatIsNotThereIsNotFound) {
  TempDirectory directory;
  EXPECT_THROW(ReadSource(directory.path() + "/gone", {}), NotFoundError);
  EXPECT_EQ(Message(directory, "gone"), "gone: no such file or directory");
}

TEST(Source, BadContentIsSaidPlainly) {
  TempDirectory directory;
  directory.Write("empty", "");
  directory.Write("dir/etc/passwd", "");
  directory.Write("gz", "\x1f\x8b\x08 and so on");
  EXPECT_EQ(Message(directory, "empty"), "empty: is empty");
  EXPECT_EQ(Message(directory, "dir"),
            "dir: has neither sys/bus/pci/devices nor bus/pci/devices");
  EXPECT_EQ(Message(directory, "gz").find("gz: is damaged or cut short: "), 0u);
}

TEST(Source, ADirectoryMayBeAHostOrASysfs) {
  TempDirectory directory;
  directory.Write("host/sys/bus/pci/devices/0000:00:00.0/vendor", "0x8086\n");
  directory.Write("host/proc/sys/kernel/osrelease", "6.8.0\n");
  for (const char* name : {"/host", "/host/sys", "/host/sys/"}) {
    HostSnapshot read = ReadSource(directory.path() + name, {});
    EXPECT_EQ(read.functions.size(), 1u) << name;
    EXPECT_EQ(read.source_kind, "sysfs-tree");
    EXPECT_EQ(read.source_name, directory.path() + name);
    EXPECT_EQ(read.host.kernel_release, Observed<std::string>("6.8.0")) << name;
  }
}

TEST(Source, AFileIsARecordingWhateverItsName) {
  TempDirectory directory;
  directory.Write("host.tar.gz", "00:00.0 Host bridge\n00: 86 80 02 19\n");
  HostSnapshot read = ReadSource(directory.path() + "/host.tar.gz", {});
  EXPECT_EQ(read.functions.size(), 1u);
}

}  // namespace
}  // namespace p2pcheck
