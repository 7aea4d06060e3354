// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "snapshot/field_text.h"
#include "snapshot/recording.h"
#include "snapshot/serial_number.h"

namespace p2pcheck {
namespace {

// libpci's dump reader gives up at lines of 256 bytes; the longest head we
// write has 40.
constexpr size_t kMaxValue = 200;

void AppendLine(std::string* out, std::string_view head,
                std::string_view value) {
  *out += '@';
  *out += head;
  while (true) {
    size_t size = std::min(value.size(), kMaxValue);
    // No line ends with a space: mail programs take those away.  There are
    // never two in a row.
    if (size < value.size() && value[size - 1] == ' ') --size;
    *out += ' ';
    *out += value.substr(0, size);
    *out += '\n';
    value.remove_prefix(size);
    if (value.empty()) return;
    *out += "@+";
  }
}

template <class T>
void AppendValue(std::string* out, std::string_view head, const T& value,
                 int hex_digits) {
  AppendLine(out, head, FieldText(value, hex_digits));
}

template <class List>
void AppendList(std::string* out, std::string_view head, const List& list) {
  if (list.empty()) AppendLine(out, head, "none");
  for (const auto& element : list) AppendValue(out, head, element, 0);
}

void AppendValue(std::string* out, std::string_view head,
                 const StringList& list, int) {
  AppendList(out, head, list);
}
void AppendValue(std::string* out, std::string_view head,
                 const ResourceList& list, int) {
  AppendList(out, head, list);
}
void AppendValue(std::string* out, std::string_view head, const NodeList& list,
                 int) {
  AppendList(out, head, list);
}
void AppendValue(std::string* out, std::string_view head, const StringMap& map,
                 int) {
  AppendList(out, head, map);
}
void AppendValue(std::string* out, std::string_view head, const AddressMap& map,
                 int) {
  AppendList(out, head, map);
}

std::string FailureText(ReadFailure why) {
  return fmt::format("? {}", ReadFailureName(why));
}

template <class T>
void AppendField(std::string* out, std::string_view head,
                 const Observed<T>& field, int hex_digits = 0) {
  if (field.known())
    AppendValue(out, head, field.value(), hex_digits);
  else if (field.absent())
    AppendLine(out, head, "-");
  else if (field.failure() != ReadFailure::kNotRecorded)
    AppendLine(out, head, FailureText(field.failure()));
}

void AppendHost(std::string* out, const HostFacts& host) {
  ForEachHostField([&](std::string_view name, auto field) {
    AppendField(out, name, host.*field);
  });
}

void AppendGroup(std::string* out, uint32_t number,
                 const IommuGroupRecord& group) {
  std::string head = fmt::format("group {}", number);
  size_t before = out->size();
  AppendField(out, head + " type", group.type);
  AppendField(out, head + " reserved_region", group.reserved_regions);
  if (out->size() == before) *out += '@' + head + '\n';
}

void AppendHex(std::string* out, uint8_t byte) {
  constexpr char kDigits[] = "0123456789abcdef";
  *out += kDigits[byte >> 4];
  *out += kDigits[byte & 15];
}

// Rows as lspci -xxxx prints them; a run that starts or ends in between has a
// shorter row there.
void AppendRows(std::string* out, const ConfigSpace::Run& run, size_t end) {
  for (size_t at = run.offset; at < end;) {
    size_t stop = std::min((at | 15) + 1, end);
    *out += fmt::format("{:02x}:", at);
    for (; at < stop; ++at) {
      *out += ' ';
      AppendHex(out, run.bytes[at - run.offset]);
    }
    *out += '\n';
  }
}

// How far rows are written for a run whose tail is zeros: lspci asks a little
// beyond what it decodes, and 128 bytes hold any capability it knows.
size_t RowsEnd(const ConfigSpace::Run& run) {
  size_t end = run.offset + run.bytes.size();
  if (run.offset != 0) return end;
  size_t used = run.bytes.size();
  while (used > 0 && run.bytes[used - 1] == 0) --used;
  return std::min(end, (used + 128 + 255) / 256 * 256);
}

std::string ReachText(const Observed<uint16_t>& reach) {
  return reach.Match([](uint16_t bytes) { return fmt::format("{}", bytes); },
                     [] { return std::string("-"); }, FailureText);
}

void AppendConfig(std::string* out, ConfigSpace config) {
  WipeSerialNumbers(&config);
  if (!(config == ConfigSpace()))
    *out += fmt::format("@config_space {} rest {}\n", ReachText(config.reach()),
                        ReadFailureName(config.rest()));
  for (const ConfigSpace::Run& run : config.runs()) {
    size_t end = run.offset + run.bytes.size();
    size_t rows_end = RowsEnd(run);
    AppendRows(out, run, rows_end);
    if (rows_end < end)
      *out += fmt::format("@config_zero 0x{:x} 0x{:x}\n", rows_end, end);
  }
}

template <class T>
std::string HexOrMarks(const Observed<T>& value, int shift) {
  if (!value.known()) return "????";
  return fmt::format("{:04x}", value.value() >> shift);
}

// The line lspci -Dn prints.  For people and for libpci, which asks only for
// the address and the space behind it; our reader takes the facts from the
// lines below.
void AppendHeader(std::string* out, const FunctionRecord& record) {
  *out +=
      fmt::format("\n{} {}: {}:{}", ToString(record.address),
                  HexOrMarks(record.class_code, 8),
                  HexOrMarks(record.vendor, 0), HexOrMarks(record.device, 0));
  if (record.revision.known() && record.revision.value() != 0)
    *out += fmt::format(" (rev {:02x})", record.revision.value());
  *out += '\n';
}

void AppendFunction(std::string* out, const FunctionRecord& record) {
  AppendHeader(out, record);
  ForEachField([&](std::string_view name, auto field) {
    AppendField(out, name, record.*field, HexDigitsOf(name));
  });
  AppendConfig(out, record.config);
}

}  // namespace

void WriteRecording(const HostSnapshot& snapshot, std::ostream& out) {
  std::string text = "@p2pcheck-recording 1\n";
  if (!snapshot.complete) text += "@complete no\n";
  AppendHost(&text, snapshot.host);
  for (const auto& [number, group] : snapshot.groups)
    AppendGroup(&text, number, group);
  for (const auto& [bus, address] : snapshot.nested_root_buses)
    text += fmt::format("@nested_root_bus {} {}\n", ToString(bus),
                        ToString(address));
  for (const FunctionRecord& record : snapshot.functions) {
    AppendFunction(&text, record);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    text.clear();
  }
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
}

}  // namespace p2pcheck
