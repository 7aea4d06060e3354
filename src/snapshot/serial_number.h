// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SNAPSHOT_SERIAL_NUMBER_H_
#define P2PCHECK_SNAPSHOT_SERIAL_NUMBER_H_

#include "pci/config_space.h"

namespace p2pcheck {

/// Zeroes the 8 bytes of each Device Serial Number that is held (PCIe 6.0,
/// 7.9.3): they name one card of one owner, and no rule asks for them.
/// Where the list of extended capabilities can't be followed to its end,
/// whatever looks like that capability is one.
void WipeSerialNumbers(ConfigSpace* space);

}  // namespace p2pcheck

#endif  // P2PCHECK_SNAPSHOT_SERIAL_NUMBER_H_
