// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot/lspci_regions.h"

#include "snapshot/words.h"

namespace p2pcheck {
namespace {

// IORESOURCE_* of the kernel, and the low bits of the register.
constexpr uint64_t kIo = 0x101;
constexpr uint64_t kMemory = 0x200;
constexpr uint64_t kMemory1M = 0x002;
constexpr uint64_t kMemory64 = 0x100004;
constexpr uint64_t kPrefetchable = 0x2008;
constexpr uint64_t kRom = 0x4200;
constexpr size_t kRomLine = 6;

std::string_view SkipVirtual(std::string_view text) {
  return IfStartsWith(text, "[virtual] ").value_or(text);
}

// "[size=16M]"
std::optional<uint64_t> SizeIn(std::string_view text) {
  auto rest = After(text, "[size=");
  auto number = rest ? TakeNumber<uint32_t>(*rest) : std::nullopt;
  if (!number || *number == 0) return std::nullopt;
  size_t unit = rest->find_first_not_of("0123456789");
  if (unit == rest->npos) return std::nullopt;
  if ((*rest)[unit] == ']') return *number;
  size_t power = std::string_view("KMGT").find((*rest)[unit]);
  if (power == std::string_view::npos || *number > 0xffff) return std::nullopt;
  return uint64_t{*number} << 10 * (power + 1);
}

// What is said between the address and the size.
uint64_t FlagsIn(std::string_view text) {
  uint64_t flags = kMemory;
  if (After(text, "(64-bit,")) flags |= kMemory64;
  if (After(text, "(low-1M,")) flags |= kMemory1M;
  if (After(text, ", prefetchable)")) flags |= kPrefetchable;
  return flags;
}

}  // namespace

void LspciRegions::ReadLine(std::string_view text) {
  text = SkipVirtual(text);
  if (IfStartsWith(text, "Expansion ROM at ")) {
    unsure_ |= !Keep(kRomLine, text);
  } else if (auto region = IfStartsWith(text, "Region ")) {
    auto index = TakeNumber<size_t>(*region);
    auto rest = After(*region, ": ");
    has_region_ = true;
    unsure_ |= !index || *index >= kRomLine || !rest ||
               !Keep(*index, SkipVirtual(*rest));
  }
}

// False: "<ignored>", "<unassigned>", no size, or nothing we know.
bool LspciRegions::Keep(size_t index, std::string_view text) {
  bool memory = IfStartsWith(text, "Memory at ").has_value();
  bool io = IfStartsWith(text, "I/O ports at ").has_value();
  auto rest = After(text, " at ");
  if ((!memory && !io && index != kRomLine) || !rest) return false;
  auto start = TakeNumber<uint64_t>(*rest, 16);
  auto size = SizeIn(text);
  if (!start || !size || *start + (*size - 1) < *start) return false;
  uint64_t flags = index == kRomLine ? kRom : io ? kIo : FlagsIn(text);
  lines_[index] = {*start, *start + (*size - 1), flags};
  return true;
}

Observed<ResourceList> LspciRegions::Resource() const {
  if (!has_region_ || unsure_) return ReadFailure::kNotRecorded;
  return ResourceList(lines_.begin(), lines_.end());
}

}  // namespace p2pcheck
