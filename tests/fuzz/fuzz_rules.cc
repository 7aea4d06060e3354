// SPDX-License-Identifier: GPL-2.0-or-later
//
// Rule files of any content: read or refused with an InputError, never
// anything else; what is read answers for every kernel.  The corpus holds a
// text with every table, so that whole books come up.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/input_error.h"
#include "rules/rule_set.h"

namespace p2pcheck {
namespace {

// Questions that must have an answer whatever the rules say.
void Ask(const RuleBook& book) {
  for (uint16_t major : {0, 4, 5, 6, 7, 65535})
    for (uint16_t minor : {0, 13, 20, 65535}) {
      book.For({major, minor, std::nullopt});
      book.For({major, minor, 65535});
    }
  if (book.ForUnknownKernel().empty()) std::abort();
}

void Try(const std::vector<RuleFile>& files) {
  try {
    Ask(RuleBook::FromFiles(files));
  } catch (const InputError&) {
  }
}

void TryText(std::string text) {
  ParseKernelRange(text);
  ParseKernelVersion(text);
  HostFacts host;
  host.kernel_release = text;
  host.kernel_version = text;
  KernelVersionOf(host);
  Try({{"fuzz.toml", std::move(text)}});
}

}  // namespace
}  // namespace p2pcheck

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  p2pcheck::TryText(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
