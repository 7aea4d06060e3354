// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/nearest_word.h"

#include <gtest/gtest.h>

namespace p2pcheck {
namespace {

TEST(NearestWord, OneLetterOffIsMeant) {
  std::vector<std::string_view> known = {"provider", "client", "map_type"};
  EXPECT_EQ(NearestWord("providers", known), "provider");
  EXPECT_EQ(NearestWord("clint", known), "client");
  EXPECT_EQ(NearestWord("map-type", known), "map_type");
  EXPECT_EQ(NearestWord("maptypes", known), "map_type");
}

TEST(NearestWord, WhatBeginsAWordIsMeant) {
  EXPECT_EQ(NearestWord("acs-redirect", {"groups", "acs-redirect-on-path"}),
            "acs-redirect-on-path");
  EXPECT_EQ(NearestWord("ac", {"acs-redirect-on-path"}), "");
}

TEST(NearestWord, WhatIsFarOffIsNot) {
  EXPECT_EQ(NearestWord("count", {"provider", "client"}), "");
  EXPECT_EQ(NearestWord("", {"gpu"}), "");
  EXPECT_EQ(NearestWord("x", {"on", "off"}), "");
  EXPECT_EQ(NearestWord(std::string(1000, 'p'), {"provider"}), "");
}

TEST(NearestWord, TheNearerOneWins) {
  EXPECT_EQ(NearestWord("at_leest", {"at_most", "at_least"}), "at_least");
}

}  // namespace
}  // namespace p2pcheck
