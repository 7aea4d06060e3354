// SPDX-License-Identifier: GPL-2.0-or-later
#include "pci/config_space.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace p2pcheck {
namespace {

// What a ConfigSpace means, byte by byte.
struct NaiveSpace {
  std::map<uint32_t, uint8_t> bytes;
  Observed<uint16_t> reach;
  ReadFailure rest = ReadFailure::kNotRecorded;

  Observed<uint32_t> Read(uint32_t offset, uint32_t size) const {
    uint32_t value = 0;
    bool whole = true;
    for (uint32_t i = 0; i < size; ++i) {
      auto byte = bytes.find(offset + i);
      if (byte == bytes.end())
        whole = false;
      else
        value |= uint32_t{byte->second} << (8 * i);
    }
    if (whole) return value;
    if (reach.known() && offset + size > reach.value()) return Absent{};
    return rest;
  }
};

void ExpectSame(const ConfigSpace& space, const NaiveSpace& naive) {
  size_t held = 0;
  for (uint16_t at = 0; at < 300; ++at) {
    auto widen = [](auto value) { return uint32_t{value}; };
    ASSERT_EQ(space.Byte(at).Map(widen), naive.Read(at, 1)) << at;
    ASSERT_EQ(space.Word(at).Map(widen), naive.Read(at, 2)) << at;
    ASSERT_EQ(space.Dword(at), naive.Read(at, 4)) << at;
    ASSERT_EQ(space.Holds(at, 1), naive.bytes.count(at) == 1) << at;
  }
  for (size_t i = 0; i < space.runs().size(); ++i) {
    const auto& run = space.runs()[i];
    ASSERT_FALSE(run.bytes.empty());
    held += run.bytes.size();
    if (i > 0) {
      const auto& before = space.runs()[i - 1];
      ASSERT_GT(run.offset, before.offset + before.bytes.size());
    }
  }
  ASSERT_EQ(held, naive.bytes.size());
}

TEST(ConfigSpace, AgreesWithBytesInAMap) {
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    ConfigSpace space;
    NaiveSpace naive;
    for (int step = 0; step < 12; ++step) {
      auto offset = static_cast<uint16_t>(random() % 280);
      switch (random() % 8) {
        case 0: {
          naive.rest = static_cast<ReadFailure>(random() % 8);
          space.Truncate(offset, naive.rest);
          naive.bytes.erase(naive.bytes.lower_bound(offset), naive.bytes.end());
          break;
        }
        case 1: {
          naive.reach = static_cast<uint16_t>(64 << random() % 3);
          space.set_reach(naive.reach);
          break;
        }
        default: {
          std::vector<uint8_t> bytes(random() % 40);
          for (size_t i = 0; i < bytes.size(); ++i) {
            bytes[i] = static_cast<uint8_t>(random());
            naive.bytes[offset + static_cast<uint32_t>(i)] = bytes[i];
          }
          space.Put(offset, bytes.data(), bytes.size());
        }
      }
      ExpectSame(space, naive);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(ConfigSpace, BeyondItsReachIsAbsentAndBelowUnknown) {
  ConfigSpace space;
  space.set_rest(ReadFailure::kPermissionDenied);
  EXPECT_TRUE(space.Byte(0x1000).unknown());
  space.set_reach(uint16_t{256});
  EXPECT_EQ(space.Byte(255).failure(), ReadFailure::kPermissionDenied);
  EXPECT_TRUE(space.Byte(256).absent());
  EXPECT_TRUE(space.Dword(254).absent());
}

TEST(ConfigSpace, VirtualFunctionsOnesInTheirIdsAreNotSilence) {
  std::vector<uint8_t> bytes(64, 0xff);
  ConfigSpace space;
  space.Put(0, bytes.data(), bytes.size());
  EXPECT_TRUE(space.ReadsAllOnes());
  bytes[0x0e] = 0;
  space.Put(0, bytes.data(), bytes.size());
  EXPECT_FALSE(space.ReadsAllOnes());
  EXPECT_FALSE(ConfigSpace().ReadsAllOnes());
}

}  // namespace
}  // namespace p2pcheck
