// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_FABRIC_CLIQUES_H_
#define P2PCHECK_FABRIC_CLIQUES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace p2pcheck {

/// A square of bits: bit (i, j) is whether i reaches j.
class BitSquare {
 public:
  explicit BitSquare(size_t size)
      : size_(size), words_((size + 63) / 64), bits_(size * words_) {}

  size_t size() const { return size_; }
  size_t words() const { return words_; }
  const uint64_t* row(size_t i) const { return &bits_[i * words_]; }
  uint64_t* row(size_t i) { return &bits_[i * words_]; }
  bool Get(size_t i, size_t j) const { return row(i)[j / 64] >> j % 64 & 1; }
  void Set(size_t i, size_t j) { row(i)[j / 64] |= uint64_t{1} << j % 64; }
  /// Keeps a bit only where it is set both ways.
  void KeepMutual();

  friend bool operator==(const BitSquare& a, const BitSquare& b) {
    return a.size_ == b.size_ && a.bits_ == b.bits_;
  }

 private:
  size_t size_, words_;
  std::vector<uint64_t> bits_;
};

struct CliqueList {
  /// Ascending members each; larger cliques first, equal ones by members.
  std::vector<std::vector<uint32_t>> cliques;
  /// False: there are more; those here are the first that were found.
  bool complete = true;
};

/// The maximal sets of at least two in which every pair is set, both ways; the
/// diagonal does not count.  At most `most` of them.
CliqueList MaximalCliques(const BitSquare& mutual, size_t most);

}  // namespace p2pcheck

#endif  // P2PCHECK_FABRIC_CLIQUES_H_
