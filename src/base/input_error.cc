// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/input_error.h"

#include <fmt/format.h>

#include <algorithm>

namespace p2pcheck {
namespace {

constexpr size_t kEchoWidth = 78;  // Fits a terminal of 80 columns.

// The part of a line that is shown, and where the caret stands in it.
struct Echo {
  std::string text;
  size_t caret;
};

Echo MakeEcho(std::string_view line, size_t column) {
  column = std::min(column, line.size());
  size_t begin = 0;
  if (column >= kEchoWidth) begin = column - kEchoWidth / 2;
  std::string text(line.substr(begin, kEchoWidth));
  for (char& c : text)
    if (c == '\t')
      c = ' ';
    else if (static_cast<unsigned char>(c) - 0x20u >= 0x5f)
      c = '?';
  return {std::move(text), column - begin};
}

std::string Compose(std::string_view file, size_t line, std::string_view text,
                    size_t column, std::string_view message) {
  Echo echo = MakeEcho(text, column);
  return fmt::format("{}:{}: {}\n{}\n{:>{}}", file, line, message, echo.text,
                     '^', echo.caret + 1);
}

}  // namespace

InputError::InputError(std::string_view file, size_t line,
                       std::string_view text, size_t column,
                       std::string_view message)
    : std::runtime_error(Compose(file, line, text, column, message)) {}

InputError::InputError(std::string_view file, std::string_view message)
    : std::runtime_error(fmt::format("{}: {}", file, message)) {}

}  // namespace p2pcheck
