// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/selection.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "source/sysfs.h"
#include "source/watched_files.h"
#include "support/fake_sysfs.h"
#include "support/sketch.h"

namespace p2pcheck {
namespace {

// Twenty root buses in one domain, each with three ports and what is below;
// and the first of them once more in another domain.
std::string ManyRoots() {
  std::string text;
  for (int root = 0; root < 20; ++root) {
    int bus = root * 8;
    text += fmt::format("root 0 {:x}\n", bus);
    for (int port = 1; port <= 3; ++port)
      text += fmt::format(
          "dev 0000:{0:02x}:{1:02x}.0 id=8086:1902 t=4 sec={2:x}\n"
          "dev 0000:{2:02x}:00.0 id=10de:2330 t=0\n",
          bus, port, bus + port);
  }
  return text +
         "root 1 0\ndev 0001:00:01.0 id=8086:1902 t=4 sec=1\n"
         "dev 0001:01:00.0 id=10de:2330 t=0\n";
}

class Only : public testing::Test {
 protected:
  Only() : host_(Sketch(ManyRoots())) {
    RecordAt(&host_, "0000:09:00.0").nodes = NodeList{{"nvme", "nvme3"}};
    WriteFakeSysfs(host_, tree_);
  }

  HostSnapshot Read(std::vector<std::string> only) {
    return ReadSysfsWith({&files_, false}, tree_.path(),
                         {ReadRequest::Depth::kVerdict, std::move(only)});
  }

  static std::string Addresses(const HostSnapshot& snapshot) {
    std::string out;
    for (const FunctionRecord& record : snapshot.functions)
      out += ToString(record.address) + " ";
    return out;
  }

  HostSnapshot host_;
  TempDirectory tree_;
  WatchedFiles files_;
};

TEST_F(Only, ReadsTheFunctionsTheirBridgesAndTheirRootBuses) {
  HostSnapshot read = Read({"0000:01:00.0", "0000:0a:00.0"});
  EXPECT_EQ(Addresses(read),
            "0000:00:01.0 0000:00:02.0 0000:00:03.0 0000:01:00.0 "
            "0000:08:01.0 0000:08:02.0 0000:08:03.0 0000:0a:00.0 ");
  EXPECT_FALSE(read.complete);
  for (const std::string& path : files_.opened) {
    auto address = ParsePciAddress(path.substr(0, path.find('/')));
    if (!address) continue;
    EXPECT_NE(read.Find(*address), nullptr) << path << " was not needed";
  }
}

TEST_F(Only, WhatIsReadIsWhatAFullReadGives) {
  HostSnapshot all = ReadSysfs(tree_.path(), {});
  for (const FunctionRecord& record : Read({"0000:0a:00.0"}).functions) {
    EXPECT_EQ(record.config, all.Find(record.address)->config);
    EXPECT_EQ(record.parent, all.Find(record.address)->parent);
    EXPECT_EQ(record.vendor, all.Find(record.address)->vendor);
  }
}

TEST_F(Only, AShortAddressIsEveryDomainThatHasIt) {
  EXPECT_EQ(Addresses(Read({"0a:00.0"})),
            "0000:08:01.0 0000:08:02.0 0000:08:03.0 0000:0a:00.0 ");
  HostSnapshot both = Read({"01:00.0"});
  EXPECT_NE(both.Find({0, 1, 0}), nullptr);
  EXPECT_NE(both.Find({1, 1, 0}), nullptr) << "so it is ambiguous";
}

TEST_F(Only, ANodeIsItsFunction) {
  HostSnapshot read = Read({"nvme3"});
  ASSERT_NE(read.Find({0, 9, 0}), nullptr);
  EXPECT_TRUE(read.Find({0, 9, 0})->nodes.Is({{"nvme", "nvme3"}}))
      << "or nobody could tell which function was meant";
  EXPECT_EQ(read.functions.size(), 4u);
  // Without sys/class the functions' own directories are searched.
  tree_.Remove("sys/class");
  read = Read({"nvme3"});
  EXPECT_TRUE(read.complete);
  EXPECT_TRUE(read.Find({0, 9, 0})->nodes.Is({{"nvme", "nvme3"}}));
}

TEST_F(Only, KindsAndIdsNeedTheWholeHost) {
  for (const char* name : {"gpu", "nvme", "all", "10de:2330"}) {
    HostSnapshot read = Read({"0000:01:00.0", name});
    EXPECT_EQ(read.functions.size(), host_.functions.size()) << name;
    EXPECT_TRUE(read.complete);
  }
}

TEST_F(Only, UnknownNamesGiveWhatWasFound) {
  EXPECT_EQ(Addresses(Read({"0000:77:00.0", "nosuch0", "../../x"})),
            Addresses(ReadSysfs(tree_.path(), {})))
      << "a path is of no kind we know";
  EXPECT_EQ(Addresses(Read({"0000:77:00.0", "nosuch0"})), "");
}

TEST_F(Only, AVirtualFunctionBringsItsPhysicalOne) {
  std::string path = FakeSysfsPath(host_, {0, 9, 0});
  tree_.Link(path + "/physfn", "../../0000:08:03.0/0000:0b:00.0");
  EXPECT_NE(Read({"0000:09:00.0"}).Find({0, 0x0b, 0}), nullptr);
}

}  // namespace
}  // namespace p2pcheck
