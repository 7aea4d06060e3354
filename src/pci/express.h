// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_PCI_EXPRESS_H_
#define P2PCHECK_PCI_EXPRESS_H_

#include <cstdint>
#include <string_view>

#include "base/observed.h"
#include "pci/capabilities.h"

namespace p2pcheck {

/// Device/Port Type of the PCI Express Capabilities register, bits 7:4 (PCIe
/// 6.0, 7.5.3.2).  The numbers are the register's.
enum class PortType : uint8_t {
  kEndpoint = 0,
  kLegacyEndpoint = 1,
  kRootPort = 4,
  kUpstreamPort = 5,
  kDownstreamPort = 6,
  kPcieToPciBridge = 7,
  kPciToPcieBridge = 8,
  kRootComplexEndpoint = 9,
  kRootComplexEventCollector = 10,
};

/// "Root Port", in the words of lspci; "type N" for a number not assigned.
std::string_view PortTypeName(PortType type);

/// What a PCI Express capability says that we use.
struct ExpressCapability {
  PortType type = PortType::kEndpoint;
  /// Max_Payload_Size in force, bytes; unknown where not read.
  Observed<uint16_t> max_payload;
  /// Link speed in tenths of GT/s (25, 50, 80, 160, ...) and width in lanes,
  /// now and at most.  Absent for functions without a link.
  Observed<uint16_t> current_speed, max_speed;
  Observed<uint8_t> current_width, max_width;
  /// Whether the link runs in Flit Mode (Link Status 2).  Where the function
  /// trains to 32 GT/s at most it is taken as no: only 64 GT/s requires the
  /// mode, and no bit of a slower function is read for it.
  Observed<bool> flit_mode;

  friend bool operator==(const ExpressCapability&, const ExpressCapability&);
};

/// Decodes the PCI Express capability.  Absent: a conventional PCI function.
Observed<ExpressCapability> DecodeExpress(ConfigReader& config);

}  // namespace p2pcheck

#endif  // P2PCHECK_PCI_EXPRESS_H_
