// SPDX-License-Identifier: GPL-2.0-or-later
//
// The real calls, on what is no VFIO node: what they give, and that they leave
// nothing open.  Nothing that is one is ever opened here.
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <iterator>
#include <utility>

#include "probe/ask.h"
#include "probe/vfio_kernel.h"

namespace p2pcheck {
namespace {

// Besides what the count itself opens.
long OpenFiles() {
  std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

TEST(LinuxVfio, GivesNegativeErrnos) {
  auto kernel = RunningKernel();
  EXPECT_EQ(kernel->Open("/dev/no/such/node"), -ENOENT);
  VfioFile null(kernel.get(), kernel->Open("/dev/null"));
  ASSERT_TRUE(null.ok());
  uint32_t ioas = 0;
  EXPECT_EQ(kernel->BindIommufd(null.get(), null.get()), -ENOTTY);
  EXPECT_EQ(kernel->SetContainer(null.get(), null.get()), -ENOTTY);
  EXPECT_EQ(kernel->SetType1(null.get()), -ENOTTY);
  EXPECT_EQ(kernel->OpenDevice(null.get(), "0000:00:00.0"), -ENOTTY);
  EXPECT_EQ(kernel->ProbeDmabuf(null.get()), -ENOTTY);
  EXPECT_EQ(kernel->ExportDmabuf(null.get(), 0, 4096), -ENOTTY);
  EXPECT_EQ(kernel->AllocateIoas(null.get(), &ioas), -ENOTTY);
  EXPECT_EQ(kernel->MapFile(null.get(), 1, null.get(), 4096), -ENOTTY);
}

TEST(LinuxVfio, FilesCloseThemselvesOnce) {
  auto kernel = RunningKernel();
  long before = OpenFiles();
  {
    VfioFile a(kernel.get(), kernel->Open("/dev/null"));
    VfioFile b = std::move(a);
    VfioFile c(kernel.get(), kernel->Open("/dev/null"));
    EXPECT_EQ(OpenFiles(), before + 2);
    c = std::move(b);
    EXPECT_EQ(OpenFiles(), before + 1);
    EXPECT_FALSE(b.ok());  // NOLINT: that it gave its file away is the point
  }
  EXPECT_EQ(OpenFiles(), before);
}

// A target whose nodes do not exist: asked through the real calls.
TEST(LinuxVfio, AFunctionWithoutNodesIsNotAsked) {
  auto kernel = RunningKernel();
  ProbeTarget target;
  target.node = "no-such-node";
  target.group = 0xffffffff;
  long before = OpenFiles();
  ProbeAnswer answer = AskKernel(kernel.get(), target, PciAddress());
  EXPECT_FALSE(answer.opened());
  EXPECT_NE(answer.error, 0);
  EXPECT_EQ(OpenFiles(), before);
}

}  // namespace
}  // namespace p2pcheck
