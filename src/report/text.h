// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_TEXT_H_
#define P2PCHECK_REPORT_TEXT_H_

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "report/judgement.h"
#include "report/lines.h"

namespace p2pcheck {

/// Columns a UTF-8 text takes, one a code point.
size_t ColumnsOf(std::string_view text);

/// The text, or its front and an ellipsis, in at most `columns`.
std::string Fit(std::string_view text, size_t columns);

/// Writes "  LABEL  text", broken at blanks so that it fits the width and
/// further lines start below the first word.
void WriteLabelled(std::string_view label, std::string_view text,
                   const TextStyle& style, std::ostream& out);

/// Each line as WriteLabelled has it.
void WriteLines(const Lines& lines, const TextStyle& style, std::ostream& out);

/// The text as lines that fit the width: the first one begins with `first`, the
/// others with `rest`.  Broken at blanks, where there is a choice at two of
/// them, which stand between fields; a word that is too long is not broken.
std::vector<std::string> Wrapped(std::string_view first, std::string_view rest,
                                 std::string_view text, size_t width);

/// A table whose columns are as wide as their widest cell.  A row that the
/// terminal cannot hold goes on in further lines, below its second column.
class TextTable {
 public:
  void AddRow(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  void Write(size_t indent, const TextStyle& style, std::ostream& out) const;

 private:
  using Row = std::vector<std::string>;
  void WriteRow(const Row& row, const std::vector<size_t>& widths,
                size_t indent, size_t width, std::ostream& out) const;

  std::vector<Row> rows_;
};

enum class Paint { kGood, kBad, kUnsure, kQuiet, kHead };
/// The text in colour, where colour is on.
std::string Painted(std::string_view text, Paint paint, const TextStyle& style);
/// Green, red or yellow, as an outcome is.
Paint PaintOf(MapTypeSet possible);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_TEXT_H_
