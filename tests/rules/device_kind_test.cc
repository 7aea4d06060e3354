// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/device_kind.h"

#include <gtest/gtest.h>

namespace p2pcheck {
namespace {

FunctionRecord Device(uint16_t vendor, uint16_t device, uint32_t class_code) {
  FunctionRecord function;
  function.vendor = vendor;
  function.device = device;
  function.class_code = class_code;
  return function;
}

std::string_view KindByRules(const FunctionRecord& function) {
  static const RuleBook* book = new RuleBook(RuleBook::Embedded());
  return DeviceKindName(KindOf(book->kinds(), function));
}

TEST(DeviceKind, NamesReadBack) {
  for (size_t i = 0; i < kDeviceKinds; ++i) {
    auto kind = static_cast<DeviceKind>(i);
    EXPECT_EQ(DeviceKindFromName(DeviceKindName(kind)), kind);
  }
  EXPECT_FALSE(DeviceKindFromName("graphics"));
}

TEST(DeviceKind, ClassDecides) {
  const struct {
    uint32_t class_code;
    const char* kind;
  } kClasses[] = {{0x030000, "gpu"},         {0x030200, "gpu"},
                  {0x038000, "gpu"},         {0x020000, "nic"},
                  {0x020700, "nic"},         {0x028000, "nic"},
                  {0x0c0600, "nic"},         {0x010802, "nvme"},
                  {0x010801, "other"},       {0x010601, "other"},
                  {0x120000, "accelerator"}, {0x0b4000, "accelerator"},
                  {0x060000, "bridge"},      {0x060400, "bridge"},
                  {0x068000, "bridge"},      {0x088000, "other"},
                  {0x0c0330, "other"},       {0xff0000, "other"}};
  for (const auto& c : kClasses)
    EXPECT_EQ(KindByRules(Device(0xabcd, 1, c.class_code)), c.kind)
        << std::hex << c.class_code;
}

TEST(DeviceKind, DisplaysOfManagementControllersAndEmulatorsAreNoGpus) {
  const std::pair<uint16_t, uint16_t> kDisplays[] = {
      {0x1a03, 0x2000}, {0x102b, 0x0538}, {0x1234, 0x1111}, {0x1b36, 0x0100},
      {0x15ad, 0x0405}, {0x1013, 0x00b8}, {0x19e5, 0x1711}, {0x1af4, 0x1050}};
  for (auto [vendor, device] : kDisplays)
    EXPECT_EQ(KindByRules(Device(vendor, device, 0x030000)), "other");
  EXPECT_EQ(KindByRules(Device(0x10de, 0x2330, 0x030200)), "gpu");
}

TEST(DeviceKind, IdsComeBeforeTheClass) {
  EXPECT_EQ(KindByRules(Device(0x1002, 0x74a1, 0x120000)), "gpu");
  EXPECT_EQ(KindByRules(Device(0x1002, 0x5a16, 0x060400)), "bridge");
  EXPECT_EQ(KindByRules(Device(0x1da3, 0x1020, 0x120000)), "accelerator");
  EXPECT_EQ(KindByRules(Device(0x8086, 0x0b25, 0x088000)), "accelerator");
}

TEST(DeviceKind, WithoutAClassOnlyIdsTell) {
  FunctionRecord function;
  EXPECT_EQ(KindByRules(function), "unknown");
  function.vendor = 0x1ac1;
  function.device = 0x089a;
  EXPECT_EQ(KindByRules(function), "accelerator");
  function.device = 0x0001;
  EXPECT_EQ(KindByRules(function), "unknown");
  FunctionRecord only_class;
  only_class.class_code = 0x030000;
  EXPECT_EQ(KindByRules(only_class), "gpu");
}

}  // namespace
}  // namespace p2pcheck
