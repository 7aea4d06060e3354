// SPDX-License-Identifier: GPL-2.0-or-later
#include "verdict/route.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/judge.h"
#include "verdict/gates.h"

namespace p2pcheck {
namespace {

// Two endpoints below a switch; control words of the two downstream ports, the
// provider's first.  Both capabilities have every bit.
HostSnapshot TwoPorts(unsigned provider_port, unsigned client_port) {
  return Sketch(fmt::format(R"(
root 0 0
dev 0000:00:00.0 id=8086:3e30
dev 0000:00:01.0 id=8086:1901 t=4 acs=1f/1d sec=1
dev 0000:01:00.0 id=10b5:8747 t=5 sec=2
dev 0000:02:08.0 id=10b5:8747 t=6 acs=7f/{:x} sec=3
dev 0000:02:10.0 id=10b5:8747 t=6 acs=7f/{:x} sec=4
dev 0000:03:00.0 id=10de:2330 t=0
dev 0000:04:00.0 id=15b3:1021 t=0
)",
                            provider_port, client_port));
}

Route Ask(const Host& host, TlpKind kind, std::string_view provider = "03:00.0",
          std::string_view client = "04:00.0") {
  return FindRoute(host.topology(), host.At(provider), host.At(client), kind);
}

constexpr RouteOutcomeSet kDirect = Only(RouteOutcome::kDirect);
constexpr RouteOutcomeSet kRedirected = Only(RouteOutcome::kRedirected);
constexpr RouteOutcomeSet kBlocked = Only(RouteOutcome::kBlocked);

// The table of spec/kernel-p2p.md 6.2, over every control word of the ingress;
// the egress vector of a sketch is all zeros.
TEST(Route, EveryControlWordAtTheIngress) {
  size_t words = 0;
  for (unsigned control = 0; control < 0x80; ++control, ++words) {
    Host host(TwoPorts(0, control));
    bool rr = control & 0x04, cr = control & 0x08, ec = control & 0x20;
    bool dt = control & 0x40, tb = control & 0x02;
    Route request = Ask(host, TlpKind::kUntranslatedRequest);
    EXPECT_EQ(request.possible, rr && !ec ? kRedirected : kDirect) << control;
    Route translated = Ask(host, TlpKind::kTranslatedRequest);
    EXPECT_EQ(translated.possible, tb                 ? kBlocked
                                   : rr && !ec && !dt ? kRedirected
                                                      : kDirect)
        << control;
    // What the client's port says has no say in what the provider sends.
    EXPECT_EQ(Ask(host, TlpKind::kCompletion).possible, kDirect) << control;
    Host mirrored(TwoPorts(control, 0));
    EXPECT_EQ(Ask(mirrored, TlpKind::kCompletion).possible,
              cr ? kRedirected : kDirect)
        << control;
    EXPECT_EQ(Ask(mirrored, TlpKind::kUntranslatedRequest).possible, kDirect)
        << control;
  }
  EXPECT_EQ(words, 128u);
}

TEST(Route, EgressVectorThatNamesATargetLeavesBothOpen) {
  HostSnapshot snapshot = TwoPorts(0, 0x24);
  ConfigSpace& config = RecordAt(&snapshot, "02:10.0").config;
  HeldConfig held(config);
  uint16_t base = DecodeAcs(held).value().offset;
  PutDword(&config, base + 8, 2);
  Host host(std::move(snapshot));
  Route request = Ask(host, TlpKind::kUntranslatedRequest);
  EXPECT_EQ(request.possible, kDirect | kRedirected);
  EXPECT_TRUE(request.egress_vector_open);
}

TEST(Route, VisitsTheRootComplexOnlyWhenRedirected) {
  Host direct(TwoPorts(0, 0));
  EXPECT_EQ(Ask(direct, TlpKind::kUntranslatedRequest).visits.size(), 5u);
  Host redirected(TwoPorts(0, 4));
  Route route = Ask(redirected, TlpKind::kUntranslatedRequest);
  EXPECT_EQ(route.visits.size(), 8u);  // 4 up, 4 down.
  EXPECT_EQ(route.visits.front(), redirected.At("04:00.0"));
  EXPECT_EQ(route.visits.back(), redirected.At("03:00.0"));
}

TEST(Route, RedirectNeedsUpstreamForwardingAbove) {
  std::string text(R"(
root 0 0
dev 0000:00:00.0 id=8086:3e30
dev 0000:00:01.0 id=8086:1901 t=4 acs=1f/0d sec=1
dev 0000:01:00.0 id=10b5:8747 t=5 sec=2
dev 0000:02:08.0 id=10b5:8747 t=6 acs=7f/0 sec=3
dev 0000:02:10.0 id=10b5:8747 t=6 acs=7f/4 sec=4
dev 0000:03:00.0 id=10de:2330 t=0
dev 0000:04:00.0 id=15b3:1021 t=0
)");
  Host host(Sketch(text));
  Route route = Ask(host, TlpKind::kUntranslatedRequest);
  EXPECT_EQ(route.may_fail_at, std::vector<FunctionIndex>{host.At("00:01.0")});
  Host forwards(TwoPorts(0, 4));
  EXPECT_TRUE(Ask(forwards, TlpKind::kUntranslatedRequest).may_fail_at.empty());
}

TEST(Route, UnreadableIngressLeavesAllOutcomesAndNamesThePort) {
  HostSnapshot snapshot = TwoPorts(0, 4);
  HideConfig(&RecordAt(&snapshot, "02:10.0"), 0x40);
  Host host(std::move(snapshot));
  Route route = Ask(host, TlpKind::kUntranslatedRequest);
  EXPECT_EQ(route.possible, kDirect | kRedirected | kBlocked);
  EXPECT_EQ(route.unreadable, std::vector<FunctionIndex>{host.At("02:10.0")});
}

TEST(Route, FunctionsOfADeviceWithoutAcsAreNobodysBusiness) {
  Host host = SketchedHost("P12");
  EXPECT_EQ(FindRoute(host.topology(), host.At("01:00.0"), host.At("01:00.1"),
                      TlpKind::kUntranslatedRequest)
                .possible,
            Only(RouteOutcome::kInsideDevice));
}

TEST(Route, WithoutACommonBridgeTheRootComplexDecides) {
  Host host = SketchedHost("P17");
  EXPECT_EQ(FindRoute(host.topology(), host.At("01:00.0"), host.At("02:00.0"),
                      TlpKind::kUntranslatedRequest)
                .possible,
            Only(RouteOutcome::kRootComplex));
}

TEST(Route, DevicesOfAConventionalBusTalkDirectly) {
  Host host = SketchedHost("P27");
  EXPECT_EQ(FindRoute(host.topology(), host.At("02:00.0"), host.At("02:01.0"),
                      TlpKind::kUntranslatedRequest)
                .possible,
            kDirect);
}

// --- gates -----------------------------------------------------------------

std::string Rows(const Host& host, std::string_view provider,
                 std::string_view client) {
  Verdict verdict = host.Ask(provider, client);
  std::string rows;
  GateComparer gates(host.topology(), host.cpu(), RulesOf("7.3").groups);
  for (const GateFinding& gate : gates.Compare(verdict))
    rows += (rows.empty() ? "" : " ") + std::string(GateRowName(gate.row));
  return rows;
}

std::string Rows(const Host& host) { return Rows(host, "03:00.0", "04:00.0"); }

TEST(Gates, NothingToSayWhereBothAgree) {
  EXPECT_EQ(Rows(Host(TwoPorts(0, 0))), "");
  EXPECT_EQ(Rows(Host(TwoPorts(0x1d, 0x1d))), "");
}

TEST(Gates, D1_RedirectOnTheProvidersPortAlone) {
  EXPECT_EQ(Rows(Host(TwoPorts(0x04, 0))), "D1");
  EXPECT_EQ(Rows(Host(TwoPorts(0, 0x08))), "D1");  // CR where requests enter
  EXPECT_EQ(Rows(Host(TwoPorts(0, 0x04))), "");    // RR where it counts
}

TEST(Gates, D2_RedirectAboveTheDivergence) {
  // P28: cascaded switches; clear the two ports at which the ways part.
  std::string text = SketchText("P28");
  auto clear = [&](const std::string& from, const std::string& to) {
    text.replace(text.find(from), from.size(), to);
  };
  clear("dev 0000:02:00.0 t=6 id=10b5:9797 acs=1f/1d",
        "dev 0000:02:00.0 t=6 id=10b5:9797 acs=1f/0");
  clear("dev 0000:02:01.0 t=6 id=10b5:9797 acs=1f/1d",
        "dev 0000:02:01.0 t=6 id=10b5:9797 acs=1f/0");
  EXPECT_EQ(Rows(Host(Sketch(text)), "05:00.0", "12:00.0"), "D2");
}

TEST(Gates, D3_RedirectOnTheCommonAncestor) {
  EXPECT_EQ(Rows(SketchedHost("P29"), "03:00.0", "04:00.0"), "D3");
}

TEST(Gates, D4_EgressControlWithAnEmptyVector) {
  EXPECT_EQ(Rows(Host(TwoPorts(0, 0x20))), "D4");
}

// A function's ATS capability, enabled, in the place of its ACS one.
void EnableAts(HostSnapshot* snapshot, std::string_view address) {
  ConfigSpace& config = RecordAt(snapshot, address).config;
  PutDword(&config, 0x100, 0x0001000f);
  PutDword(&config, 0x104, 0x80000000);
}

TEST(Gates, D5_DirectTranslatedPassesARedirect) {
  HostSnapshot snapshot = TwoPorts(0x5d, 0x5d);
  EnableAts(&snapshot, "04:00.0");
  EXPECT_EQ(Rows(Host(std::move(snapshot))), "D5");
  HostSnapshot without = TwoPorts(0x1d, 0x1d);
  EnableAts(&without, "04:00.0");
  EXPECT_EQ(Rows(Host(std::move(without))), "");
}

TEST(Gates, D6_TranslationBlockingStopsAnAtsClient) {
  HostSnapshot snapshot = TwoPorts(0, 0x02);
  EnableAts(&snapshot, "04:00.0");
  EXPECT_EQ(Rows(Host(std::move(snapshot))), "D6");
  EXPECT_EQ(Rows(Host(TwoPorts(0, 0x02))), "");
}

TEST(Gates, D7_AtsInATranslatedDomain) {
  HostSnapshot snapshot = TwoPorts(0, 0);
  EnableAts(&snapshot, "04:00.0");
  RecordAt(&snapshot, "04:00.0").iommu_group = 7u;
  snapshot.groups[7].type = std::string("DMA-FQ");
  EXPECT_EQ(Rows(Host(snapshot)), "D7");
  snapshot.groups[7].type = std::string("identity");
  EXPECT_EQ(Rows(Host(std::move(snapshot))), "");
}

TEST(Gates, D8_UpstreamForwardingMissing) {
  std::string text = SketchText("P03");  // Zen: through the host bridge
  std::string port = "acs=5f/1d sec=1";
  text.replace(text.find(port), port.size(), "acs=5f/0d sec=1");
  EXPECT_EQ(Rows(Host(Sketch(text)), "03:00.0", "04:00.0"), "D8");
  EXPECT_EQ(Rows(SketchedHost("P03"), "03:00.0", "04:00.0"), "");
}

TEST(Gates, D10_PchPortsRedirectByADword) {
  EXPECT_EQ(Rows(SketchedHost("P31"), "01:00.0", "01:00.1"), "D23 D10");
}

// Two downstream ports, one function each; `device` is the ports' ID.
std::string BarePorts(const std::string& ids) {
  return R"(
root 0 0
dev 0000:00:00.0 id=8086:3e30
dev 0000:00:01.0 id=8086:1901 t=4 acs=1f/1d sec=1
dev 0000:01:00.0 id=10b5:8747 t=5 sec=2
dev 0000:02:08.0 id=)" +
         ids + R"( t=6 sec=3
dev 0000:02:10.0 id=)" +
         ids + R"( t=6 sec=4
dev 0000:03:00.0 id=10de:2330 t=0 group=3
dev 0000:04:00.0 id=15b3:1021 t=0 group=4
)";
}

TEST(Gates, D11_PortsIsolatedByQuirk) {
  // Zhaoxin 1d17:0723 is in the kernel's table; 10b5:8747 is not.
  EXPECT_EQ(Rows(Host(Sketch(BarePorts("1d17:0723")))), "D11 D27");
}

TEST(Gates, D27_ApartInGroupsAndFreeToTalk) {
  EXPECT_EQ(Rows(Host(Sketch(BarePorts("10b5:8747")))), "D27");
}

TEST(Gates, D14_AGuestsCpuVouchesForNothing) {
  HostSnapshot snapshot = Sketch(SketchText("P24"));
  snapshot.host.hypervisor = true;
  EXPECT_EQ(Rows(Host(std::move(snapshot)), "0000:01:00.0", "0001:01:00.0"),
            "D14");
}

TEST(Gates, D19_PortsWithoutExtendedConfigSpace) {
  HostSnapshot snapshot = TwoPorts(0x1d, 0x1d);
  for (const char* port : {"02:08.0", "02:10.0"}) {
    ConfigSpace& config = RecordAt(&snapshot, port).config;
    config.Truncate(0x100, ReadFailure::kNotRecorded);
    config.set_reach(uint16_t{256});
  }
  EXPECT_EQ(Rows(Host(std::move(snapshot))), "D19");
}

TEST(Gates, D22_DomainsThatShareACacheSlot) {
  EXPECT_EQ(Rows(SketchedHost("P32"), "10000:01:00.0", "0000:01:00.0"), "D22");
}

TEST(Gates, D23_FunctionsOfOneDevice) {
  EXPECT_EQ(Rows(SketchedHost("P12"), "01:00.0", "01:00.1"), "D23");
}

TEST(Gates, D24_ConventionalBus) {
  EXPECT_EQ(Rows(SketchedHost("P27"), "02:00.0", "02:01.0"), "D24");
}

TEST(Gates, D30_AFunctionWithItself) {
  EXPECT_EQ(Rows(SketchedHost("P10"), "01:00.0", "01:00.0"), "D30");
}

}  // namespace
}  // namespace p2pcheck
