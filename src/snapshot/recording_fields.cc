// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot/recording_fields.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "snapshot/field_text.h"
#include "snapshot/hex_rows.h"

namespace p2pcheck {
namespace {

[[noreturn]] void Fail(size_t offset, std::string message) {
  throw FieldTextError{offset, std::move(message)};
}

[[noreturn]] void FailTwice() { Fail(0, "this field was given before"); }

// A cause of a later version is still a cause.
ReadFailure ParseFailure(std::string_view text) {
  if (text.empty()) Fail(0, "expected why it is unknown");
  return ReadFailureFromName(text);
}

template <class T>
void SetValue(std::string_view text, Observed<T>* field) {
  if (field->known()) FailTwice();
  T value{};
  ParseField(text, &value);
  *field = std::move(value);
}

// A line of a list adds one element; "none" says that there are none.
template <class List, class Element, class Add>
void AddElement(std::string_view text, Observed<List>* field, Add add) {
  if (!field->known()) *field = List();
  if (text == "none") return;
  Element element{};
  ParseField(text, &element);
  add(&field->value(), std::move(element));
}

template <class Element>
void SetValue(std::string_view text, Observed<std::vector<Element>>* field) {
  AddElement<std::vector<Element>, Element>(
      text, field, [](std::vector<Element>* list, Element&& element) {
        list->push_back(std::move(element));
      });
}

template <class Key, class T>
void SetValue(std::string_view text, Observed<std::map<Key, T>>* field) {
  AddElement<std::map<Key, T>, std::pair<Key, T>>(
      text, field, [](std::map<Key, T>* map, std::pair<Key, T>&& element) {
        if (!map->insert(std::move(element)).second)
          Fail(0, "this key was given before");
      });
}

template <class T>
void SetField(std::string_view text, Observed<T>* field) {
  // A list grows line by line; anything else is said once.
  if (!field->known() && !(*field == Observed<T>())) FailTwice();
  bool absent = text == "-";
  bool failed = text.substr(0, 2) == "? ";
  if ((absent || failed) && field->known()) FailTwice();
  if (absent)
    *field = Absent{};
  else if (failed)
    *field = ParseFailure(text.substr(2));
  else
    SetValue(text, field);
}

template <class Record>
using Setters =
    std::unordered_map<std::string_view,
                       std::function<void(std::string_view, Record*)>>;

// "12 type DMA-FQ"
void ReadGroup(std::string_view text, HostSnapshot* snapshot) {
  size_t offset = 0;
  uint32_t number = 0;
  text = ParseWord(text, &offset, &number);
  IommuGroupRecord& group = snapshot->groups[number];
  size_t space = std::min(text.find(' '), text.size());
  std::string_view name = text.substr(0, space);
  if (name.empty()) return;
  std::string_view value = text.substr(std::min(space + 1, text.size()));
  try {
    if (name == "type") return SetField(value, &group.type);
    if (name == "reserved_region")
      return SetField(value, &group.reserved_regions);
  } catch (FieldTextError& error) {
    error.offset += offset + space + 1;
    throw;
  }
  Fail(offset, "expected type or reserved_region");
}

// "pci10000:00 0000:00:0e.0"
void ReadNestedRootBus(std::string_view text, HostSnapshot* snapshot) {
  size_t offset = 0;
  RootBus bus;
  PciAddress function;
  text = ParseWord(text, &offset, &bus);
  text = ParseWord(text, &offset, &function);
  if (!text.empty()) Fail(offset, "expected nothing more here");
  if (!snapshot->nested_root_buses.emplace(bus, function).second)
    Fail(0, "this root bus was given before");
}

// "4096 rest permission-denied", "? read-error rest read-error"
void ReadConfigSpace(std::string_view text, FunctionRecord* record) {
  size_t rest = text.rfind(" rest ");
  if (rest == text.npos) Fail(0, "expected REACH rest WHY");
  Observed<uint16_t> reach;
  SetField(text.substr(0, rest), &reach);
  if (reach.known() && reach.value() > kConfigSpaceSize)
    Fail(0, "expected a number from 0 to 4096");
  record->config.set_reach(reach);
  record->config.set_rest(ParseFailure(text.substr(rest + 6)));
}

// "0x300 0x1000"
void ReadConfigZero(std::string_view text, FunctionRecord* record) {
  size_t offset = 0;
  uint16_t from = 0, to = 0;
  text = ParseWord(text, &offset, &from);
  size_t to_offset = offset;
  text = ParseWord(text, &offset, &to);
  if (!text.empty()) Fail(offset, "expected nothing more here");
  if (to > kConfigSpaceSize) Fail(to_offset, "config space ends at 0x1000");
  if (to <= from) Fail(to_offset, "expected an end beyond the start");
  constexpr std::array<uint8_t, kConfigSpaceSize> kZeros{};
  record->config.Put(from, kZeros.data(), to - from);
}

Setters<HostSnapshot> MakeHostSetters() {
  Setters<HostSnapshot> setters;
  ForEachHostField([&](std::string_view name, auto field) {
    setters[name] = [field](std::string_view text, HostSnapshot* snapshot) {
      SetField(text, &(snapshot->host.*field));
    };
  });
  setters["group"] = ReadGroup;
  setters["nested_root_bus"] = ReadNestedRootBus;
  setters["complete"] = [](std::string_view text, HostSnapshot* snapshot) {
    ParseField(text, &snapshot->complete);
  };
  return setters;
}

Setters<FunctionRecord> MakeFunctionSetters() {
  Setters<FunctionRecord> setters;
  ForEachField([&](std::string_view name, auto field) {
    setters[name] = [field](std::string_view text, FunctionRecord* record) {
      SetField(text, &(record->*field));
    };
  });
  setters["config_space"] = ReadConfigSpace;
  setters["config_zero"] = ReadConfigZero;
  return setters;
}

template <class Record>
bool Apply(const Setters<Record>& setters, const FieldLine& line,
           Record* record) {
  auto found = setters.find(line.name);
  if (found == setters.end()) return false;
  found->second(line.value, record);
  return true;
}

}  // namespace

bool ReadHostField(const FieldLine& line, HostSnapshot* snapshot) {
  static const Setters<HostSnapshot> kSetters = MakeHostSetters();
  return Apply(kSetters, line, snapshot);
}

bool ReadFunctionField(const FieldLine& line, FunctionRecord* record) {
  static const Setters<FunctionRecord> kSetters = MakeFunctionSetters();
  return Apply(kSetters, line, record);
}

}  // namespace p2pcheck
