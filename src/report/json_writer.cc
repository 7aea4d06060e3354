// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/json_writer.h"

#include <fmt/format.h>
#include <rapidjson/prettywriter.h>

#include <memory>
#include <string>

#include "report/utf8.h"

namespace p2pcheck {
namespace {

// Collects small writes; an ostream call a byte would cost more than the rest
// of a report.  Not a std::string, whose push_back costs half as much again.
class Buffered {
 public:
  using Ch = char;
  explicit Buffered(std::ostream& out)
      : out_(out), buffer_(new char[kSize]), at_(buffer_.get()) {}
  void Put(char c) {
    *at_++ = c;
    if (at_ == buffer_.get() + kSize) Flush();
  }
  void Flush() {
    out_.write(buffer_.get(), at_ - buffer_.get());
    at_ = buffer_.get();
  }

 private:
  static constexpr size_t kSize = 65536;
  std::ostream& out_;
  std::unique_ptr<char[]> buffer_;
  char* at_;
};

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    size_t length = SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string Repaired(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    size_t length = SequenceLength(text);
    if (length == 0)
      out += "\xef\xbf\xbd";
    else
      out += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

}  // namespace

class JsonWriter::Impl {
 public:
  explicit Impl(std::ostream& out) : stream(out), writer(stream) {
    writer.SetIndent(' ', 1);
    writer.SetFormatOptions(rapidjson::kFormatSingleLineArray);
  }
  Buffered stream;
  rapidjson::PrettyWriter<Buffered> writer;
};

JsonWriter::JsonWriter(std::ostream& out) : impl_(new Impl(out)) {}

JsonWriter::~JsonWriter() {
  impl_->stream.Put('\n');
  impl_->stream.Flush();
}

JsonWriter& JsonWriter::BeginObject() {
  impl_->writer.StartObject();
  return *this;
}

JsonWriter& JsonWriter::EndObject() {
  impl_->writer.EndObject();
  return *this;
}

JsonWriter& JsonWriter::BeginArray() {
  impl_->writer.StartArray();
  return *this;
}

JsonWriter& JsonWriter::EndArray() {
  impl_->writer.EndArray();
  return *this;
}

JsonWriter& JsonWriter::Key(std::string_view name) {
  impl_->writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view value) {
  if (!IsUtf8(value)) return String(Repaired(value));
  impl_->writer.String(value.data(),
                       static_cast<rapidjson::SizeType>(value.size()));
  return *this;
}

JsonWriter& JsonWriter::Number(int64_t value) {
  impl_->writer.Int64(value);
  return *this;
}

JsonWriter& JsonWriter::Bool(bool value) {
  impl_->writer.Bool(value);
  return *this;
}

JsonWriter& JsonWriter::Null() {
  impl_->writer.Null();
  return *this;
}

JsonWriter& JsonWriter::Hex(uint64_t value, int digits) {
  return String(fmt::format("0x{:0{}x}", value, digits));
}

JsonWriter& JsonWriter::Tri(Ternary value) {
  return value == Ternary::kUnknown ? Null() : Bool(value == Ternary::kYes);
}

}  // namespace p2pcheck
