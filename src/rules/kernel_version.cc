// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/kernel_version.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace p2pcheck {
namespace {

constexpr uint16_t kAnyPatch = 0xffff;

// Reads "6.1" or "6.1.176" off the front of `text`.
std::optional<KernelVersion> TakeVersion(std::string_view* text) {
  uint16_t numbers[3] = {};
  int count = 0;
  const char* at = text->data();
  const char* end = at + text->size();
  while (count < 3) {
    const char* number = count == 0 ? at : at + 1;
    if (count > 0 && (at == end || *at != '.')) break;
    auto [rest, error] = std::from_chars(number, end, numbers[count]);
    if (error == std::errc::result_out_of_range) return std::nullopt;
    if (error != std::errc()) break;
    at = rest;
    ++count;
  }
  if (count < 2) return std::nullopt;
  text->remove_prefix(at - text->data());
  KernelVersion version{numbers[0], numbers[1], std::nullopt};
  if (count == 3) version.patch = numbers[2];
  return version;
}

// The number of a release among all, with `patch` where it is not known.
uint64_t Order(const KernelVersion& version, uint16_t patch) {
  return uint64_t{version.major} << 32 | uint64_t{version.minor} << 16 |
         version.patch.value_or(patch);
}

uint64_t First(const KernelRange& range) { return Order(range.from, 0); }

uint64_t Last(const KernelRange& range) {
  return range.to ? Order(*range.to, kAnyPatch) : ~uint64_t{0};
}

bool Holds(const std::vector<KernelRange>& ranges, uint64_t order) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [order](const KernelRange& range) {
                       return First(range) <= order && order <= Last(range);
                     });
}

}  // namespace

std::string ToString(const KernelVersion& version) {
  std::string text = fmt::format("{}.{}", version.major, version.minor);
  if (version.patch) text += fmt::format(".{}", *version.patch);
  return text;
}

std::optional<KernelVersion> ParseKernelVersion(std::string_view text) {
  std::optional<KernelVersion> version = TakeVersion(&text);
  return text.empty() ? version : std::nullopt;
}

std::optional<KernelRange> ParseKernelRange(std::string_view text) {
  std::optional<KernelVersion> from = TakeVersion(&text);
  if (!from) return std::nullopt;
  KernelRange range{*from, *from};
  range.from.patch = from->patch.value_or(0);
  if (text.empty()) return range;
  if (text.front() != '-') return std::nullopt;
  text.remove_prefix(1);
  range.to = std::nullopt;
  if (text.empty()) return range;
  range.to = TakeVersion(&text);
  // "5.2-5.8" would leave open whether it means 5.8.0 or all of 5.8.
  bool whole = range.to && !range.to->patch;
  if (!range.to || text != (whole ? ".*" : "")) return std::nullopt;
  return First(range) <= Last(range) ? std::optional(range) : std::nullopt;
}

bool Overlap(const KernelRange& a, const KernelRange& b) {
  return First(a) <= Last(b) && First(b) <= Last(a);
}

Ternary Contains(const std::vector<KernelRange>& ranges,
                 const KernelVersion& version) {
  if (version.patch) return ToTernary(Holds(ranges, Order(version, 0)));
  // A release that is in beside one that is out: either the two ends of this
  // minor release differ, or some range begins between them.
  uint64_t lowest = Order(version, 0), highest = Order(version, kAnyPatch);
  bool in = Holds(ranges, lowest), out = !in;
  (Holds(ranges, highest) ? in : out) = true;
  for (const KernelRange& range : ranges) {
    uint64_t first = First(range);
    if (first <= lowest || first > highest) continue;
    in = true;
    if (!Holds(ranges, first - 1)) out = true;
  }
  return in && out ? Ternary::kUnknown : ToTernary(in);
}

Ternary Contains(const std::vector<KernelRange>& surely,
                 const std::vector<KernelRange>& perhaps,
                 const KernelVersion& version) {
  Ternary in = Contains(surely, version);
  if (in == Ternary::kYes) return in;
  bool unsure = Contains(perhaps, version) != Ternary::kNo;
  return unsure ? Ternary::kUnknown : in;
}

}  // namespace p2pcheck
