// SPDX-License-Identifier: GPL-2.0-or-later
//
// The worked pairs of spec/kernel-p2p.md 9.1, by number.  Their results come
// from the kernel's own functions, run on the same sketches; fixtures/cases/
// sketches has the hosts.
#include <gtest/gtest.h>

#include "support/judge.h"

namespace p2pcheck {
namespace {

// The kernels whose functions were run.
constexpr const char* kKernels[] = {"6.1.176", "6.12.95", "7.2.13", "7.3.4"};

// One pair and what every kernel says of it.  Type and distance hold in both
// directions; the list only in this one.
void ExpectPair(const Host& host, const char* provider, const char* client,
                const char* kernel, MapTypeSet type, uint32_t distance,
                const char* list) {
  SCOPED_TRACE(std::string(kernel) + " " + provider + " <- " + client);
  Verdict verdict = host.Ask(provider, client, kernel);
  EXPECT_EQ(verdict.possible, type);
  EXPECT_EQ(verdict.distance, distance);
  EXPECT_EQ(AcsList(host, verdict), list);
  EXPECT_TRUE(verdict.acs_redirect_complete);
  EXPECT_TRUE(verdict.missing.empty());
  Verdict back = host.Ask(client, provider, kernel);
  EXPECT_EQ(back.possible, type);
  EXPECT_EQ(back.distance, distance);
}

void Expect(const char* sketch, const char* provider, const char* client,
            MapTypeSet type, uint32_t distance, const char* list) {
  SCOPED_TRACE(sketch);
  Host host = SketchedHost(sketch);
  for (const char* kernel : kKernels)
    ExpectPair(host, provider, client, kernel, type, distance, list);
}

// A pair that is refused until some kernel lists its host bridges.
void ExpectSince(const char* sketch, const char* provider, const char* client,
                 uint32_t distance, const char* first_kernel) {
  SCOPED_TRACE(sketch);
  Host host = SketchedHost(sketch);
  MapTypeSet type = kNot;
  for (const char* kernel : kKernels) {
    if (std::string(kernel) == first_kernel) type = kThru;
    ExpectPair(host, provider, client, kernel, type, distance, "");
  }
}

// The root device that the kernel names in its message 3.
uint64_t UnlistedIds(const Host& host, const char* provider,
                     const char* client) {
  Verdict verdict = host.Ask(provider, client);
  const Reason& last = verdict.reasons.back();
  if (last.rule != RuleId::kHostBridgeNotListed || last.facts.empty()) return 0;
  return last.facts[0].value.value_or(0);
}

TEST(P, P01_RedirectAboveTheCommonAncestorIsIgnored) {
  Expect("P01", "0000:03:00.0", "0000:04:00.0", kBus, 4, "");
}

TEST(P, P02_RedirectingDownstreamPortsNeedTheHostBridge) {
  Expect("P02", "0000:03:00.0", "0000:04:00.0", kNot, 4,
         "0000:02:08.0;0000:02:10.0");
  Expect("P02", "0000:04:00.0", "0000:03:00.0", kNot, 4,
         "0000:02:10.0;0000:02:08.0");
  EXPECT_EQ(UnlistedIds(SketchedHost("P02"), "03:00.0", "04:00.0"),
            0x80863e30u);
}

TEST(P, P03_ZenRescues) {
  Expect("P03", "0000:03:00.0", "0000:04:00.0", kThru, 4,
         "0000:02:08.0;0000:02:10.0");
}

TEST(P, P04_OneBitOnOneSideIsEnough) {
  Expect("P04", "0000:03:00.0", "0000:04:00.0", kNot, 4, "0000:02:08.0");
  Expect("P04", "0000:04:00.0", "0000:03:00.0", kNot, 4, "0000:02:08.0");
}

TEST(P, P05_CompletionRedirectAloneCounts) {
  Expect("P05", "0000:03:00.0", "0000:04:00.0", kNot, 4, "0000:02:10.0");
}

TEST(P, P06_ValidationBlockingForwardingAndTranslatedNeverCount) {
  Expect("P06", "0000:03:00.0", "0000:04:00.0", kBus, 4, "");
}

TEST(P, P07_EgressControlAloneCounts) {
  Expect("P07", "0000:03:00.0", "0000:04:00.0", kNot, 4, "0000:02:08.0");
}

TEST(P, P08_DirectTranslatedDoesNotExcuse) {
  Expect("P08", "0000:03:00.0", "0000:04:00.0", kNot, 4,
         "0000:02:08.0;0000:02:10.0");
}

TEST(P, P09_FunctionWithItself) {
  Expect("P09", "0000:01:00.0", "0000:01:00.0", kBus, 0, "");
}

TEST(P, P10_FunctionWithItselfAndOwnRedirect) {
  Expect("P10", "0000:01:00.0", "0000:01:00.0", kNot, 0, "0000:01:00.0");
}

TEST(P, P11_TwoFunctionsBelowARedirectingPort) {
  Expect("P11", "0000:01:00.0", "0000:01:00.1", kNot, 2, "0000:00:01.0");
}

TEST(P, P12_TwoFunctionsBelowAQuietPort) {
  Expect("P12", "0000:01:00.0", "0000:01:00.1", kBus, 2, "");
}

TEST(P, P13_AnEndpointsOwnAcsCountsInEitherRole) {
  Expect("P13", "0000:01:00.0", "0000:01:00.1", kNot, 2, "0000:01:00.0");
  Expect("P13", "0000:01:00.1", "0000:01:00.0", kNot, 2, "0000:01:00.0");
}

TEST(P, P14_VirtualFunctionsHangWhereTheirPhysicalOneHangs) {
  Expect("P14", "0000:01:00.0", "0000:02:01.0", kBus, 2, "");
  Expect("P14", "0000:01:00.2", "0000:02:01.0", kBus, 2, "");
}

TEST(P, P15_VirtualFunctionBelowARedirectingPort) {
  Expect("P15", "0000:01:00.0", "0000:02:01.0", kNot, 2, "0000:00:01.0");
}

TEST(P, P16_TwoRootPortsOfAnUnlistedHostBridge) {
  Expect("P16", "0000:01:00.0", "0000:02:00.0", kNot, 4, "");
}

TEST(P, P17_TwoRootPortsOfAListedHostBridge) {
  Expect("P17", "0000:01:00.0", "0000:02:00.0", kThru, 4, "");
}

TEST(P, P18_SameHostBridgeSatisfied) {
  Expect("P18", "0000:01:00.0", "0000:02:00.0", kThru, 4, "");
}

TEST(P, P19_SameHostBridgeNotSatisfied) {
  Expect("P19", "0000:01:00.0", "0000:82:00.0", kNot, 4, "");
}

TEST(P, P20_FirstFunctionIsARootPortElsewhere) {
  Expect("P20", "0000:18:00.0", "0000:3b:00.0", kThru, 4, "");
}

TEST(P, P21_FirstFunctionIsNeitherSlotZeroNorARootPort) {
  Expect("P21", "0000:17:00.0", "0000:31:00.0", kNot, 4, "");
  EXPECT_EQ(RulesIn(SketchedHost("P21").Ask("17:00.0", "31:00.0")),
            "no-common-bridge cpu-not-supported host-bridge-listed "
            "host-bridge-not-eligible");
}

TEST(P, P22_HygonIsNotAmd) {
  Expect("P22", "0000:01:00.0", "0000:02:00.0", kNot, 4, "");
}

TEST(P, P23_AmdBeforeZen) {
  Expect("P23", "0000:01:00.0", "0000:02:00.0", kNot, 4, "");
}

TEST(P, P24_ZenAcrossDomains) {
  Expect("P24", "0000:01:00.0", "0001:01:00.0", kThru, 4, "");
}

TEST(P, P25_TwoFunctionsOfARootBusDevice) {
  Expect("P25", "0000:00:14.0", "0000:00:14.2", kNot, 2, "");
}

TEST(P, P26_RootComplexEndpointAndEndpointBelowAPort) {
  Expect("P26", "0000:6b:00.0", "0000:6a:01.0", kThru, 3, "");
}

TEST(P, P27_ConventionalDevicesBehindABridge) {
  Expect("P27", "0000:02:00.0", "0000:02:01.0", kBus, 2, "");
}

TEST(P, P28_CascadedSwitchesListInnerPortsInWalkOrder) {
  Expect("P28", "0000:05:00.0", "0000:12:00.0", kNot, 8,
         "0000:04:00.0;0000:02:00.0;0000:11:00.0;0000:02:01.0");
  Expect("P28", "0000:12:00.0", "0000:05:00.0", kNot, 8,
         "0000:11:00.0;0000:02:01.0;0000:04:00.0;0000:02:00.0");
}

TEST(P, P29_TheCommonAncestorItselfCounts) {
  Expect("P29", "0000:03:00.0", "0000:04:00.0", kNot, 4, "0000:01:00.0");
}

TEST(P, P30_ManagementFunctionHangsFromTheRootPort) {
  Expect("P30", "0000:03:00.0", "0000:01:00.1", kNot, 4, "0000:00:01.0");
  Expect("P30", "0000:03:00.0", "0000:02:00.0", kBus, 1, "");
}

TEST(P, P31_TheDwordControlOfPchPortsIsInvisible) {
  Expect("P31", "0000:01:00.0", "0000:01:00.1", kBus, 2, "");
}

TEST(P, P32_VmdRootPortsAreListed) {
  Expect("P32", "10000:01:00.0", "10000:02:00.0", kThru, 4, "");
  Expect("P32", "10000:01:00.0", "0000:01:00.0", kThru, 4, "");
}

TEST(P, P33_VmdRootPortsAreNotListed) {
  Expect("P33", "10000:01:00.0", "10000:02:00.0", kNot, 4, "");
  Expect("P33", "10000:01:00.0", "0000:01:00.0", kNot, 4, "");
}

TEST(P, P34_GoogleByWildcard) {
  ExpectSince("P34", "0000:01:00.0", "0000:02:00.0", 4, "7.2.13");
}

TEST(P, P35_NvidiaAcrossDomains) {
  ExpectSince("P35", "0000:01:00.0", "0006:01:00.0", 4, "7.3.4");
}

TEST(P, P36_AcceleratorAsFirstFunction) {
  ExpectSince("P36", "0000:70:00.0", "0000:6a:00.0", 3, "7.2.13");
}

TEST(P, P37_ZenGoesDirectWhereItCan) {
  Expect("P37", "0000:03:00.0", "0000:04:00.0", kBus, 4, "");
}

}  // namespace
}  // namespace p2pcheck
