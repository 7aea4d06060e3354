// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/html_texts.h"

#include "pci/address.h"

namespace p2pcheck {
namespace {

constexpr char kHole = '\x01';

bool IsHex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// The front of `text` that could be an address: hex digits, ':' and '.'.
std::string_view Word(std::string_view text) {
  size_t size = 0;
  while (size < text.size() &&
         (IsHex(text[size]) || text[size] == ':' || text[size] == '.'))
    ++size;
  while (size > 0 && !IsHex(text[size - 1])) --size;  // "..00.0." of a sentence
  return text.substr(0, size);
}

}  // namespace

FunctionIndex PageTexts::AddressAt(std::string_view text, size_t* size) const {
  std::string_view word = Word(text);
  constexpr size_t kShortest = 12;  // "0000:00:00.0"
  if (word.size() < kShortest) return kNoIndex;
  auto address = ParsePciAddress(word);
  if (!address || ToString(*address) != word) return kNoIndex;
  *size = word.size();
  return topology_.Find(*address);
}

uint32_t PageTexts::AddText(const std::string& text) {
  auto [at, added] =
      text_numbers_.try_emplace(text, static_cast<uint32_t>(texts_.size()));
  if (added) texts_.push_back(text);
  return at->second;
}

uint32_t PageTexts::Add(const Line& line) {
  std::string form;
  std::vector<uint32_t> key = {AddText(std::string(line.label)), 0};
  std::string_view rest = line.text;
  bool inside = false;  // a word: no address begins there
  while (!rest.empty()) {
    size_t size = 1;
    FunctionIndex function = inside ? kNoIndex : AddressAt(rest, &size);
    if (function == kNoIndex) {
      size = 1;
      form += rest[0] == kHole ? '?' : rest[0];
    } else {
      form += kHole;
      key.push_back(function);
    }
    inside = IsHex(rest[size - 1]) || rest[size - 1] == ':';
    rest.remove_prefix(size);
  }
  key[1] = AddText(form);
  auto [at, added] =
      line_numbers_.try_emplace(key, static_cast<uint32_t>(lines_.size()));
  if (added) lines_.push_back(key);
  return at->second;
}

std::vector<uint32_t> PageTexts::Add(const Lines& lines) {
  std::vector<uint32_t> numbers;
  for (const Line& line : lines) numbers.push_back(Add(line));
  return numbers;
}

void PageTexts::Write(JsonWriter& json) const {
  json.Key("texts").BeginArray();
  for (const std::string& text : texts_) json.String(text);
  json.EndArray().Key("lines").BeginArray();
  for (const auto& line : lines_) {
    json.BeginArray();
    for (uint32_t number : line) json.Number(number);
    json.EndArray();
  }
  json.EndArray();
}

}  // namespace p2pcheck
