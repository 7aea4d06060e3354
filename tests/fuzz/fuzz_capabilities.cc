// SPDX-License-Identifier: GPL-2.0-or-later
//
// Any config space is walked to an end, and hiding bytes of it never changes
// an answer into another: what is still answered is answered the same.
//
// The input is text, hex digits with any white space between, so that seeds
// can be read: a byte of flags (see Build), two for where bytes are hidden
// from, then patches of zeros: offset (two bytes), count (one), bytes.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "pci/acs.h"
#include "pci/capabilities.h"
#include "pci/express.h"

namespace {

using namespace p2pcheck;

class Input {
 public:
  Input(const uint8_t* data, size_t size) : at_(data), end_(data + size) {}

  bool empty() {
    while (at_ != end_ && *at_ <= ' ') ++at_;
    return at_ == end_;
  }
  uint8_t Byte() {
    uint8_t high = Digit();
    return static_cast<uint8_t>(high << 4 | Digit());
  }
  uint16_t Word() {
    uint8_t high = Byte();
    return static_cast<uint16_t>(high << 8 | Byte());
  }

 private:
  // Every byte is some digit.
  uint8_t Digit() {
    if (empty()) return 0;
    uint8_t c = *at_++;
    return (c >= 'a' ? c - 'a' + 10 : c) & 15;
  }

  const uint8_t* at_;
  const uint8_t* end_;
};

ConfigSpace Build(uint8_t flags, Input* input) {
  constexpr uint16_t kSizes[] = {0, 64, 256, 4096};
  std::vector<uint8_t> bytes(4096);
  while (!input->empty()) {
    size_t offset = input->Word() & 0xfff;
    for (int count = input->Byte(); count > 0; --count)
      bytes[offset++ & 0xfff] = input->Byte();
  }
  ConfigSpace space;
  space.Put(0, bytes.data(), kSizes[flags & 3]);
  // Nobody holds bytes beyond the end.
  uint16_t reach = std::max(kSizes[flags >> 4 & 3], kSizes[flags & 3]);
  if (flags >> 4 != 0) space.set_reach(reach);
  return space;
}

// Whether `hidden`, seen with fewer bytes, goes with `whole`.
template <class T>
bool Goes(const Observed<T>& hidden, const Observed<T>& whole) {
  return hidden.unknown() || hidden == whole;
}

bool Goes(const Observed<ExpressCapability>& hidden,
          const Observed<ExpressCapability>& whole) {
  if (!hidden.known() || !whole.known())
    return hidden.unknown() || hidden == whole;
  const ExpressCapability &a = hidden.value(), &b = whole.value();
  return a.type == b.type && Goes(a.max_payload, b.max_payload) &&
         Goes(a.current_speed, b.current_speed) &&
         Goes(a.max_speed, b.max_speed) &&
         Goes(a.current_width, b.current_width) &&
         Goes(a.max_width, b.max_width);
}

void Expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "hiding bytes changed: %s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  uint8_t flags = input.Byte();
  uint16_t cut = input.Word() & 0xfff;
  const ConfigSpace whole_space = Build(flags, &input);
  ConfigSpace hidden_space = whole_space;
  hidden_space.Truncate(cut, ReadFailure::kPermissionDenied);
  HeldConfig whole(whole_space), hidden(hidden_space);
  for (uint8_t id : {kCapExpress, kCapPciX, uint8_t{0xff}})
    Expect(Goes(FindCapability(hidden, id), FindCapability(whole, id)),
           "a capability");
  for (uint16_t id : {kExtCapAcs, kExtCapAts, kExtCapSriov})
    Expect(Goes(FindExtendedCapability(hidden, id),
                FindExtendedCapability(whole, id)),
           "an extended capability");
  Expect(Goes(DecodeExpress(hidden), DecodeExpress(whole)), "Express");
  Expect(Goes(DecodeAcs(hidden), DecodeAcs(whole)), "ACS");
  Expect(whole_space.ReadsAllOnes() || !hidden_space.ReadsAllOnes(), "ones");
  return 0;
}
