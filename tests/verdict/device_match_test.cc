// SPDX-License-Identifier: GPL-2.0-or-later
//
// spec/kernel-p2p.md 4.5: the elements of a device list, row by row, and how
// lists go on and end.
#include "verdict/device_match.h"

#include <gtest/gtest.h>

#include "support/judge.h"

namespace p2pcheck {
namespace {

using Result = ParameterMatch::Result;

// The table's function 02:08.0 below 00:01.0 and 01:00.0, with a neighbour.
const Host& Switch() {
  static const Host host(
      Sketch("root 0 0\n"
             "dev 0000:00:01.0 id=8086:1901 t=4 acs=1f/1d sec=1\n"
             "dev 0000:01:00.0 id=10b5:8747 t=5 sec=2\n"
             "dev 0000:02:08.0 id=0001:0001 t=6 acs=5f/1d sec=3\n"
             "dev 0000:02:10.0 id=0001:0002 t=6 acs=5f/1d sec=4\n"));
  return host;
}

MatchOutcome Match(std::string_view element) {
  return MatchElement(Switch().topology(), Switch().At("02:08.0"), element)
      .outcome;
}

TEST(DeviceMatch, RowsThatMatch) {
  for (const char* element :
       {"0000:00:01.0/00.0/08.0", "00:01.0/00.0/08.0", "02:08.0", "02:8.0",
        "pci:1:1", "pci:1:0", "pci:0:0:0:0", "02:08.0x", "0000:02:08.0",
        "0x0:0x2:0x8.0x0", "pci:0x1:0x1", " 02:08.0"})
    EXPECT_EQ(Match(element), MatchOutcome::kMatch) << element;
}

TEST(DeviceMatch, RowsThatDoNotMatch) {
  for (const char* element :
       {"0000:00:01.0y/00.0/07.0", "10000:02:08.0", "garbage/07.0", "02:10.0",
        "pci:1:2", "pci:2:1", "0001:02:08.0", "01:00.0/08.1"})
    EXPECT_EQ(Match(element), MatchOutcome::kNoMatch) << element;
}

TEST(DeviceMatch, RowsThatAreErrors) {
  for (const char* element :
       {"01.0/00.0/08.0", "0000:00:01.0y/00.0/08.0",
        "0000:02:08.0,0000:02:10.0", "0000:02:08.0.", "pci:1", "garbage",
        "0000:02:08", "", "pci:", "02:08", "/08.0", "0000:02:08.0 "})
    EXPECT_EQ(Match(element), MatchOutcome::kError) << element;
}

TEST(DeviceMatch, PathsClimbToTheRootBusAndNoFurther) {
  EXPECT_EQ(Match("00.0/08.0"), MatchOutcome::kError);
  EXPECT_EQ(Match("01:00.0/08.0"), MatchOutcome::kMatch);
  EXPECT_EQ(Match("00:1f.0/01.0/00.0/08.0"), MatchOutcome::kNoMatch);
}

// A virtual function's bridge is its physical function's.
TEST(DeviceMatch, VirtualFunctionsClimbByTheirPhysicalFunction) {
  Host host(
      Sketch("root 0 0\n"
             "dev 0000:00:01.0 id=8086:1901 t=4 sec=1\n"
             "dev 0000:01:00.0 id=15b3:1021 t=0\n"
             "dev 0000:02:01.0 id=15b3:101e t=0 vf=0000:01:00.0\n"));
  auto match =
      MatchElement(host.topology(), host.At("02:01.0"), "00:01.0/01.0");
  EXPECT_EQ(match.outcome, MatchOutcome::kMatch);
}

TEST(DeviceMatch, AnIdThatWasNotReadLeavesItOpen) {
  HostSnapshot snapshot =
      Sketch("root 0 0\ndev 0000:00:01.0 id=8086:1901 t=4 acs=1f/1d sec=1\n");
  RecordAt(&snapshot, "00:01.0").device = ReadFailure::kNotRecorded;
  Host host(std::move(snapshot));
  auto match = [&](std::string_view element) {
    return MatchElement(host.topology(), host.At("00:01.0"), element).outcome;
  };
  EXPECT_EQ(match("pci:8086:1901"), MatchOutcome::kUnknown);
  EXPECT_EQ(match("pci:8086:0"), MatchOutcome::kMatch);
  EXPECT_EQ(match("pci:10de:1901"), MatchOutcome::kNoMatch);
}

ParameterMatch Disable(std::string_view value,
                       std::string_view function = "02:08.0") {
  auto found =
      MatchDisableAcsRedir(Switch().topology(), Switch().At(function), value);
  EXPECT_EQ(found.size(), 1u);
  return found.front();
}

TEST(DeviceList, GoesOnAfterNoMatchAndStopsAtAMatch) {
  EXPECT_EQ(Disable("02:10.0;02:08.0").element, (TextSpan{8, 15}));
  EXPECT_EQ(Disable("02:08.0;garbage").result, Result::kMatch);
  EXPECT_EQ(Disable("02:10.0").result, Result::kNone);
  EXPECT_EQ(Disable("").result, Result::kNone);
}

// Functions that an earlier element matches are not affected.
TEST(DeviceList, AnErrorStopsItForThoseThatComeToIt) {
  EXPECT_EQ(Disable("02:10.0;garbage;02:08.0").result, Result::kListError);
  EXPECT_EQ(Disable("02:10.0;garbage;02:08.0").element, (TextSpan{8, 15}));
  EXPECT_EQ(Disable("02:10.0;garbage;02:08.0", "02:10.0").result,
            Result::kMatch);
}

// Of three numbers two are taken, and what follows is no separator.
TEST(DeviceList, ThreeNumbersEndIt) {
  EXPECT_EQ(Disable("pci:1:2:3;02:08.0").result, Result::kListEnds);
  EXPECT_EQ(Disable("pci:1:1:3;02:10.0").result, Result::kMatch);
}

ParameterMatch Config(std::string_view value,
                      AcsParameter variant = AcsParameter::kFromFirmware) {
  auto found = MatchConfigAcs(Switch().topology(), Switch().At("02:08.0"),
                              value, variant);
  EXPECT_EQ(found.size(), 1u);
  return found.front();
}

TEST(ConfigAcs, FlagsReadFromTheRight) {
  ParameterMatch match = Config("10x01@02:08.0");
  EXPECT_EQ(match.result, Result::kMatch);
  EXPECT_EQ(match.mask, 0x1b);
  EXPECT_EQ(match.value, 0x11);
  EXPECT_EQ(match.flags, (TextSpan{0, 5}));
  EXPECT_EQ(match.element, (TextSpan{6, 13}));
}

TEST(ConfigAcs, EachElementHasItsOwnFlags) {
  EXPECT_EQ(Config("1100@02:10.0;0000000@pci:1:1").mask, 0x7f);
  EXPECT_EQ(Config("@02:08.0").mask, 0);
  EXPECT_EQ(Config("X@02:08.0").result, Result::kMatch);
}

TEST(ConfigAcs, BadFlagsGiveTheParameterUp) {
  EXPECT_EQ(Config("12@02:08.0").result, Result::kBadFlags);
  EXPECT_EQ(Config("02:08.0").result, Result::kNoFlags);
  EXPECT_EQ(Config("1@02:10.0;02:08.0").result, Result::kNoFlags);
  EXPECT_EQ(Config("pci:1:1;1@02:08.0").result, Result::kBadFlags);
  EXPECT_EQ(Config("1xxxxxxx@02:08.0").result, Result::kFlagsTooLong);
  EXPECT_EQ(Config("xxxxxxxx1@02:08.0").result, Result::kMatch);
}

// Bits from 16 on fall off a 16-bit variable.
TEST(ConfigAcs, FlagsBeyondBit15GoUnnoticed) {
  ParameterMatch match = Config("1xxxxxxxxxxxxxxx1@02:08.0");
  EXPECT_EQ(match.result, Result::kMatch);
  EXPECT_EQ(match.mask, 1);
}

TEST(ConfigAcs, MisprogrammingKernelsReadTheFirstFlagsOnly) {
  auto misread = AcsParameter::kMisprogrammed;
  EXPECT_EQ(Config("11@02:10.0;0@02:08.0", misread).result, Result::kListError);
  EXPECT_EQ(Config("11@02:10.0;02:08.0", misread).mask, 3);
}

}  // namespace
}  // namespace p2pcheck
