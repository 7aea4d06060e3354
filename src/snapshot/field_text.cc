// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot/field_text.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

namespace p2pcheck {
namespace {

constexpr std::string_view kEmpty = "\"\"";

// Whether a byte that is allowed as such must still be escaped where it is.
bool MeansSomethingElse(std::string_view text, size_t i) {
  char c = text[i];
  if (c == ' ') return i == 0 || i + 1 == text.size() || text[i - 1] == ' ';
  if (i > 0) return false;
  return c == '-' || c == '?' || c == '"' || text == "none";
}

[[noreturn]] void Fail(size_t offset, std::string message) {
  throw FieldTextError{offset, std::move(message)};
}

// The value of "HH" at `text`, or -1.
int HexByte(std::string_view text) {
  unsigned value = 0;
  if (text.size() < 2) return -1;
  auto [end, error] = std::from_chars(text.data(), text.data() + 2, value, 16);
  if (error != std::errc() || end != text.data() + 2) return -1;
  return static_cast<int>(value);
}

template <class T>
void ParseUnsigned(std::string_view text, T* value) {
  bool hex = text.substr(0, 2) == "0x";
  std::string_view digits = hex ? text.substr(2) : text;
  const char* end = digits.data() + digits.size();
  auto [stop, error] =
      std::from_chars(digits.data(), end, *value, hex ? 16 : 10);
  if (error == std::errc() && stop == end) return;
  Fail(0, fmt::format("expected a number from 0 to {}",
                      uint64_t{std::numeric_limits<T>::max()}));
}

void ExpectEnd(std::string_view rest, size_t offset) {
  if (!rest.empty()) Fail(offset, "expected nothing more here");
}

}  // namespace

std::string EscapeText(std::string_view text, char also) {
  if (text.empty()) return std::string(kEmpty);
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    bool plain = c >= 0x20 && c < 0x7f && c != '\\' && c != also;
    if (plain && !MeansSomethingElse(text, i))
      out += c;
    else
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string UnescapeText(std::string_view raw) {
  if (raw.empty()) Fail(0, "expected a value");
  std::string out;
  if (raw == kEmpty) return out;
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') {
      out += raw[i];
      continue;
    }
    int byte = raw.substr(i + 1, 1) == "x" ? HexByte(raw.substr(i + 2)) : -1;
    if (byte < 0) Fail(i, "expected \\x and two hex digits");
    out += static_cast<char>(byte);
    i += 3;
  }
  return out;
}

int HexDigitsOf(std::string_view field_name) {
  if (field_name == "class") return 6;
  if (field_name == "revision") return 2;
  if (field_name == "vendor" || field_name == "device" ||
      field_name == "subsystem_vendor" || field_name == "subsystem_device")
    return 4;
  return 0;
}

std::string FieldText(uint64_t value, int hex_digits) {
  if (hex_digits == 0) return fmt::format("{}", value);
  return fmt::format("0x{:0{}x}", value, hex_digits);
}

std::string FieldText(int32_t value, int) { return fmt::format("{}", value); }

std::string FieldText(bool value, int) { return value ? "yes" : "no"; }

std::string FieldText(const std::string& value, int) {
  return EscapeText(value);
}

std::string FieldText(const PciAddress& value, int) { return ToString(value); }

std::string FieldText(const ParentLink& value, int) {
  return value.is_root_bus ? ToString(value.root_bus) : ToString(value.bridge);
}

std::string FieldText(const P2pMemory& value, int) {
  return fmt::format("{} {} {}", value.size, value.available,
                     value.published ? "yes" : "no");
}

std::string FieldText(const ResourceLine& value, int) {
  return fmt::format("0x{:016x} 0x{:016x} 0x{:016x}", value.start, value.end,
                     value.flags);
}

std::string FieldText(const MemoryRange& value, int) {
  return fmt::format("0x{:016x} 0x{:016x}", value.base, value.size);
}

std::string FieldText(const DeviceNode& value, int) {
  return EscapeText(value.subsystem, ' ') + ' ' + EscapeText(value.name);
}

std::string FieldText(const std::pair<const std::string, std::string>& value,
                      int) {
  return EscapeText(value.first, '=') + '=' + EscapeText(value.second);
}

std::string FieldText(const std::pair<const uint16_t, PciAddress>& value, int) {
  return fmt::format("{} {}", value.first, ToString(value.second));
}

void ParseField(std::string_view text, uint64_t* value) {
  ParseUnsigned(text, value);
}
void ParseField(std::string_view text, uint32_t* value) {
  ParseUnsigned(text, value);
}
void ParseField(std::string_view text, uint16_t* value) {
  ParseUnsigned(text, value);
}
void ParseField(std::string_view text, uint8_t* value) {
  ParseUnsigned(text, value);
}

void ParseField(std::string_view text, int32_t* value) {
  const char* end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, *value);
  if (error != std::errc() || stop != end) Fail(0, "expected a number");
}

void ParseField(std::string_view text, bool* value) {
  *value = text == "yes";
  if (text != "yes" && text != "no") Fail(0, "expected yes or no");
}

void ParseField(std::string_view text, std::string* value) {
  *value = UnescapeText(text);
}

void ParseField(std::string_view text, PciAddress* value) {
  auto address = ParsePciAddress(text);
  if (!address) Fail(0, "expected an address like 0000:01:00.0");
  *value = *address;
}

void ParseField(std::string_view text, RootBus* value) {
  auto bus = ParseRootBus(text);
  if (!bus) Fail(0, "expected a root bus like pci0000:00");
  *value = *bus;
}

void ParseField(std::string_view text, ParentLink* value) {
  value->is_root_bus = text.substr(0, 3) == "pci";
  if (value->is_root_bus)
    ParseField(text, &value->root_bus);
  else
    ParseField(text, &value->bridge);
}

void ParseField(std::string_view text, P2pMemory* value) {
  size_t offset = 0;
  text = ParseWord(text, &offset, &value->size);
  text = ParseWord(text, &offset, &value->available);
  text = ParseWord(text, &offset, &value->published);
  ExpectEnd(text, offset);
}

void ParseField(std::string_view text, ResourceLine* value) {
  size_t offset = 0;
  text = ParseWord(text, &offset, &value->start);
  text = ParseWord(text, &offset, &value->end);
  text = ParseWord(text, &offset, &value->flags);
  ExpectEnd(text, offset);
}

void ParseField(std::string_view text, MemoryRange* value) {
  size_t offset = 0;
  text = ParseWord(text, &offset, &value->base);
  text = ParseWord(text, &offset, &value->size);
  ExpectEnd(text, offset);
}

void ParseField(std::string_view text, DeviceNode* value) {
  size_t space = text.find(' ');
  if (space == text.npos) Fail(0, "expected a subsystem and a name");
  size_t offset = 0;
  text = ParseWord(text, &offset, &value->subsystem);
  try {
    ParseField(text, &value->name);
  } catch (FieldTextError& error) {
    error.offset += offset;
    throw;
  }
}

void ParseField(std::string_view text,
                std::pair<std::string, std::string>* value) {
  size_t equals = text.find('=');
  if (equals == text.npos) Fail(0, "expected KEY=VALUE");
  value->first = UnescapeText(text.substr(0, equals));
  try {
    value->second = UnescapeText(text.substr(equals + 1));
  } catch (FieldTextError& error) {
    error.offset += equals + 1;
    throw;
  }
}

void ParseField(std::string_view text, std::pair<uint16_t, PciAddress>* value) {
  size_t offset = 0;
  text = ParseWord(text, &offset, &value->first);
  text = ParseWord(text, &offset, &value->second);
  ExpectEnd(text, offset);
}

}  // namespace p2pcheck
