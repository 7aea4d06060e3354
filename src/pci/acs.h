// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_PCI_ACS_H_
#define P2PCHECK_PCI_ACS_H_

#include <cstdint>
#include <string>

#include "base/observed.h"
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

/// The bits for which the kernel calls a function redirecting
/// (pci_bridge_has_acs_redir, 4.20 to 7.3).
constexpr uint16_t kAcsRedirectBits =
    kAcsRequestRedirect | kAcsCompletionRedirect | kAcsEgressControl;

/// An ACS extended capability as it stands in config space.
struct AcsCapability {
  uint16_t offset = 0;      ///< where the capability starts
  uint16_t capability = 0;  ///< what is implemented (word at +4)
  uint16_t control = 0;     ///< what is on (word at +6)

  /// Whether the kernel's p2pdma takes this function for one that sends peer
  /// requests upstream.
  bool RedirectsP2p() const { return (control & kAcsRedirectBits) != 0; }

  friend bool operator==(const AcsCapability& a, const AcsCapability& b) {
    return a.offset == b.offset && a.capability == b.capability &&
           a.control == b.control;
  }
};

/// Decodes the ACS capability.  Absent: the kernel finds none, so the
/// function never redirects in its eyes.
Observed<AcsCapability> DecodeAcs(ConfigReader& config);

/// The names lspci gives the bits of a control word that are set, "SrcValid
/// ReqRedir"; "none" for 0.
std::string AcsBitNames(uint16_t bits);

}  // namespace p2pcheck

#endif  // P2PCHECK_PCI_ACS_H_
