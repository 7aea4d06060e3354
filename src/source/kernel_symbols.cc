// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>

#include <algorithm>
#include <memory>

#include "source/host_facts.h"

// The list of symbols is some ten megabytes that the kernel writes as they
// are read, so it goes through a window and is never held.

namespace p2pcheck {
namespace {

// "0000000000000000 T pci_p2pdma_distance_many\t[module]"
std::string_view NameInLine(std::string_view line) {
  for (int field = 0; field < 2; ++field) {
    size_t space = line.find(' ');
    if (space == std::string_view::npos) return {};
    line.remove_prefix(space + 1);
  }
  return line.substr(0, line.find_first_of("\t "));
}

// Marks what the whole lines of `text` name; gives how many bytes those are.
size_t Mark(std::string_view text, StringMap* out) {
  size_t at = 0;
  for (;;) {
    size_t end = text.find('\n', at);
    if (end == std::string_view::npos) return at;
    std::string_view name = NameInLine(text.substr(at, end - at));
    const auto& wanted = WantedSymbols();
    if (std::binary_search(wanted.begin(), wanted.end(), name))
      (*out)[std::string(name)] = "yes";
    at = end + 1;
  }
}

}  // namespace

Observed<StringMap> ReadKernelSymbols(const HostTree& tree) {
  if (tree.proc < 0) return ReadFailure::kNotRecorded;
  OpenFile file(tree.files, tree.proc, "kallsyms", O_RDONLY | O_NONBLOCK);
  if (IsMissing(file.error())) return tree.Missing<StringMap>();
  if (!file.ok()) return FailureOf(file.error());
  StringMap out;
  for (std::string_view name : WantedSymbols()) out.emplace(name, "no");
  constexpr size_t kWindow = 1 << 20;
  auto window = std::make_unique<char[]>(kWindow);
  size_t held = 0;
  for (;;) {
    ssize_t got =
        tree.files->Read(file.get(), window.get() + held, kWindow - held);
    if (got < 0) return FailureOf(static_cast<int>(got));
    if (got == 0) return out;
    held += static_cast<size_t>(got);
    size_t used = Mark({window.get(), held}, &out);
    if (used == 0 && held == kWindow) return ReadFailure::kMalformed;
    std::copy(window.get() + used, window.get() + held, window.get());
    held -= used;
  }
}

}  // namespace p2pcheck
