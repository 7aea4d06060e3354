// SPDX-License-Identifier: GPL-2.0-or-later
//
// A dump of 13,000 functions is 170 MB of rows, so those of the plain form
// take a path of their own: 16 pairs of digits through a table of 256 bytes,
// no search for the line's end (it has one length), no copy of the line, no
// allocation.  "30: 00 11 ... ff\n" fits; a row with 4 bytes, one that leaves
// a gap, or one with a wrong digit does not, and is left to ParseRow, which
// tells what is wrong.
#include "snapshot/hex_rows.h"

#include <cstring>

namespace p2pcheck {
namespace {

constexpr uint8_t kNoDigit = 0xff;
constexpr size_t kRowBytes = 16;
constexpr size_t kRowText = kRowBytes * 3 - 1;

constexpr std::array<uint8_t, 256> MakeDigits() {
  std::array<uint8_t, 256> digits{};
  for (uint8_t& digit : digits) digit = kNoDigit;
  for (uint8_t i = 0; i < 10; ++i) digits['0' + i] = i;
  for (uint8_t i = 0; i < 6; ++i)
    digits['a' + i] = digits['A' + i] = static_cast<uint8_t>(10 + i);
  return digits;
}

constexpr std::array<uint8_t, 256> kDigits = MakeDigits();

uint8_t Digit(char c) { return kDigits[static_cast<uint8_t>(c)]; }
bool IsDigit(char c) { return Digit(c) != kNoDigit; }

// Decodes "00 11 ... ff".  False: not of that form.
bool TakeBytes(const char* text, uint8_t* bytes) {
  unsigned wrong = 0;
  for (size_t i = 0; i < kRowBytes; ++i) {
    uint8_t high = Digit(text[3 * i]), low = Digit(text[3 * i + 1]);
    wrong |= high | low;  // 0xff leaves a high bit
    if (i + 1 < kRowBytes) wrong |= (text[3 * i + 2] ^ ' ') << 8;
    bytes[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return (wrong & ~0xfu) == 0;
}

// The length of "30: " or "130: " at `at` if it names `offset`; else 0.
size_t TakeLabel(const char* at, size_t offset) {
  size_t digits = offset < 0x100 ? 2 : 3;
  size_t value = 0;
  unsigned wrong = 0;
  for (size_t i = 0; i < digits; ++i) {
    wrong |= Digit(at[i]) & 0xf0u;
    value = value << 4 | Digit(at[i]);
  }
  bool right = wrong == 0 && value == offset && at[digits] == ':' &&
               at[digits + 1] == ' ';
  return right ? digits + 2 : 0;
}

// The length of the line end at `at`; 0 where the line goes on.
size_t TakeLineEnd(const char* at) {
  if (at[0] == '\n') return 1;
  return at[0] == '\r' && at[1] == '\n' ? 2 : 0;
}

size_t CountDigits(std::string_view text) {
  size_t count = 0;
  while (count < text.size() && IsDigit(text[count])) ++count;
  return count;
}

std::string_view WordAt(std::string_view line, size_t column) {
  return line.substr(column, line.find(' ', column) - column);
}

// A byte of two digits where only one or none is right is a mistake; a longer
// word with letters no digit has is a message of a program that shared the
// terminal ("pcilib: sysfs_read_vpd: read failed").
bool IsForeign(std::string_view word) {
  return word.size() > 2 && CountDigits(word) < word.size();
}

size_t ParseOffset(std::string_view line, size_t digits) {
  size_t offset = 0;
  for (size_t i = 0; i < digits && offset < kConfigSpaceSize; ++i)
    offset = offset << 4 | Digit(line[i]);
  if (offset >= kConfigSpaceSize)
    throw HexRowError{0, "config space ends at offset 1000"};
  return offset;
}

void AddByte(std::string_view word, size_t column, HexRow* row) {
  size_t digits = CountDigits(word);
  if (word.size() != 2 || digits != 2)
    throw HexRowError{column + (digits < 2 ? digits : 2),
                      "expected two hex digits"};
  if (row->size == kRowBytes)
    throw HexRowError{column, "more than 16 bytes in a row"};
  if (row->offset + row->size == kConfigSpaceSize)
    throw HexRowError{column, "config space ends at offset 1000"};
  row->bytes[row->size++] =
      static_cast<uint8_t>(Digit(word[0]) << 4 | Digit(word[1]));
}

}  // namespace

void RowBuffer::Add(size_t offset, const uint8_t* bytes, size_t size,
                    ConfigSpace* config) {
  if (size == 0) return;
  if (offset != end_ || begin_ == end_) {
    Flush(config);
    begin_ = end_ = offset;
  }
  std::memcpy(bytes_.data() + end_, bytes, size);
  end_ += size;
}

void RowBuffer::Flush(ConfigSpace* config) {
  config->Put(static_cast<uint16_t>(begin_), bytes_.data() + begin_,
              end_ - begin_);
  begin_ = end_ = 0;
}

const char* RowBuffer::TakePlainRows(const char* at, const char* end,
                                     size_t* lines) {
  constexpr size_t kLongest = 5 + kRowText + 2;
  while (static_cast<size_t>(end - at) >= kLongest &&
         end_ + kRowBytes <= kConfigSpaceSize) {
    size_t label = TakeLabel(at, end_);
    if (label == 0 || !TakeBytes(at + label, bytes_.data() + end_)) break;
    size_t line_end = TakeLineEnd(at + label + kRowText);
    if (line_end == 0) break;
    end_ += kRowBytes;
    at += label + kRowText + line_end;
    ++*lines;
  }
  return at;
}

bool LooksLikeRow(std::string_view line, bool among_prose) {
  size_t digits = CountDigits(line);
  if (digits < 2 || line.substr(digits, 2) != ": ") return false;
  if (!among_prose) return true;
  if (line.find_first_of("0123456789") >= digits) return false;
  std::string_view word = WordAt(line, digits + 2);
  return !word.empty() && !IsForeign(word);
}

HexRow ParseRow(std::string_view line) {
  HexRow row;
  size_t digits = CountDigits(line);
  row.offset = ParseOffset(line, digits);
  for (size_t column = digits + 2; column < line.size();) {
    std::string_view word = WordAt(line, column);
    if (IsForeign(word)) {
      row.foreign_text = column;
      break;
    }
    if (!word.empty()) AddByte(word, column, &row);
    column += word.size() + 1;
  }
  return row;
}

}  // namespace p2pcheck
