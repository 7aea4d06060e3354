// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SNAPSHOT_FIELD_TEXT_H_
#define P2PCHECK_SNAPSHOT_FIELD_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "snapshot/host_snapshot.h"

namespace p2pcheck {

// How one value of a field stands in a recording.  Printable ASCII only, so
// that it survives mail: every other byte, a backslash, and a space where it
// is first, last or follows another are written \xHH.  So is a first '-', '?'
// or '"', and the 'n' of a text that is just "none", because these mean
// something else there.  An empty text is two quotes.

/// Where a value stops making sense, and what should stand there.
struct FieldTextError {
  size_t offset;
  std::string message;
};

/// Writes `text` so; every `also` in it is escaped too.
std::string EscapeText(std::string_view text, char also = '\\');

/// The text that was escaped.  Throws FieldTextError.
std::string UnescapeText(std::string_view raw);

/// How a number is written: with this many hex digits after "0x", or decimal
/// where 0.  Either way is read everywhere.
int HexDigitsOf(std::string_view field_name);

// The text of a value.
std::string FieldText(uint64_t value, int hex_digits);
std::string FieldText(int32_t value, int hex_digits);
std::string FieldText(bool value, int);
std::string FieldText(const std::string& value, int);
std::string FieldText(const PciAddress& value, int);
std::string FieldText(const ParentLink& value, int);
std::string FieldText(const P2pMemory& value, int);
std::string FieldText(const ResourceLine& value, int);
std::string FieldText(const MemoryRange& value, int);
std::string FieldText(const DeviceNode& value, int);
std::string FieldText(const std::pair<const std::string, std::string>& value,
                      int);
std::string FieldText(const std::pair<const uint16_t, PciAddress>& value, int);
inline std::string FieldText(uint32_t value, int hex_digits) {
  return FieldText(uint64_t{value}, hex_digits);
}
inline std::string FieldText(uint16_t value, int hex_digits) {
  return FieldText(uint64_t{value}, hex_digits);
}
inline std::string FieldText(uint8_t value, int hex_digits) {
  return FieldText(uint64_t{value}, hex_digits);
}

// The value of a text; throws FieldTextError.
void ParseField(std::string_view text, uint64_t* value);
void ParseField(std::string_view text, uint32_t* value);
void ParseField(std::string_view text, uint16_t* value);
void ParseField(std::string_view text, uint8_t* value);
void ParseField(std::string_view text, int32_t* value);
void ParseField(std::string_view text, bool* value);
void ParseField(std::string_view text, std::string* value);
void ParseField(std::string_view text, PciAddress* value);
void ParseField(std::string_view text, ParentLink* value);
void ParseField(std::string_view text, P2pMemory* value);
void ParseField(std::string_view text, ResourceLine* value);
void ParseField(std::string_view text, MemoryRange* value);
void ParseField(std::string_view text, DeviceNode* value);
void ParseField(std::string_view text,
                std::pair<std::string, std::string>* value);
void ParseField(std::string_view text, std::pair<uint16_t, PciAddress>* value);
void ParseField(std::string_view text, RootBus* value);

/// Cuts `text` at its first space and parses the word before it; returns the
/// rest.  `*offset`, where `text` starts in the whole value, moves along, and
/// errors count from the start of that.
template <class T>
std::string_view ParseWord(std::string_view text, size_t* offset, T* value) {
  size_t space = text.find(' ');
  try {
    ParseField(text.substr(0, space), value);
  } catch (FieldTextError& error) {
    error.offset += *offset;
    throw;
  }
  size_t next = space == text.npos ? text.size() : space + 1;
  *offset += next;
  return text.substr(next);
}

}  // namespace p2pcheck

#endif  // P2PCHECK_SNAPSHOT_FIELD_TEXT_H_
