// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/toml_document.h"

#include <gtest/gtest.h>

#include "base/input_error.h"

namespace p2pcheck {
namespace {

TEST(TomlDocument, PlacesAreLineAndColumn) {
  TomlDocument document("a.toml", "x = 1\ny = [\"o\", 2]\n");
  const TomlValue& list = document.root().members.at(1).value;
  EXPECT_EQ(list.place.line, 2u);
  EXPECT_EQ(list.place.column, 4u);
  EXPECT_EQ(list.items.at(1).place.column, 10u);
}

TEST(TomlDocument, KeysKeepTheOrderOfTheText) {
  TomlDocument document("a.toml", "z = true\na = 0x10\n\"m m\" = 1.5\n");
  const auto& members = document.root().members;
  ASSERT_EQ(members.size(), 3u);
  EXPECT_EQ(members[0].key, "z");
  EXPECT_EQ(members[0].value.type, TomlValue::Type::kBoolean);
  EXPECT_EQ(members[1].value.number, 16);
  EXPECT_EQ(members[2].key, "m m");
  EXPECT_EQ(members[2].value.type, TomlValue::Type::kOther);
}

TEST(TomlDocument, TextThatIsNotTomlPointsAtItself) {
  for (const char* text :
       {"[", "a", "a = ", "a = \"", "\xff", "\xc7\xaf", "# \xc3\xb6",
        "a = 1\na = 2", "\n\n]", "a = [1", "a = \"\xc3\""}) {
    EXPECT_THROW(TomlDocument("a.toml", text), InputError) << text;
  }
}

}  // namespace
}  // namespace p2pcheck
