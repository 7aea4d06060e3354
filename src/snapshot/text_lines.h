// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SNAPSHOT_TEXT_LINES_H_
#define P2PCHECK_SNAPSHOT_TEXT_LINES_H_

#include <string>
#include <string_view>

namespace p2pcheck {

/// A line of the input, cleaned, and its number (from 1).
struct TextLine {
  std::string_view text;  ///< valid until the next call to Next()
  size_t number = 0;
};

/// Hands out the lines of a text as people send it: LF or CRLF, a byte order
/// mark, no-break spaces where mail programs put them (given as spaces).
/// Throws InputError at a line that no text has: one with a NUL byte, or of
/// more than 64 KiB.
class TextLines {
 public:
  TextLines(std::string_view text, std::string_view name);

  /// Goes on with more text, which starts a line.
  void GoOnWith(std::string_view text);

  bool AtEnd() const { return at_ == end_; }
  TextLine Next();

  // For a reader that knows a faster way through lines of one kind.
  const char* position() const { return at_; }
  const char* end() const { return end_; }
  size_t left() const { return static_cast<size_t>(end_ - at_); }
  /// Goes on at `position`, `lines` line ends further.
  void Skip(const char* position, size_t lines) {
    at_ = position;
    number_ += lines;
  }

  const std::string& name() const { return name_; }

 private:
  std::string_view Clean(std::string_view line);

  const char* at_ = nullptr;
  const char* end_ = nullptr;
  size_t number_ = 0;
  std::string name_;
  std::string cleaned_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_SNAPSHOT_TEXT_LINES_H_
