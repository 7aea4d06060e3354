// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/input_error.h"
#include "rules/host_bridge_table.h"
#include "rules/rule_set.h"

namespace p2pcheck {
namespace {

const RuleBook& Book() {
  static const RuleBook* book = new RuleBook(RuleBook::Embedded());
  return *book;
}

KernelVersion Kernel(std::string_view text) {
  return ParseKernelVersion(text).value();
}

// Every minor release from 4.18 to 7.6.
std::vector<KernelVersion> MinorReleases() {
  std::vector<KernelVersion> all;
  auto add = [&all](uint16_t major, uint16_t first, uint16_t last) {
    for (uint16_t minor = first; minor <= last; ++minor)
      all.push_back({major, minor, std::nullopt});
  };
  add(4, 18, 20), add(5, 0, 19), add(6, 0, 19), add(7, 0, 6);
  return all;
}

bool AtLeast(const KernelVersion& v, uint16_t major, uint16_t minor) {
  return std::pair(v.major, v.minor) >= std::pair(major, minor);
}

// The table of host bridges as the specification has it, written down a
// second time and in another form: not read from the rules.
struct Listed {
  uint16_t vendor, device;
  bool same;
  uint16_t since_major, since_minor;
  bool accelerator;  // the entries with backports to stable releases
};
const Listed kListed[] = {
    {0x8086, 0x3c00, true, 5, 4, false},  {0x8086, 0x3c01, true, 5, 4, false},
    {0x8086, 0x2f00, true, 5, 4, false},  {0x8086, 0x2f01, true, 5, 4, false},
    {0x8086, 0x2030, false, 5, 6, false}, {0x8086, 0x2031, false, 5, 7, false},
    {0x8086, 0x2032, false, 5, 7, false}, {0x8086, 0x2033, false, 5, 7, false},
    {0x8086, 0x2020, false, 5, 6, false}, {0x8086, 0x09a2, false, 5, 18, false},
    {0x8086, 0x0b25, false, 7, 2, true},  {0x8086, 0x0cfe, false, 7, 2, true},
    {0x8086, 0x11fb, false, 7, 2, true},  {0x8086, 0x1212, false, 7, 2, true},
    {0x8086, 0x1216, false, 7, 2, true},  {0x8086, 0x4940, false, 7, 2, true},
    {0x8086, 0x4942, false, 7, 2, true},  {0x8086, 0x4944, false, 7, 2, true},
    {0x8086, 0x4946, false, 7, 2, true},  {0x8086, 0x4948, false, 7, 2, true},
    {0x1ae0, 0x0000, false, 7, 1, false}, {0x1ae0, 0x1234, false, 7, 1, false},
    {0x1ae0, 0xffff, false, 7, 1, false}, {0x10de, 0x2f95, false, 7, 3, false},
    {0x10de, 0x2f96, false, 7, 3, false}, {0x10de, 0x2f97, false, 7, 3, false},
    {0x10de, 0x2f98, false, 7, 3, false}, {0x1d17, 0x1003, true, 7, 4, false},
    {0x1d17, 0x1005, true, 7, 4, false},  {0x1d17, 0x1006, true, 7, 4, false},
    {0x1d17, 0x1007, true, 7, 4, false},  {0x1d17, 0x1008, false, 7, 4, false},
};

// What the specification and running kernels (6.18.15, 7.0.13) say of a release
// with its third number.
Ternary SpecSays(const Listed& entry, const KernelVersion& v) {
  if (AtLeast(v, entry.since_major, entry.since_minor)) return Ternary::kYes;
  if (!entry.accelerator) return Ternary::kNo;
  if (v.major == 7 && v.minor == 1) return ToTernary(*v.patch >= 3);
  if (v.major == 7 && v.minor == 0) return ToTernary(*v.patch >= 14);
  if (v.major == 6 && v.minor == 18 && *v.patch >= 16) return Ternary::kUnknown;
  return Ternary::kNo;
}

TEST(RuleBook, TableOfEveryKernelIsTheSpecifications) {
  int compared = 0;
  for (KernelVersion version : MinorReleases()) {
    if (AtLeast(version, 7, 5)) continue;  // beyond the rules
    for (uint16_t patch = 0; patch < 30; ++patch) {
      version.patch = patch;
      RuleSet rules = Book().For(version);
      for (const Listed& entry : kListed) {
        TableLookup found = LookUpHostBridge(rules, entry.vendor, entry.device);
        Ternary same = SpecSays(entry, version);
        EXPECT_EQ(found.same_host_bridge, same)
            << ToString(version) << std::hex << " " << entry.vendor << ":"
            << entry.device;
        EXPECT_EQ(found.other_host_bridge, entry.same ? Ternary::kNo : same);
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 40000);
}

// And nothing else is in it: the number of entries.
TEST(RuleBook, TableHoldsNothingElse) {
  const struct {
    const char* kernel;
    size_t entries;
  } kCounts[] = {{"4.20", 0},   {"5.2", 1},      {"5.4", 5},    {"5.6", 7},
                 {"5.7", 10},   {"5.8", 12},     {"5.9", 9},    {"5.17", 9},
                 {"5.18", 10},  {"6.1.176", 10}, {"6.12", 10},  {"7.0.0", 10},
                 {"7.1.0", 11}, {"7.2.13", 21},  {"7.3.4", 25}, {"7.4", 30}};
  for (const auto& c : kCounts)
    EXPECT_EQ(Book().For(Kernel(c.kernel)).host_bridges.size(), c.entries)
        << c.kernel;
}

TEST(RuleBook, AmdIdsCountUntilTheCpuDoes) {
  auto listed = [](const char* kernel, uint16_t device) {
    return LookUpHostBridge(Book().For(Kernel(kernel)), 0x1022, device)
        .other_host_bridge;
  };
  for (KernelVersion version : MinorReleases()) {
    bool cpu = AtLeast(version, 5, 9);
    const std::vector<CpuRule> cpus = Book().For(version).cpus;
    ASSERT_EQ(cpus.size(), cpu ? 1u : 0u) << ToString(version);
    if (!cpu) continue;
    EXPECT_EQ(cpus[0].vendor, "AuthenticAMD");
    EXPECT_EQ(cpus[0].family_at_least, 23u);
    EXPECT_EQ(cpus[0].in_force, Ternary::kYes);
  }
  EXPECT_EQ(listed("5.1", 0x1450), Ternary::kNo);
  EXPECT_EQ(listed("5.2", 0x1450), Ternary::kYes);
  EXPECT_EQ(listed("5.8", 0x1450), Ternary::kYes);
  EXPECT_EQ(listed("5.9", 0x1450), Ternary::kNo);
  for (uint16_t device : {0x15d0, 0x1630}) {
    EXPECT_EQ(listed("5.7", device), Ternary::kNo);
    EXPECT_EQ(listed("5.8", device), Ternary::kYes);
    EXPECT_EQ(listed("5.9", device), Ternary::kNo);
  }
}

TEST(RuleBook, AlgorithmOfEveryKernelIsTheSpecifications) {
  for (const KernelVersion& v : MinorReleases()) {
    P2pdmaAlgorithm a = Book().For(v).algorithm;
    SCOPED_TRACE(ToString(v));
    EXPECT_EQ(a.exists, AtLeast(v, 4, 20));
    EXPECT_EQ(a.from_history, !AtLeast(v, 5, 14));
    if (!a.exists) continue;
    EXPECT_EQ(a.acs_redirect_refuses, !AtLeast(v, 5, 4));
    EXPECT_EQ(a.no_common_bridge,
              AtLeast(v, 5, 4)   ? NoCommonBridge::kHostBridgeTest
              : AtLeast(v, 5, 2) ? NoCommonBridge::kZenWithoutIommu
                                 : NoCommonBridge::kRefuse);
    EXPECT_EQ(a.root_device,
              AtLeast(v, 5, 19)   ? RootDeviceRule::kFirstSlotZeroOrPort
              : AtLeast(v, 5, 14) ? RootDeviceRule::kFirstIfSlotZero
                                  : RootDeviceRule::kSlotZero);
    EXPECT_EQ(a.no_common_distance_marker,
              AtLeast(v, 5, 4) && !AtLeast(v, 5, 14) ? 0x1000u : 0u);
  }
}

TEST(RuleBook, AnEntryThatHangsOnTheThirdNumberIsUnknownWithoutIt) {
  for (const char* kernel : {"6.18", "7.0", "7.1"}) {
    RuleSet rules = Book().For(Kernel(kernel));
    EXPECT_EQ(rules.label, kernel);
    EXPECT_EQ(LookUpHostBridge(rules, 0x8086, 0x0b25).same_host_bridge,
              Ternary::kUnknown);
    EXPECT_EQ(LookUpHostBridge(rules, 0x8086, 0x09a2).same_host_bridge,
              Ternary::kYes);
  }
}

TEST(RuleBook, PendingHoldsPlansAndWhatComesAfterIsBeyond) {
  for (const char* kernel : {"7.3", "7.3.99"}) {
    EXPECT_FALSE(Book().For(Kernel(kernel)).pending);
    EXPECT_FALSE(Book().For(Kernel(kernel)).beyond_rules);
  }
  for (const char* kernel : {"7.4", "7.4.0", "7.4.12"}) {
    EXPECT_TRUE(Book().For(Kernel(kernel)).pending);
    EXPECT_FALSE(Book().For(Kernel(kernel)).beyond_rules);
  }
  RuleSet beyond = Book().For(Kernel("7.5"));
  EXPECT_FALSE(beyond.pending);
  EXPECT_TRUE(beyond.beyond_rules);
  // Released entries stay, plans may have changed, anything may be new.
  EXPECT_EQ(LookUpHostBridge(beyond, 0x10de, 0x2f95).same_host_bridge,
            Ternary::kYes);
  EXPECT_EQ(LookUpHostBridge(beyond, 0x1d17, 0x1008).same_host_bridge,
            Ternary::kUnknown);
  EXPECT_EQ(LookUpHostBridge(beyond, 0x1022, 0x1450).same_host_bridge,
            Ternary::kUnknown);
}

// All that a verdict can depend on, as text.
std::string Content(const RuleSet& rules) {
  std::string text = rules.algorithm.id;
  for (const HostBridgeRule& entry : rules.host_bridges)
    text += " " + std::to_string(entry.vendor) + ":" +
            std::to_string(entry.device.value_or(0)) +
            (entry.device ? "" : "*") +
            (entry.needs_same_host_bridge ? "s" : "") +
            std::to_string(static_cast<int>(entry.in_force));
  for (const CpuRule& cpu : rules.cpus)
    text += " " + cpu.vendor + std::to_string(cpu.family_at_least);
  return text;
}

TEST(RuleBook, AnUnknownKernelIsExactlyOneOfTheSets) {
  std::vector<RuleSet> sets = Book().ForUnknownKernel();
  std::set<std::string> contents, used;
  for (const RuleSet& set : sets) contents.insert(Content(set));
  EXPECT_EQ(contents.size(), sets.size()) << "two sets say the same";
  for (KernelVersion version : MinorReleases()) {
    if (!AtLeast(version, 5, 14) || AtLeast(version, 7, 4)) continue;
    for (uint16_t patch = 0; patch < 300; ++patch) {
      version.patch = patch;
      std::string content = Content(Book().For(version));
      EXPECT_TRUE(contents.count(content)) << ToString(version);
      used.insert(content);
    }
  }
  EXPECT_EQ(used, contents) << "a set stands for no kernel";
}

TEST(RuleBook, LabelsOfAnUnknownKernelNameTheirRanges) {
  std::vector<std::string> labels;
  for (const RuleSet& set : Book().ForUnknownKernel())
    labels.push_back(set.label);
  EXPECT_EQ(labels,
            (std::vector<std::string>{
                "5.14 to 5.17", "5.18", "5.19 to 6.18.15, 6.19 to 7.0.13",
                "6.18.16 to 6.18.*", "7.0.14 to 7.0.*", "7.1.0 to 7.1.2",
                "7.1.3 to 7.2", "7.3"}));
}

TEST(RuleBook, EveryEntrySaysWhereItIsFrom) {
  for (const KernelVersion& version : MinorReleases()) {
    RuleSet rules = Book().For(version);
    EXPECT_FALSE(rules.algorithm.source.empty());
    for (const HostBridgeRule& entry : rules.host_bridges) {
      EXPECT_FALSE(entry.source.empty());
      EXPECT_FALSE(entry.kernels.empty());
      EXPECT_FALSE(entry.name.empty());
    }
  }
  for (const DieFunction& die : Book().die_functions())
    EXPECT_FALSE(die.source.empty());
  for (const KindRule& kind : Book().kinds()) EXPECT_FALSE(kind.source.empty());
}

TEST(RuleBook, TheRulesBuiltInAreThoseOfTheFolder) {
  RuleBook folder = RuleBook::Load(P2PCHECK_SOURCE_DIR "/rules");
  EXPECT_EQ(folder.hash(), Book().hash());
  EXPECT_EQ(folder.hash().size(), 64u);
  EXPECT_EQ(ToString(folder.oldest()), "4.20");
  EXPECT_EQ(ToString(folder.newest()), "7.3");
  EXPECT_EQ(ToString(folder.pending()), "7.4");
}

// The digest of "abc" is in every text on SHA-256; ours also hashes names
// and ends, so the expected value is sha256sum's for the same bytes.
TEST(RuleBook, HashIsSha256OverNamesAndTexts) {
  EXPECT_EQ(HashRuleFiles({}),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(HashRuleFiles({{"a", "b"}, {"c", ""}}),
            "3732ad584e0be51a27b845d7ebffbfe464d3ed41d647550b5be7d73dad993be0");
  EXPECT_NE(HashRuleFiles({{"ab", ""}}), HashRuleFiles({{"a", "b"}}));
}

TEST(RuleBook, AMissingFolderIsNotFound) {
  EXPECT_THROW(RuleBook::Load(P2PCHECK_SOURCE_DIR "/rules/none"),
               NotFoundError);
}

TEST(DieFunction, NoneIsWhatAnEmulatorOrACardPresents) {
  const std::pair<uint16_t, uint16_t> kForbidden[] = {
      {0x8086, 0x29c0}, {0x8086, 0x1237}, {0x8086, 0x2918}, {0x8086, 0x7190},
      {0x8086, 0x7192}, {0x8086, 0x5af0}, {0x8086, 0x0d57}, {0x8086, 0x3420},
      {0x8086, 0x29e0}, {0x8086, 0x2922}, {0x1022, 0x14d3}, {0x1022, 0x14d4},
      {0x1022, 0x14bb}, {0x1022, 0x152b}, {0x1022, 0x14f8}, {0x1022, 0x2000}};
  EXPECT_GT(Book().die_functions().size(), 150u);
  for (const DieFunction& die : Book().die_functions()) {
    EXPECT_EQ(std::count(std::begin(kForbidden), std::end(kForbidden),
                         std::pair(die.vendor, die.device)),
              0);
    EXPECT_NE(die.vendor, 0x1b36);
    EXPECT_NE(die.vendor, 0x1af4);
  }
}

TEST(DieFunction, TellsVendorsApart) {
  auto vendor_of = [](uint16_t vendor, uint16_t device) -> std::string {
    for (const DieFunction& die : Book().die_functions())
      if (die.vendor == vendor && die.device == device)
        return die.cpu_vendor +
               (die.cpu_family && *die.cpu_family >= 0x17 ? " zen" : "");
    return "none";
  };
  EXPECT_EQ(vendor_of(0x1022, 0x1463), "AuthenticAMD zen");
  EXPECT_EQ(vendor_of(0x1d94, 0x1463), "HygonGenuine zen");
  EXPECT_EQ(vendor_of(0x1022, 0x1603), "AuthenticAMD");
  EXPECT_EQ(vendor_of(0x8086, 0x09a2), "GenuineIntel");
  EXPECT_EQ(vendor_of(0x8086, 0x29c0), "none");
}

}  // namespace
}  // namespace p2pcheck
