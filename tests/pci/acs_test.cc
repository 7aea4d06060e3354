// SPDX-License-Identifier: GPL-2.0-or-later
#include "pci/acs.h"

#include <gtest/gtest.h>

#include "pci/config_space.h"

namespace p2pcheck {
namespace {

ConfigSpace WithDwords(std::initializer_list<uint32_t> dwords) {
  ConfigSpace space;
  space.set_reach(uint16_t{4096});
  uint16_t at = 0x104;
  for (uint32_t dword : dwords) {
    uint8_t bytes[4];
    for (int i = 0; i < 4; ++i) bytes[i] = static_cast<uint8_t>(dword >> 8 * i);
    space.Put(at, bytes, 4);
    at += 4;
  }
  return space;
}

TEST(Acs, EgressVectorIsAsLongAsTheCapabilitySays) {
  EXPECT_EQ((AcsCapability{0x100, 0x005f, 0}.EgressVectorSize()), 0);
  EXPECT_EQ((AcsCapability{0x100, 0x227f, 0}.EgressVectorSize()), 0x22);
  EXPECT_EQ((AcsCapability{0x100, 0x007f, 0}.EgressVectorSize()), 256);
}

TEST(Acs, EgressVectorBitByBit) {
  AcsCapability acs{0x100, 0x227f, 0x20};
  ConfigSpace space = WithDwords({0x0020227f, 0x80000001, 0x00000006});
  HeldConfig config(space);
  auto vector = DecodeEgressVector(config, acs);
  ASSERT_TRUE(vector.known());
  ASSERT_EQ(vector.value().size(), 34u);
  for (size_t i = 0; i < 34; ++i)
    EXPECT_EQ(vector.value()[i], i == 0 || i == 31 || i == 33) << i;
}

TEST(Acs, EgressVectorThatIsNotThere) {
  ConfigSpace space = WithDwords({0x0020227f});
  space.set_rest(ReadFailure::kPermissionDenied);
  HeldConfig config(space);
  auto vector = DecodeEgressVector(config, {0x100, 0x227f, 0x20});
  ASSERT_TRUE(vector.unknown());
  EXPECT_EQ(vector.failure(), ReadFailure::kPermissionDenied);
  EXPECT_TRUE(DecodeEgressVector(config, {0x100, 0x5f, 0}).absent());
}

TEST(Acs, DwordsOfIntelsRootPorts) {
  ConfigSpace space = WithDwords({0x0000005f, 0x0000001d});
  HeldConfig config(space);
  EXPECT_EQ(DecodeAcsDwords(config, 0x100).value(), (AcsDwords{0x5f, 0x1d}));
}

TEST(Acs, BitNames) {
  EXPECT_EQ(AcsBitNames(0), "none");
  EXPECT_EQ(AcsBitNames(0x7f),
            "SrcValid TransBlk ReqRedir CmpltRedir UpstreamFwd EgressCtrl "
            "DirectTrans");
  EXPECT_EQ(AcsBitNames(0x1480), "IoReqBlk UspMemTarget UnclaimedRedir");
}

}  // namespace
}  // namespace p2pcheck
