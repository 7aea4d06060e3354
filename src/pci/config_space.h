// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_PCI_CONFIG_SPACE_H_
#define P2PCHECK_PCI_CONFIG_SPACE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/observed.h"

namespace p2pcheck {

/// The bytes of one function's config space that somebody read, and what is
/// known about the bytes nobody read.
///
/// A byte at or beyond reach() is absent: the kernel cannot get there either.
/// A byte below it that is not held is unknown, for the reason rest() gives.
/// Where reach() is itself unknown, every byte not held is unknown.
class ConfigSpace {
 public:
  /// How far the kernel reaches, in bytes: 64, 256 or 4096 (the size sysfs
  /// gives the `config` file).
  const Observed<uint16_t>& reach() const { return reach_; }
  void set_reach(Observed<uint16_t> reach) { reach_ = std::move(reach); }

  /// Why a byte below reach() is not held.
  ReadFailure rest() const { return rest_; }
  void set_rest(ReadFailure why) { rest_ = why; }

  /// Adds bytes that were read at `offset`.  Later bytes win.
  void Put(uint16_t offset, const uint8_t* bytes, size_t size);

  /// Forgets every byte from `offset` on, `why` being the reason.
  void Truncate(uint16_t offset, ReadFailure why);

  Observed<uint8_t> Byte(uint16_t offset) const;
  Observed<uint16_t> Word(uint16_t offset) const;   ///< little endian
  Observed<uint32_t> Dword(uint16_t offset) const;  ///< little endian

  /// Whether every byte of a range is held.
  bool Holds(uint16_t offset, size_t size) const;

  /// Whether nothing answers: IDs, class and header type all read ones.  (A
  /// virtual function reads ones in its IDs only.)
  bool ReadsAllOnes() const;

  /// One run of bytes held.
  struct Run {
    uint16_t offset;
    std::vector<uint8_t> bytes;
    friend bool operator==(const Run& a, const Run& b) {
      return a.offset == b.offset && a.bytes == b.bytes;
    }
  };
  /// Ascending, never touching each other.
  const std::vector<Run>& runs() const { return runs_; }

  friend bool operator==(const ConfigSpace& a, const ConfigSpace& b) {
    return a.reach_ == b.reach_ && a.rest_ == b.rest_ && a.runs_ == b.runs_;
  }

 private:
  const uint8_t* Find(uint16_t offset, size_t size) const;
  template <class T>
  Observed<T> Read(uint16_t offset) const;

  std::vector<Run> runs_;
  Observed<uint16_t> reach_;
  ReadFailure rest_ = ReadFailure::kNotRecorded;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_PCI_CONFIG_SPACE_H_
