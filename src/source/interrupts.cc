// SPDX-License-Identifier: GPL-2.0-or-later
//
// Whether an IOMMU remaps interrupts.  With remapping on, the names of x86's
// interrupt chips in /proc/interrupts begin with "IR-":
//
//   24:  0  0  IR-PCI-MSIX-0000:01:00.0  0-edge  nvme0q0
//
// A line has a number for each processor, so only as much is read as it takes
// to find the first such chip, which is among the first lines.
#include <fcntl.h>

#include <algorithm>
#include <array>

#include "source/host_facts.h"

namespace p2pcheck {
namespace {

bool HasChip(std::string_view line, std::string_view name) {
  size_t at = line.find(name);
  return at != line.npos && at > 0 && line[at - 1] == ' ';
}

// What one whole line tells.
Observed<bool> RemappedInLine(std::string_view line) {
  if (HasChip(line, "IR-")) return true;
  if (HasChip(line, "IO-APIC") || HasChip(line, "PCI-MSI")) return false;
  return ReadFailure::kNotRecorded;
}

// The first whole line that tells; takes the lines it read off the front.
Observed<bool> RemappedIn(std::string* text) {
  size_t at = 0;
  for (size_t end; (end = text->find('\n', at)) != text->npos; at = end + 1) {
    auto told = RemappedInLine(std::string_view(*text).substr(at, end - at));
    if (told.known()) return told;
  }
  text->erase(0, at);
  return ReadFailure::kNotRecorded;
}

Observed<bool> RemappedInChips(const HostTree& tree) {
  if (tree.proc < 0) return ReadFailure::kNotRecorded;
  OpenFile file(tree.files, tree.proc, "interrupts", O_RDONLY | O_NONBLOCK);
  if (!file.ok()) return ReadFailure::kNotRecorded;
  std::string text;
  std::array<char, 16 << 10> window;
  for (;;) {
    ssize_t got = tree.files->Read(file.get(), window.data(), window.size());
    if (got <= 0) return ReadFailure::kNotRecorded;
    text.append(window.data(), static_cast<size_t>(got));
    auto told = RemappedIn(&text);
    if (told.known()) return told;
  }
}

// "DMAR-IR: Enabled IRQ remapping in x2apic mode", "AMD-Vi: Interrupt
// remapping enabled".  That no line says so may be a short log.
bool EnabledInLog(const HostFacts& host) {
  StringList lines = host.kernel_log.value_or({});
  return std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    return line.find("Enabled IRQ remapping") != line.npos ||
           line.find("Interrupt remapping enabled") != line.npos;
  });
}

}  // namespace

Observed<bool> ReadInterruptRemapping(const HostTree& tree,
                                      const HostFacts& host) {
  auto told = RemappedInChips(tree);
  if (told.known()) return told;
  if (EnabledInLog(host)) return true;
  return ReadFailure::kNotRecorded;
}

}  // namespace p2pcheck
