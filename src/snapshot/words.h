// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SNAPSHOT_WORDS_H_
#define P2PCHECK_SNAPSHOT_WORDS_H_

#include <charconv>
#include <optional>
#include <string_view>

namespace p2pcheck {

/// `digits` hex digits at the start of `text`.
template <class T>
std::optional<T> TakeHex(std::string_view text, size_t digits) {
  T value = 0;
  if (text.size() < digits) return std::nullopt;
  const char* end = text.data() + digits;
  auto [stop, error] = std::from_chars(text.data(), end, value, 16);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

/// The number at the start of `text`.
template <class T>
std::optional<T> TakeNumber(std::string_view text, int base = 10) {
  T value = 0;
  auto [stop, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc()) return std::nullopt;
  return value;
}

/// What follows `key`; nothing where the text does not have it.
inline std::optional<std::string_view> After(std::string_view text,
                                             std::string_view key) {
  size_t at = text.find(key);
  if (at == text.npos) return std::nullopt;
  return text.substr(at + key.size());
}

inline std::optional<std::string_view> IfStartsWith(std::string_view text,
                                                    std::string_view key) {
  if (text.substr(0, key.size()) != key) return std::nullopt;
  return text.substr(key.size());
}

inline std::string_view Trim(std::string_view text) {
  size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace p2pcheck

#endif  // P2PCHECK_SNAPSHOT_WORDS_H_
