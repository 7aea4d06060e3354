// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot/serial_number.h"

#include <algorithm>
#include <vector>

namespace p2pcheck {
namespace {

constexpr uint16_t kSerialNumberId = 0x0003;
constexpr uint16_t kFirst = 0x100;
constexpr int kMaxSteps = 480;  // (4096 - 256) / 8

// Notes the capabilities on the chain.  False: the chain leads to a byte that
// is not held.
bool FollowChain(const ConfigSpace& space, std::vector<uint16_t>* found) {
  uint16_t offset = kFirst;
  for (int step = 0; step < kMaxSteps && offset >= kFirst; ++step) {
    auto header = space.Dword(offset);
    if (!header.known()) return header.absent();
    if (header.value() == 0 || header.value() == 0xffffffff) return true;
    if ((header.value() & 0xffff) == kSerialNumberId) found->push_back(offset);
    offset = header.value() >> 20 & 0xffc;
  }
  return true;
}

// Notes everything that looks like one: its ID, version 1, and a pointer that
// leads somewhere or ends the list.
void Guess(const ConfigSpace& space, std::vector<uint16_t>* found) {
  for (uint16_t offset = kFirst; offset < 4096; offset += 4) {
    auto header = space.Dword(offset);
    if (!header.known() || (header.value() & 0xfffff) != 0x10003) continue;
    uint32_t next = header.value() >> 20;
    if (next == 0 || (next >= kFirst && next % 4 == 0))
      found->push_back(offset);
  }
}

void Wipe(ConfigSpace* space, uint16_t begin) {
  constexpr uint8_t kZero = 0;
  uint16_t end = std::min(begin + 8, 4096);
  for (uint16_t offset = begin; offset < end; ++offset)
    if (space->Holds(offset, 1)) space->Put(offset, &kZero, 1);
}

}  // namespace

void WipeSerialNumbers(ConfigSpace* space) {
  // Collected before any is wiped: a body that another chain entry overlaps
  // must not hide that one.
  if (space->runs().empty()) return;
  const ConfigSpace::Run& last = space->runs().back();
  if (last.offset + last.bytes.size() <= kFirst) return;
  std::vector<uint16_t> found;
  if (!FollowChain(*space, &found)) Guess(*space, &found);
  for (uint16_t offset : found) Wipe(space, offset + 4);
}

}  // namespace p2pcheck
