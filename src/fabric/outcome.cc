// SPDX-License-Identifier: GPL-2.0-or-later
#include "fabric/outcome.h"

namespace p2pcheck {
namespace {

constexpr MapTypeSet kRefused = MapType::kNotSupported;

MapTypeSet Behind(Ternary passes) {
  switch (passes) {
    case Ternary::kYes: return MapType::kThruHostBridge;
    case Ternary::kNo: return kRefused;
    case Ternary::kUnknown: break;
  }
  return MapType::kThruHostBridge | MapType::kNotSupported;
}

// 5.2 and 5.3 refuse where an IOMMU is active.
Ternary WithoutIommu(Ternary iommu_active) {
  if (iommu_active == Ternary::kUnknown) return iommu_active;
  return ToTernary(iommu_active == Ternary::kNo);
}

MapTypeSet Apart(const P2pdmaAlgorithm& algorithm, Ternary iommu_active,
                 Ternary passes) {
  switch (algorithm.no_common_bridge) {
    case NoCommonBridge::kRefuse: return kRefused;
    case NoCommonBridge::kZenWithoutIommu:
      return Behind(And(passes, WithoutIommu(iommu_active)));
    case NoCommonBridge::kHostBridgeTest: break;
  }
  return Behind(passes);
}

}  // namespace

PairAcs ToPairAcs(Ternary redirects) {
  switch (redirects) {
    case Ternary::kNo: return PairAcs::kNoRedirect;
    case Ternary::kUnknown: break;
    case Ternary::kYes: return PairAcs::kRedirect;
  }
  return PairAcs::kUnknown;
}

MapTypeSet PairOutcome(const P2pdmaAlgorithm& algorithm, Ternary iommu_active,
                       PairAcs acs, Ternary passes) {
  if (!algorithm.exists) return kRefused;
  MapTypeSet redirected =
      algorithm.acs_redirect_refuses ? kRefused : Behind(passes);
  switch (acs) {
    case PairAcs::kNotAsked: return Apart(algorithm, iommu_active, passes);
    case PairAcs::kNoRedirect: return MapType::kBusAddr;
    case PairAcs::kUnknown: return redirected | MapType::kBusAddr;
    case PairAcs::kRedirect: break;
  }
  return redirected;
}

}  // namespace p2pcheck
