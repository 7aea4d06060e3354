// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "rules/kernel_version.h"

namespace p2pcheck {
namespace {

std::string Read(const std::string& release, const std::string& version = "") {
  HostFacts host;
  if (!release.empty()) host.kernel_release = release;
  if (!version.empty()) host.kernel_version = version;
  return KernelVersionOf(host).Match(
      [](const KernelVersion& known) { return ToString(known); },
      [] { return std::string("absent"); },
      [](ReadFailure failure) {
        return std::string(ReadFailureName(failure));
      });
}

struct Case {
  const char* release;
  const char* expected;
};

TEST(KernelRelease, ThirdNumberStandsWhereItIsMainlines) {
  for (const Case& c : {Case{"6.12.95", "6.12.95"},
                        {"6.1.176-oracle", "6.1.176"},
                        {"6.12.95-oracle", "6.12.95"},
                        {"6.12.95s", "6.12.95"},
                        {"7.2.12+deb13-amd64", "7.2.12"},
                        {"7.2.12-oracle", "7.2.12"},
                        {"7.3.4-oracle", "7.3.4"},
                        {"6.17.0-rc7", "6.17.0"},
                        {"6.17.0-rc7+", "6.17.0"},
                        {"6.17-rc7-amd64", "6.17.0"},
                        {"6.8.12-4-pve", "6.8.12"},
                        {"6.8.11-300.fc40.x86_64", "6.8.11"},
                        {"6.8.0-63.fc41.x86_64", "6.8.0"},
                        {"6.9.7-arch1-1", "6.9.7"},
                        {"6.9.0-arch1-1", "6.9.0"},
                        {"6.1.102-111.182.amzn2023.x86_64", "6.1.102"},
                        {"6.1.100+", "6.1.100"},
                        {"5.15.153.1-microsoft-standard-WSL2", "5.15.153"},
                        {"6.9.7-1-default", "6.9.7"},
                        {"6.9.7-1.el9.elrepo.x86_64", "6.9.7"},
                        {"6.6.30-0-lts", "6.6.30"},
                        {"6.6.51+rpt-rpi-v8", "6.6.51"},
                        {"5.15.148-tegra", "5.15.148"},
                        {"6.6.30\n", "6.6.30"}})
    EXPECT_EQ(Read(c.release), c.expected) << c.release;
}

TEST(KernelRelease, ThirdNumberIsUnknownWhereADistributionHidesIt) {
  for (const Case& c : {Case{"6.1.0-45-amd64", "6.1"},
                        {"6.8.0-45-generic", "6.8"},
                        {"5.15.0-1053-azure", "5.15"},
                        {"6.8.0-1015-nvidia", "6.8"},
                        {"6.8.0-1009-nvidia-64k", "6.8"},
                        {"6.14.0-2-pve", "6.14"},
                        {"6.1-custom", "6.1"}})
    EXPECT_EQ(Read(c.release), c.expected) << c.release;
}

TEST(KernelRelease, ContentOfEnterpriseKernelsIsUnknown) {
  for (const char* release :
       {"5.14.0-362.8.1.el9_3.x86_64", "4.18.0-553.el8_10.x86_64",
        "5.15.0-206.153.7.el8uek.x86_64", "5.14.21-150500.55-default",
        "5.14.21-150500.33.5-azure", "6.4.0-150600.23.47-default",
        "4.12.14-122.37-default", "6.12.0-160000.5-default",
        "5.10.0-60.18.0.50.oe2203.x86_64", "5.10.134-16.al8.x86_64"})
    EXPECT_EQ(Read(release), "malformed") << release;
}

const char kDebian[] =
    "Linux version 6.1.0-45-amd64 (debian-kernel@lists.debian.org) (gcc-12 "
    "(Debian 12.2.0-14+deb12u1) 12.2.0, GNU ld (GNU Binutils for Debian) "
    "2.40) #1 SMP PREEMPT_DYNAMIC Debian 6.1.176-1 (2026-10-01)\n";

TEST(KernelRelease, DebianTellsTheStableNumberInProcVersion) {
  EXPECT_EQ(Read("6.1.0-45-amd64", kDebian), "6.1.176");
  EXPECT_EQ(Read("", kDebian), "6.1.176");
  EXPECT_EQ(Read("6.1.0-23-rpi", "#1 SMP Debian 1:6.1.63-1+rpt1 (2023)"),
            "6.1.63");
}

TEST(KernelRelease, TheCompilersDebianIsNotTheKernels) {
  EXPECT_EQ(Read("6.8.0-45-generic",
                 "Linux version 6.8.0-45-generic (b@b) (gcc-13 (Debian "
                 "13.2.0-1) 13.2.0) #45-Ubuntu SMP"),
            "6.8");
  EXPECT_EQ(Read("6.12.95-oracle", kDebian), "6.12.95");
}

TEST(KernelRelease, NothingReadIsNotRecordedAndNonsenseIsMalformed) {
  EXPECT_EQ(Read(""), "not-recorded");
  EXPECT_EQ(Read("mainline"), "malformed");
  EXPECT_EQ(Read("6"), "malformed");
  EXPECT_EQ(Read("\n"), "malformed");
  EXPECT_EQ(Read("99999.1.2"), "malformed");
  EXPECT_EQ(Read("", "FreeBSD 14"), "malformed");
}

TEST(KernelRelease, AFailureToReadIsPassedOn) {
  HostFacts host;
  host.kernel_release = ReadFailure::kPermissionDenied;
  EXPECT_EQ(KernelVersionOf(host).failure(), ReadFailure::kPermissionDenied);
}

}  // namespace
}  // namespace p2pcheck
