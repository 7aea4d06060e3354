// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SNAPSHOT_LSPCI_TEXT_H_
#define P2PCHECK_SNAPSHOT_LSPCI_TEXT_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "snapshot/host_snapshot.h"
#include "snapshot/lspci_regions.h"

namespace p2pcheck {

/// What the words of `lspci -v`, `-vv` and `-vvv` prove of one function,
/// gathered line by line and then written into its config space as the bytes
/// that lspci must have read; lspci_text.cc tells which, and when a
/// capability that was not printed is not there.
class LspciText {
 public:
  /// A line below the device line, with its indentation.
  void ReadLine(std::string_view line);

  /// The section ended with an empty line, as lspci ends it: nothing was cut
  /// off its end, and no grep chose its lines.
  void NoteEnd() { ended_ = true; }

  /// Whether the text is of -v or more: then lspci leaves out an interface
  /// of 0, and the capability list was printed as far as it could be read.
  bool verbose() const { return verbosity_ > 0; }
  /// Config space read ones.
  bool unreachable() const { return unreachable_; }
  bool SaysSomething() const { return verbosity_ > 0 || !entries_.empty(); }
  /// Whether another section of the same function tells more.
  bool SaysLessThan(const LspciText& other) const;

  /// Adds what the text proves where the record has nothing yet: bytes that
  /// are held stay as they are.  `has_siblings`: other functions of the same
  /// device are there.
  void FillIn(FunctionRecord* record, bool has_siblings) const;

 private:
  struct Entry {
    uint16_t offset;
    std::optional<uint16_t> id;  // of a name that we know
    uint8_t version;             // 0 where not printed
  };

  // A list to be linked, and what its last entry points to.
  struct Chain {
    std::vector<Entry> entries;
    uint16_t end = 0;
  };

  void ReadTopLine(std::string_view text);
  void ReadStatus(std::string_view text);
  void ReadBuses(std::string_view text);
  void ReadCapability(std::string_view text);
  void ReadExpress(std::string_view text);
  void ReadNested(std::string_view text);
  void ReadExpressLine(std::string_view text);
  void ReadDeviceControl();
  void ReadAcsLine(std::string_view text);
  void ReadAtsLine(std::string_view text);
  void ReadSriovLine(std::string_view text);
  void PutByte(size_t offset, uint8_t value);
  void PutWord(size_t offset, std::optional<uint16_t> value);

  bool ListEnded() const { return !cut_ && ended_ && !broken_ && !denied_; }
  std::optional<uint8_t> HeaderType(const FunctionRecord& record) const;
  void FillHeader(FunctionRecord* record, bool has_siblings) const;
  Chain ChainIn(const ConfigSpace& config, uint16_t begin, uint16_t end) const;
  void FillList(ConfigSpace* config) const;
  void FillExtendedList(ConfigSpace* config) const;
  void FillLinks(FunctionRecord* record) const;

  int verbosity_ = 0;
  bool ended_ = false;        // with an empty line
  bool cut_ = false;          // something is missing in the middle
  bool broken_ = false;       // lspci gave up on the list
  bool denied_ = false;       // ... because it may not read it
  bool unreachable_ = false;  // "!!! Unknown header type 7f"
  bool bridge_windows_ = false, card_bus_windows_ = false;
  bool has_buses_ = false;
  std::optional<uint16_t> status_;
  LspciRegions regions_;
  std::vector<Entry> entries_;         // as printed
  std::map<uint16_t, uint8_t> bytes_;  // of capabilities, without their heads
  std::optional<uint8_t> buses_[4];    // 0x18 to 0x1b
  bool in_device_control_ = false;
  std::string device_control_;  // the three lines of it
  Observed<uint16_t> current_speed_, max_speed_;
  Observed<uint8_t> current_width_, max_width_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_SNAPSHOT_LSPCI_TEXT_H_
