// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_PCI_MAX_READ_REQUEST_H_
#define P2PCHECK_PCI_MAX_READ_REQUEST_H_

#include <cstdint>

#include "base/observed.h"
#include "pci/capabilities.h"

namespace p2pcheck {

/// Max_Read_Request_Size in force, bytes: Device Control, bits 14:12 (PCIe
/// 6.0, 7.5.3.4).  Absent: a conventional PCI function.
Observed<uint16_t> DecodeMaxReadRequest(ConfigReader& config);

}  // namespace p2pcheck

#endif  // P2PCHECK_PCI_MAX_READ_REQUEST_H_
