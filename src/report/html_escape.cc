// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/html_escape.h"

#include <algorithm>

#include "report/utf8.h"

namespace p2pcheck {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

std::string_view Entity(char c) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return "";
  }
}

bool Between(std::string_view sequence, std::string_view first,
             std::string_view last) {
  return sequence >= first && sequence <= last;
}

// C0 and C1 controls and DEL; U+200E and F, U+202A to E, U+2066 to 9, which
// change the direction of the text around them.
bool MayNotStand(std::string_view sequence) {
  if (sequence.size() == 1)
    return static_cast<unsigned char>(sequence[0]) < 0x20 ||
           sequence[0] == 0x7f;
  return Between(sequence, "\xc2\x80", "\xc2\x9f") ||
         Between(sequence, "\xe2\x80\x8e", "\xe2\x80\x8f") ||
         Between(sequence, "\xe2\x80\xaa", "\xe2\x80\xae") ||
         Between(sequence, "\xe2\x81\xa6", "\xe2\x81\xa9");
}

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    size_t length = SequenceLength(text);
    std::string_view sequence = text.substr(0, std::max<size_t>(length, 1));
    std::string_view entity = Entity(sequence[0]);
    if (length == 0 || MayNotStand(sequence))
      out += kReplacement;
    else
      out += entity.empty() ? sequence : entity;
    text.remove_prefix(sequence.size());
  }
  return out;
}

ScriptDataBuffer::int_type ScriptDataBuffer::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof()))
    return traits_type::not_eof(c);
  char one = traits_type::to_char_type(c);
  return xsputn(&one, 1) == 1 ? c : traits_type::eof();
}

std::streamsize ScriptDataBuffer::xsputn(const char* text,
                                         std::streamsize size) {
  std::string_view rest(text, static_cast<size_t>(size));
  while (!rest.empty()) {
    size_t end = std::min(rest.find('<'), rest.size());
    out_ << rest.substr(0, end);
    if (end < rest.size()) out_ << "\\u003c";
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return size;
}

}  // namespace p2pcheck
