// SPDX-License-Identifier: GPL-2.0-or-later
//
// What real kernels made of ACS: for every port of every host recorded in
// QEMU the control word at hand must be the one we predict from kernel
// version, command line and capability, and the words that the kernel logged
// must be those.  QEMU's ports start with 0, as the hosts without an IOMMU and
// without parameters show, so firmware's value is known here: the whole word
// must be.
#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>
#include <map>

#include "source/source.h"
#include "support/judge.h"
#include "verdict/acs_boot.h"

namespace p2pcheck {
namespace {

namespace fs = std::filesystem;

std::map<std::string, Host> RecordedHosts() {
  std::map<std::string, Host> hosts;
  for (const auto& entry :
       fs::directory_iterator(P2PCHECK_SOURCE_DIR "/fixtures/hosts")) {
    fs::path recording = entry.path() / "host.recording";
    if (fs::exists(recording))
      hosts.emplace(entry.path().filename(),
                    Host(ReadSource(recording.string(), {})));
  }
  return hosts;
}

const FirmwareAcs kNothingLeft{{0, 0xffff}, {0, 0xffff}};

struct Count {
  size_t hosts = 0, ports = 0, on = 0, logged = 0, open = 0;
};

// The last word that the kernel logged for each function.
std::map<std::string, uint16_t> LoggedWords(const Host& host) {
  static constexpr std::string_view kMark = ": Configured ACS to 0x";
  std::map<std::string, uint16_t> words;
  for (const std::string& line : host.snapshot().host.kernel_log.value_or({})) {
    size_t mark = line.find(kMark);
    if (mark == line.npos) continue;
    size_t blank = line.rfind(' ', mark);
    words[line.substr(blank + 1, mark - blank - 1)] = static_cast<uint16_t>(
        std::stoul(line.substr(mark + kMark.size(), 4), nullptr, 16));
  }
  return words;
}

void CompareHost(const Host& host, Count* count) {
  KernelBoot boot = RunningKernel(host.snapshot(), Rules());
  auto logged = LoggedWords(host);
  const Topology& topology = host.topology();
  for (FunctionIndex i = 0; i < topology.functions().size(); ++i) {
    const Function& f = topology[i];
    if (!f.acs.known()) continue;
    AcsBits bits = PredictAcs(topology, boot, i, kNothingLeft).value().control;
    // A root port with nothing below does not show whether it faces outside.
    EXPECT_EQ(bits.known | kAcsTranslationBlocking, kAcsKernelBits)
        << ToString(f.address);
    EXPECT_EQ(bits.value, f.acs.value().control & bits.known)
        << ToString(f.address);
    count->open += bits.known != kAcsKernelBits;
    AcsAgreement live = CompareWithLive(topology, boot, i);
    EXPECT_EQ(live.agrees, Ternary::kYes) << ToString(f.address);
    ++count->ports;
    count->on += f.acs.value().control != 0;
    auto word = logged.find(ToString(f.address));
    if (word == logged.end()) continue;
    EXPECT_EQ(word->second, bits.value) << ToString(f.address);
    ++count->logged;
  }
}

TEST(AcsOracle, EveryRecordedPortIsAsPredicted) {
  Count count;
  std::map<std::string, size_t> by_kernel;
  for (const auto& [name, host] : RecordedHosts()) {
    SCOPED_TRACE(name);
    size_t before = count.ports;
    CompareHost(host, &count);
    ++count.hosts;
    by_kernel[host.snapshot().host.kernel_release.value_or("?")] +=
        count.ports - before;
  }
  for (const auto& [kernel, ports] : by_kernel)
    std::cout << kernel << ": " << ports << " ports\n";
  std::cout << count.hosts << " hosts, " << count.ports << " ports compared ("
            << count.on << " with ACS on), " << count.logged
            << " logged words\n";
  EXPECT_LE(count.open * 20, count.ports);
  EXPECT_GE(count.hosts, 180u);
  EXPECT_GE(count.ports, 600u);
  EXPECT_GE(count.logged, 6u);
}

// F of the same topology: without IOMMU and parameters nobody wrote a bit.
TEST(AcsOracle, QemuLeavesNothingOn) {
  size_t ports = 0;
  for (const auto& [name, host] : RecordedHosts()) {
    if (name.find("noiommu") == name.npos) continue;
    // A parameter has the kernel write words of its own.
    if (name.find("-noredir") != name.npos) continue;
    for (const Function& f : host.topology().functions()) {
      if (!f.acs.known()) continue;
      EXPECT_EQ(f.acs.value().control, 0) << name << " " << ToString(f.address);
      ++ports;
    }
  }
  EXPECT_GE(ports, 10u);
}

// The what-if: from each host with an IOMMU to the one booted with a
// parameter, the word at hand being all we know of firmware.
TEST(AcsOracle, OneRecordingPredictsTheOther) {
  auto hosts = RecordedHosts();
  size_t bits = 0, known = 0;
  for (const auto& [name, after] : hosts) {
    for (std::string part : {"-configacs", "-noredir-all", "-noredir"}) {
      size_t at = name.find(part + "@");
      if (at == name.npos) continue;
      std::string plain = name.substr(0, at) + name.substr(at + part.size());
      auto before = hosts.find(plain);
      if (before == hosts.end()) continue;
      SCOPED_TRACE(name);
      KernelBoot now = RunningKernel(before->second.snapshot(), Rules());
      KernelBoot next = RunningKernel(after.snapshot(), Rules());
      const Topology& topology = before->second.topology();
      for (FunctionIndex i = 0; i < topology.functions().size(); ++i) {
        if (!topology[i].acs.known()) continue;
        AcsAtBoot acs = PredictAcsChange(topology, now, next, i).value();
        uint16_t word = after.topology()[i].acs.value().control;
        EXPECT_EQ(acs.agrees, Ternary::kYes);
        EXPECT_EQ(acs.control.known & (acs.control.value ^ word), 0)
            << ToString(topology[i].address);
        EXPECT_EQ(acs.control.known & kAcsRedirectBits, kAcsRedirectBits);
        bits += 7;
        known += static_cast<size_t>(__builtin_popcount(acs.control.known));
      }
    }
  }
  std::cout << known << " of " << bits << " bits predicted\n";
  EXPECT_GE(bits, 100u);
}

// The same answer whether requests are found once or for each function.
TEST(AcsOracle, RequestsFoundOnceChangeNothing) {
  size_t compared = 0, requested = 0;
  for (const auto& [name, host] : RecordedHosts()) {
    SCOPED_TRACE(name);
    const Topology& topology = host.topology();
    KernelBoot now = RunningKernel(host.snapshot(), Rules());
    KernelBoot next = NamedKernel(Rules(), ReadFailure::kNotRecorded,
                                  CommandLine("intel_iommu=on"));
    KernelBoot now_once = now, next_once = next;
    FindRequests(host.snapshot(), &now_once);
    FindRequests(host.snapshot(), &next_once);
    ASSERT_EQ(next_once.new_requests.size(), next.programming.size());
    for (FunctionIndex i = 0; i < topology.functions().size(); ++i) {
      if (!topology[i].acs.known()) continue;
      AcsAtBoot a = PredictAcsChange(topology, now, next, i).value();
      AcsAtBoot b = PredictAcsChange(topology, now_once, next_once, i).value();
      EXPECT_EQ(a.control, b.control);
      EXPECT_EQ(a.firmware, b.firmware);
      EXPECT_EQ(a.requested, b.requested);
      EXPECT_EQ(a.agrees, b.agrees);
      EXPECT_EQ(CompareWithLive(topology, now, i).agrees,
                CompareWithLive(topology, now_once, i).agrees);
      ++compared;
      requested += b.requested == Ternary::kYes;
    }
  }
  EXPECT_GE(compared, 600u);
  EXPECT_GE(requested, 100u);
}

}  // namespace
}  // namespace p2pcheck
