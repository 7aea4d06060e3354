// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_RULES_MAP_TYPE_H_
#define P2PCHECK_RULES_MAP_TYPE_H_

#include <cstdint>
#include <string_view>

namespace p2pcheck {

/// How the kernel would map a provider's memory for a client (enum
/// pci_p2pdma_map_type; the kernel's own numbers moved in 6.16, ours are bits
/// of a set).
enum class MapType : uint8_t {
  kNotSupported = 1,
  kBusAddr = 2,
  kThruHostBridge = 4,
};

/// The outcomes that are still possible.  Never empty for a verdict.
class MapTypeSet {
 public:
  constexpr MapTypeSet() = default;
  constexpr MapTypeSet(MapType type)  // NOLINT: one outcome is a set
      : bits_(static_cast<uint8_t>(type)) {}
  static constexpr MapTypeSet All() { return FromBits(7); }
  static constexpr MapTypeSet FromBits(uint8_t bits) {
    MapTypeSet set;
    set.bits_ = bits & 7;
    return set;
  }

  constexpr uint8_t bits() const { return bits_; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr bool Has(MapType type) const {
    return (bits_ & static_cast<uint8_t>(type)) != 0;
  }
  /// Whether exactly one outcome is left.
  constexpr bool decided() const {
    return bits_ == 1 || bits_ == 2 || bits_ == 4;
  }
  /// Whether every outcome of this set is in the other.
  constexpr bool Within(MapTypeSet other) const {
    return (bits_ & ~other.bits_) == 0;
  }
  constexpr MapTypeSet Without(MapType type) const {
    return FromBits(bits_ & static_cast<uint8_t>(~static_cast<uint8_t>(type)));
  }

  friend constexpr MapTypeSet operator|(MapTypeSet a, MapTypeSet b) {
    return FromBits(a.bits_ | b.bits_);
  }
  friend constexpr MapTypeSet operator&(MapTypeSet a, MapTypeSet b) {
    return FromBits(a.bits_ & b.bits_);
  }
  friend constexpr bool operator==(MapTypeSet a, MapTypeSet b) {
    return a.bits_ == b.bits_;
  }

 private:
  uint8_t bits_ = 0;
};

inline constexpr MapType kMapTypes[] = {
    MapType::kNotSupported, MapType::kBusAddr, MapType::kThruHostBridge};

constexpr MapTypeSet operator|(MapType a, MapType b) {
  return MapTypeSet(a) | MapTypeSet(b);
}

/// "NOT_SUPPORTED", "BUS_ADDR", "THRU_HOST_BRIDGE": the kernel's words.
std::string_view MapTypeName(MapType type);

}  // namespace p2pcheck

#endif  // P2PCHECK_RULES_MAP_TYPE_H_
