// SPDX-License-Identifier: GPL-2.0-or-later
//
// The table of host bridges against what running kernels answered when asked
// with every device ID of a vendor ("H sweep-vendor VENDOR COUNT" and a line
// "W VENDOR DEVICE SAME OTHER" for each ID that passed).
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "rules/host_bridge_table.h"
#include "rules/rule_set.h"

namespace p2pcheck {
namespace {

namespace fs = std::filesystem;

// P2PCHECK_ORACLE, or where the recordings lie beside a checkout.
fs::path OracleHosts() {
  if (const char* given = std::getenv("P2PCHECK_ORACLE")) return given;
  return fs::path(P2PCHECK_SOURCE_DIR) / ".." / "shared" / "oracle" / "hosts";
}

struct Answer {
  int same = 0;
  int other = -1;  // the host has one host bridge only
};

// One kernel's answers by vendor; a vendor that was swept has an entry.
struct Sweep {
  std::string release;
  std::map<uint16_t, std::map<uint16_t, Answer>> vendors;
};

void AddLine(const std::string& line, Sweep* sweep) {
  std::istringstream words(line);
  std::string mark, what, device;
  words >> mark >> what;
  if (mark == "H" && what == "release") words >> sweep->release;
  if (mark == "H" && what == "sweep-vendor") {
    words >> what;
    sweep->vendors[std::stoul(what, nullptr, 16)];
  }
  if (mark != "W") return;
  Answer answer;
  words >> device >> answer.same >> answer.other;
  auto& answers = sweep->vendors[std::stoul(what, nullptr, 16)];
  uint32_t first = device == "*" ? 0 : std::stoul(device, nullptr, 16);
  uint32_t last = device == "*" ? 0xffff : first;
  for (uint32_t id = first; id <= last; ++id) answers[id] = answer;
}

Sweep ReadSweep(const fs::path& path) {
  Sweep sweep;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) AddLine(line, &sweep);
  return sweep;
}

// Returns how many IDs were compared.
uint64_t Compare(const Sweep& sweep, const RuleSet& rules) {
  uint64_t compared = 0;
  for (const auto& [vendor, answers] : sweep.vendors)
    for (uint32_t device = 0; device <= 0xffff; ++device, ++compared) {
      auto found = answers.find(static_cast<uint16_t>(device));
      Answer kernel = found == answers.end() ? Answer{0, 0} : found->second;
      TableLookup ours = LookUpHostBridge(rules, vendor, device);
      EXPECT_EQ(ours.same_host_bridge, ToTernary(kernel.same))
          << sweep.release << std::hex << " " << vendor << ":" << device;
      if (kernel.other < 0) continue;
      EXPECT_EQ(ours.other_host_bridge, ToTernary(kernel.other))
          << sweep.release << std::hex << " " << vendor << ":" << device;
    }
  return compared;
}

TEST(HostBridgeSweep, TableIsTheRunningKernelsForEveryDeviceId) {
  if (!fs::is_directory(OracleHosts()))
    GTEST_SKIP() << "no recordings of running kernels at " << OracleHosts();
  RuleBook book = RuleBook::Embedded();
  uint64_t compared = 0;
  int kernels = 0;
  for (const fs::directory_entry& host :
       fs::directory_iterator(OracleHosts())) {
    Sweep sweep = ReadSweep(host.path() / "p2p_oracle.txt");
    if (sweep.vendors.empty()) continue;
    HostFacts facts;
    facts.kernel_release = sweep.release;
    compared += Compare(sweep, book.For(KernelVersionOf(facts).value()));
    ++kernels;
  }
  std::cout << "compared " << compared << " IDs on " << kernels << " hosts\n";
  EXPECT_GE(compared, 8u * 12 * 65536);
}

}  // namespace
}  // namespace p2pcheck
