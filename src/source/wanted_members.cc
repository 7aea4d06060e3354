// SPDX-License-Identifier: GPL-2.0-or-later
//
// An archive of a host may have gigabytes of logs beside the few files that
// are read here.  A path is taken apart once: the first component that starts
// a place we know ("sys", "proc", "sos_commands", ...) splits it into a prefix
// of any kind and the path on the host.
#include "source/wanted_members.h"

#include <algorithm>
#include <vector>

#include "source/archive_limits.h"
#include "source/file_system.h"

namespace p2pcheck {
namespace {

using Words = std::vector<std::string_view>;

Words Split(std::string_view path) {
  Words out;
  while (!path.empty()) {
    size_t end = std::min(path.find('/'), path.size());
    out.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return out;
}

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

template <size_t kCount>
bool IsOneOf(std::string_view word, const std::string_view (&words)[kCount]) {
  return std::find(words, words + kCount, word) != words + kCount;
}

// The directories of a sysfs that are read from.
constexpr std::string_view kSysParts[] = {"bus",    "class",  "devices",
                                          "kernel", "module", "firmware"};

// Large, and nothing is asked of them.
constexpr std::string_view kSysIgnored[] = {
    "devices/system/cpu/cpu", "devices/system/memory/",
    "kernel/slab/",           "kernel/debug/",
    "kernel/tracing/",        "kernel/mm/",
    "kernel/security/",       "kernel/irq/",
    "devices/virtual/"};

// What a device answers from, or what tells more than we want to know.
constexpr std::string_view kNamesOnly[] = {"vpd", "rom", "serial_number",
                                           "wwid", "unique_id"};

// "resource2" and "resource2_wc" are the memory of the device; "resource" and
// "resource2_resize" are text.
bool IsBarFile(std::string_view name) {
  if (!StartsWith(name, "resource") || name.size() < 9) return false;
  std::string_view rest = name.substr(8);
  size_t digits = rest.find_first_not_of("0123456789");
  return digits != 0 && (digits == rest.npos || rest.substr(digits) == "_wc");
}

Wanted InSys(std::string_view path) {
  for (std::string_view ignored : kSysIgnored)
    if (StartsWith(path, ignored)) return Wanted::kNo;
  std::string_view name = BaseName(path);
  if (IsOneOf(name, kNamesOnly) || IsBarFile(name)) return Wanted::kName;
  if (StartsWith(path, "firmware/acpi/tables/")) return Wanted::kName;
  return Wanted::kSmall;
}

Wanted InProc(std::string_view path) {
  static constexpr std::string_view kFiles[] = {"cmdline",
                                                "cpuinfo",
                                                "version",
                                                "iomem",
                                                "interrupts",
                                                "kallsyms",
                                                "config.gz",
                                                "sys/kernel/arch",
                                                "sys/kernel/osrelease",
                                                "self/smaps",
                                                "hwloc-nofile-info",
                                                "driver/nvidia/params",
                                                "bus/pci/devices",
                                                "bus/pci"};
  if (IsOneOf(path, kFiles)) return Wanted::kWhole;
  return StartsWith(path, "bus/pci/") ? Wanted::kSmall : Wanted::kNo;
}

Wanted InSosCommands(const Words& words, size_t at) {
  if (words.size() <= at + 1) return Wanted::kName;
  static constexpr std::string_view kPlugins[] = {"pci", "hardware", "kernel",
                                                  "logs", "host"};
  if (!IsOneOf(words[at + 1], kPlugins)) return Wanted::kNo;
  std::string_view name = words.back();
  bool asked = StartsWith(name, "lspci") || StartsWith(name, "dmesg") ||
               StartsWith(name, "uname") || StartsWith(name, "journalctl");
  bool is_plugin = words.size() == at + 2;
  return asked || is_plugin ? Wanted::kWhole : Wanted::kNo;
}

// "boot/config-6.1.0-45-amd64", "lib/modules/6.1.0/config".
bool IsKernelConfig(const Words& words) {
  if (words.size() < 2) return false;
  std::string_view name = words.back(), above = words[words.size() - 2];
  if (above == "boot") return StartsWith(name, "config-");
  if (name == ".config") return above == "build";
  return name == "config" && words.size() > 2 &&
         words[words.size() - 3] == "modules";
}

// Whether a directory that a host has at its top is on the way to `at`.
bool IsBelowTop(const Words& words, size_t at) {
  static constexpr std::string_view kTops[] = {
      "etc", "usr", "lib",  "lib64", "var",  "run", "boot",
      "opt", "srv", "home", "root",  "proc", "tmp", "dev"};
  return std::any_of(
      words.begin(), words.begin() + static_cast<std::ptrdiff_t>(at),
      [](std::string_view word) { return IsOneOf(word, kTops); });
}

// Beside the directories of a host, or in its var/log.
bool IsText(const Words& words) {
  static constexpr std::string_view kTexts[] = {
      "dmesg", "dmesg.txt", "kern.log", "journalctl.txt", "uname"};
  std::string_view name = words.back();
  if (!IsOneOf(name, kTexts) && !StartsWith(name, "lspci")) return false;
  bool in_var_log = words.size() > 2 && words[words.size() - 2] == "log" &&
                    words[words.size() - 3] == "var";
  return in_var_log || !IsBelowTop(words, words.size() - 1);
}

// A sysfs whose own directory was not packed with it.
bool IsBareSys(const Words& words, size_t at) {
  return IsOneOf(words[at], kSysParts) && !IsBelowTop(words, at);
}

std::string_view RestFrom(std::string_view path, const Words& words,
                          size_t at) {
  if (at >= words.size()) return {};
  return path.substr(static_cast<size_t>(words[at].data() - path.data()));
}

// Of sysfs: "sys" with one of its parts, or the part itself.
bool IsSys(const Words& words, size_t at) {
  return words[at] == "sys" &&
         (at + 1 == words.size() || IsOneOf(words[at + 1], kSysParts));
}

bool IsDevice(const Words& words) {
  return words.size() > 1 && words[words.size() - 2] == "dev" &&
         (words.back() == "tdx_guest" || words.back() == "sev-guest");
}

}  // namespace

Wanted WantedOf(std::string_view path) {
  const Words words = Split(path);
  if (words.empty()) return Wanted::kNo;
  for (size_t at = 0; at < words.size(); ++at) {
    if (words[at] == "proc") return InProc(RestFrom(path, words, at + 1));
    if (words[at] == "sos_commands") return InSosCommands(words, at);
    if (IsSys(words, at)) return InSys(RestFrom(path, words, at + 1));
  }
  for (size_t at = 0; at < words.size(); ++at)
    if (IsBareSys(words, at)) return InSys(RestFrom(path, words, at));
  if (IsDevice(words)) return Wanted::kName;
  return IsKernelConfig(words) || IsText(words) ? Wanted::kWhole : Wanted::kNo;
}

std::string NormalPath(std::string_view path, std::string_view* wrong) {
  *wrong = {};
  if (path.substr(0, 1) == "/") *wrong = "its path is absolute";
  std::string out;
  size_t depth = 0;
  for (std::string_view word : Split(path)) {
    if (word.empty() || word == ".") continue;
    if (word == "..") *wrong = "its path has \"..\"";
    if (++depth > kDeepestPath) *wrong = "its path is too deep";
    if (!out.empty()) out += '/';
    out += word;
  }
  if (out.size() > kLongestPath) *wrong = "its path is too long";
  return out;
}

bool LeadsOut(std::string_view path, std::string_view target) {
  if (target.substr(0, 1) == "/") return true;
  size_t depth = static_cast<size_t>(std::count(path.begin(), path.end(), '/'));
  for (std::string_view word : Split(target)) {
    if (word.empty() || word == ".") continue;
    if (word != "..") {
      ++depth;
    } else if (depth-- == 0) {
      return true;
    }
  }
  return false;
}

}  // namespace p2pcheck
