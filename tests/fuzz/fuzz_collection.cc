// SPDX-License-Identifier: GPL-2.0-or-later
//
// Texts that a collection of files is made of, of any content: what comes out
// is a host that holds (host_laws.h), or an InputError.
//
// An input that starts with 's' is the files of a sosreport, in the order of
// kFiles and cut at bytes of 1; anything else is an nvidia-bug-report.log
// without its first lines.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/host_laws.h"
#include "source/collection.h"
#include "source/memory_tree.h"
#include "source/source.h"

namespace {

using namespace p2pcheck;

constexpr const char* kFiles[] = {
    "sos_commands/pci/lspci_-nnvv",
    "proc/bus/pci/devices",
    "proc/bus/pci/01/00.0",
    "proc/bus/pci/0001:00/1f.3",
    "uname",
    "proc/version",
    "proc/hwloc-nofile-info",
    "proc/cpuinfo",
    "proc/iomem",
    "proc/interrupts",
    "var/log/kern.log",
    "sys/bus/pci/devices/0000:01:00.0/uevent",
    "sys/bus/pci/devices/0000:01:00.0/resource",
};

HostSnapshot ReadSosreport(std::string_view text, const ReadRequest& request) {
  MemoryTree tree;
  for (const char* path : kFiles) {
    size_t end = std::min(text.find('\1'), text.size());
    if (end > 0) tree.AddFile(path, std::string(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return ReadCollection(&tree, ".", "input", request);
}

HostSnapshot ReadBugReport(std::string_view text, const ReadRequest& request) {
  constexpr std::string_view kTitle =
      "Start of NVIDIA bug report log file.\n\nuname: ";
  return ReadBytes(std::string(kTitle) + std::string(text), "input", request);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  ReadRequest everything;
  everything.depth = ReadRequest::Depth::kEverything;
  try {
    bool files = !input.empty() && input[0] == 's';
    ExpectHostHolds(files ? ReadSosreport(input.substr(1), everything)
                          : ReadBugReport(input, everything));
  } catch (const InputError&) {
    // Refused, with the reason.
  }
  return 0;
}
