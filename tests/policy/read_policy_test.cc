// SPDX-License-Identifier: GPL-2.0-or-later
//
// Everything in fixtures/bad/policies is wrong in one way, and NAME.expected
// beside it is the whole message.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/input_error.h"
#include "pci/acs.h"
#include "policy/policy.h"

namespace p2pcheck {
namespace {

namespace fs = std::filesystem;

const fs::path kBad = P2PCHECK_SOURCE_DIR "/fixtures/bad/policies";

std::string ReadAll(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string MessageFor(const fs::path& bad) {
  try {
    ReadPolicy(bad.filename().string(), ReadAll(bad));
  } catch (const InputError& error) {
    return error.what() + std::string("\n");
  }
  return "no error\n";
}

TEST(BadPolicies, HaveTheirMessages) {
  size_t count = 0;
  for (const auto& entry : fs::directory_iterator(kBad)) {
    if (entry.path().extension() != ".toml") continue;
    SCOPED_TRACE(entry.path().filename());
    fs::path expected = entry.path();
    expected.replace_extension(".expected");
    EXPECT_EQ(MessageFor(entry.path()), ReadAll(expected));
    ++count;
  }
  EXPECT_GE(count, 28u);
}

template <class Content>
const Content& ContentOf(const Policy& policy, size_t i) {
  return std::get<Content>(policy.requirements.at(i).content);
}

TEST(ReadPolicy, RequirementsComeByLine) {
  Policy policy = ReadPolicy("x.toml",
                             "[kernel]\n"
                             "p2pdma = true\n"
                             "releases = [\"6.8-\", \"6.1\"]\n"
                             "[[devices]]\n"
                             "device = \"10de:*\"\n"
                             "at_most = 3\n"
                             "[command_line]\n"
                             "required = [\"iommu=pt\", \"quiet\"]\n"
                             "[[devices]]\n"
                             "device = \"gpu\"\n"
                             "count = 2\n");
  std::vector<std::string> ids;
  std::vector<size_t> lines;
  for (const Requirement& requirement : policy.requirements) {
    ids.emplace_back(PolicyFindingName(requirement));
    lines.push_back(requirement.line);
  }
  EXPECT_EQ(
      ids, (std::vector<std::string>{"policy-p2pdma", "policy-kernel",
                                     "policy-devices", "policy-command-line",
                                     "policy-command-line", "policy-devices"}));
  EXPECT_EQ(lines, (std::vector<size_t>{2, 3, 4, 8, 8, 9}));
  EXPECT_EQ(ContentOf<DevicesRequirement>(policy, 2).choice.id->vendor, 0x10de);
  EXPECT_EQ(ContentOf<DevicesRequirement>(policy, 2).at_most, 3u);
  EXPECT_EQ(ContentOf<DevicesRequirement>(policy, 5).at_least, 2u);
}

TEST(ReadPolicy, PairsSayWhatIsGoodAndHowOften) {
  Policy policy = ReadPolicy("x.toml",
                             "[[pairs]]\n"
                             "provider = \"gpu\"\n"
                             "client = \"nic\"\n"
                             "at_least = \"THRU_HOST_BRIDGE\"\n"
                             "[[pairs]]\n"
                             "provider = \"nvme\"\n"
                             "client = \"gpu\"\n"
                             "map_type = [\"BUS_ADDR\"]\n"
                             "each_client = 2\n"
                             "min_bandwidth = \"12.5 GB/s\"\n"
                             "virtual_functions = true\n");
  const auto& every = ContentOf<PairsRequirement>(policy, 0);
  EXPECT_EQ(every.good, MapType::kBusAddr | MapType::kThruHostBridge);
  EXPECT_EQ(every.scope, PairsRequirement::Scope::kEvery);
  EXPECT_FALSE(every.provider.virtual_functions);
  const auto& each = ContentOf<PairsRequirement>(policy, 1);
  EXPECT_EQ(each.good, MapTypeSet(MapType::kBusAddr));
  EXPECT_EQ(each.scope, PairsRequirement::Scope::kEachClient);
  EXPECT_EQ(each.count, 2u);
  EXPECT_EQ(each.min_bandwidth, 12'500'000'000u);
  EXPECT_TRUE(each.client.virtual_functions);
}

TEST(ReadPolicy, PortsByAddressIdAndType) {
  Policy policy = ReadPolicy("x.toml",
                             "[[ports]]\n"
                             "port = \"0000:40:01.0\"\n"
                             "on = [\"SrcValid\", \"UpstreamFwd\"]\n"
                             "off = [\"DirectTrans\"]\n"
                             "[[ports]]\n"
                             "port = \"1000:c030\"\n"
                             "off = [\"ReqRedir\"]\n"
                             "[[ports]]\n"
                             "port = \"root-port\"\n"
                             "on = [\"SrcValid\"]\n");
  const auto& first = ContentOf<AcsBitsRequirement>(policy, 0);
  EXPECT_EQ(ToString(*first.address), "0000:40:01.0");
  EXPECT_EQ(first.on, kAcsSourceValidation | kAcsUpstreamForwarding);
  EXPECT_EQ(first.off, kAcsDirectTranslated);
  EXPECT_EQ(ContentOf<AcsBitsRequirement>(policy, 1).id->device, 0xc030);
  EXPECT_EQ(ContentOf<AcsBitsRequirement>(policy, 2).type, PortType::kRootPort);
}

}  // namespace
}  // namespace p2pcheck
