// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SNAPSHOT_RECORDING_H_
#define P2PCHECK_SNAPSHOT_RECORDING_H_

#include <ostream>
#include <string>
#include <string_view>

#include "snapshot/host_snapshot.h"

namespace p2pcheck {

// A recording is the output of `lspci -Dnxxxx` with extra lines, which libpci's
// own reader skips:
//
//   @p2pcheck-recording 1
//   @kernel_release 6.8.0-45-generic
//   @config PCI_P2PDMA=y
//   @group 12 type DMA-FQ
//
//   0000:41:00.0 0302: 10de:2330 (rev a1)
//   @parent 0000:40:01.0
//   @driver nvidia
//   @iommu_group ? permission-denied
//   @physfn -
//   @config_space 4096 rest permission-denied
//   00: de 10 30 23 06 00 10 00 a1 00 02 03 00 00 00 00
//
// "-" is the knowledge that there is none, "? WHY" a failure to read, a field
// without a line was not recorded.  A field with several values (resource,
// node, config, kernel_log) has a line for each; an empty list has the line
// "@node none".  Control characters, a backslash, and a first '-' or '?' are
// written \xHH; a value longer than 200 bytes goes on in lines "@+ ".
//
// The same reader takes any dump of `lspci -x`, `-xxx` or `-xxxx`, with or
// without -D and with the text of -v, -n, -nn and -k between, and leaves
// unknown what such a dump cannot say.

/// Writes a recording.  The same snapshot gives the same bytes.
void WriteRecording(const HostSnapshot& snapshot, std::ostream& out);

/// Reads a recording or a dump.  `name` stands in error messages and becomes
/// source_name.  Throws InputError at the first line that makes no sense; a
/// line that is neither hex, nor a device, nor an "@" line is text between
/// and is skipped.
HostSnapshot ReadRecording(std::string_view text, std::string_view name);

}  // namespace p2pcheck

#endif  // P2PCHECK_SNAPSHOT_RECORDING_H_
