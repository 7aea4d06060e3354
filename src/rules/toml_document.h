// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_RULES_TOML_DOCUMENT_H_
#define P2PCHECK_RULES_TOML_DOCUMENT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace p2pcheck {

/// Where something stands in a text: line from 1, column from 0.
struct TomlPlace {
  size_t line = 1;
  size_t column = 0;
};

struct TomlMember;

/// A TOML value with its place.  The small part of TOML that rules use;
/// numbers with a fraction and dates are kOther.
struct TomlValue {
  enum class Type : uint8_t {
    kString,
    kInteger,
    kBoolean,
    kArray,
    kTable,
    kOther
  };
  Type type = Type::kOther;
  TomlPlace place;
  std::string text;                 ///< kString
  int64_t number = 0;               ///< kInteger; 0 or 1 for kBoolean
  std::vector<TomlValue> items;     ///< kArray
  std::vector<TomlMember> members;  ///< kTable, in the order of the text
};

/// A key of a table and what it stands for.
struct TomlMember {
  std::string key;
  TomlPlace place;
  TomlValue value;
};

/// A parsed TOML text, plain ASCII.  It hides the TOML library, whose header
/// costs ten seconds of compile time, in one file.
class TomlDocument {
 public:
  /// Throws InputError where the text is not TOML, or not plain ASCII; then
  /// `what` says what has to be.
  TomlDocument(std::string name, std::string text,
               std::string_view what = "rules are");

  const std::string& name() const { return name_; }
  const TomlValue& root() const { return root_; }

  /// Throws an InputError that points at `place`.
  [[noreturn]] void Fail(const TomlPlace& place,
                         std::string_view message) const;

 private:
  std::string name_;
  std::string text_;
  TomlValue root_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_RULES_TOML_DOCUMENT_H_
