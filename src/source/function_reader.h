// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_FUNCTION_READER_H_
#define P2PCHECK_SOURCE_FUNCTION_READER_H_

#include "snapshot/host_snapshot.h"
#include "source/function_directory.h"

namespace p2pcheck {

/// Reads one function.  Never fails: what could not be read says so in the
/// record, what is odd stands in the warnings.  `with_nodes`: its device
/// nodes too, at any depth.
void ReadFunction(const SysfsTree& tree, const PciAddress& address,
                  bool with_nodes, FunctionRecord* record,
                  FunctionNotes* notes);

/// What only a recording holds of a function (function_details.cc).
void ReadDetails(FunctionDirectory* directory, FunctionRecord* record);

/// Whether reading config space would wake the device.
bool IsAsleep(const FunctionRecord& record);

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_FUNCTION_READER_H_
