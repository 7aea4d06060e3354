// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/toml_document.h"

#include <algorithm>

#include "base/input_error.h"

// The library (3.3.0) asserts that a key begins after "[" and, with NDEBUG,
// lets the compiler rely on it: "[=]" would end the program or worse.  An
// exception makes it one more kind of bad input.
namespace p2pcheck {
struct TomlAssertion {};
constexpr void AssertToml(bool holds) {
  if (!holds) throw TomlAssertion();
}
}  // namespace p2pcheck
#undef NDEBUG
#define TOML_ASSERT(expression) \
  p2pcheck::AssertToml(static_cast<bool>(expression))
#include <toml++/toml.h>

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

// Rules are plain ASCII.  TOML forbids control characters but tab and line
// ends anyway, and beyond ASCII the library (3.3.0) runs into undefined
// behaviour where it expects white space.
size_t FindForeignByte(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned char c = text[i];
    if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c >= 0x7f)
      return i;
  }
  return text.npos;
}

TomlPlace PlaceOf(std::string_view text, size_t offset) {
  std::string_view before = text.substr(0, offset);
  size_t line = 1 + std::count(before.begin(), before.end(), '\n');
  size_t newline = before.rfind('\n');
  return {line, newline == before.npos ? offset : offset - newline - 1};
}

class Converter {
 public:
  TomlPlace Place(const toml::source_position& position) const {
    // The library counts columns from 1.
    return {std::max<size_t>(position.line, 1),
            std::max<size_t>(position.column, 1) - 1};
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
};

bool FailsAssertion(std::string_view text) {
  try {
    (void)toml::parse(text);
  } catch (const toml::parse_error&) {
  } catch (const TomlAssertion&) {
    return true;
  }
  return false;
}

// The line that fails one of the library's assertions: the text up to a line
// fails from that line on, so halving finds it.
size_t LineOfAssertion(std::string_view text) {
  size_t good = 0, bad = 1 + std::count(text.begin(), text.end(), '\n');
  while (bad - good > 1) {
    size_t middle = good + (bad - good) / 2;
    std::string_view line = LineOf(text, middle);
    size_t length = line.data() + line.size() - text.data();
    (FailsAssertion(text.substr(0, length)) ? bad : good) = middle;
  }
  return bad;
}

}  // namespace

TomlDocument::TomlDocument(std::string name, std::string text,
                           std::string_view what)
    : name_(std::move(name)), text_(std::move(text)) {
  size_t foreign = FindForeignByte(text_);
  if (foreign != text_.npos)
    Fail(PlaceOf(text_, foreign), std::string(what) + " plain ASCII text");
  Converter converter;
  try {
    root_ = converter.Value(toml::parse(text_, name_));
  } catch (const toml::parse_error& error) {
    Fail(converter.Place(error.source().begin), error.description());
  } catch (const TomlAssertion&) {
    Fail({LineOfAssertion(text_), 0}, "not TOML");
  }
}

void TomlDocument::Fail(const TomlPlace& place,
                        std::string_view message) const {
  throw InputError(name_, place.line, LineOf(text_, place.line), place.column,
                   message);
}

}  // namespace p2pcheck
