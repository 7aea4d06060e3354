// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_PCI_ATS_H_
#define P2PCHECK_PCI_ATS_H_

#include <cstdint>

#include "base/observed.h"
#include "pci/capabilities.h"

namespace p2pcheck {

/// An ATS extended capability (PCIe 6.0, 10.5.1).
struct AtsCapability {
  uint16_t offset = 0;
  uint16_t capability = 0;  ///< word at +4
  uint16_t control = 0;     ///< word at +6

  /// The function may send translated requests.
  bool enabled() const { return (control & 0x8000) != 0; }

  friend bool operator==(const AtsCapability& a, const AtsCapability& b) {
    return a.offset == b.offset && a.capability == b.capability &&
           a.control == b.control;
  }
};

/// Decodes the ATS capability; absent: the function cannot do ATS.
Observed<AtsCapability> DecodeAts(ConfigReader& config);

}  // namespace p2pcheck

#endif  // P2PCHECK_PCI_ATS_H_
