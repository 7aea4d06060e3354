// SPDX-License-Identifier: GPL-2.0-or-later
//
// Groups that real kernels formed, and the same groups formed again from what
// was recorded beside them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "snapshot/recording.h"
#include "support/judge.h"
#include "verdict/group_comparison.h"
#include "verdict/groups.h"

namespace p2pcheck {
namespace {

namespace fs = std::filesystem;

HostSnapshot ReadHost(const fs::path& folder) {
  std::ifstream in(folder / "host.recording", std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  return ReadRecording(text, folder.filename().string());
}

std::vector<fs::path> HostsWithGroups() {
  std::vector<fs::path> hosts;
  for (const auto& entry :
       fs::directory_iterator(P2PCHECK_SOURCE_DIR "/fixtures/hosts")) {
    if (!fs::exists(entry.path() / "host.recording")) continue;
    for (const FunctionRecord& record : ReadHost(entry.path()).functions)
      if (record.iommu_group.known()) {
        hosts.push_back(entry.path());
        break;
      }
  }
  return hosts;
}

GroupComparison Compare(const Host& host) {
  auto rules = QuestionOf(host.snapshot()).kernels[0].groups;
  return CompareGroups(host.topology(), *rules,
                       PredictGroups(host.topology(), *rules));
}

std::string Wrong(const Host& host, const GroupComparison& compared) {
  std::string text;
  for (FunctionIndex i = 0; i < compared.agree.size(); ++i)
    if (compared.agree[i] != Ternary::kYes)
      text += " " + ToString(host.topology()[i].address);
  return text;
}

TEST(GroupsOracle, RecomputedGroupsArePublished) {
  size_t functions = 0, hosts = 0;
  for (const fs::path& folder : HostsWithGroups()) {
    Host host(ReadHost(folder));
    GroupComparison compared = Compare(host);
    EXPECT_EQ(Wrong(host, compared), "") << folder.filename();
    EXPECT_TRUE(compared.differences.empty());
    functions += compared.agree.size();
    ++hosts;
  }
  std::cout << "groups of " << functions << " functions of " << hosts
            << " hosts compared\n";
  EXPECT_GE(hosts, 27u);
  EXPECT_GE(functions, 450u);
}

// The log's order gives the kernel's numbers too, where only PCI functions
// took any.
TEST(GroupsOracle, NumbersFollowFromTheOrder) {
  size_t functions = 0;
  for (const fs::path& folder : HostsWithGroups()) {
    HostSnapshot snapshot = ReadHost(folder);
    Host host(snapshot);
    auto rules = QuestionOf(host.snapshot()).kernels[0].groups;
    GroupPrediction groups = PredictGroups(host.topology(), *rules);
    ASSERT_EQ(groups.order, GroupOrderSource::kKernelLog);
    for (FunctionIndex i = 0; i < groups.surely.size(); ++i) {
      const auto& published = host.topology()[i].record->iommu_group;
      EXPECT_EQ(groups.surely[i], published.value_or(kNoIndex))
          << folder.filename() << " " << ToString(host.topology()[i].address);
      ++functions;
    }
  }
  std::cout << "numbers of " << functions << " functions compared\n";
  EXPECT_GE(functions, 450u);
}

// Without the log the order is that of registration, and these hosts come out
// the same.
TEST(GroupsOracle, SamePartitionWithoutTheLog) {
  for (const fs::path& folder : HostsWithGroups()) {
    HostSnapshot snapshot = ReadHost(folder);
    snapshot.host.kernel_log = ReadFailure::kPermissionDenied;
    Host host(snapshot);
    EXPECT_EQ(Wrong(host, Compare(host)), "") << folder.filename();
  }
}

}  // namespace
}  // namespace p2pcheck
