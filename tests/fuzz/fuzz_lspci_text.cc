// SPDX-License-Identifier: GPL-2.0-or-later
//
// Whatever stands below the device lines of an lspci text, it is read (or
// refused with an InputError), the tree can be built of it, what was put into
// config space reads back from a recording, and bytes that a dump holds are
// not changed by the text around them.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <string_view>

#include "base/input_error.h"
#include "snapshot/recording.h"
#include "snapshot/serial_number.h"
#include "topology/topology.h"

namespace {

using namespace p2pcheck;

void Expect(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", law);
  std::abort();
}

std::string Write(const HostSnapshot& host) {
  std::ostringstream out;
  WriteRecording(host, out);
  return out.str();
}

void CheckHost(HostSnapshot host) try {
  Expect(CheckTopology(BuildTopology(host)).empty(), "the tree holds together");
  HostSnapshot again = ReadRecording(Write(host), "again");
  for (FunctionRecord& record : host.functions)
    WipeSerialNumbers(&record.config);
  Expect(SameFacts(host, again), "what was written reads back the same");
} catch (const InputError& error) {
  Expect(false, error.what());
}

// The rows of a function whose bytes are 40 all over.
std::string Rows() {
  std::string rows;
  char label[8];
  for (int at = 0; at < 256; at += 16) {
    std::snprintf(label, sizeof(label), "%02x:", at);
    rows += label;
    for (int i = 0; i < 16; ++i) rows += " 40";
    rows += '\n';
  }
  return rows;
}

// A snapshot of one function whose text is the input and whose bytes come in
// a section of their own.
void CheckBytesWin(std::string_view text) try {
  static const std::string rows = Rows();
  HostSnapshot host =
      ReadRecording("7f:1f.7 0604: 8086:0001\n" + std::string(text) +
                        "\n\n7f:1f.7 x\n" + rows + "\n",
                    "both");
  const FunctionRecord* record = host.Find({0, 0x7f, 0xff});
  Expect(record != nullptr, "the function is there");
  for (uint16_t at = 0; at < 256; ++at)
    Expect(record->config.Byte(at).Is(0x40), "bytes win over text");
} catch (const InputError&) {
  // The input had rows of its own, or no text.
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    CheckHost(
        ReadRecording("01:00.0 PCI bridge: x\n" + std::string(text), "input"));
  } catch (const InputError&) {
    // Refused, with its place.
  }
  CheckBytesWin(text);
  return 0;
}
