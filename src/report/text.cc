// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/text.h"

#include <algorithm>

namespace p2pcheck {
namespace {

constexpr size_t kLabelColumns = 9;
// What is left to a text however deep it is indented.
constexpr size_t kLeastRoom = 20;

bool StartsCodePoint(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

std::string Padded(std::string text, size_t columns) {
  size_t have = ColumnsOf(text);
  if (have < columns) text.append(columns - have, ' ');
  return text;
}

}  // namespace

size_t ColumnsOf(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), StartsCodePoint));
}

std::string Fit(std::string_view text, size_t columns) {
  if (ColumnsOf(text) <= columns) return std::string(text);
  if (columns < 4) return "";
  std::string out;
  size_t used = 0;
  for (char c : text) {
    if (StartsCodePoint(c) && ++used > columns - 3) break;
    out += c;
  }
  return out + "...";
}

namespace {

// Where a line of at most `room` columns ends: at two blanks, if that does not
// leave half of it empty, else at one, else behind the first word.
size_t LineEnd(std::string_view text, size_t room) {
  size_t at = 0, columns = 0, single = text.npos, pair = text.npos;
  for (; at < text.size() && columns <= room; ++at) {
    if (StartsCodePoint(text[at])) ++columns;
    if (text[at] != ' ' || columns > room + 1) continue;
    single = at;
    bool first_of_two = at + 1 < text.size() && text[at + 1] == ' ';
    if (first_of_two && columns > room / 2) pair = at;
  }
  if (pair != text.npos) return pair;
  return single != text.npos ? single : std::min(text.find(' '), text.size());
}

}  // namespace

std::vector<std::string> Wrapped(std::string_view first, std::string_view rest,
                                 std::string_view text, size_t width) {
  std::vector<std::string> lines;
  std::string_view front = first;
  size_t used = std::max(ColumnsOf(first), ColumnsOf(rest));
  size_t room = std::max(width, used + kLeastRoom) - used;
  while (ColumnsOf(text) > room) {
    size_t end = LineEnd(text, room);
    lines.push_back(std::string(front) + std::string(text.substr(0, end)));
    text.remove_prefix(end);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    front = rest;
  }
  if (!text.empty() || lines.empty())
    lines.push_back(std::string(front) + std::string(text));
  return lines;
}

void WriteLabelled(std::string_view label, std::string_view text,
                   const TextStyle& style, std::ostream& out) {
  size_t room = std::max<size_t>(style.width, 40) - kLabelColumns - 2;
  std::string indent(kLabelColumns + 2, ' ');
  std::string line;
  auto flush = [&](std::string_view front) {
    out << "  " << Padded(std::string(front), kLabelColumns) << line << "\n";
    line.clear();
  };
  std::string_view front = label;
  while (!text.empty()) {
    size_t end = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, end);
    if (!line.empty() && ColumnsOf(line) + 1 + ColumnsOf(word) > room) {
      flush(front);
      front = "";
    }
    if (!line.empty()) line += ' ';
    line += word;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (!line.empty()) flush(front);
}

void WriteLines(const Lines& lines, const TextStyle& style, std::ostream& out) {
  for (const Line& line : lines)
    WriteLabelled(line.label, line.text, style, out);
}

void TextTable::AddRow(std::vector<std::string> cells) {
  rows_.push_back(std::move(cells));
}

void TextTable::Write(size_t indent, const TextStyle& style,
                      std::ostream& out) const {
  std::vector<size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], ColumnsOf(row[i]));
  }
  for (const Row& row : rows_) WriteRow(row, widths, indent, style.width, out);
}

void TextTable::WriteRow(const Row& row, const std::vector<size_t>& widths,
                         size_t indent, size_t width, std::ostream& out) const {
  std::string line(indent, ' ');
  size_t i = 0;
  // Cells that fit, and a last one that has room to be broken in.
  for (; i < row.size(); ++i) {
    size_t begin = ColumnsOf(line);
    if (i > 0 && begin + ColumnsOf(row[i]) > width) break;
    line += i + 1 < row.size() ? Padded(row[i], widths[i]) + "  " : row[i];
  }
  std::string hang(indent + (row.size() > 1 ? widths[0] + 2 : 2), ' ');
  if (i + 1 == row.size() && ColumnsOf(line) + kLeastRoom <= width) {
    hang.assign(ColumnsOf(line), ' ');
    for (const std::string& text : Wrapped(line, hang, row[i], width))
      out << text << "\n";
    return;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out << line << "\n";
  std::string more;
  for (; i < row.size(); ++i)
    if (!row[i].empty()) more += (more.empty() ? "" : "  ") + row[i];
  if (more.empty()) return;
  for (const std::string& text : Wrapped(hang, hang, more, width))
    out << text << "\n";
}

std::string Painted(std::string_view text, Paint paint,
                    const TextStyle& style) {
  if (!style.color) return std::string(text);
  static constexpr const char* kCodes[] = {"32", "31", "33", "2", "1"};
  std::string out = "\x1b[";
  out += kCodes[static_cast<size_t>(paint)];
  out += 'm';
  out += text;
  return out + "\x1b[0m";
}

Paint PaintOf(MapTypeSet possible) {
  if (!possible.Has(MapType::kNotSupported)) return Paint::kGood;
  return possible.decided() ? Paint::kBad : Paint::kUnsure;
}

}  // namespace p2pcheck
