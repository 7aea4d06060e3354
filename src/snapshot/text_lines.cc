// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot/text_lines.h"

#include <algorithm>
#include <cstring>

#include "base/input_error.h"

namespace p2pcheck {
namespace {

constexpr size_t kMaxLine = 65536;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kNoBreakSpace = "\xc2\xa0";  // in UTF-8

bool IsAscii(std::string_view line) {
  return std::all_of(line.begin(), line.end(),
                     [](char c) { return static_cast<signed char>(c) >= 0; });
}

}  // namespace

TextLines::TextLines(std::string_view text, std::string_view name)
    : name_(name) {
  GoOnWith(text);
}

void TextLines::GoOnWith(std::string_view text) {
  at_ = text.data();
  end_ = text.data() + text.size();
  bool marked = text.substr(0, kByteOrderMark.size()) == kByteOrderMark;
  if (number_ == 0 && marked) at_ += kByteOrderMark.size();
}

TextLine TextLines::Next() {
  const char* begin = at_;
  const void* found = std::memchr(begin, '\n', left());
  const char* stop = found ? static_cast<const char*>(found) : end_;
  at_ = found ? stop + 1 : end_;
  ++number_;
  return {Clean({begin, static_cast<size_t>(stop - begin)}), number_};
}

std::string_view TextLines::Clean(std::string_view line) {
  if (size_t nul = line.find('\0'); nul != line.npos)
    throw InputError(name_, number_, line.substr(0, kMaxLine),
                     std::min(nul, kMaxLine), "a NUL byte: this is no text");
  if (line.size() > kMaxLine)
    throw InputError(name_, number_, line.substr(0, kMaxLine + 1), kMaxLine,
                     "a line of more than 65536 bytes");
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (IsAscii(line)) return line;
  cleaned_ = line;
  for (size_t at = 0; (at = cleaned_.find(kNoBreakSpace, at)) != cleaned_.npos;)
    cleaned_.replace(at, kNoBreakSpace.size(), " ");
  return cleaned_;
}

}  // namespace p2pcheck
