// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SNAPSHOT_HEX_ROWS_H_
#define P2PCHECK_SNAPSHOT_HEX_ROWS_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "pci/config_space.h"

namespace p2pcheck {

constexpr size_t kConfigSpaceSize = 4096;

/// Gathers the bytes of rows that follow one another, so that config space is
/// given them at once: one allocation of the right size a function.
class RowBuffer {
 public:
  /// Where a row that goes on would start.  0: nothing was gathered.
  size_t next() const { return end_; }

  void Add(size_t offset, const uint8_t* bytes, size_t size,
           ConfigSpace* config);
  void Flush(ConfigSpace* config);

  /// Reads as many rows of the plain form (16 bytes, going on where the last
  /// one ended, LF or CRLF) as stand at `at`; adds their number to `*lines`
  /// and returns where it stopped: the start of the first line that is
  /// something else.
  const char* TakePlainRows(const char* at, const char* end, size_t* lines);

 private:
  size_t begin_ = 0, end_ = 0;
  std::array<uint8_t, kConfigSpaceSize> bytes_;
};

/// One row in any form.
struct HexRow {
  size_t offset = 0;
  size_t size = 0;
  std::array<uint8_t, 16> bytes;
  /// Column of text that something else wrote into the row, after which the
  /// rest of its bytes is lost; npos: none.
  size_t foreign_text = std::string_view::npos;
};

/// What is wrong with a row, and in which column.
struct HexRowError {
  size_t column;
  std::string message;
};

/// Whether a line sets out to be a row, as "30: 0" does: two hex digits or
/// more, a colon, a space.  Among prose there must also be a word that could be
/// a byte, and one of the digits must be decimal: "bad: it fails" is no row,
/// and no row of lspci starts at an offset of letters alone.
bool LooksLikeRow(std::string_view line, bool among_prose);

/// Reads such a line.  Throws HexRowError.
HexRow ParseRow(std::string_view line);

}  // namespace p2pcheck

#endif  // P2PCHECK_SNAPSHOT_HEX_ROWS_H_
