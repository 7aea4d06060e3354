// SPDX-License-Identifier: GPL-2.0-or-later
#include <sys/klog.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "source/host_facts.h"

namespace p2pcheck {
namespace {

// What a line that concerns us has in it.  Written as the kernel does.
constexpr std::string_view kWords[] = {
    "Adding to iommu group",
    "Configured ACS",
    "ACS redirect",
    "ACS overrides enabled",
    "ACS workaround",
    "ACS quirk",
    "ACS command line parameter",
    "disable_acs_redir",
    "ACS flags",
    "ACS Flags",
    "ACS capabilities",
    "p2pdma",
    "P2PDMA",
    "peer-to-peer",
    "DMAR",
    "AMD-Vi",
    "Default domain type",
    "IRQ remapping",
    "Memory Encryption Features",
};

// Said anew for each pair that is asked about: once is enough.
constexpr std::string_view kRepeated[] = {
    "ACS redirect is set", "to disable ACS redirect",
    "cannot be used for peer-to-peer", "not in P2PDMA whitelist"};

template <size_t kCount>
bool HasOneOf(std::string_view line, const std::string_view (&words)[kCount]) {
  return std::any_of(words, words + kCount, [&](std::string_view word) {
    return line.find(word) != std::string_view::npos;
  });
}

// "[    1.234567]", "[    T1]", "[Mon Jan  6 10:00:00 2025]"
bool IsStamp(std::string_view inside) {
  if (inside.empty()) return false;
  constexpr std::string_view kDays[] = {"Mon ", "Tue ", "Wed ", "Thu ",
                                        "Fri ", "Sat ", "Sun "};
  if (HasOneOf(inside.substr(0, 4), kDays)) return true;
  std::string_view rest = Trim(inside);
  if (!rest.empty() && (rest[0] == 'T' || rest[0] == 'C'))
    rest.remove_prefix(1);
  return !rest.empty() &&
         rest.find_first_not_of("0123456789.") == std::string_view::npos;
}

// Takes "<6>" or a stamp in brackets off the front.
bool TakePrefix(std::string_view* line) {
  if (line->empty()) return false;
  char close = line->front() == '<' ? '>' : line->front() == '[' ? ']' : 0;
  size_t end = close ? line->find(close) : std::string_view::npos;
  if (end == std::string_view::npos) return false;
  if (!IsStamp(line->substr(1, end - 1))) return false;
  *line = Trim(line->substr(end + 1));
  return true;
}

// "Nov 20 21:47:00 host kernel: pci 0000:00:00.0: ..."
void TakeJournalPrefix(std::string_view* line) {
  constexpr std::string_view kMark = " kernel: ";
  size_t at = line->find(kMark);
  if (at < 100) *line = Trim(line->substr(at + kMark.size()));
}

std::string_view WithoutStamps(std::string_view line) {
  line = Trim(line);
  TakeJournalPrefix(&line);
  while (TakePrefix(&line)) {
  }
  return line;
}

// Where a recorded tree has the log: beside sys as recordings have it, in its
// place on the host, or where a sosreport puts what it ran.  Best first.
struct Place {
  const char* path;
  bool many_boots;
};
constexpr Place kPlaces[] = {
    {"dmesg.txt", false},
    {"dmesg", false},
    {"var/log/dmesg", false},
    {"sos_commands/kernel/dmesg", false},
    {"sos_commands/kernel/dmesg_-T", false},
    {"kern.log", true},
    {"var/log/kern.log", true},
    {"journalctl.txt", true},
    {"sos_commands/logs/journalctl_--no-pager_--boot", true},
    {"sos_commands/logs/journalctl_--no-pager_--catalog_--boot", true},
    {"sos_commands/logs/journalctl_--no-pager", true},
};

// From the last line on with which a kernel announces itself.
std::string_view LastBoot(std::string_view log) {
  size_t at = log.rfind(" Linux version ");
  if (at == log.npos) return log;
  size_t line = log.rfind('\n', at);  // npos + 1 is 0
  return log.substr(line + 1);
}

Observed<StringList> ReadLiveLog() {
  constexpr int kReadAll = 3, kSizeOfBuffer = 10;
  int size = klogctl(kSizeOfBuffer, nullptr, 0);
  if (size < 0) return FailureOf(errno);
  std::string text(static_cast<size_t>(size), '\0');
  size = klogctl(kReadAll, text.data(), size);
  if (size < 0) return FailureOf(errno);
  text.resize(static_cast<size_t>(size));
  return FilterKernelLog(text);
}

}  // namespace

StringList FilterKernelLog(std::string_view text) {
  StringList out;
  std::set<std::string_view> said;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!HasOneOf(line, kWords)) continue;
    line = WithoutStamps(line);
    if (HasOneOf(line, kRepeated) && !said.insert(line).second) continue;
    out.emplace_back(line);
  }
  return out;
}

std::optional<std::string> PlaceOfKernelLog(const HostTree& tree) {
  for (const Place& place : kPlaces)
    if (tree.Read(tree.root, place.path).known()) return place.path;
  return std::nullopt;
}

Observed<StringList> ReadKernelLog(const HostTree& tree) {
  if (tree.this_host) return ReadLiveLog();
  Observed<std::string> text;
  for (const Place& place : kPlaces) {
    text = tree.Read(tree.root, place.path);
    if (!text.known()) continue;
    return FilterKernelLog(place.many_boots ? LastBoot(text.value())
                                            : text.value());
  }
  return text.Map(FilterKernelLog);
}

}  // namespace p2pcheck
