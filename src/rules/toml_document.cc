// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/toml_document.h"

#include <toml++/toml.h>

#include <algorithm>

#include "base/input_error.h"

namespace p2pcheck {
namespace {

std::string_view LineOf(std::string_view text, size_t line) {
  for (; line > 1; --line) {
    size_t end = text.find('\n');
    if (end == text.npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

// The library counts columns from 1, and a character of several bytes once.
size_t ByteColumn(std::string_view line, size_t column) {
  size_t at = 0;
  for (; column > 1 && at < line.size(); --column) {
    ++at;
    while (at < line.size() && (line[at] & 0xc0) == 0x80) ++at;
  }
  return at;
}

class Converter {
 public:
  explicit Converter(std::string_view text) : text_(text) {}

  TomlPlace Place(const toml::source_position& position) const {
    size_t line = std::max<size_t>(position.line, 1);
    return {line, ByteColumn(LineOf(text_, line), position.column)};
  }

  TomlValue Value(const toml::node& node) const {
    TomlValue value;
    value.place = Place(node.source().begin);
    if (const auto* text = node.as_string()) {
      value.type = TomlValue::Type::kString;
      value.text = text->get();
    } else if (const auto* number = node.as_integer()) {
      value.type = TomlValue::Type::kInteger;
      value.number = number->get();
    } else if (const auto* boolean = node.as_boolean()) {
      value.type = TomlValue::Type::kBoolean;
      value.number = boolean->get();
    } else if (const auto* array = node.as_array()) {
      value.type = TomlValue::Type::kArray;
      for (const toml::node& item : *array) value.items.push_back(Value(item));
    } else if (const auto* table = node.as_table()) {
      value.type = TomlValue::Type::kTable;
      value.members = Members(*table);
    }
    return value;
  }

 private:
  // The library sorts keys by name; errors should come by place.
  std::vector<TomlMember> Members(const toml::table& table) const {
    std::vector<TomlMember> members;
    for (auto&& [key, node] : table)
      members.push_back(
          {std::string(key.str()), Place(key.source().begin), Value(node)});
    std::sort(members.begin(), members.end(),
              [](const TomlMember& a, const TomlMember& b) {
                return std::pair(a.place.line, a.place.column) <
                       std::pair(b.place.line, b.place.column);
              });
    return members;
  }

  std::string_view text_;
};

}  // namespace

TomlDocument::TomlDocument(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)) {
  Converter converter(text_);
  try {
    root_ = converter.Value(toml::parse(text_, name_));
  } catch (const toml::parse_error& error) {
    Fail(converter.Place(error.source().begin), error.description());
  }
}

void TomlDocument::Fail(const TomlPlace& place,
                        std::string_view message) const {
  throw InputError(name_, place.line, LineOf(text_, place.line), place.column,
                   message);
}

}  // namespace p2pcheck
