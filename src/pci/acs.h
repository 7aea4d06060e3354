// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_PCI_ACS_H_
#define P2PCHECK_PCI_ACS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/observed.h"
#include "base/ternary.h"
#include "pci/capabilities.h"

namespace p2pcheck {

// Bits of the ACS capability and control words (PCIe 6.0, 7.7.11).
constexpr uint16_t kAcsSourceValidation = 0x01;
constexpr uint16_t kAcsTranslationBlocking = 0x02;
constexpr uint16_t kAcsRequestRedirect = 0x04;
constexpr uint16_t kAcsCompletionRedirect = 0x08;
constexpr uint16_t kAcsUpstreamForwarding = 0x10;
constexpr uint16_t kAcsEgressControl = 0x20;
constexpr uint16_t kAcsDirectTranslated = 0x40;
/// Capability word only: the control bits below exist (PCIe 5.0 on).
constexpr uint16_t kAcsEnhanced = 0x80;
// Control word only.  The kernel knows none of them (6.1 to 7.3).
constexpr uint16_t kAcsIoRequestBlocking = 0x0080;
constexpr uint16_t kAcsDspMemoryTarget = 0x0300;  ///< two bits: allow, block,
constexpr uint16_t kAcsUspMemoryTarget = 0x0c00;  ///< redirect
constexpr uint16_t kAcsUnclaimedRedirect = 0x1000;

/// The bits the kernel knows; they stand at the same place in both words.
constexpr uint16_t kAcsKernelBits = 0x7f;

/// Those that it sets by itself where an IOMMU asks for isolation.
constexpr uint16_t kAcsDefaultBits =
    kAcsSourceValidation | kAcsRequestRedirect | kAcsCompletionRedirect |
    kAcsUpstreamForwarding;

/// The bits for which the kernel calls a function redirecting
/// (pci_bridge_has_acs_redir, 4.20 to 7.3).
constexpr uint16_t kAcsRedirectBits =
    kAcsRequestRedirect | kAcsCompletionRedirect | kAcsEgressControl;

/// An ACS extended capability as it stands in config space.
struct AcsCapability {
  uint16_t offset = 0;      ///< where the capability starts
  uint16_t capability = 0;  ///< what is implemented (word at +4)
  uint16_t control = 0;     ///< what is on (word at +6); 0 where not known
  /// Which bits of `control` are known: all of them where it was read, fewer
  /// where it is a prediction (what-if).
  uint16_t control_known = 0xffff;

  /// Whether the kernel's p2pdma takes this function for one that sends peer
  /// requests upstream.
  Ternary RedirectsP2p() const { return AnyOn(kAcsRedirectBits); }

  /// Whether at least one of some bits is on.
  Ternary AnyOn(uint16_t bits) const {
    if (control & bits) return Ternary::kYes;
    return (control_known & bits) == bits ? Ternary::kNo : Ternary::kUnknown;
  }

  /// The bits of the control word that can be on.
  uint16_t implemented() const { return capability & kAcsKernelBits; }
  bool enhanced() const { return (capability & kAcsEnhanced) != 0; }
  /// Entries of the egress control vector; 0 without egress control.
  uint16_t EgressVectorSize() const {
    if (!(capability & kAcsEgressControl)) return 0;
    return capability >> 8 ? capability >> 8 : 256;
  }

  friend bool operator==(const AcsCapability& a, const AcsCapability& b) {
    return a.offset == b.offset && a.capability == b.capability &&
           a.control == b.control && a.control_known == b.control_known;
  }
};

/// Decodes the ACS capability.  Absent: the kernel finds none, so the
/// function never redirects in its eyes.
Observed<AcsCapability> DecodeAcs(ConfigReader& config);

/// The egress control vector, one entry a port (of a switch) or function: true
/// where a request to it is stopped or redirected while EC is on.  Absent
/// without egress control.
Observed<std::vector<bool>> DecodeEgressVector(ConfigReader& config,
                                               const AcsCapability& acs);

/// The words of Intel's Sunrise Point and later PCH root ports, which have
/// dwords where the specification has words: capability at +4, control at +8
/// (spec/kernel-p2p.md A.4).
struct AcsDwords {
  uint32_t capability = 0;
  uint32_t control = 0;

  friend bool operator==(const AcsDwords& a, const AcsDwords& b) {
    return a.capability == b.capability && a.control == b.control;
  }
};
Observed<AcsDwords> DecodeAcsDwords(ConfigReader& config, uint16_t offset);

/// The names lspci gives the bits of a control word that are set, "SrcValid
/// ReqRedir", and ours for those it does not know; "none" for 0.
std::string AcsBitNames(uint16_t bits);

}  // namespace p2pcheck

#endif  // P2PCHECK_PCI_ACS_H_
