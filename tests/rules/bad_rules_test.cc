// SPDX-License-Identifier: GPL-2.0-or-later
//
// Everything in fixtures/bad/rules is wrong in one way, and NAME.expected
// beside it is the whole message.  A folder is read as one; a NAME.toml is
// read together with the rules in good/, where "# replaces FILE" in its first
// line leaves that file out.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/input_error.h"
#include "rules/rule_set.h"

namespace p2pcheck {
namespace {

namespace fs = std::filesystem;

const fs::path kBad = P2PCHECK_SOURCE_DIR "/fixtures/bad/rules";

std::string ReadAll(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

// The good rules with the bad file among them.
std::vector<RuleFile> WithBadFile(const fs::path& bad) {
  static constexpr std::string_view kMark = "# replaces ";
  std::string text = ReadAll(bad);
  std::string replaced;
  if (text.compare(0, kMark.size(), kMark) == 0)
    replaced = text.substr(kMark.size(), text.find('\n') - kMark.size());
  std::vector<RuleFile> files;
  for (const RuleFile& file : ReadRuleFiles(kBad / "good"))
    if (file.name != replaced) files.push_back(file);
  files.push_back({bad.filename().string(), text});
  return files;
}

std::string MessageFor(const fs::path& bad) {
  try {
    if (fs::is_directory(bad)) {
      RuleBook::Load(bad.string());
    } else {
      RuleBook::FromFiles(WithBadFile(bad));
    }
  } catch (const InputError& error) {
    std::string message = error.what() + std::string("\n");
    // A folder is named as it was given; the checkout's place is not ours.
    std::string prefix = kBad.string() + "/";
    if (message.compare(0, prefix.size(), prefix) == 0)
      message.erase(0, prefix.size());
    return message;
  }
  return "no error\n";
}

TEST(BadRules, TheGoodOnesAreGood) {
  EXPECT_EQ(MessageFor(kBad / "good"), "no error\n");
}

TEST(BadRules, EachHasItsExactMessage) {
  int cases = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(kBad)) {
    if (entry.path().extension() == ".expected") continue;
    if (entry.path().filename() == "good") continue;
    fs::path expected = entry.path();
    expected.replace_extension(".expected");
    EXPECT_EQ(MessageFor(entry.path()), ReadAll(expected)) << entry.path();
    ++cases;
  }
  EXPECT_GE(cases, 25);
}

}  // namespace
}  // namespace p2pcheck
