// SPDX-License-Identifier: GPL-2.0-or-later
//
// The text of sysfs' `resource`, and of its small siblings: read or refused,
// never anything else; what was read, written as the kernel writes it, reads
// the same.
#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "source/attributes.h"

namespace p2pcheck {
namespace {

std::string AsTheKernelWrites(const ResourceList& lines) {
  std::string text;
  for (const ResourceLine& line : lines)
    text += fmt::format("0x{:016x} 0x{:016x} 0x{:016x}\n", line.start, line.end,
                        line.flags);
  return text;
}

void Try(std::string_view text) {
  auto lines = ParseResource(text);
  if (!lines) return;
  auto again = ParseResource(AsTheKernelWrites(*lines));
  if (!again || !(*again == *lines)) std::abort();
}

}  // namespace
}  // namespace p2pcheck

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  p2pcheck::Try({reinterpret_cast<const char*>(data), size});
  return 0;
}
