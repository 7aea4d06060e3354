// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_JSON_WRITER_H_
#define P2PCHECK_REPORT_JSON_WRITER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <string_view>

#include "base/observed.h"
#include "base/ternary.h"

namespace p2pcheck {

/// Writes one JSON document to a stream as it goes: no tree in memory, so a
/// report on 13,000 functions costs nothing to hold.  Keys come out in the
/// order in which they are written; bytes that are not UTF-8 come out as
/// U+FFFD.
class JsonWriter {
 public:
  explicit JsonWriter(std::ostream& out);
  ~JsonWriter();

  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  JsonWriter& Key(std::string_view name);

  JsonWriter& String(std::string_view value);
  JsonWriter& Number(int64_t value);
  JsonWriter& Bool(bool value);
  JsonWriter& Null();
  /// "0x001d": at least `digits` digits.
  JsonWriter& Hex(uint64_t value, int digits);

  /// True, false, or null.
  JsonWriter& Tri(Ternary value);

  /// A key with its value; absent and unknown are null.
  template <class T>
  JsonWriter& Field(std::string_view name, const T& value) {
    Key(name);
    return Value(value);
  }
  template <class T>
  JsonWriter& HexField(std::string_view name, const Observed<T>& value,
                       int digits) {
    Key(name);
    return value.known() ? Hex(value.value(), digits) : Null();
  }

 private:
  JsonWriter& Value(std::string_view value) { return String(value); }
  JsonWriter& Value(const std::string& value) { return String(value); }
  JsonWriter& Value(const char* value) { return String(value); }
  JsonWriter& Value(bool value) { return Bool(value); }
  JsonWriter& Value(Ternary value) { return Tri(value); }
  JsonWriter& Value(uint8_t value) { return Number(value); }
  JsonWriter& Value(uint16_t value) { return Number(value); }
  JsonWriter& Value(int32_t value) { return Number(value); }
  JsonWriter& Value(uint32_t value) { return Number(value); }
  JsonWriter& Value(uint64_t value) {
    return Number(static_cast<int64_t>(value));
  }
  template <class T>
  JsonWriter& Value(const Observed<T>& value) {
    return value.known() ? Value(value.value()) : Null();
  }
  template <class T>
  JsonWriter& Value(const std::optional<T>& value) {
    return value ? Value(*value) : Null();
  }

  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_JSON_WRITER_H_
