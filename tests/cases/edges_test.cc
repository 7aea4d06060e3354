// SPDX-License-Identifier: GPL-2.0-or-later
//
// The edge cases of spec/kernel-p2p.md 9.2 that concern a verdict, by number.
// The others are about calls that the kernel's drivers make and about its
// cache (T01, T04 to T06, T12, T19), which this tool does not model; T02 and
// T05 are about naming a device by its node.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/judge.h"

namespace p2pcheck {
namespace {

// A root port with `depth` bridges in a row on each side of a switch, every
// one of them redirecting, and an endpoint at either end.
std::string TwoArms(const char* domain, int depth) {
  std::string text = fmt::format("root {} 0\n", domain);
  auto dev = [&](int bus, int slot, std::string rest) {
    text +=
        fmt::format("dev {:0>4}:{:02x}:{:02x}.0 {}\n", domain, bus, slot, rest);
  };
  dev(0, 1, "id=8086:1901 t=4 sec=1");
  dev(1, 0, "id=10b5:8747 t=5 sec=2");
  int bus = 2;
  for (int arm = 0; arm < 2; ++arm) {
    int from = 2, slot = arm;
    for (int i = 0; i < depth; ++i, from = bus, slot = 0)
      dev(from, slot,
          fmt::format("id=10b5:8747 t=6 acs=7f/1d sec={:x}", ++bus));
    dev(bus, 0, "id=144d:a824 t=0");
  }
  return text;
}

// The list of a pair across both arms.
std::vector<FunctionIndex> ListAcross(const char* domain, int depth,
                                      MapTypeSet* type) {
  Host host(Sketch(TwoArms(domain, depth)));
  auto end = [&](int bus) {
    return fmt::format("{:0>4}:{:02x}:00.0", domain, bus);
  };
  Verdict verdict = host.Ask(end(2 + depth), end(2 + 2 * depth));
  *type = verdict.possible;
  EXPECT_TRUE(verdict.acs_redirect_complete);
  return verdict.acs_redirect;
}

TEST(T, T03_UsbStickIsJudgedAsItsController) {
  Host host(Sketch(SketchText("P01") + "dev 0000:00:14.0 id=8086:a36d\n"));
  Verdict verdict = host.Ask("03:00.0", "00:14.0");
  EXPECT_EQ(verdict.distance, 5u);
  EXPECT_EQ(verdict.common_bridge, kNoIndex);
  EXPECT_EQ(verdict.possible, kNot);
}

TEST(T, T07_DistancesOfSupportedClientsAddUp) {
  std::string text = SketchText("P28");
  for (size_t at; (at = text.find("1f/1d")) != text.npos;)
    text.replace(at, 5, "1f/0");
  Host host(Sketch(text + "dev 0000:05:00.1 id=10de:2330 t=0\n"
                          "dev 0000:04:01.0 id=10b5:8747 t=6 sec=6\n"
                          "dev 0000:06:00.0 id=15b3:1021 t=0\n"));
  uint32_t total = 0;
  for (const char* client : {"06:00.0", "05:00.1", "12:00.0"}) {
    Verdict verdict = host.Ask("05:00.0", client);
    EXPECT_EQ(verdict.possible, kBus) << client;
    total += *verdict.distance;
  }
  EXPECT_EQ(total, 14u);
}

// The kernel prints into 128 bytes; ours is a list, whole however long.
TEST(T, T08_T09_T10_TheListIsWholeBeyondTheKernelsBuffer) {
  for (const char* domain : {"0", "10000"}) {
    for (int depth : {4, 5, 9}) {
      MapTypeSet type;
      EXPECT_EQ(ListAcross(domain, depth, &type).size(), 2u * depth);
      EXPECT_EQ(type, kNot);
    }
  }
}

TEST(T, T11_FunctionsOfAVmdDomainAreNotTakenForThoseOfDomainZero) {
  Host host(Sketch(SketchText("P32") + "dev 0000:01:00.1 id=10de:2330 t=0\n"
                                       "dev 10000:01:00.1 id=144d:a824 t=0\n"));
  EXPECT_NE(host.At("0000:01:00.1"), host.At("10000:01:00.1"));
  EXPECT_EQ(host.Ask("0000:01:00.0", "0000:01:00.1").distance, 2u);
  EXPECT_EQ(host.Ask("0000:01:00.0", "10000:01:00.1").distance, 4u);
}

TEST(T, T13_SleepingPortDoesNotMatterWithoutACommonAncestor) {
  HostSnapshot snapshot = Sketch(SketchText("P17"));
  HideConfig(&RecordAt(&snapshot, "00:01.0"), 64, ReadFailure::kAsleep);
  Host host(std::move(snapshot));
  EXPECT_EQ(Possible(host, "01:00.0", "02:00.0"), kThru);
}

// Reads of ones are redirects to the kernel, if it found the capability when
// the port still answered.  That is not to be seen now, so both stay.
TEST(T, T14_PortThatReadsOnesMayRedirect) {
  HostSnapshot snapshot = Sketch(SketchText("P01"));
  std::vector<uint8_t> ones(4096, 0xff);
  RecordAt(&snapshot, "02:08.0").config.Put(0, ones.data(), ones.size());
  Host host(std::move(snapshot));
  Verdict verdict = host.Ask("03:00.0", "04:00.0");
  EXPECT_EQ(verdict.possible, kBus | kNot);
  ASSERT_FALSE(verdict.missing.empty());
  EXPECT_EQ(verdict.missing[0].value.failure(), ReadFailure::kUnreachable);
}

// What 00.0 is, does not matter once a re-scan has put it behind 00.1.
TEST(T, T15_TheFirstFunctionIsTheFirstRegistered) {
  std::string text =
      "root 0 0\n"
      "dev 0000:00:00.1 id=8086:09a4\n"
      "dev 0000:00:01.0 id=8086:347a t=4 sec=1\n"
      "dev 0000:00:02.0 id=8086:347a t=4 sec=2\n"
      "dev 0000:01:00.0 id=10de:2330 t=0\n"
      "dev 0000:02:00.0 id=15b3:1021 t=0\n";
  std::string slot_zero = "dev 0000:00:00.0 id=8086:09a2\n";
  Host rescanned(Sketch(text + slot_zero));
  EXPECT_EQ(Possible(rescanned, "01:00.0", "02:00.0"), kNot);
  Host booted(Sketch(slot_zero + text));
  EXPECT_EQ(Possible(booted, "01:00.0", "02:00.0"), kThru);
}

TEST(T, T16_KernelWithoutP2pdmaRefusesAll) {
  HostSnapshot snapshot = Sketch(SketchText("P01"));
  snapshot.host.config = StringMap{{"PCI_P2PDMA", "n"}};
  Host host(std::move(snapshot));
  for (const char* client : {"04:00.0", "03:00.0"}) {
    Verdict verdict = host.Ask("03:00.0", client);
    EXPECT_EQ(verdict.possible, kNot);
    EXPECT_EQ(RulesIn(verdict), "p2pdma-not-built-in");
    ASSERT_TRUE(verdict.would_be);
    EXPECT_EQ(verdict.would_be->possible, kBus);
  }
}

TEST(T, T17_FunctionsOfAMainframe) {
  HostSnapshot snapshot = Sketch(
      "root 0 0\nroot 1 0\n"
      "dev 0000:00:00.0 id=15b3:1019 t=0\n"
      "dev 0001:00:00.0 id=15b3:1019 t=0\n");
  snapshot.host.architecture = std::string("s390x");
  snapshot.host.cpu_vendor = std::string("IBM/S390");
  snapshot.host.cpu_family = Absent{};
  Host host(std::move(snapshot));
  Verdict verdict = host.Ask("0000:00:00.0", "0001:00:00.0");
  EXPECT_EQ(verdict.possible, kNot);
  EXPECT_EQ(verdict.distance, 2u);
  EXPECT_EQ(Possible(host, "0000:00:00.0", "0000:00:00.0"), kBus);
}

// pci=nommconf: the kernel reaches 256 bytes, so it finds no ACS, whatever
// the firmware left there.
TEST(T, T18_NoExtendedSpaceMeansNoRedirect) {
  HostSnapshot snapshot = Sketch(SketchText("P02"));
  for (FunctionRecord& record : snapshot.functions) {
    HideConfig(&record, 256, ReadFailure::kNotRecorded);
    record.config.set_reach(uint16_t{256});
  }
  Host host(std::move(snapshot));
  EXPECT_EQ(Possible(host, "03:00.0", "04:00.0"), kBus);
}

std::string Q35(const char* cpu) {
  return std::string(cpu) +
         "root 0 0\n"
         "dev 0000:00:00.0 id=8086:29c0\n"
         "dev 0000:00:01.0 id=1b36:000c t=4 mf acs=1f/1d sec=1\n"
         "dev 0000:00:01.1 id=1b36:000c t=4 mf acs=1f/1d sec=2\n"
         "dev 0000:01:00.0 id=1b36:0010 t=0 mf\n"
         "dev 0000:01:00.1 id=1b36:0010 t=0 mf\n"
         "dev 0000:02:00.0 id=1b36:0010 t=0\n";
}

TEST(T, T20_GuestWithAnEpycCpu) {
  Host host(Sketch(Q35("cpu 2 0x17\n")));
  Verdict verdict = host.Ask("01:00.0", "02:00.0");
  EXPECT_EQ(verdict.possible, kThru);
  EXPECT_EQ(verdict.distance, 4u);
}

TEST(T, T21_GuestWithAnIntelCpu) {
  Host host(Sketch(Q35("")));
  EXPECT_EQ(Possible(host, "01:00.0", "02:00.0"), kNot);
  Verdict below_one_port = host.Ask("01:00.0", "01:00.1");
  EXPECT_EQ(below_one_port.possible, kNot);
  EXPECT_EQ(AcsList(host, below_one_port), "0000:00:01.0");
}

}  // namespace
}  // namespace p2pcheck
