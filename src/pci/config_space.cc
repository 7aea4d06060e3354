// SPDX-License-Identifier: GPL-2.0-or-later
#include "pci/config_space.h"

#include <algorithm>

namespace p2pcheck {

void ConfigSpace::Put(uint16_t offset, const uint8_t* bytes, size_t size) {
  if (size == 0) return;
  size_t end = offset + size;
  // Runs that overlap or touch [offset, end) become one with it.
  auto first = std::find_if(runs_.begin(), runs_.end(), [&](const Run& run) {
    return run.offset + run.bytes.size() >= offset;
  });
  auto last = std::find_if(first, runs_.end(),
                           [&](const Run& run) { return run.offset > end; });
  if (first == last) {
    runs_.insert(first, Run{offset, {bytes, bytes + size}});
    return;
  }
  uint16_t begin = std::min(first->offset, offset);
  const Run& tail = *(last - 1);
  size_t stop = std::max(end, tail.offset + tail.bytes.size());
  if (first + 1 == last && begin == first->offset) {
    // The common case, reading upwards: grow in place.
    first->bytes.resize(stop - begin);
    std::copy(bytes, bytes + size, first->bytes.begin() + (offset - begin));
    return;
  }
  Run merged{begin, std::vector<uint8_t>(stop - begin)};
  for (auto run = first; run != last; ++run)
    std::copy(run->bytes.begin(), run->bytes.end(),
              merged.bytes.begin() + (run->offset - begin));
  std::copy(bytes, bytes + size, merged.bytes.begin() + (offset - begin));
  *first = std::move(merged);
  runs_.erase(first + 1, last);
}

void ConfigSpace::Truncate(uint16_t offset, ReadFailure why) {
  while (!runs_.empty() && runs_.back().offset >= offset) runs_.pop_back();
  if (!runs_.empty()) {
    Run& run = runs_.back();
    if (run.offset + run.bytes.size() > offset)
      run.bytes.resize(offset - run.offset);
  }
  rest_ = why;
}

const uint8_t* ConfigSpace::Find(uint16_t offset, size_t size) const {
  for (const Run& run : runs_) {
    if (run.offset > offset) return nullptr;
    if (offset + size <= run.offset + run.bytes.size())
      return run.bytes.data() + (offset - run.offset);
  }
  return nullptr;
}

bool ConfigSpace::Holds(uint16_t offset, size_t size) const {
  return Find(offset, size) != nullptr;
}

template <class T>
Observed<T> ConfigSpace::Read(uint16_t offset) const {
  if (const uint8_t* bytes = Find(offset, sizeof(T))) {
    T value = 0;
    for (size_t i = sizeof(T); i-- > 0;)
      value = static_cast<T>(uint64_t{value} << 8 | bytes[i]);
    return value;
  }
  if (reach_.known() && offset + sizeof(T) > reach_.value()) return Absent{};
  return rest_;
}

Observed<uint8_t> ConfigSpace::Byte(uint16_t offset) const {
  return Read<uint8_t>(offset);
}

Observed<uint16_t> ConfigSpace::Word(uint16_t offset) const {
  return Read<uint16_t>(offset);
}

Observed<uint32_t> ConfigSpace::Dword(uint16_t offset) const {
  return Read<uint32_t>(offset);
}

bool ConfigSpace::ReadsAllOnes() const {
  return Dword(0x00).Is(0xffffffff) && Dword(0x08).Is(0xffffffff) &&
         Dword(0x0c).Is(0xffffffff);
}

}  // namespace p2pcheck
