// SPDX-License-Identifier: GPL-2.0-or-later
#include "fabric/fill.h"

namespace p2pcheck {
namespace {

template <class Level>
void Fill(const Level* __restrict redirect, const Level* __restrict unsure,
          Level level, std::array<uint8_t, 3> bits, size_t count,
          uint8_t* __restrict out) {
  const uint8_t no = bits[0], unknown = bits[1], yes = bits[2];
  for (size_t i = 0; i < count; ++i) {
    uint8_t milder = unsure[i] > level ? unknown : no;
    out[i] = redirect[i] > level ? yes : milder;
  }
}

}  // namespace

void FillMixed(const uint8_t* redirect, const uint8_t* unsure, uint8_t level,
               const std::array<uint8_t, 3>& bits, size_t count, uint8_t* out) {
  Fill(redirect, unsure, level, bits, count, out);
}

void FillMixed(const uint32_t* redirect, const uint32_t* unsure, uint32_t level,
               const std::array<uint8_t, 3>& bits, size_t count, uint8_t* out) {
  Fill(redirect, unsure, level, bits, count, out);
}

void FillSums(const uint16_t* __restrict level, uint16_t plus, size_t count,
              uint16_t* __restrict out) {
  for (size_t i = 0; i < count; ++i)
    out[i] = static_cast<uint16_t>(level[i] + plus);
}

}  // namespace p2pcheck
