// SPDX-License-Identifier: GPL-2.0-or-later
//
// Hiding a fact only ever widens: functions that surely shared a group, or
// surely did not, do so still or are open.  Facts of random hosts and of the
// fixtures are hidden one at a time and several at once, with functions taken
// in order of registration and in an order of the log's that no kernel would
// choose.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>

#include "snapshot/recording.h"
#include "support/judge.h"
#include "support/random_forest.h"
#include "verdict/groups.h"

namespace p2pcheck {
namespace {

constexpr ReadFailure kWhy = ReadFailure::kPermissionDenied;

void HideOne(size_t what, FunctionRecord* record) {
  switch (what) {
    case 0: return HideConfig(record, 64);
    case 1: return HideConfig(record, 0);
    case 2: return HideConfig(record, 256);
    case 3: record->vendor = kWhy; return;
    case 4: record->device = kWhy; return;
    case 5: record->class_code = kWhy; return;
    case 6: record->iommu_group = kWhy; return;
    case 7:
      record->iommu_group = kWhy;
      record->iommu = kWhy;
      return;
    default: record->subsystem_device = kWhy;
  }
}
constexpr size_t kFacts = 9;

size_t Compare(const HostSnapshot& whole, const HostSnapshot& hidden,
               const std::string& what) {
  Host a(whole), b(hidden);
  static const auto rules = RulesOf("6.12.95").groups;
  GroupPrediction known = PredictGroups(a.topology(), *rules);
  GroupPrediction less = PredictGroups(b.topology(), *rules);
  size_t pairs = 0;
  auto count = static_cast<FunctionIndex>(known.surely.size());
  for (FunctionIndex i = 0; i < count; ++i)
    for (FunctionIndex j = 0; j < i; ++j, ++pairs) {
      Ternary then = known.Together(i, j), now = less.Together(i, j);
      if (now != then && now != Ternary::kUnknown)
        ADD_FAILURE() << what << ": " << ToString(a.topology()[i].address)
                      << " and " << ToString(a.topology()[j].address) << ": "
                      << int(then) << " became " << int(now);
    }
  return pairs;
}

HostSnapshot WithUnit(HostSnapshot snapshot, bool no_group_for_some,
                      std::mt19937* random) {
  snapshot.host.iommu_units = StringList{"dmar0 intel"};
  for (FunctionRecord& record : snapshot.functions) {
    bool without = no_group_for_some && (*random)() % 6 == 0;
    if (without) {
      record.iommu = Absent{};
      record.iommu_group = Absent{};
    } else {
      record.iommu = std::string("dmar0");
      record.iommu_group = ReadFailure::kNotRecorded;
    }
  }
  return snapshot;
}

void Shuffle(HostSnapshot* snapshot, std::mt19937* random) {
  StringList log;
  for (const FunctionRecord& record : snapshot->functions)
    log.push_back("pci " + ToString(record.address) +
                  ": Adding to iommu group 1");
  std::shuffle(log.begin(), log.end(), *random);
  snapshot->host.kernel_log = log;
}

TEST(GroupsHiding, RandomHostsOnlyWiden) {
  size_t pairs = 0;
  for (uint32_t seed = 0; seed < 400 && !HasFailure(); ++seed) {
    std::mt19937 random(seed);
    HostSnapshot whole =
        WithUnit(Sketch(RandomForestSketch(seed)), seed % 2 == 1, &random);
    if (seed % 3 == 0) Shuffle(&whole, &random);
    HostSnapshot hidden = whole;
    size_t facts = 1 + random() % 5;
    std::string what = "seed " + std::to_string(seed);
    for (size_t n = 0; n < facts; ++n) {
      size_t i = random() % hidden.functions.size();
      size_t fact = random() % kFacts;
      what += " fact " + std::to_string(fact) + " of " +
              ToString(hidden.functions[i].address);
      HideOne(fact, &hidden.functions[i]);
    }
    pairs += Compare(whole, hidden, what);
  }
  std::cout << pairs << " pairs of functions compared\n";
  EXPECT_GE(pairs, 50000u);
}

TEST(GroupsHiding, FixturesOnlyWiden) {
  namespace fs = std::filesystem;
  size_t pairs = 0;
  for (const auto& entry :
       fs::directory_iterator(P2PCHECK_SOURCE_DIR "/fixtures/hosts")) {
    std::string name = entry.path().filename().string();
    if (name.rfind("h-vtd", 0) != 0 && name.rfind("i-amdvi", 0) != 0) continue;
    if (name.find("6.1s") != std::string::npos) continue;  // as 6.12s
    std::ifstream in(entry.path() / "host.recording", std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    HostSnapshot whole = ReadRecording(text, name);
    for (size_t i = 0; i < whole.functions.size(); ++i)
      for (size_t fact = 0; fact < kFacts; ++fact) {
        HostSnapshot hidden = whole;
        HideOne(fact, &hidden.functions[i]);
        pairs += Compare(whole, hidden,
                         name + " fact " + std::to_string(fact) + " of " +
                             ToString(whole.functions[i].address));
      }
  }
  std::cout << pairs << " pairs of functions compared\n";
  EXPECT_GE(pairs, 100000u);
}

}  // namespace
}  // namespace p2pcheck
