// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which kernel on which machine, from whatever a collection of files has of
// it: the kernel's own files, what `uname -a` printed, or the notes of
// hwloc-gather-topology.
#include <algorithm>
#include <optional>
#include <vector>

#include "source/attributes.h"
#include "source/host_facts.h"

namespace p2pcheck {
namespace {

using Words = std::vector<std::string_view>;

Words SplitWords(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  Words out;
  for (size_t at = text.find_first_not_of(kSpace); at != text.npos;) {
    size_t end = std::min(text.find_first_of(kSpace, at), text.size());
    out.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(kSpace, end);
  }
  return out;
}

// Releases start with a digit; a kernel that lies may write its own there.
bool IsRelease(std::string_view word) {
  return !word.empty() && word[0] >= '0' && word[0] <= '9';
}

// "Linux version 6.1.0-45-amd64 (...": the third word.
Observed<std::string> ReleaseInVersion(const HostTree& tree) {
  std::string text = tree.Read(tree.proc, "version").value_or("");
  Words words = SplitWords(text);
  if (words.size() < 3 || words[1] != "version" || !IsRelease(words[2]))
    return ReadFailure::kNotRecorded;
  return std::string(words[2]);
}

// The value of "OSRelease: 4.9.0-3-amd64" in what hwloc-gather-topology notes.
Observed<std::string> InHwlocNotes(const HostTree& tree, std::string_view key) {
  std::string text = tree.Read(tree.proc, "hwloc-nofile-info").value_or("");
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = std::string_view(text).substr(at, end - at);
    if (line.substr(0, key.size()) == key)
      return std::string(Trim(line.substr(key.size())));
    at = end + 1;
  }
  return ReadFailure::kNotRecorded;
}

// "Linux HOST 5.15.0-97-generic #107-Ubuntu SMP ... x86_64 GNU/Linux"
std::string ReadUname(const HostTree& tree) {
  for (const char* path : {"uname", "sos_commands/kernel/uname_-a",
                           "sos_commands/host/uname_-a"}) {
    auto text = tree.Read(tree.root, path);
    if (text.known() && SplitWords(text.value()).size() > 3)
      return text.value();
  }
  return {};
}

Observed<std::string> ReleaseInUname(const HostTree& tree) {
  std::string text = ReadUname(tree);
  Words words = SplitWords(text);
  if (words.size() < 4 || !IsRelease(words[2]))
    return ReadFailure::kNotRecorded;
  return std::string(words[2]);
}

// The machine stands behind the date and before "GNU/Linux", on some
// distributions with two words between.
Observed<std::string> MachineInUname(const HostTree& tree) {
  static constexpr std::string_view kMachines[] = {
      "x86_64",  "i386",    "i486",       "i586",    "i686",
      "aarch64", "armv7l",  "ppc64",      "ppc64le", "riscv64",
      "s390x",   "sparc64", "loongarch64"};
  std::string text = ReadUname(tree);
  Words words = SplitWords(text);
  for (size_t i = 3; i < words.size(); ++i)
    if (std::find(std::begin(kMachines), std::end(kMachines), words[i]) !=
        std::end(kMachines))
      return std::string(words[i]);
  return ReadFailure::kNotRecorded;
}

}  // namespace

Observed<std::string> ReleaseInCollection(const HostTree& tree) {
  for (auto read : {ReleaseInVersion, ReleaseInUname})
    if (auto found = read(tree); found.known()) return found;
  return InHwlocNotes(tree, "OSRelease: ");
}

Observed<std::string> MachineInCollection(const HostTree& tree) {
  auto found = InHwlocNotes(tree, "Architecture: ");
  return found.known() ? found : MachineInUname(tree);
}

Observed<uint32_t> PageSizeInCollection(const HostTree& tree) {
  auto text = InHwlocNotes(tree, "PageSize: ");
  if (!text.known()) return ReadFailure::kNotRecorded;
  auto size = ParseUnsigned(text.value(), 10);
  bool sane =
      size && *size >= 4096 && *size <= (1 << 20) && (*size & (*size - 1)) == 0;
  if (!sane) return ReadFailure::kMalformed;
  return static_cast<uint32_t>(*size);
}

}  // namespace p2pcheck
