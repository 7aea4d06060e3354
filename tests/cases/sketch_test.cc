// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the sketches are worth: config space as hardware has it, nesting as
// sysfs has it.
#include <gtest/gtest.h>

#include "pci/capabilities.h"
#include "support/judge.h"

namespace p2pcheck {
namespace {

constexpr const char kSwitch[] =
    "root 0 0\n"
    "dev 0000:00:01.0 id=8086:1901 t=4 acs=5f/1d sec=1\n"
    "dev 0000:01:00.0 id=15b3:101d t=0 mf\n"
    "dev 0000:01:00.2 id=15b3:101e t=0 vf=0000:01:00.0\n"
    "dev 0000:02:01.0 id=15b3:101e t=0 vf=0000:01:00.0\n";

TEST(Sketch, ConfigSpaceIsAsHardwareHasIt) {
  HostSnapshot host = Sketch(kSwitch);
  const ConfigSpace& port = RecordAt(&host, "00:01.0").config;
  EXPECT_TRUE(port.reach().Is(4096));
  EXPECT_TRUE(port.Dword(0).Is(0x19018086));
  EXPECT_TRUE(port.Byte(0x0e).Is(0x01));
  EXPECT_TRUE(port.Byte(0x19).Is(0x01));
  EXPECT_TRUE(port.Byte(0x1a).Is(0x02));  // the VF's bus lies behind it
  HeldConfig held(port);
  EXPECT_TRUE(FindExtendedCapability(held, kExtCapAcs).known());
  EXPECT_FALSE(FindExtendedCapability(held, kExtCapAcs).Is(0x100));
  EXPECT_TRUE(DecodeAcs(held).value().control == 0x1d);
  EXPECT_TRUE(RecordAt(&host, "01:00.0").config.Byte(0x0e).Is(0x80));
}

TEST(Sketch, VirtualFunctionIsItsPfsSibling) {
  HostSnapshot host = Sketch(kSwitch);
  const FunctionRecord& pf = RecordAt(&host, "01:00.0");
  const FunctionRecord& vf = RecordAt(&host, "02:01.0");
  EXPECT_TRUE(vf.parent == pf.parent);
  EXPECT_TRUE(vf.physfn.Is(pf.address));
  EXPECT_TRUE(vf.config.Dword(0).Is(0xffffffff));
  EXPECT_TRUE(vf.vendor.Is(0x15b3));
  EXPECT_EQ(pf.virtfns.value().size(), 2u);
}

TEST(Sketch, AsUserAndAsDumpKnowLess) {
  HostSnapshot user = Sketch(kSwitch, {.as_user = true});
  EXPECT_TRUE(RecordAt(&user, "00:01.0").config.Byte(0x3f).known());
  EXPECT_EQ(RecordAt(&user, "00:01.0").config.Byte(0x40).failure(),
            ReadFailure::kPermissionDenied);
  HostSnapshot dump = Sketch(kSwitch, {.as_dump = true});
  EXPECT_TRUE(RecordAt(&dump, "02:01.0").parent.unknown());
  EXPECT_TRUE(RecordAt(&dump, "02:01.0").physfn.unknown());
  EXPECT_TRUE(dump.host.cpu_vendor.unknown());
}

TEST(Sketch, SaysWhichLineMakesNoSense) {
  auto message = [](const char* text) -> std::string {
    try {
      Sketch(text);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message("root 0 0\nboard\n"), "sketch: unknown word: board");
  EXPECT_EQ(message("root 0 0\ndev 0000:01:00.0 id=1:1\n"),
            "sketch: nothing leads to its bus: dev 0000:01:00.0 id=1:1");
  EXPECT_EQ(message("dev 0000:01:00.0 id=1:x\n"),
            "sketch: expected a number: dev 0000:01:00.0 id=1:x");
  EXPECT_EQ(message("dev 1:0 id=1:1\n"),
            "sketch: expected an address: dev 1:0 id=1:1");
}

TEST(Sketch, EveryWorkedCaseBuildsWithoutAProblem) {
  for (int n = 1; n <= 37; ++n) {
    std::string name = (n < 10 ? "P0" : "P") + std::to_string(n);
    Host host = SketchedHost(name);
    EXPECT_TRUE(host.topology().problems().empty()) << name;
  }
}

}  // namespace
}  // namespace p2pcheck
