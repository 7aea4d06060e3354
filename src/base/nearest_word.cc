// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/nearest_word.h"

#include <algorithm>
#include <numeric>

namespace p2pcheck {
namespace {

bool Alike(char a, char b) {
  auto plain = [](char c) { return c == '_' ? '-' : c; };
  return plain(a) == plain(b);
}

// Levenshtein's distance, a row at a time.
size_t DistanceOf(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      size_t replaced = diagonal + (Alike(a[i], b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view NearestWord(std::string_view text,
                             const std::vector<std::string_view>& known) {
  std::string_view nearest;
  size_t least = text.size();
  // Longer texts were not mistyped, and the table below costs their product.
  constexpr size_t kLongest = 64;
  if (text.size() > kLongest) return nearest;
  for (std::string_view word : known)
    if (text.size() >= 3 && word.substr(0, text.size()) == text) return word;
  for (std::string_view word : known) {
    size_t distance = DistanceOf(text, word);
    if (distance >= least || 3 * distance > word.size()) continue;
    least = distance;
    nearest = word;
  }
  return nearest;
}

}  // namespace p2pcheck
