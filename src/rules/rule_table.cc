// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/rule_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/nearest_word.h"

namespace p2pcheck {
namespace {

std::string_view TypeWord(TomlValue::Type type) {
  switch (type) {
    case TomlValue::Type::kString: return "a string";
    case TomlValue::Type::kInteger: return "a whole number";
    case TomlValue::Type::kBoolean: return "true or false";
    case TomlValue::Type::kArray: return "a list of strings";
    case TomlValue::Type::kTable: return "a table";
    case TomlValue::Type::kOther: break;
  }
  return "something else";
}

// All of `text` as hex digits, `digits` of them.
std::optional<uint32_t> ParseHex(std::string_view text, size_t digits) {
  uint32_t value = 0;
  const char* end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, value, 16);
  if (text.size() != digits || error != std::errc() || rest != end)
    return std::nullopt;
  return value;
}

std::optional<DeviceRange> ParseDeviceRange(std::string_view text) {
  bool range = text.size() == 9 && text[4] == '-';
  std::optional<uint32_t> first = ParseHex(range ? text.substr(0, 4) : text, 4);
  std::optional<uint32_t> last = range ? ParseHex(text.substr(5), 4) : first;
  if (!first || !last || *last < *first) return std::nullopt;
  return DeviceRange{static_cast<uint16_t>(*first),
                     static_cast<uint16_t>(*last)};
}

std::optional<uint8_t> ParseDevfn(std::string_view text) {
  if (text.size() != 4 || text[2] != '.') return std::nullopt;
  std::optional<uint32_t> device = ParseHex(text.substr(0, 2), 2);
  std::optional<uint32_t> function = ParseHex(text.substr(3), 1);
  if (!device || !function || *device > 31 || *function > 7)
    return std::nullopt;
  return static_cast<uint8_t>(*device << 3 | *function);
}

// " (did you mean 'device'?)"
std::string Suggestion(std::string_view text,
                       std::initializer_list<std::string_view> known) {
  std::string_view near = NearestWord(text, known);
  return near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near);
}

}  // namespace

std::optional<DeviceId> ParseDeviceId(std::string_view text) {
  if (text.size() < 6 || text[4] != ':') return std::nullopt;
  std::optional<uint32_t> vendor = ParseHex(text.substr(0, 4), 4);
  if (!vendor) return std::nullopt;
  DeviceId id{static_cast<uint16_t>(*vendor), std::nullopt};
  if (text.substr(5) == "*") return id;
  std::optional<uint32_t> device = ParseHex(text.substr(5), 4);
  if (!device) return std::nullopt;
  id.device = static_cast<uint16_t>(*device);
  return id;
}

std::string ToString(const DeviceId& id) {
  if (!id.device) return fmt::format("{:04x}:*", id.vendor);
  return fmt::format("{:04x}:{:04x}", id.vendor, *id.device);
}

RuleTable::RuleTable(const TomlDocument& document, std::string name,
                     const TomlValue& table,
                     std::initializer_list<std::string_view> keys)
    : document_(document), name_(std::move(name)), table_(table) {
  if (table.type != TomlValue::Type::kTable)
    Fail(table, fmt::format("{} must be a table", name_));
  for (const TomlMember& member : table.members)
    if (std::find(keys.begin(), keys.end(), member.key) == keys.end())
      document.Fail(member.place,
                    fmt::format("unknown key '{}' in {}{}; known are {}",
                                member.key, name_, Suggestion(member.key, keys),
                                fmt::join(keys, ", ")));
}

std::string RuleTable::String(std::string_view key) const {
  const TomlValue& value = Get(key, TomlValue::Type::kString);
  if (value.text.empty()) Fail(value, fmt::format("'{}' is empty", key));
  return value.text;
}

bool RuleTable::Boolean(std::string_view key) const {
  return Get(key, TomlValue::Type::kBoolean).number != 0;
}

uint32_t RuleTable::Integer(std::string_view key, uint32_t most) const {
  const TomlValue& value = Get(key, TomlValue::Type::kInteger);
  if (value.number < 0 || value.number > most)
    Fail(value, fmt::format("'{}' must lie between 0 and {:#x}", key, most));
  return static_cast<uint32_t>(value.number);
}

size_t RuleTable::OneOf(std::string_view key,
                        std::initializer_list<std::string_view> words) const {
  const TomlValue& value = Get(key, TomlValue::Type::kString);
  auto found = std::find(words.begin(), words.end(), value.text);
  if (found == words.end())
    Fail(value,
         fmt::format("'{}' must be one of {}{}", key, fmt::join(words, ", "),
                     Suggestion(value.text, words)));
  return found - words.begin();
}

KernelVersion RuleTable::MinorRelease(std::string_view key) const {
  const TomlValue& value = Get(key, TomlValue::Type::kString);
  std::optional<KernelVersion> version = ParseKernelVersion(value.text);
  if (!version || version->patch)
    Fail(value, fmt::format("'{}' must be a release like \"5.18\"", key));
  return *version;
}

std::vector<DeviceId> RuleTable::Ids(std::string_view key) const {
  std::vector<DeviceId> ids;
  for (const TomlValue& item : List(key)) {
    std::optional<DeviceId> id = ParseDeviceId(item.text);
    if (!id) Fail(item, "expected vendor:device like \"8086:2030\"");
    ids.push_back(*id);
  }
  return ids;
}

DeviceId RuleTable::Id(std::string_view key) const {
  const TomlValue& value = Get(key, TomlValue::Type::kString);
  std::optional<DeviceId> id = ParseDeviceId(value.text);
  if (!id) Fail(value, "expected vendor:device like \"8086:2030\"");
  return *id;
}

std::vector<KernelRange> RuleTable::Kernels(std::string_view key) const {
  std::vector<KernelRange> ranges;
  for (const TomlValue& item : List(key)) {
    std::optional<KernelRange> range = ParseKernelRange(item.text);
    if (!range)
      Fail(item,
           "expected releases like \"5.18\", \"5.18-\", \"5.2-5.8.*\" or "
           "\"7.0.1-7.0.13\"");
    ranges.push_back(*range);
  }
  return ranges;
}

std::vector<std::string> RuleTable::Strings(std::string_view key) const {
  std::vector<std::string> texts;
  for (const TomlValue& item : List(key)) {
    if (item.text.empty()) Fail(item, "must not be empty");
    texts.push_back(item.text);
  }
  return texts;
}

std::vector<KernelFeature> RuleTable::Features(std::string_view key) const {
  std::vector<KernelFeature> features;
  for (const TomlValue& item : List(key)) {
    std::optional<KernelFeature> feature = KernelFeatureFromName(item.text);
    if (!feature) Fail(item, "no such kernel feature");
    features.push_back(*feature);
  }
  return features;
}

std::vector<std::string> RuleTable::Among(
    std::string_view key, std::string_view what,
    const std::vector<std::string_view>& known) const {
  for (const TomlValue& item : List(key))
    if (std::find(known.begin(), known.end(), item.text) == known.end())
      Fail(item, fmt::format("{} that nobody looks for", what));
  return Strings(key);
}

std::string RuleTable::Joined(std::string_view key) const {
  std::vector<std::string_view> texts;
  for (const TomlValue& item : List(key)) texts.push_back(item.text);
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::pair<uint32_t, uint32_t> RuleTable::ClassCode(std::string_view key) const {
  const TomlValue& value = Get(key, TomlValue::Type::kString);
  for (size_t digits : {2, 4, 6}) {
    std::optional<uint32_t> number = ParseHex(value.text, digits);
    if (!number) continue;
    unsigned shift = 4 * (6 - digits);
    return {*number << shift, (0xffffffu << shift) & 0xffffff};
  }
  Fail(value, "expected 2, 4 or 6 hex digits like \"0302\"");
}

std::vector<DeviceRange> RuleTable::DeviceRanges(std::string_view key) const {
  std::vector<DeviceRange> ranges;
  for (const TomlValue& item : List(key)) {
    std::optional<DeviceRange> range = ParseDeviceRange(item.text);
    if (!range)
      Fail(item, "expected device numbers like \"af84\", \"a000-a7ff\"");
    ranges.push_back(*range);
  }
  return ranges;
}

std::vector<uint8_t> RuleTable::Devfns(std::string_view key) const {
  std::vector<uint8_t> devfns;
  for (const TomlValue& item : List(key)) {
    std::optional<uint8_t> devfn = ParseDevfn(item.text);
    if (!devfn) Fail(item, "expected device.function like \"12.3\"");
    devfns.push_back(*devfn);
  }
  return devfns;
}

void RuleTable::Fail(std::string_view key, std::string_view message) const {
  const TomlValue* value = Find(key);
  Fail(value ? *value : table_, message);
}

void RuleTable::FailAt(std::string_view key, size_t item,
                       std::string_view message) const {
  Fail(List(key).at(item), message);
}

std::string RuleTable::Where() const {
  return fmt::format("{}:{}", document_.name(), table_.place.line);
}

const TomlValue* RuleTable::Find(std::string_view key) const {
  for (const TomlMember& member : table_.members)
    if (member.key == key) return &member.value;
  return nullptr;
}

const TomlValue& RuleTable::Get(std::string_view key) const {
  const TomlValue* value = Find(key);
  if (!value) Fail(table_, fmt::format("{} has no '{}'", name_, key));
  return *value;
}

const TomlValue& RuleTable::Get(std::string_view key,
                                TomlValue::Type type) const {
  const TomlValue& value = Get(key);
  if (value.type != type)
    Fail(value, fmt::format("'{}' must be {}", key, TypeWord(type)));
  return value;
}

const std::vector<TomlValue>& RuleTable::List(std::string_view key) const {
  static const std::vector<TomlValue> kNone;
  if (!Has(key)) return kNone;
  const TomlValue& list = Get(key, TomlValue::Type::kArray);
  if (list.items.empty()) Fail(list, fmt::format("'{}' is empty", key));
  for (const TomlValue& item : list.items)
    if (item.type != TomlValue::Type::kString)
      Fail(item, fmt::format("'{}' must be a list of strings", key));
  return list.items;
}

void RuleTable::Fail(const TomlValue& at, std::string_view message) const {
  document_.Fail(at.place, message);
}

}  // namespace p2pcheck
