// SPDX-License-Identifier: GPL-2.0-or-later
//
// Hiding a fact only ever widens a set: for each fixture, each fact of each
// function and of the host is hidden, one at a time and two at random, and
// every pair must keep each outcome it had.
//
// Three things are not facts in this sense.
//  - registration_order: without it the first function of a root bus is taken
//    to be the one with the least number, as it is on every host that was
//    never re-scanned (T15).  Hiding it hides the re-scan.
//  - config (PCI_P2PDMA): whether p2pdma is built in stands apart from the
//    verdict; not knowing it widens nothing (interface).
//  - a die that contradicts the CPU: P03 and others draw an AMD host with
//    Intel's chipset, which proves an Intel CPU once the CPU is hidden.  Their
//    chipset is renamed here.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <sstream>

#include "snapshot/recording.h"
#include "support/judge.h"

namespace p2pcheck {
namespace {

using Change = std::function<void(HostSnapshot*)>;

struct NamedChange {
  std::string name;
  Change apply;
};

// Every other function loses its fields for another reason.
void AddFunctionChanges(size_t i, std::vector<NamedChange>* changes) {
  ReadFailure why =
      i % 2 == 0 ? ReadFailure::kNotRecorded : ReadFailure::kPermissionDenied;
  ForEachField([&](std::string_view name, auto field) {
    changes->push_back(
        {std::string(name) + " of " + std::to_string(i),
         [=](HostSnapshot* snapshot) { snapshot->functions[i].*field = why; }});
  });
  for (uint16_t from : {0, 64, 256})
    changes->push_back(
        {"config of " + std::to_string(i), [=](HostSnapshot* snapshot) {
           HideConfig(&snapshot->functions[i], from);
         }});
  changes->push_back(
      {"reach of " + std::to_string(i), [=](HostSnapshot* snapshot) {
         snapshot->functions[i].config.set_reach(ReadFailure::kNotRecorded);
       }});
}

std::vector<NamedChange> ChangesOf(const HostSnapshot& snapshot) {
  std::vector<NamedChange> changes;
  for (size_t i = 0; i < snapshot.functions.size(); ++i)
    AddFunctionChanges(i, &changes);
  ForEachHostField([&](std::string_view name, auto field) {
    if (name == "registration_order" || name == "config") return;
    changes.push_back({std::string(name), [=](HostSnapshot* s) {
                         s->host.*field = ReadFailure::kNotRecorded;
                       }});
  });
  changes.push_back({"kernel", [](HostSnapshot* s) {
                       s->host.kernel_release = ReadFailure::kNotRecorded;
                       s->host.kernel_version = ReadFailure::kNotRecorded;
                     }});
  changes.push_back({"CPU", [](HostSnapshot* s) {
                       s->host.cpu_vendor = ReadFailure::kNotRecorded;
                       s->host.cpu_family = ReadFailure::kNotRecorded;
                       s->host.architecture = ReadFailure::kNotRecorded;
                     }});
  return changes;
}

// Making rule sets takes longer than judging with them.
const KernelQuestion& CachedQuestion(const HostSnapshot& snapshot) {
  static std::map<std::string, KernelQuestion> questions;
  const HostFacts& host = snapshot.host;
  std::string key = host.kernel_release.value_or("?") + '/' +
                    host.kernel_version.value_or("?");
  auto found = questions.find(key);
  if (found == questions.end())
    found = questions.emplace(key, QuestionOf(snapshot)).first;
  found->second.p2pdma_built_in = P2pdmaBuiltIn(snapshot);
  return found->second;
}

using Sets = std::vector<MapTypeSet>;

Sets AllPairs(const HostSnapshot& snapshot) {
  Topology topology = BuildTopology(snapshot);
  EXPECT_EQ(CheckTopology(topology), "");
  CpuIdentity cpu = IdentifyCpu(snapshot, Rules());
  const KernelQuestion& question = CachedQuestion(snapshot);
  Sets sets;
  auto count = static_cast<FunctionIndex>(snapshot.functions.size());
  // A large recording is sampled, every 20th part of it against every other.
  FunctionIndex step = count > 60 ? count / 20 : 1;
  for (FunctionIndex p = 0; p < count; p += step)
    for (FunctionIndex c = 0; c < count; c += step)
      sets.push_back(Decide(topology, question, cpu, p, c).possible);
  return sets;
}

// Returns how many pairs were compared.
size_t ExpectWider(const Sets& before, const Sets& after,
                   const std::string& what) {
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_FALSE(after[i].empty()) << what;
    EXPECT_TRUE(before[i].Within(after[i]))
        << what << ": pair " << i << " had " << ToString(before[i]) << ", has "
        << ToString(after[i]);
  }
  return before.size();
}

size_t HideEachFact(const HostSnapshot& snapshot, const std::string& name) {
  size_t pairs = 0;
  Sets before = AllPairs(snapshot);
  for (const NamedChange& change : ChangesOf(snapshot)) {
    HostSnapshot hidden = snapshot;
    change.apply(&hidden);
    pairs +=
        ExpectWider(before, AllPairs(hidden), name + " without " + change.name);
    if (::testing::Test::HasFailure()) break;
  }
  return pairs;
}

size_t HideTwoFacts(const HostSnapshot& snapshot, const std::string& name,
                    std::mt19937* random, int times) {
  size_t pairs = 0;
  Sets before = AllPairs(snapshot);
  std::vector<NamedChange> changes = ChangesOf(snapshot);
  for (int n = 0; n < times && !::testing::Test::HasFailure(); ++n) {
    const NamedChange& one = changes[(*random)() % changes.size()];
    const NamedChange& other = changes[(*random)() % changes.size()];
    HostSnapshot hidden = snapshot;
    one.apply(&hidden);
    Sets with_one = AllPairs(hidden);
    other.apply(&hidden);
    Sets with_none = AllPairs(hidden);
    std::string what = name + " without " + one.name + ", " + other.name;
    pairs += ExpectWider(before, with_none, what);
    pairs += ExpectWider(with_one, with_none, what + " (the second)");
  }
  return pairs;
}

std::string SketchName(int n) {
  return (n < 10 ? "P0" : "P") + std::to_string(n);
}

HostSnapshot Drawn(int n, const SketchOptions& options = {}) {
  std::string text = SketchText(SketchName(n));
  bool intel = text.find("\ncpu ") == text.npos;
  for (size_t at; !intel && (at = text.find("=8086:")) != text.npos;)
    text.replace(at, 6, "=1b36:");
  return Sketch(text, options);
}

TEST(Hiding, EachFactOfEachWorkedCase) {
  size_t pairs = 0;
  for (int n = 1; n <= 37; ++n) pairs += HideEachFact(Drawn(n), SketchName(n));
  std::printf("hiding one fact: %zu pairs compared\n", pairs);
  EXPECT_GT(pairs, 250'000u);
}

// A user has less to lose, and other ways to lose it.
TEST(Hiding, EachFactOfEachWorkedCaseAsUserAndAsDump) {
  size_t pairs = 0;
  for (int n = 1; n <= 37; n += 4)
    for (SketchOptions options :
         {SketchOptions{.as_user = true}, SketchOptions{.as_dump = true}})
      pairs += HideEachFact(Drawn(n, options), SketchName(n));
  EXPECT_GT(pairs, 60'000u);
}

TEST(Hiding, TwoFactsAtRandom) {
  std::mt19937 random(20181);
  size_t pairs = 0;
  for (int n = 1; n <= 37; ++n)
    for (SketchOptions options :
         {SketchOptions{}, {.as_user = true}, {.as_dump = true}})
      pairs += HideTwoFacts(Drawn(n, options), SketchName(n), &random, 25);
  std::printf("hiding two facts: %zu pairs compared\n", pairs);
  EXPECT_GT(pairs, 150'000u);
}

std::vector<std::filesystem::path> Recordings() {
  std::vector<std::filesystem::path> found;
  std::filesystem::path hosts =
      std::filesystem::path(P2PCHECK_SOURCE_DIR) / "fixtures" / "hosts";
  if (!std::filesystem::is_directory(hosts)) return found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(hosts))
    if (entry.path().extension() == ".recording") found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

TEST(Hiding, FactsOfEachRecordedHost) {
  std::vector<std::filesystem::path> recordings = Recordings();
  if (recordings.empty()) GTEST_SKIP() << "no fixtures/hosts/*.recording";
  std::mt19937 random(20182);
  for (const auto& path : recordings) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    HostSnapshot snapshot = ReadRecording(text.str(), path.string());
    HideTwoFacts(snapshot, path.string(), &random, 20);
  }
}

}  // namespace
}  // namespace p2pcheck
