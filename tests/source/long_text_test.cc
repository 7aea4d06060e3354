// SPDX-License-Identifier: GPL-2.0-or-later
//
// A dump larger than what the reader holds at a time.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "snapshot/recording.h"
#include "source/source.h"
#include "support/fake_sysfs.h"

namespace p2pcheck {
namespace {

// `line_end` after each line, `between` between functions.
std::string LongDump(int functions, const char* line_end, const char* between) {
  std::string text;
  for (int i = 0; i < functions; ++i) {
    text += fmt::format("{:02x}:{:02x}.{} 0200: 8086:{:04x}{}", i / 256,
                        i / 8 % 32, i % 8, i, line_end);
    for (int row = 0; row < 256; ++row)
      text += fmt::format("{0:02x}:{1}{1}{1}{1}{2}", row * 16,
                          fmt::format(" {:02x} 01 02 03", (i + row) % 256),
                          line_end);
    text += between;
  }
  return text;
}

void ExpectReadAsWhole(const std::string& text) {
  TempDirectory directory;
  directory.Write("dump", text);
  HostSnapshot whole = ReadRecording(text, "x");
  EXPECT_GT(text.size(), 1u << 20) << "fits one piece";
  HostSnapshot read = ReadSource(directory.path() + "/dump", {});
  EXPECT_TRUE(SameFacts(read, whole));
  EXPECT_EQ(read.warnings.size(), whole.warnings.size());
}

TEST(LongText, IsReadAsWhole) { ExpectReadAsWhole(LongDump(300, "\n", "\n")); }

TEST(LongText, MayHaveEitherLineEnd) {
  ExpectReadAsWhole(LongDump(300, "\r\n", "\r\n"));
}

// Somebody's grep took the empty lines out.
TEST(LongText, NeedsNoEmptyLines) {
  ExpectReadAsWhole(LongDump(300, "\n", ""));
}

}  // namespace
}  // namespace p2pcheck
