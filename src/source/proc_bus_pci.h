// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_PROC_BUS_PCI_H_
#define P2PCHECK_SOURCE_PROC_BUS_PCI_H_

#include <string>

#include "snapshot/host_snapshot.h"
#include "source/host_facts.h"

namespace p2pcheck {

/// What a copy of /proc/bus/pci tells, as a sosreport has it: the config
/// space of each function ("00/1f.3", in a domain that is not 0
/// "0001:00/1f.3"), and in `devices` its IDs and driver.  No functions where
/// there is none.
///
/// A file holds as many bytes as the kernel reaches for root, and 64 (of a
/// CardBus bridge 128) for anybody else: proc_bus_pci_read() of 6.12.  A line
/// of `devices` names no domain (show_device() there), so one that could mean
/// two functions is not used.
///
/// `name` is the source's, for error messages.
HostSnapshot ReadProcBusPci(const HostTree& tree, const std::string& name);

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_PROC_BUS_PCI_H_
