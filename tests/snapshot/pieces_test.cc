// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <sstream>

#include "base/input_error.h"
#include "snapshot/recording.h"
#include "support/random_snapshot.h"

namespace p2pcheck {
namespace {

// Reads a text cut behind every empty line.
HostSnapshot ReadInPieces(std::string_view text) {
  RecordingReader reader("x");
  for (size_t end = 0; !text.empty(); text.remove_prefix(end)) {
    end = text.find("\n\n");
    end = end == text.npos ? text.size() : end + 2;
    reader.Add(text.substr(0, end));
  }
  return reader.Finish();
}

TEST(RecordingInPieces, ReadsAsWhole) {
  for (uint32_t seed = 1; seed <= 100; ++seed) {
    std::ostringstream text;
    WriteRecording(RandomSnapshot(seed), text);
    EXPECT_TRUE(
        SameFacts(ReadInPieces(text.str()), ReadRecording(text.str(), "x")))
        << "seed " << seed;
  }
}

TEST(RecordingInPieces, LinesAreCountedOn) {
  const char* text =
      "\xef\xbb\xbf"
      "00:00.0 0600: 8086:1237\n00: 86 80 37 12\n\n"
      "00:01.0 0601: 8086:7000\n00: 86 8z 00 70\n";
  try {
    ReadInPieces(text);
    FAIL() << "took a wrong digit";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("x:5:"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace p2pcheck
