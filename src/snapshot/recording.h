// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SNAPSHOT_RECORDING_H_
#define P2PCHECK_SNAPSHOT_RECORDING_H_

#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "snapshot/host_snapshot.h"

namespace p2pcheck {

// A recording is the output of `lspci -Dnxxxx` with extra lines, which libpci's
// own reader skips (`lspci -F FILE -vv` reads it):
//
//   @p2pcheck-recording 1
//   @kernel_release 6.8.0-45-generic
//   @config PCI_P2PDMA=y
//   @group 12 type DMA-FQ
//   @group 12 reserved_region 0x00000000fee00000 0x00000000feefffff msi
//   @nested_root_bus pci10000:00 0000:00:0e.0
//
//   0000:41:00.0 0302: 10de:2330 (rev a1)
//   @parent 0000:40:01.0
//   @vendor 0x10de
//   @driver nvidia
//   @iommu_group ? permission-denied
//   @physfn -
//   @node drm card1
//   @node drm renderD128
//   @resource 0x00000000f0000000 0x00000000f0ffffff 0x0000000000040200
//   @config_space 4096 rest permission-denied
//   00: de 10 30 23 06 00 10 00 a1 00 02 03 00 00 00 00
//   10: 00 00 00 f0
//   100: 01 00 02 00
//   @config_zero 0x300 0x1000
//
// The fields are those of ForEachHostField and ForEachField, in that order; the
// header line of a function is for people.  "-" is the knowledge that there is
// none, "? WHY" a failure to read; a field that was not recorded has no line.
// A field with several values has a line for each, and an empty list the line
// "@node none".  A group of which nothing is known has "@group 12" alone, and
// a snapshot that does not hold every function "@complete no".
//
// Values are printable ASCII.  Every other byte, and whatever means something
// else where it stands, is written \xHH (field_text.h tells which).  A value
// of more than 200 bytes goes on in lines that start with "@+ ".
//
// "@config_space REACH rest WHY" is left out where both are not recorded.  The
// rows hold exactly the bytes that are held, so one can be short or start
// anywhere.  "@config_zero FROM TO" stands for rows of zeros at the end of the
// run from 0; at least 256 bytes stay, and 128 after the last that is not 0, so
// that lspci decodes the same.  The bytes of a Device Serial Number are zeros.
//
// An "@" field nobody knows is skipped with a warning: it may be of a later
// p2pcheck.  Another version in the first line is an error.
//
// The same reader takes any dump of `lspci -x`, `-xxx` or `-xxxx`, with or
// without -D, and any text of `lspci -v`, -vv or -vvv, with -n, -nn, -k or -PP,
// alone or between the bytes, and leaves unknown what it cannot say.  Where
// both speak bytes win; words fill in what the bytes lack (lspci_text.cc).  A
// function may stand there twice, as where a mail shows `lspci -vvv` and then
// `lspci -xxxx`, but its bytes once. Another program's message in the middle of
// a row ("pcilib: ...") ends the row with a warning.

/// Writes a recording.  The same snapshot gives the same bytes; `complete`
/// and the facts are written, where they came from and the warnings are not.
void WriteRecording(const HostSnapshot& snapshot, std::ostream& out);

/// Reads a recording or a dump.  `name` stands in error messages and becomes
/// source_name.  Throws InputError at the first line that makes no sense; a
/// line that is neither hex, nor a device, nor an "@" line is text between
/// and is skipped.
HostSnapshot ReadRecording(std::string_view text, std::string_view name);

/// The same for a text that comes in pieces, so that a dump of 200 MB is never
/// held whole.  Each piece but the last ends with an empty line.
class RecordingReader {
 public:
  explicit RecordingReader(std::string_view name);
  ~RecordingReader();
  void Add(std::string_view text);
  /// Once, after the last piece.
  HostSnapshot Finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_SNAPSHOT_RECORDING_H_
