// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/input_error.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace p2pcheck {
namespace {

std::string What(std::string_view line, size_t column) {
  return InputError("host.dump", 117, line, column, "bad").what();
}

// The echoed line and the column of the caret below it.
std::pair<std::string, size_t> Echo(std::string_view line, size_t column) {
  std::string what = What(line, column);
  size_t first = what.find('\n'), second = what.find('\n', first + 1);
  EXPECT_NE(second, what.npos);
  std::string caret = what.substr(second + 1);
  EXPECT_EQ(caret, std::string(caret.size() - 1, ' ') + '^');
  return {what.substr(first + 1, second - first - 1), caret.size() - 1};
}

TEST(InputError, WholeText) {
  EXPECT_STREQ(
      InputError("host.dump", 117, "30: 00 0g", 7, "expected two hex digits")
          .what(),
      "host.dump:117: expected two hex digits\n30: 00 0g\n       ^");
  EXPECT_STREQ(InputError("rules", "no such entry").what(),
               "rules: no such entry");
}

TEST(InputError, TabsAndControlBytesKeepTheirColumn) {
  auto [line, caret] = Echo(std::string("\ta\x1b[2J\0b", 8), 7);
  EXPECT_EQ(line, " a?[2J?b");
  EXPECT_EQ(caret, 7u);
  EXPECT_EQ(Echo("\x7f\x01", 1).first, "??");
}

// A byte a column: letters of more bytes would move the caret.
TEST(InputError, BytesOutsideAsciiStandAsQuestionMarks) {
  EXPECT_EQ(Echo("caf\xc3\xa9 x", 6).first, "caf?? x");
  EXPECT_EQ(Echo("\xff\xfe", 0).first, "??");
}

TEST(InputError, CaretMayStandBehindTheLineAndNoFurther) {
  EXPECT_EQ(Echo("abc", 3).second, 3u);
  EXPECT_EQ(Echo("abc", 99).second, 3u);
  EXPECT_EQ(Echo("", 0), (std::pair{std::string(), size_t{0}}));
}

// Whatever the length, the caret points at the byte it was meant for and the
// line fits a terminal.
TEST(InputError, LongLinesAreCutAroundTheCaret) {
  std::string line(1000, '.');
  for (size_t column = 0; column < line.size(); ++column) {
    std::string marked = line;
    marked[column] = 'X';
    auto [echo, caret] = Echo(marked, column);
    ASSERT_LE(echo.size(), 78u);
    ASSERT_LT(caret, echo.size());
    ASSERT_EQ(echo[caret], 'X') << column;
  }
}

}  // namespace
}  // namespace p2pcheck
