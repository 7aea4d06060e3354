// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot/recording.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "base/input_error.h"
#include "snapshot/serial_number.h"
#include "support/random_snapshot.h"

namespace p2pcheck {
namespace {

constexpr uint32_t kHosts = 2000;

std::string Write(const HostSnapshot& snapshot) {
  std::ostringstream out;
  WriteRecording(snapshot, out);
  return out.str();
}

// What a recording may hold of a snapshot: all but the serial numbers.
HostSnapshot Recordable(HostSnapshot snapshot) {
  for (FunctionRecord& record : snapshot.functions)
    WipeSerialNumbers(&record.config);
  return snapshot;
}

HostSnapshot OneFunction(const std::string& lines) {
  return ReadRecording(
      "@p2pcheck-recording 1\n\n0000:01:00.0 0302: 10de:2330\n" + lines,
      "test");
}

std::string ErrorOf(const std::string& text) {
  try {
    ReadRecording(text, "test");
  } catch (const InputError& error) {
    return error.what();
  }
  return "read without an error";
}

TEST(Recording, ReadingGivesBackWhatWasWritten) {
  size_t functions = 0;
  for (uint32_t seed = 0; seed < kHosts; ++seed) {
    HostSnapshot written = Recordable(RandomSnapshot(seed));
    HostSnapshot read = ReadRecording(Write(written), "test");
    ASSERT_TRUE(SameFacts(written, read)) << "seed " << seed;
    ASSERT_TRUE(read.warnings.empty()) << "seed " << seed;
    functions += read.functions.size();
  }
  EXPECT_GT(functions, kHosts);
}

TEST(Recording, WritingAgainGivesTheSameBytes) {
  for (uint32_t seed = 0; seed < kHosts; ++seed) {
    std::string first = Write(RandomSnapshot(seed));
    ASSERT_EQ(first, Write(ReadRecording(first, "test"))) << "seed " << seed;
  }
}

TEST(Recording, LinesArePlainAsciiThatLibpciCanHold) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    std::istringstream lines(Write(RandomSnapshot(seed)));
    for (std::string line; std::getline(lines, line);) {
      ASSERT_LT(line.size(), 250u) << line;
      ASSERT_TRUE(std::all_of(line.begin(), line.end(), [](char c) {
        return c >= 0x20 && c < 0x7f;
      })) << line;
      ASSERT_TRUE(line.empty() || line.back() != ' ') << line;
    }
  }
}

TEST(Recording, SurvivesCrlf) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    std::string text = Write(RandomSnapshot(seed));
    std::string crlf;
    for (char c : text)
      crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
    ASSERT_TRUE(
        SameFacts(ReadRecording(text, "lf"), ReadRecording(crlf, "crlf")));
  }
}

TEST(Recording, FieldWithoutALineIsNotRecorded) {
  FunctionRecord record = OneFunction("").functions.at(0);
  FunctionRecord nothing;
  nothing.address = record.address;
  EXPECT_TRUE(record == nothing);
}

TEST(Recording, TellsKnownAbsentAndUnknownApart) {
  HostSnapshot host = OneFunction(
      "@driver nvidia\n@physfn -\n@iommu_group ? permission-denied\n");
  const FunctionRecord& record = host.functions.at(0);
  EXPECT_TRUE(record.driver.Is("nvidia"));
  EXPECT_TRUE(record.physfn.absent());
  EXPECT_EQ(record.iommu_group.failure(), ReadFailure::kPermissionDenied);
}

TEST(Recording, FieldOfALaterVersionIsSkippedWithAWarning) {
  HostSnapshot host = OneFunction("@shoe_size 44\n@+ and a half\n@driver a\n");
  EXPECT_TRUE(host.functions.at(0).driver.Is("a"));
  ASSERT_EQ(host.warnings.size(), 1u);
  EXPECT_EQ(host.warnings[0].text,
            "test:4: @shoe_size is unknown here; skipped");
}

TEST(Recording, RemembersThatFunctionsAreMissing) {
  HostSnapshot part;
  part.complete = false;
  EXPECT_FALSE(ReadRecording(Write(part), "test").complete);
  EXPECT_TRUE(ReadRecording(Write(HostSnapshot()), "test").complete);
}

TEST(Recording, HostWithoutPciIsNoError) {
  EXPECT_TRUE(ReadRecording(Write(HostSnapshot()), "test").functions.empty());
}

TEST(Recording, SaysWhatItIs) {
  HostSnapshot host = OneFunction("");
  EXPECT_EQ(host.source_kind, "recording");
  EXPECT_EQ(host.source_name, "test");
}

TEST(Recording, FunctionsComeOutInOrderOfAddress) {
  HostSnapshot host = ReadRecording(
      "@p2pcheck-recording 1\n\n0001:00:00.0 x\n\n0000:01:00.0 x\n", "test");
  ASSERT_EQ(host.functions.size(), 2u);
  EXPECT_EQ(ToString(host.functions[0].address), "0000:01:00.0");
}

ConfigSpace WithSerialNumber() {
  std::vector<uint8_t> bytes(4096);
  const uint8_t header[] = {0x01, 0, 0x01, 0x15};  // next: 0x150
  const uint8_t serial[] = {0x03, 0, 0x01, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  std::copy(std::begin(header), std::end(header), bytes.begin() + 0x100);
  std::copy(std::begin(serial), std::end(serial), bytes.begin() + 0x150);
  ConfigSpace config;
  config.Put(0, bytes.data(), bytes.size());
  return config;
}

TEST(Recording, HasNoSerialNumber) {
  HostSnapshot host;
  host.functions.resize(1);
  host.functions[0].config = WithSerialNumber();
  const ConfigSpace read =
      ReadRecording(Write(host), "test").functions.at(0).config;
  EXPECT_TRUE(read.Dword(0x150).Is(0x00010003));
  EXPECT_TRUE(read.Dword(0x154).Is(0));
  EXPECT_TRUE(read.Dword(0x158).Is(0));
  EXPECT_TRUE(read.Byte(0x15c).Is(9));
}

TEST(Recording, HasNoSerialNumberBeyondAHole) {
  ConfigSpace whole = WithSerialNumber();
  const std::vector<uint8_t>& bytes = whole.runs().at(0).bytes;
  HostSnapshot host;
  host.functions.resize(1);
  host.functions[0].config.Put(0x104, bytes.data() + 0x104, 4096 - 0x104);
  const ConfigSpace read =
      ReadRecording(Write(host), "test").functions.at(0).config;
  EXPECT_TRUE(read.Dword(0x150).Is(0x00010003));
  EXPECT_TRUE(read.Dword(0x154).Is(0));
}

TEST(Recording, ZerosAtTheEndAreLeftOut) {
  HostSnapshot host;
  host.functions.resize(1);
  ConfigSpace& config = host.functions[0].config;
  std::vector<uint8_t> bytes(4096);
  bytes[0x2f0] = 1;  // 0x2f1 + 0x80, rounded up: rows to 0x400
  config.Put(0, bytes.data(), bytes.size());
  std::string text = Write(host);
  EXPECT_NE(text.find("\n3f0: 00"), text.npos);
  EXPECT_EQ(text.find("\n400: 00"), text.npos);
  EXPECT_NE(text.find("\n@config_zero 0x400 0x1000\n"), text.npos);
}

TEST(Recording, BinaryIsRefusedWhereItShows) {
  EXPECT_EQ(ErrorOf(std::string("00:00.0 x\n0\0\n", 13)),
            "test:2: a NUL byte: this is no text\n0?\n ^");
}

TEST(Recording, EndlessLineIsRefused) {
  EXPECT_EQ(ErrorOf("00:00.0 x\n" + std::string(65536, 'a')),
            "read without an error");
  std::string message = ErrorOf("00:00.0 x\n" + std::string(65537, 'a'));
  EXPECT_EQ(message.substr(0, message.find('\n')),
            "test:2: a line of more than 65536 bytes");
}

TEST(Recording, ErrorInALongValueShowsTheLineItIsIn) {
  EXPECT_EQ(ErrorOf("@p2pcheck-recording 1\n@command_line a\n@+ b\\xzz\n"),
            "test:3: expected \\x and two hex digits\n@+ b\\xzz\n    ^");
}

}  // namespace
}  // namespace p2pcheck
