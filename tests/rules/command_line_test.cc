// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/command_line.h"

#include <gtest/gtest.h>

namespace p2pcheck {
namespace {

std::vector<std::string> Words(const std::string& text) {
  CommandLine line(text);
  std::vector<std::string> words;
  for (const KernelParameter& parameter : line.parameters())
    words.push_back(std::string(line.Text(parameter.name)) + "=" +
                    std::string(line.Value(parameter)));
  return words;
}

using Strings = std::vector<std::string>;

TEST(CommandLine, WordsEndAtBlanksOutsideQuotes) {
  EXPECT_EQ(Words("quiet a=b  c=\"d e\"\tf"),
            (Strings{"quiet=", "a=b", "c=d e", "f="}));
  EXPECT_EQ(Words("\"g=h i\" j"), (Strings{"g=h i", "j="}));
  EXPECT_EQ(Words("a=b=c"), (Strings{"a=b=c"}));
  EXPECT_EQ(Words(""), Strings{});
  EXPECT_EQ(Words(" \n "), Strings{});
}

TEST(CommandLine, AnOpenQuoteTakesTheRest) {
  CommandLine line("a \"b c");
  EXPECT_EQ(line.open_quote(), 2u);
  EXPECT_EQ(line.parameters().size(), 2u);
  EXPECT_FALSE(CommandLine("a \"b c\"").open_quote());
}

TEST(CommandLine, WhatFollowsTwoDashesIsForInit) {
  CommandLine line("iommu=off -- pci=noats iommu=pt");
  EXPECT_TRUE(line.Has("iommu", "off"));
  EXPECT_FALSE(line.Has("iommu", "pt"));
  EXPECT_FALSE(line.HasPci("noats"));
  EXPECT_EQ(line.parameters().size(), 3u);
}

TEST(CommandLine, DashesAndUnderscoresAreTheSame) {
  CommandLine line("intel-iommu=on,sm_on");
  EXPECT_TRUE(line.Has("intel_iommu", "sm_on"));
  EXPECT_FALSE(line.Has("intel_iommu", "sm"));
}

TEST(CommandLine, PciIsSplitAtCommas) {
  CommandLine line("pci=noats,,config_acs=1@a;b pci=disable_acs_redir=x,c");
  ASSERT_EQ(line.pci_options().size(), 4u);
  EXPECT_EQ(line.Text(line.pci_options()[1].whole), "config_acs=1@a;b");
  EXPECT_EQ(line.Text(*line.config_acs()), "1@a;b");
  EXPECT_EQ(line.Text(*line.disable_acs_redir()), "x");
  EXPECT_EQ(line.Text(line.pci_options()[3].name), "c");
}

TEST(CommandLine, QuotedListsKeepTheirSemicolons) {
  CommandLine line("\"pci=disable_acs_redir=a;b\" ro");
  EXPECT_EQ(line.Text(*line.disable_acs_redir()), "a;b");
  CommandLine value("pci=\"disable_acs_redir=a; b\"");
  EXPECT_EQ(value.Text(*value.disable_acs_redir()), "a; b");
}

TEST(CommandLine, TheLastOneWins) {
  CommandLine line("pci=config_acs=1@a pci=config_acs=0@b,config_acs");
  EXPECT_EQ(line.Text(*line.config_acs()), "0@b");
  EXPECT_FALSE(line.disable_acs_redir());
}

// Every piece lies in the text, inside its word, in order.
TEST(CommandLine, SpansNest) {
  for (const char* text : {"pci=a,b=c;d", "\"pci=x\" \"", "--", "a -- b", "=",
                           "pci=", "pci=,", "\"\"", "pci=\"", "\"pci=\"a"}) {
    CommandLine line(text);
    size_t at = 0;
    for (const KernelParameter& parameter : line.parameters()) {
      EXPECT_GE(parameter.word.begin, at) << text;
      EXPECT_LE(parameter.word.end, line.text().size()) << text;
      EXPECT_GE(parameter.name.begin, parameter.word.begin) << text;
      EXPECT_LE(parameter.name.end, parameter.word.end) << text;
      at = parameter.word.end;
    }
  }
}

}  // namespace
}  // namespace p2pcheck
