// SPDX-License-Identifier: GPL-2.0-or-later
//
// fixtures/bad/dumps and fixtures/bad/recordings: beside each file that can't
// be read stands the message it gives, NAME.expected, to the last byte.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/input_error.h"
#include "snapshot/recording.h"

namespace p2pcheck {
namespace {

namespace fs = std::filesystem;

std::string Contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string MessageOf(const fs::path& path) {
  try {
    ReadRecording(Contents(path), path.filename().string());
  } catch (const InputError& error) {
    return std::string(error.what()) + "\n";
  }
  return "read without an error\n";
}

size_t CheckFolder(const std::string& folder) {
  size_t count = 0;
  for (const auto& entry : fs::directory_iterator(
           fs::path(P2PCHECK_SOURCE_DIR) / "fixtures/bad" / folder)) {
    fs::path path = entry.path();
    if (path.extension() == ".expected") continue;
    fs::path expected = path;
    EXPECT_EQ(MessageOf(path),
              Contents(expected.replace_extension(".expected")))
        << path;
    ++count;
  }
  return count;
}

TEST(BadInput, DumpsGiveTheMessageBesideThem) {
  EXPECT_GE(CheckFolder("dumps"), 8u);
}

TEST(BadInput, RecordingsGiveTheMessageBesideThem) {
  EXPECT_GE(CheckFolder("recordings"), 20u);
}

}  // namespace
}  // namespace p2pcheck
