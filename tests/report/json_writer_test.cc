// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/json_writer.h"

#include <gtest/gtest.h>

#include <sstream>

namespace p2pcheck {
namespace {

// A report on 13,000 functions has some 15 MB; the writer holds a part of it
// that does not grow.
TEST(JsonWriter, WritesAsItGoes) {
  constexpr size_t kHeld = 65536;
  std::ostringstream out;
  JsonWriter json(out);
  json.BeginArray();
  for (int64_t i = 0; i < 100'000; ++i) {
    json.String("0000:01:00.0");
    size_t so_far = static_cast<size_t>(i + 1) * 14;  // without what parts them
    ASSERT_GE(static_cast<size_t>(out.tellp()) + kHeld, so_far);
  }
  EXPECT_GT(static_cast<size_t>(out.tellp()), 1'000'000u);
  json.EndArray();
}

std::string Written(std::string_view text) {
  std::ostringstream out;
  {
    JsonWriter json(out);
    json.String(text);
  }
  return out.str();
}

TEST(JsonWriter, BytesThatAreNoUtf8AreMarked) {
  EXPECT_EQ(Written("a\xc3\xa9"), "\"a\xc3\xa9\"\n");
  EXPECT_EQ(Written("a\xff z"), "\"a\xef\xbf\xbd z\"\n");
  EXPECT_EQ(Written("\xed\xa0\x80"),  // half of a surrogate pair
            "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"\n");
  EXPECT_EQ(Written("\x1b[0m\n"), "\"\\u001B[0m\\n\"\n");
}

TEST(JsonWriter, UnknownIsNullAndNeverFalse) {
  std::ostringstream out;
  {
    JsonWriter json(out);
    json.BeginArray();
    for (Ternary value : {Ternary::kYes, Ternary::kNo, Ternary::kUnknown})
      json.Tri(value);
    json.EndArray();
  }
  EXPECT_EQ(out.str(), "[true, false, null]\n");
}

}  // namespace
}  // namespace p2pcheck
