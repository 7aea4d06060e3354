// SPDX-License-Identifier: GPL-2.0-or-later
#include "pci/address.h"

#include <gtest/gtest.h>

#include <random>

namespace p2pcheck {
namespace {

TEST(PciAddress, RoundTrip) {
  std::mt19937 random(1);
  for (uint32_t domain : {0u, 1u, 0xffffu, 0x10000u, 0xffffffffu})
    for (int n = 0; n < 2000; ++n) {
      PciAddress address{domain, static_cast<uint8_t>(random()),
                         static_cast<uint8_t>(random())};
      EXPECT_EQ(ParsePciAddress(ToString(address)), address);
      RootBus bus{domain, address.bus};
      EXPECT_EQ(ParseRootBus(ToString(bus)), bus);
    }
}

TEST(PciAddress, IsWrittenAsSysfsWritesIt) {
  EXPECT_EQ(ToString(PciAddress{0, 0x3a, 0xff}), "0000:3a:1f.7");
  EXPECT_EQ(ToString(PciAddress{0x10000, 1, 0}), "10000:01:00.0");
  EXPECT_EQ(ToString(RootBus{0x10000, 0xe0}), "pci10000:e0");
}

TEST(PciAddress, TakesNothingElse) {
  for (const char* text :
       {"", ":", "01:00.0", "0000:01:00", "0000:01:00.", "0000:01:00.8",
        "0000:01:20.0", "0000:001:00.0", "0000:01:000.0", "0000:01:00.0 ",
        " 0000:01:00.0", "0000:01:00.00", "123456789:01:00.0", "g:01:00.0",
        "0000:01:00:0", "0000-01:00.0", "-1:01:00.0"})
    EXPECT_FALSE(ParsePciAddress(text)) << text;
  EXPECT_TRUE(ParsePciAddress("0:1:2.3"));
  EXPECT_EQ(ParsePciAddress("ABCD:0A:1F.7"), ParsePciAddress("abcd:0a:1f.7"));
}

TEST(PciAddress, ShortFormIsOfDomainZero) {
  EXPECT_EQ(ParseShortPciAddress("3a:1f.7"), ParsePciAddress("0:3a:1f.7"));
  EXPECT_FALSE(ParseShortPciAddress("0000:3a:1f.7"));
  EXPECT_FALSE(ParseShortPciAddress("3a:20.0"));
}

TEST(RootBus, TakesNothingElse) {
  for (const char* text : {"", "pci", "pci0000", "pci0000:", "pci000:00",
                           "pci0000:0", "pci0000:000", "0000:00", "pcx0000:00",
                           "pci123456789:00", "pci0000:00:00.0"})
    EXPECT_FALSE(ParseRootBus(text)) << text;
}

TEST(PciAddress, SortsByDomainBusDevfn) {
  PciAddress sorted[] = {{0, 0, 0},    {0, 0, 0xff}, {0, 1, 0},
                         {0, 0xff, 9}, {1, 0, 0},    {0x10000, 0, 0}};
  for (size_t i = 0; i + 1 < std::size(sorted); ++i) {
    EXPECT_LT(sorted[i], sorted[i + 1]);
    EXPECT_FALSE(sorted[i + 1] < sorted[i]);
  }
}

}  // namespace
}  // namespace p2pcheck
