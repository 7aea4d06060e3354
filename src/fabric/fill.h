// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_FABRIC_FILL_H_
#define P2PCHECK_FABRIC_FILL_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace p2pcheck {

/// out[i] = bits[2], [1] or [0], as redirect[i] or else unsure[i] or neither
/// is above the level.  No branches: the compiler makes vectors of it.
void FillMixed(const uint8_t* redirect, const uint8_t* unsure, uint8_t level,
               const std::array<uint8_t, 3>& bits, size_t count, uint8_t* out);
void FillMixed(const uint32_t* redirect, const uint32_t* unsure, uint32_t level,
               const std::array<uint8_t, 3>& bits, size_t count, uint8_t* out);

/// out[i] = level[i] + plus.
void FillSums(const uint16_t* level, uint16_t plus, size_t count,
              uint16_t* out);

}  // namespace p2pcheck

#endif  // P2PCHECK_FABRIC_FILL_H_
