// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SNAPSHOT_RECORDING_FIELDS_H_
#define P2PCHECK_SNAPSHOT_RECORDING_FIELDS_H_

#include <string>
#include <string_view>
#include <vector>

#include "snapshot/host_snapshot.h"

namespace p2pcheck {

/// An "@" line with the "@+" lines that go on with it, joined.
struct FieldLine {
  std::string name;   ///< "driver"
  std::string value;  ///< "nvidia", still escaped
};

// Sets what a line says.  False: no such field, it may be of a later version.
// Throws FieldTextError, offsets counted in the line's value.

/// A line before the first function.
bool ReadHostField(const FieldLine& line, HostSnapshot* snapshot);

/// A line of a function, "@config_space" and "@config_zero" included.
bool ReadFunctionField(const FieldLine& line, FunctionRecord* record);

}  // namespace p2pcheck

#endif  // P2PCHECK_SNAPSHOT_RECORDING_FIELDS_H_
