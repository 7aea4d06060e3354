// SPDX-License-Identifier: GPL-2.0-or-later
//
// Any text is read or refused with an InputError; what was read can be
// written, reads back as the same facts, and is written the same again.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include "base/input_error.h"
#include "snapshot/recording.h"
#include "snapshot/serial_number.h"

namespace {

using namespace p2pcheck;

std::string Write(const HostSnapshot& host) {
  std::ostringstream out;
  WriteRecording(host, out);
  return out.str();
}

void Expect(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", law);
  std::abort();
}

// An InputError in here is a finding: our own text must be readable.
void Check(HostSnapshot host) try {
  std::string written = Write(host);
  HostSnapshot again = ReadRecording(written, "again");
  for (FunctionRecord& record : host.functions)
    WipeSerialNumbers(&record.config);
  Expect(SameFacts(host, again), "what was written reads back the same");
  Expect(again.warnings.empty(), "what we wrote we read without a warning");
  Expect(host.complete == again.complete, "complete stays");
  Expect(written == Write(again), "what was read is written the same");
} catch (const InputError& error) {
  Expect(false, error.what());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    Check(ReadRecording(text, "input"));
  } catch (const InputError&) {
    // Refused, with its place.
  }
  return 0;
}
