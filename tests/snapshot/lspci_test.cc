// SPDX-License-Identifier: GPL-2.0-or-later
//
// The promise that anyone's lspci reads a recording, asked of lspci itself.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "snapshot/recording.h"
#include "support/random_snapshot.h"

namespace p2pcheck {
namespace {

// What a command prints; nothing where it fails.
std::string OutputOf(const std::string& command) {
  std::string output;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  char buffer[4096];
  while (size_t size = std::fread(buffer, 1, sizeof(buffer), pipe))
    output.append(buffer, size);
  return pclose(pipe) == 0 ? output : "";
}

class Lspci : public testing::Test {
 protected:
  void SetUp() override {
    if (OutputOf("lspci --version").empty())
      GTEST_SKIP() << "lspci not installed";
    path_ = testing::TempDir() + fmt::format("p2pcheck-{}.recording", getpid());
  }
  void TearDown() override { std::remove(path_.c_str()); }

  std::string Show(const HostSnapshot& host, const std::string& options) {
    std::ofstream out(path_);
    WriteRecording(host, out);
    out.close();
    return OutputOf("lspci -F " + path_ + " " + options);
  }

  std::string path_;
};

// The lines of `lspci -Dn`, as far as they name functions.
std::string Addresses(const std::string& output) {
  std::istringstream lines(output);
  std::string addresses;
  for (std::string line; std::getline(lines, line);)
    addresses += line.substr(0, line.find(' ')) + "\n";
  return addresses;
}

TEST_F(Lspci, ShowsTheFunctionsOfAnyRecording) {
  size_t functions = 0;
  for (uint32_t seed = 0; seed < 100; ++seed) {
    HostSnapshot host = RandomSnapshot(seed);
    std::string expected;
    // libpci's dump reader knows domains of up to five digits, which is what
    // Linux gives VMD; it skips the others.
    for (const FunctionRecord& record : host.functions)
      if (record.address.domain < 0x100000)
        expected += ToString(record.address) + "\n";
    ASSERT_EQ(Addresses(Show(host, "-Dn")), expected) << "seed " << seed;
    functions += std::count(expected.begin(), expected.end(), '\n');
  }
  EXPECT_GT(functions, 100u);
}

// A port with a PCI Express capability, AER at 0x100 and ACS at 0x148.
ConfigSpace Port() {
  std::vector<uint8_t> bytes(4096);
  auto put = [&](size_t at, std::initializer_list<uint8_t> values) {
    std::copy(values.begin(), values.end(), bytes.begin() + at);
  };
  put(0x00, {0x86, 0x80, 0x08, 0x6f, 7, 4, 0x10, 0, 2, 0, 4, 6, 0x10, 0, 1});
  put(0x34, {0x90});
  put(0x90, {0x10, 0, 0x42, 1, 0x21, 0x80});
  put(0x100, {0x01, 0, 0x81, 0x14});
  put(0x148, {0x0d, 0, 0x01, 0, 0x1f, 0, 0x1d, 0});
  ConfigSpace config;
  config.Put(0, bytes.data(), bytes.size());
  config.set_reach(4096);
  return config;
}

TEST_F(Lspci, DecodesTheSameThoughZerosAreLeftOut) {
  HostSnapshot host;
  host.functions.resize(1);
  host.functions[0].address = {0, 0, 8};
  host.functions[0].config = Port();
  std::string shown = Show(host, "-vvv");
  EXPECT_NE(shown.find("Root Port"), std::string::npos) << shown;
  EXPECT_NE(shown.find("ACSCtl:\tSrcValid+ TransBlk- ReqRedir+"),
            std::string::npos)
      << shown;
  // The same with a byte at the very end, which keeps every row.
  const uint8_t one = 1;
  host.functions[0].config.Put(4095, &one, 1);
  EXPECT_EQ(shown, Show(host, "-vvv"));
}

std::string FileText(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Counts the bytes that `told` has of one function, and expects them to be
// those of `true_one`.
size_t ExpectSameBytes(const ConfigSpace& told, const ConfigSpace& true_one,
                       const std::string& where) {
  size_t count = 0;
  for (const ConfigSpace::Run& run : told.runs())
    for (size_t i = 0; i < run.bytes.size(); ++i, ++count) {
      auto at = static_cast<uint16_t>(run.offset + i);
      // Whether a function has others beside it is not in its words.
      uint8_t mask = at == 0x0e ? 0x7f : 0xff;
      EXPECT_TRUE(true_one.Byte(at).known() &&
                  ((true_one.Byte(at).value() ^ run.bytes[i]) & mask) == 0)
          << where
          << fmt::format(" {:x} is {:02x}, told {:02x}", at,
                         true_one.Byte(at).value_or(0), run.bytes[i]);
    }
  return count;
}

// lspci's words, read, are the bytes that lspci read.
TEST_F(Lspci, TextGivesBackTheBytesItWasMadeFrom) {
  size_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(
           P2PCHECK_SOURCE_DIR "/fixtures/hosts")) {
    std::string path = entry.path().string() + "/host.recording";
    if (!std::filesystem::exists(path)) continue;
    HostSnapshot host = ReadRecording(FileText(path), path);
    HostSnapshot told =
        ReadRecording(OutputOf("lspci -F " + path + " -vvv -D"), "text");
    ASSERT_EQ(told.functions.size(), host.functions.size());
    for (const FunctionRecord& record : told.functions)
      bytes += ExpectSameBytes(record.config, host.Find(record.address)->config,
                               path + " " + ToString(record.address));
  }
  std::printf("%zu bytes compared\n", bytes);
  EXPECT_GT(bytes, 1000u);
}

}  // namespace
}  // namespace p2pcheck
