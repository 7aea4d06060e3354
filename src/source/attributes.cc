// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/attributes.h"

#include <charconv>

#include "source/file_system.h"

namespace p2pcheck {
namespace {

template <class T>
std::optional<T> ParseWhole(std::string_view text, int base) {
  T value = 0;
  const char* end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

// Takes the text before the next `separator` off the front.
std::string_view TakeUntil(std::string_view* text, char separator) {
  size_t end = std::min(text->find(separator), text->size());
  std::string_view part = text->substr(0, end);
  text->remove_prefix(std::min(end + 1, text->size()));
  return part;
}

// "10DE:2330"
void ParseIds(std::string_view text, std::optional<uint16_t>* vendor,
              std::optional<uint16_t>* device) {
  auto first = ParseWhole<uint16_t>(TakeUntil(&text, ':'), 16);
  auto second = ParseWhole<uint16_t>(text, 16);
  if (!first || !second) return;
  *vendor = first;
  *device = second;
}

}  // namespace

std::optional<uint64_t> ParseUnsigned(std::string_view text, int base) {
  bool prefixed = text.substr(0, 2) == "0x" || text.substr(0, 2) == "0X";
  if (prefixed && base != 10) {
    text.remove_prefix(2);
    base = 16;
  }
  return ParseWhole<uint64_t>(text, base == 0 ? 10 : base);
}

std::optional<int64_t> ParseSigned(std::string_view text) {
  return ParseWhole<int64_t>(text, 10);
}

Observed<uint16_t> ParseLinkSpeed(std::string_view text) {
  if (text.substr(0, 7) == "Unknown") return Absent{};
  std::string_view unit = text;
  std::string_view number = TakeUntil(&unit, ' ');
  if (unit.substr(0, 4) != "GT/s") return ReadFailure::kMalformed;
  auto whole = ParseWhole<uint16_t>(TakeUntil(&number, '.'), 10);
  auto tenth = ParseWhole<uint16_t>(number.empty() ? "0" : number, 10);
  if (!whole || !tenth || *whole > 1000 || number.size() > 1)
    return ReadFailure::kMalformed;
  return static_cast<uint16_t>(*whole * 10 + *tenth);
}

Observed<uint8_t> ParseLinkWidth(std::string_view text) {
  auto width = ParseWhole<uint8_t>(text, 10);
  if (!width) return ReadFailure::kMalformed;
  if (*width == 63) return ReadFailure::kUnreachable;
  if (*width == 0 || *width == 255) return Absent{};
  return *width;
}

std::optional<ResourceList> ParseResource(std::string_view text) {
  ResourceList out;
  while (!text.empty()) {
    std::string_view line = Trim(TakeUntil(&text, '\n'));
    if (line.empty()) continue;
    auto start = ParseUnsigned(TakeUntil(&line, ' '), 16);
    auto end = ParseUnsigned(TakeUntil(&line, ' '), 16);
    auto flags = ParseUnsigned(line, 16);
    if (!start || !end || !flags) return std::nullopt;
    out.push_back({*start, *end, *flags});
  }
  return out;
}

Uevent ParseUevent(std::string_view text) {
  Uevent out;
  while (!text.empty()) {
    std::string_view line = TakeUntil(&text, '\n');
    std::string_view key = TakeUntil(&line, '=');
    if (key == "DRIVER") out.driver = line;
    if (key == "PCI_CLASS") out.class_code = ParseWhole<uint32_t>(line, 16);
    if (key == "PCI_ID") ParseIds(line, &out.vendor, &out.device);
    if (key == "PCI_SUBSYS_ID")
      ParseIds(line, &out.subsystem_vendor, &out.subsystem_device);
  }
  return out;
}

}  // namespace p2pcheck
