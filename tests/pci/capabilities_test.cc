// SPDX-License-Identifier: GPL-2.0-or-later
#include "pci/capabilities.h"

#include <gtest/gtest.h>

#include <vector>

#include "pci/acs.h"
#include "pci/express.h"

namespace p2pcheck {
namespace {

// Bytes to put capabilities into; all of config space, and the kernel reaches
// it.
struct Bytes {
  explicit Bytes(size_t size = 4096, uint8_t fill = 0) : at(size, fill) {}
  Bytes& Word(size_t offset, uint16_t value) {
    at[offset] = static_cast<uint8_t>(value);
    at[offset + 1] = static_cast<uint8_t>(value >> 8);
    return *this;
  }
  Bytes& Dword(size_t offset, uint32_t value) {
    Word(offset, static_cast<uint16_t>(value));
    return Word(offset + 2, static_cast<uint16_t>(value >> 16));
  }
  // A list that begins at `first`.
  Bytes& List(uint8_t first) {
    at[0x34] = first;
    return Word(0x06, 0x0010);
  }
  ConfigSpace Space() const {
    ConfigSpace space;
    space.Put(0, at.data(), at.size());
    space.set_reach(static_cast<uint16_t>(at.size()));
    return space;
  }
  std::vector<uint8_t> at;
};

Observed<uint16_t> Find(const Bytes& bytes, uint8_t id) {
  ConfigSpace space = bytes.Space();
  HeldConfig held(space);
  return FindCapability(held, id);
}

Observed<uint16_t> FindExtended(const Bytes& bytes, uint16_t id) {
  ConfigSpace space = bytes.Space();
  HeldConfig held(space);
  return FindExtendedCapability(held, id);
}

TEST(FindCapability, WalksToTheFirstOfItsId) {
  Bytes bytes;
  bytes.List(0x40).Word(0x40, 0x5001).Word(0x50, 0x7010).Word(0x70, 0x0010);
  EXPECT_TRUE(Find(bytes, 0x01).Is(0x40));
  EXPECT_TRUE(Find(bytes, 0x10).Is(0x50));
  EXPECT_TRUE(Find(bytes, 0x11).absent());
}

TEST(FindCapability, NoListWithoutTheStatusBit) {
  Bytes bytes;
  bytes.List(0x40).Word(0x40, 0x0010).Word(0x06, 0xffef);
  EXPECT_TRUE(Find(bytes, 0x10).absent());
}

TEST(FindCapability, PointersLoseTheirLowBitsAndEndBelow40) {
  Bytes bytes;
  bytes.List(0x43).Word(0x40, 0x5301).Word(0x50, 0x3c10).Word(0x3c, 0x0011);
  EXPECT_TRUE(Find(bytes, 0x10).Is(0x50));
  EXPECT_TRUE(Find(bytes, 0x11).absent());
  EXPECT_TRUE(Find(Bytes().List(0x3f).Word(0x3c, 0x0010), 0x10).absent());
}

TEST(FindCapability, LoopsEnd) {
  Bytes bytes;
  bytes.List(0x40).Word(0x40, 0x5001).Word(0x50, 0x4001);
  EXPECT_TRUE(Find(bytes, 0x10).absent());
  EXPECT_TRUE(Find(Bytes().List(0x40).Word(0x40, 0x4001), 0x10).absent());
}

// A list of n entries that goes round the 48 places there are.
TEST(FindCapability, TakesFortyEightStepsAndNoMore) {
  Bytes bytes;
  bytes.List(0x40);
  for (int i = 0; i < 47; ++i)
    bytes.Word(0x40 + 4 * i, static_cast<uint16_t>((0x44 + 4 * i) << 8 | 1));
  bytes.Word(0xfc, 0x4110);  // the 48th; leads back to 0x40
  EXPECT_TRUE(Find(bytes, 0x10).Is(0xfc));
  bytes.Word(0xfc, 0x4001);
  bytes.at[0x41] = 0x42;  // 0x40 again, one entry lost
  EXPECT_TRUE(Find(bytes, 0x10).absent());
}

TEST(FindCapability, OnesEndTheList) {
  EXPECT_TRUE(Find(Bytes(256, 0xff), 0x10).absent());
  EXPECT_TRUE(Find(Bytes(256, 0xff), 0xff).absent());
}

TEST(FindCapability, CardBusKeepsItsPointerElsewhere) {
  Bytes bytes;
  bytes.List(0x50).Word(0x40, 0x0001).Word(0x50, 0x0010);
  bytes.at[0x0e] = 0x82;
  bytes.at[0x14] = 0x40;
  EXPECT_TRUE(Find(bytes, 0x01).Is(0x40));
  EXPECT_TRUE(Find(bytes, 0x10).absent());
}

TEST(FindCapability, UnreadBytesAreUnknownAndTellWhy) {
  Bytes bytes;
  bytes.List(0x40).Word(0x40, 0x5001).Word(0x50, 0x0010);
  ConfigSpace space = bytes.Space();
  space.Truncate(0x50, ReadFailure::kPermissionDenied);
  HeldConfig held(space);
  EXPECT_TRUE(FindCapability(held, 0x01).Is(0x40));
  EXPECT_EQ(FindCapability(held, 0x10).failure(),
            ReadFailure::kPermissionDenied);
}

TEST(FindExtendedCapability, WalksFrom100) {
  Bytes bytes;
  bytes.Dword(0x100, 0x14820001).Dword(0x148, 0x1601000d);
  bytes.Dword(0x160, 0x0001000d);
  EXPECT_TRUE(FindExtended(bytes, 0x0001).Is(0x100));
  EXPECT_TRUE(FindExtended(bytes, kExtCapAcs).Is(0x148));
  EXPECT_TRUE(FindExtended(bytes, kExtCapSriov).absent());
}

TEST(FindExtendedCapability, ZeroOnesAndShortPointersEndIt) {
  EXPECT_TRUE(FindExtended(Bytes(), kExtCapAcs).absent());
  EXPECT_TRUE(FindExtended(Bytes(4096, 0xff), kExtCapAcs).absent());
  EXPECT_TRUE(FindExtended(Bytes(4096, 0xff), 0xffff).absent());
  Bytes bytes;
  bytes.Dword(0x100, 0x0fc20001).Dword(0xfc, 0x0001000d);
  EXPECT_TRUE(FindExtended(bytes, kExtCapAcs).absent());
}

TEST(FindExtendedCapability, LowPointerBitsAreIgnored) {
  Bytes bytes;
  bytes.Dword(0x100, 0x14b20001).Dword(0x148, 0x0001000d);
  EXPECT_TRUE(FindExtended(bytes, kExtCapAcs).Is(0x148));
}

TEST(FindExtendedCapability, LoopsEndAfter480Steps) {
  Bytes loop;
  loop.Dword(0x100, 0x10020001);
  EXPECT_TRUE(FindExtended(loop, kExtCapAcs).absent());
  // 480 entries of 8 bytes fill the space: the last is still seen.
  Bytes full;
  for (uint32_t at = 0x100; at < 0xff8; at += 8)
    full.Dword(at, (at + 8) << 20 | 0x00010001);
  full.Dword(0xff8, 0x1041000d);
  EXPECT_TRUE(FindExtended(full, kExtCapAcs).Is(0xff8));
  // One detour before it: it is the 481st.
  full.Dword(0x100, 0xffc10001).Dword(0xffc, 0x10810001);
  EXPECT_TRUE(FindExtended(full, kExtCapAcs).absent());
}

TEST(FindExtendedCapability, NoneWhereTheKernelReaches256Bytes) {
  Bytes bytes(256);
  EXPECT_TRUE(FindExtended(bytes, kExtCapAcs).absent());
  ConfigSpace space = bytes.Space();
  space.set_reach(uint16_t{4096});
  space.set_rest(ReadFailure::kPermissionDenied);
  HeldConfig held(space);
  EXPECT_EQ(FindExtendedCapability(held, kExtCapAcs).failure(),
            ReadFailure::kPermissionDenied);
}

Observed<AcsCapability> Acs(const ConfigSpace& space) {
  HeldConfig held(space);
  return DecodeAcs(held);
}

TEST(DecodeAcs, ReadsBothWords) {
  Bytes bytes;
  bytes.Dword(0x100, 0x14810001).Dword(0x148, 0x0001000d);
  bytes.Dword(0x14c, 0x001d085f);
  EXPECT_TRUE(Acs(bytes.Space()).Is({0x148, 0x085f, 0x001d}));
}

TEST(DecodeAcs, WordsBeyondConfigSpaceProveNothing) {
  Bytes bytes;
  bytes.Dword(0x100, 0xffc10001).Dword(0xffc, 0x0001000d);
  EXPECT_EQ(Acs(bytes.Space()).failure(), ReadFailure::kMalformed);
}

TEST(DecodeAcs, HeaderReadAndWordsNotIsUnknown) {
  Bytes bytes;
  bytes.Dword(0x100, 0x0001000d).Dword(0x104, 0x001d005f);
  ConfigSpace space = bytes.Space();
  space.Truncate(0x104, ReadFailure::kVanished);
  EXPECT_EQ(Acs(space).failure(), ReadFailure::kVanished);
}

// Each bit of the control word, against the three that the kernel asks for.
TEST(DecodeAcs, RequestCompletionAndEgressRedirect) {
  for (int bit = 0; bit < 16; ++bit) {
    AcsCapability acs{0x100, 0xffff, static_cast<uint16_t>(1 << bit)};
    EXPECT_EQ(acs.RedirectsP2p(), ToTernary(bit == 2 || bit == 3 || bit == 5))
        << bit;
  }
}

TEST(AcsBitNames, AreLspcis) {
  EXPECT_EQ(AcsBitNames(0x1d), "SrcValid ReqRedir CmpltRedir UpstreamFwd");
  EXPECT_EQ(AcsBitNames(0x62), "TransBlk EgressCtrl DirectTrans");
  EXPECT_EQ(AcsBitNames(0), "none");
}

Observed<ExpressCapability> Express(const Bytes& bytes) {
  ConfigSpace space = bytes.Space();
  HeldConfig held(space);
  return DecodeExpress(held);
}

// A PCI Express capability at 0x40.
Bytes Port(int type, uint32_t link_capabilities, uint16_t link_status) {
  Bytes bytes;
  bytes.List(0x40).Word(0x40, 0x0010);
  bytes.Word(0x42, static_cast<uint16_t>(type << 4 | 2)).Word(0x48, 0x2810);
  bytes.Dword(0x4c, link_capabilities).Word(0x52, link_status);
  return bytes;
}

TEST(DecodeExpress, EveryTypeOfTheRegister) {
  for (int type = 0; type < 16; ++type)
    EXPECT_EQ(static_cast<int>(Express(Port(type, 0, 0)).value().type), type);
  EXPECT_TRUE(Express(Bytes()).absent());
}

TEST(DecodeExpress, SpeedsUpToTheSeventhGeneration) {
  const uint16_t speeds[] = {25, 50, 80, 160, 320, 640, 1280};
  for (uint16_t field = 1; field <= 7; ++field) {
    auto express = Express(Port(4, field | 0x100, field | 0x80));
    EXPECT_TRUE(express.value().max_speed.Is(speeds[field - 1])) << field;
    EXPECT_TRUE(express.value().current_speed.Is(speeds[field - 1])) << field;
    EXPECT_TRUE(express.value().max_width.Is(16));
    EXPECT_TRUE(express.value().current_width.Is(8));
  }
}

TEST(DecodeExpress, NoLinkAndLinksThatAreDown) {
  auto endpoint = Express(Port(0, 0x104, 0)).value();
  EXPECT_TRUE(endpoint.current_speed.absent());
  EXPECT_TRUE(endpoint.max_width.Is(16));
  EXPECT_TRUE(endpoint.max_payload.Is(256) || endpoint.max_payload.Is(128));
  auto integrated = Express(Port(9, 0x104, 0x104)).value();
  EXPECT_TRUE(integrated.max_speed.absent());
  EXPECT_TRUE(integrated.current_width.absent());
}

TEST(DecodeExpress, PayloadSizes) {
  for (int field = 0; field < 6; ++field) {
    Bytes bytes = Port(0, 0, 0);
    bytes.Word(0x48, static_cast<uint16_t>(field << 5 | 0x1f));
    EXPECT_TRUE(Express(bytes).value().max_payload.Is(128 << field));
  }
}

TEST(PortTypeName, SpeaksLspci) {
  EXPECT_EQ(PortTypeName(PortType::kRootPort), "Root Port");
  EXPECT_EQ(PortTypeName(PortType::kRootComplexEndpoint),
            "Root Complex Integrated Endpoint");
  EXPECT_EQ(PortTypeName(static_cast<PortType>(3)), "unassigned type");
}

}  // namespace
}  // namespace p2pcheck
