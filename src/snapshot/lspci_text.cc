// SPDX-License-Identifier: GPL-2.0-or-later
//
// Turns lspci's words back into the config bytes they were made of, so that
// everything downstream decodes one kind of thing.  Held afterwards are the
// bytes that the text proves and no others:
//
//   Status: Cap+ ...                        06: the status word
//   Bus: primary=00, secondary=01, ...      18: the bus numbers, 0e: type 1
//   Capabilities: [90] Express (v2) Root    34: 90, 90: 10 next, 92: flags
//   Capabilities: [100 v1] Advanced Error   100: the head
//   Capabilities: [148 v1] Access Control   148: the head
//     ACSCap: SrcValid+ ...                 14c: a word each
//     ACSCtl: SrcValid+ ...
//
// Not IDs, class or revision: those that lspci prints are the kernel's, which
// differ from a virtual function's bytes.  Bits of a word that lspci does not
// print (reserved ones, and of ACS the size of the egress vector and the bits
// of the enhanced kind) are zeros; the kernel asks for none of them.  Bit 7
// of the header type is set where other functions of the device are there; it
// can be set without any, and is clear in virtual functions.
//
// A list of capabilities is linked as printed.  That it ends after the last
// is proved only where the whole section is there and lspci, as root, could
// read on; else, and where an entry has a name that we don't know, the last
// one leads to a byte that is not held, so that what was not printed is
// unknown.  The extended list is printed only where the kernel reaches
// extended space, so where nothing of it was printed, nothing is concluded.
//
// Costs a few prefix compares a line; rows of bytes never get here.
#include "snapshot/lspci_text.h"

#include <algorithm>
#include <initializer_list>
#include <set>

#include "pci/acs.h"
#include "pci/capabilities.h"
#include "pci/express.h"
#include "snapshot/lspci_names.h"
#include "snapshot/words.h"

namespace p2pcheck {
namespace {

constexpr uint16_t kExtendedSpace = 0x100;
constexpr uint16_t kSpaceEnd = 0x1000;

// "Mem+" or "Mem-" among the words of a line.
std::optional<bool> Flag(std::string_view text, std::string_view name) {
  for (size_t at = text.find(name); at != text.npos;
       at = text.find(name, at + 1)) {
    bool starts = at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t';
    size_t end = at + name.size();
    if (starts && end < text.size() && (text[end] == '+' || text[end] == '-'))
      return text[end] == '+';
  }
  return std::nullopt;
}

struct Bit {
  std::string_view name;
  uint16_t bit;
};

// The word that these flags make; nothing where one is missing.
std::optional<uint16_t> WordOf(std::string_view text,
                               std::initializer_list<Bit> bits) {
  uint16_t word = 0;
  for (const Bit& bit : bits) {
    auto flag = Flag(text, bit.name);
    if (!flag) return std::nullopt;
    if (*flag) word |= bit.bit;
  }
  return word;
}

template <class T>
std::optional<T> NumberAfter(std::string_view text, std::string_view key,
                             int base = 10) {
  auto rest = After(text, key);
  return rest ? TakeNumber<T>(*rest, base) : std::nullopt;
}

// "Speed 8GT/s", "Speed 2.5GT/s", "Speed 2.5Gb/s" of lspci 2.2: tenths of
// GT/s.  "Speed unknown": not known.
Observed<uint16_t> SpeedIn(std::string_view text) {
  auto rest = After(text, "Speed ");
  auto whole = rest ? TakeNumber<uint16_t>(*rest) : std::nullopt;
  if (!whole || *whole > 999) return ReadFailure::kNotRecorded;
  bool half = rest->substr(0, 3) == "2.5";
  auto tenths = static_cast<uint16_t>(*whole * 10 + (half ? 5 : 0));
  for (uint16_t speed : {25, 50, 80, 160, 320, 640})
    if (tenths == speed) return tenths;
  return ReadFailure::kNotRecorded;
}

Observed<uint8_t> WidthIn(std::string_view text) {
  auto width = NumberAfter<uint8_t>(text, "Width x");
  if (!width) return ReadFailure::kNotRecorded;
  if (*width == 0) return Absent{};
  return *width;
}

// The device/port type in "Express (v2) Root Port (Slot+), MSI 00".
std::optional<PortType> PortTypeIn(std::string_view text) {
  static constexpr std::pair<std::string_view, PortType> kTypes[] = {
      {"Endpoint", PortType::kEndpoint},
      {"Legacy Endpoint", PortType::kLegacyEndpoint},
      {"Root Port", PortType::kRootPort},
      {"Upstream Port", PortType::kUpstreamPort},
      {"Downstream Port", PortType::kDownstreamPort},
      {"PCI-Express to PCI/PCI-X Bridge", PortType::kPcieToPciBridge},
      {"PCI/PCI-X to PCI-Express Bridge", PortType::kPciToPcieBridge},
      {"PCI/PCI-X Bridge", PortType::kPcieToPciBridge},  // lspci 2.2
      {"Root Complex Integrated Endpoint", PortType::kRootComplexEndpoint},
      {"Root Complex Event Collector", PortType::kRootComplexEventCollector},
  };
  for (auto [name, type] : kTypes) {
    auto rest = IfStartsWith(text, name);
    if (rest && (rest->empty() || rest->front() == ',' ||
                 rest->substr(0, 2) == " (" || rest->substr(0, 4) == " IRQ"))
      return type;
  }
  return std::nullopt;
}

// Bytes that were read, or that other text gave, stay.
void PutMissing(ConfigSpace* config, size_t offset, uint8_t value) {
  auto at = static_cast<uint16_t>(offset);
  if (offset < kSpaceEnd && !config->Holds(at, 1)) config->Put(at, &value, 1);
}

void PutMissing(ConfigSpace* config, size_t offset, uint32_t value,
                size_t size) {
  for (size_t i = 0; i < size; ++i)
    PutMissing(config, offset + i, static_cast<uint8_t>(value >> 8 * i));
}

// A place for a pointer to nowhere: nothing there is held.
uint16_t FindHole(const ConfigSpace& config, const std::set<uint16_t>& taken,
                  uint16_t begin, uint16_t end) {
  for (uint16_t at = end - 4; at >= begin; at -= 4)
    if (!taken.count(at) && config.Dword(at).unknown() && !config.Holds(at, 1))
      return at;
  return 0;
}

bool IsCut(std::string_view text) {
  for (std::string_view mark : {"...", "[...", "<...", "[snip", "<snip"})
    if (IfStartsWith(text, mark)) return true;
  return false;
}

// Lines of a list are indented; a message of another program that shared the
// terminal is not, but it replaces nothing, and neither does a fence that ends
// a listing in Markdown.
bool IsForeign(std::string_view line) {
  return line.front() != ' ' && line.front() != '\t' &&
         !IfStartsWith(line, "pcilib: ") && !IfStartsWith(line, "lspci: ") &&
         !IfStartsWith(line, "```");
}

}  // namespace

bool LspciText::SaysLessThan(const LspciText& other) const {
  auto rank = [](const LspciText& text) {
    return text.denied_ ? 0 : text.verbosity_ + 1;
  };
  return rank(*this) < rank(other);
}

void LspciText::ReadLine(std::string_view line) {
  std::string_view text = Trim(line);
  if (text.empty()) return;
  if (IsForeign(line) || IsCut(text)) cut_ = true;
  if (auto rest = IfStartsWith(text, "Capabilities: "))
    ReadCapability(*rest);
  else if (!entries_.empty())
    ReadNested(text);
  else
    regions_.ReadLine(text);
  ReadTopLine(text);
}

void LspciText::ReadTopLine(std::string_view text) {
  if (IfStartsWith(text, "Control: I/O"))
    verbosity_ = 2;
  else if (IfStartsWith(text, "Flags: ") && !IfStartsWith(text, "Flags: PME"))
    verbosity_ = std::max(verbosity_, 1);
  else if (IfStartsWith(text, "Status: Cap"))
    ReadStatus(text);
  else if (auto buses = IfStartsWith(text, "Bus: "))
    ReadBuses(*buses);
  else if (IfStartsWith(text, "!!! Unknown header type 7f"))
    unreachable_ = true;
  else if (text.find("behind bridge: ") != text.npos)
    bridge_windows_ = true;
  else if (IfStartsWith(text, "Memory window ") ||
           IfStartsWith(text, "I/O window "))
    card_bus_windows_ = true;
}

void LspciText::ReadStatus(std::string_view text) {
  // Which of the words before ">" and "<" is whose stands in PCI 3.0, 6.2.3.
  status_ = WordOf(text, {{"Cap", 0x0010},
                          {"66MHz", 0x0020},
                          {"UDF", 0x0040},
                          {"FastB2B", 0x0080},
                          {"ParErr", 0x0100},
                          {">TAbort", 0x0800},
                          {"<TAbort", 0x1000},
                          {"<MAbort", 0x2000},
                          {">SERR", 0x4000},
                          {"<PERR", 0x8000}});
  if (!status_) return;
  if (Flag(text, "INTx").value_or(false)) *status_ |= 0x0008;
  if (After(text, "DEVSEL=medium")) *status_ |= 0x0200;
  if (After(text, "DEVSEL=slow")) *status_ |= 0x0400;
}

void LspciText::ReadBuses(std::string_view text) {
  has_buses_ = true;
  buses_[0] = NumberAfter<uint8_t>(text, "primary=", 16);
  buses_[1] = NumberAfter<uint8_t>(text, "secondary=", 16);
  buses_[2] = NumberAfter<uint8_t>(text, "subordinate=", 16);
  buses_[3] = NumberAfter<uint8_t>(text, "sec-latency=");
}

void LspciText::ReadCapability(std::string_view text) {
  in_device_control_ = false;
  if (IfStartsWith(text, "<access denied>")) denied_ = true;
  size_t end = text.find(']');
  if (text.empty() || text[0] != '[' || end == text.npos) {
    broken_ = true;
    return;
  }
  auto offset = TakeNumber<uint16_t>(text.substr(1), 16);
  std::string_view name = Trim(text.substr(end + 1));
  bool fits = offset && *offset >= 0x40 && *offset < kSpaceEnd &&
              *offset % 4 == 0 && name.substr(0, 6) != "<chain";
  if (!fits) {
    broken_ = true;
    return;
  }
  bool extended = *offset >= kExtendedSpace;
  auto id = extended ? ExtendedCapabilityOfText(name) : CapabilityOfText(name);
  auto version = NumberAfter<uint8_t>(text.substr(0, end), " v");
  entries_.push_back(
      {*offset, id, static_cast<uint8_t>(version.value_or(0) & 0xf)});
  if (!extended && id == kCapExpress) ReadExpress(name.substr(8));
}

// The flags word: version, type, slot, interrupt message.
void LspciText::ReadExpress(std::string_view text) {
  uint16_t flags = 0;
  if (auto version = IfStartsWith(text, "(v")) {
    flags = TakeNumber<uint16_t>(*version).value_or(0) & 0xf;
    text = Trim(text.substr(std::min(text.find(')'), text.size() - 1) + 1));
  }
  auto type = PortTypeIn(text);
  if (!type) return;
  flags |= static_cast<uint16_t>(static_cast<uint16_t>(*type) << 4);
  if (After(text, "(Slot+)")) flags |= 0x100;
  auto message = NumberAfter<uint16_t>(text, "MSI ", 16);
  if (!message) message = NumberAfter<uint16_t>(text, "IntMsgNum ");
  flags |= static_cast<uint16_t>((message.value_or(0) & 0x1f) << 9);
  PutWord(entries_.back().offset + 2, flags);
}

void LspciText::ReadNested(std::string_view text) {
  const Entry& entry = entries_.back();
  if (!entry.id) return;
  if (entry.offset < kExtendedSpace) {
    if (*entry.id == kCapExpress) ReadExpressLine(text);
  } else if (*entry.id == kExtCapAcs) {
    ReadAcsLine(text);
  } else if (*entry.id == kExtCapAts) {
    ReadAtsLine(text);
  } else if (*entry.id == kExtCapSriov) {
    ReadSriovLine(text);
  }
}

void LspciText::ReadExpressLine(std::string_view text) {
  if (auto control = IfStartsWith(text, "DevCtl:")) {
    in_device_control_ = true;
    device_control_ = *control;
  } else if (in_device_control_ && (IfStartsWith(text, "RlxdOrd") ||
                                    IfStartsWith(text, "MaxPayload"))) {
    (device_control_ += ' ') += text;
    ReadDeviceControl();
  } else {
    in_device_control_ = false;
  }
  if (auto capability = IfStartsWith(text, "LnkCap:")) {
    max_speed_ = SpeedIn(*capability);
    max_width_ = WidthIn(*capability);
  } else if (auto status = IfStartsWith(text, "LnkSta:")) {
    current_speed_ = SpeedIn(*status);
    current_width_ = WidthIn(*status);
  }
}

// "CorrErr- NonFatalErr- FatalErr- UnsupReq-" has been "Report errors:
// Correctable- Non-Fatal- Fatal- Unsupported-".
void LspciText::ReadDeviceControl() {
  std::string_view text = device_control_;
  auto errors = WordOf(text, {{"CorrErr", 0x0001},
                              {"NonFatalErr", 0x0002},
                              {"FatalErr", 0x0004},
                              {"UnsupReq", 0x0008}});
  if (!errors)
    errors = WordOf(text, {{"Correctable", 0x0001},
                           {"Non-Fatal", 0x0002},
                           {"Fatal", 0x0004},
                           {"Unsupported", 0x0008}});
  auto flags = WordOf(text, {{"RlxdOrd", 0x0010},
                             {"ExtTag", 0x0100},
                             {"PhantFunc", 0x0200},
                             {"AuxPwr", 0x0400},
                             {"NoSnoop", 0x0800}});
  auto payload = NumberAfter<uint16_t>(text, "MaxPayload ");
  auto request = NumberAfter<uint16_t>(text, "MaxReadReq ");
  if (!errors || !flags || !payload || !request) return;
  uint16_t word = *errors | *flags;
  for (uint16_t code = 0; code < 8; ++code) {
    if (*payload == 128 << code) word |= static_cast<uint16_t>(code << 5);
    if (*request == 128 << code) word |= static_cast<uint16_t>(code << 12);
  }
  if (Flag(text, "FLReset").value_or(false) ||
      Flag(text, "BrConfRtry").value_or(false))
    word |= 0x8000;
  PutWord(entries_.back().offset + 8, word);
}

void LspciText::ReadAcsLine(std::string_view text) {
  uint16_t at = IfStartsWith(text, "ACSCap:")   ? 4
                : IfStartsWith(text, "ACSCtl:") ? 6
                                                : 0;
  if (at == 0) return;
  PutWord(entries_.back().offset + at,
          WordOf(text.substr(7), {{"SrcValid", kAcsSourceValidation},
                                  {"TransBlk", kAcsTranslationBlocking},
                                  {"ReqRedir", kAcsRequestRedirect},
                                  {"CmpltRedir", kAcsCompletionRedirect},
                                  {"UpstreamFwd", kAcsUpstreamForwarding},
                                  {"EgressCtrl", kAcsEgressControl},
                                  {"DirectTrans", kAcsDirectTranslated}}));
}

void LspciText::ReadAtsLine(std::string_view text) {
  size_t base = entries_.back().offset;
  if (IfStartsWith(text, "ATSCap:"))
    PutWord(base + 4, NumberAfter<uint16_t>(text, "Queue Depth: ", 16));
  if (!IfStartsWith(text, "ATSCtl:")) return;
  auto unit = NumberAfter<uint16_t>(text, "Translation Unit: ", 16);
  auto enable = WordOf(text.substr(7), {{"Enable", 0x8000}});
  if (unit && enable) PutWord(base + 6, *unit | *enable);
}

void LspciText::ReadSriovLine(std::string_view text) {
  size_t base = entries_.back().offset;
  if (IfStartsWith(text, "IOVCtl:")) {
    auto word = WordOf(text.substr(7), {{"Enable", 0x01},
                                        {"Migration", 0x02},
                                        {"Interrupt", 0x04},
                                        {"MSE", 0x08},
                                        {"ARIHierarchy", 0x10}});
    if (word && Flag(text, "10BitTagReq").value_or(false)) *word |= 0x20;
    PutWord(base + 0x08, word);
  } else if (IfStartsWith(text, "Initial VFs:")) {
    PutWord(base + 0x0c, NumberAfter<uint16_t>(text, "Initial VFs: "));
    PutWord(base + 0x0e, NumberAfter<uint16_t>(text, "Total VFs: "));
    PutWord(base + 0x10, NumberAfter<uint16_t>(text, "Number of VFs: "));
  } else if (IfStartsWith(text, "VF offset:")) {
    PutWord(base + 0x14, NumberAfter<uint16_t>(text, "VF offset: "));
    PutWord(base + 0x16, NumberAfter<uint16_t>(text, "stride: "));
    PutWord(base + 0x1a, NumberAfter<uint16_t>(text, "Device ID: ", 16));
  }
}

void LspciText::PutByte(size_t offset, uint8_t value) {
  if (offset < kSpaceEnd) bytes_[static_cast<uint16_t>(offset)] = value;
}

void LspciText::PutWord(size_t offset, std::optional<uint16_t> value) {
  if (!value) return;
  PutByte(offset, static_cast<uint8_t>(*value));
  PutByte(offset + 1, static_cast<uint8_t>(*value >> 8));
}

// A bridge of either kind has a line with its bus numbers, so without one it
// is type 0; or the line was taken out, as where grep chose the lines.
std::optional<uint8_t> LspciText::HeaderType(
    const FunctionRecord& record) const {
  auto class_code =
      record.class_code.Map([](uint32_t code) { return code >> 8; });
  if (!has_buses_) {
    if (class_code.Is(0x0604) || class_code.Is(0x0607)) return std::nullopt;
    bool whole = !entries_.empty() || denied_ || ended_;
    return verbose() && whole && !cut_ ? std::optional<uint8_t>(0)
                                       : std::nullopt;
  }
  if (card_bus_windows_ || class_code.Is(0x0607)) return 2;
  if (bridge_windows_ || class_code.Is(0x0604)) return 1;
  return std::nullopt;
}

void LspciText::FillHeader(FunctionRecord* record, bool has_siblings) const {
  ConfigSpace* config = &record->config;
  bool promised = status_ && (*status_ & 0x0010);
  bool none = entries_.empty() && verbose() && ListEnded() && !promised;
  if (status_)
    PutMissing(config, 0x06, *status_, 2);
  else if (!entries_.empty() || none)
    PutMissing(config, 0x06, none ? 0 : 0x0010, 2);
  auto type = HeaderType(*record);
  if (!type) return;
  PutMissing(config, 0x0e,
             static_cast<uint8_t>(*type | (has_siblings ? 0x80 : 0)));
  for (size_t i = 0; i < 4 && *type != 0; ++i)
    if (buses_[i]) PutMissing(config, 0x18 + i, *buses_[i]);
  size_t pointer = *type == 2 ? 0x14 : 0x34;
  for (const Entry& entry : entries_)
    if (entry.offset < kExtendedSpace && entry.id) {
      PutMissing(config, pointer, static_cast<uint8_t>(entry.offset));
      return;
    }
  if (none) PutMissing(config, pointer, 0);
}

// An entry that we can't name would end the walk for those behind it, which
// lspci did see; so those we can name are linked with each other, and the
// last of them leads nowhere.
LspciText::Chain LspciText::ChainIn(const ConfigSpace& config, uint16_t begin,
                                    uint16_t end) const {
  std::set<uint16_t> taken;
  Chain chain;
  bool whole = ListEnded();
  for (const Entry& entry : entries_) {
    if (entry.offset < begin || entry.offset >= end) continue;
    if (taken.insert(entry.offset).second && entry.id)
      chain.entries.push_back(entry);
    else
      whole = false;
  }
  chain.end = whole ? 0 : FindHole(config, taken, begin, end);
  return chain;
}

void LspciText::FillList(ConfigSpace* config) const {
  Chain chain = ChainIn(*config, 0x40, kExtendedSpace);
  uint16_t next = chain.end;
  for (size_t i = chain.entries.size(); i-- > 0;) {
    const Entry& entry = chain.entries[i];
    PutMissing(config, entry.offset, *entry.id | uint32_t{next} << 8, 2);
    next = entry.offset;
  }
}

// The list starts at 100.  Text of which that entry was cut off, or that has
// no name we know for it, gets an empty one there.
void LspciText::FillExtendedList(ConfigSpace* config) const {
  Chain chain = ChainIn(*config, kExtendedSpace, kSpaceEnd);
  if (chain.entries.empty()) return;
  if (chain.entries[0].offset != kExtendedSpace) {
    chain.entries.insert(chain.entries.begin(), Entry{kExtendedSpace, 0, 0});
    chain.end = chain.end ? chain.end : FindHole(*config, {}, 0x100, kSpaceEnd);
  }
  uint16_t next = chain.end;
  for (size_t i = chain.entries.size(); i-- > 0;) {
    const Entry& entry = chain.entries[i];
    uint32_t head = *entry.id | uint32_t{entry.version} << 16;
    PutMissing(config, entry.offset, head | uint32_t{next} << 20, 4);
    next = entry.offset;
  }
}

void LspciText::FillLinks(FunctionRecord* record) const {
  auto fill = [](auto* field, const auto& told) {
    if (field->unknown() && !told.unknown()) *field = told;
  };
  fill(&record->current_link_speed, current_speed_);
  fill(&record->max_link_speed, max_speed_);
  fill(&record->current_link_width, current_width_);
  fill(&record->max_link_width, max_width_);
}

void LspciText::FillIn(FunctionRecord* record, bool has_siblings) const {
  ConfigSpace* config = &record->config;
  if (config->rest() == ReadFailure::kUnreachable) return;
  FillLinks(record);
  // A bridge's has its windows too, and -v does not number the regions.
  if (record->resource.unknown() && verbosity_ > 1 && !has_buses_ &&
      HeaderType(*record))
    record->resource = regions_.Resource();
  if (config->Holds(0, kSpaceEnd)) return;
  bool conventional = config->reach().Is(kExtendedSpace);
  for (auto [offset, byte] : bytes_)
    if (!conventional || offset < kExtendedSpace)
      PutMissing(config, offset, byte);
  FillHeader(record, has_siblings);
  FillList(config);
  if (!conventional) FillExtendedList(config);
  if (denied_) config->set_rest(ReadFailure::kPermissionDenied);
}

}  // namespace p2pcheck
