// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <cerrno>
#include <string>

#include "source/attributes.h"
#include "source/host_facts.h"

namespace p2pcheck {
namespace {

// The value of "key   : value" among the lines of one processor.
Observed<std::string_view> Field(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    if (Trim(line.substr(0, colon)) == key) return Trim(line.substr(colon + 1));
  }
  return Absent{};
}

Observed<std::string> TextField(std::string_view text, std::string_view key) {
  return Field(text, key).Map(
      [](std::string_view s) { return std::string(s); });
}

Observed<uint32_t> NumberField(std::string_view text, std::string_view key) {
  auto field = Field(text, key);
  if (!field.known()) return Absent{};
  auto value = ParseUnsigned(field.value(), 10);
  if (!value || *value > UINT32_MAX) return ReadFailure::kMalformed;
  return static_cast<uint32_t>(*value);
}

bool HasWord(std::string_view text, std::string_view word) {
  for (size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    size_t end = at + word.size();
    if ((at == 0 || text[at - 1] == ' ') &&
        (end == text.size() || text[end] == ' '))
      return true;
  }
  return false;
}

Observed<bool> FlagField(std::string_view text, std::string_view flag) {
  return Field(text, "flags").Map([&](std::string_view flags) {
    return HasWord(flags, flag);
  });
}

// The lines of the first processor.
Observed<std::string> FirstProcessor(const HostTree& tree) {
  return tree.Read(tree.proc, "cpuinfo").Map([](const std::string& text) {
    return text.substr(0, text.find("\n\n"));
  });
}

void CopyFailure(ReadFailure why, HostFacts* host) {
  host->cpu_vendor = host->cpu_model_name = why;
  host->cpu_family = host->cpu_model = why;
  host->hypervisor = why;
}

bool Exists(const HostTree& tree, int directory, const char* path) {
  return directory >= 0 && tree.files->SizeOf(directory, path) >= 0;
}

// Evidence of a guest whose memory the host cannot see.
struct Trace {
  const char* path;  // below /sys, or below / where `in_root`
  bool in_root;
  bool says_one;  // the file says "1"; otherwise it is there
  const char* name;
};
constexpr Trace kTraces[] = {
    {"dev/tdx_guest", true, false, "tdx"},
    {"devices/system/cpu/sev/vmpl", false, false, "sev-snp"},
    {"dev/sev-guest", true, false, "sev-snp"},
    {"bus/platform/devices/arm-cca-dev", false, false, "cca"},
    {"firmware/uv/prot_virt_guest", false, true, "s390-pv"},
    {"devices/system/cpu/svm", false, true, "ppc-svm"},
};

bool Found(const HostTree& tree, const Trace& trace) {
  int directory = trace.in_root ? tree.root : tree.sys;
  if (!trace.says_one) return Exists(tree, directory, trace.path);
  return Trim(tree.Read(directory, trace.path).value_or("")) == "1";
}

}  // namespace

void ReadCpuFacts(const HostTree& tree, HostFacts* host) {
  Observed<std::string> text = FirstProcessor(tree);
  if (!text.known()) {
    return CopyFailure(
        text.unknown() ? text.failure() : ReadFailure::kNotRecorded, host);
  }
  host->cpu_vendor = TextField(text.value(), "vendor_id");
  host->cpu_family = NumberField(text.value(), "cpu family");
  host->cpu_model = NumberField(text.value(), "model");
  host->cpu_model_name = TextField(text.value(), "model name");
  host->hypervisor = FlagField(text.value(), "hypervisor");
}

Observed<std::string> ReadConfidentialGuest(const HostTree& tree,
                                            const HostFacts& host) {
  auto cpu = FirstProcessor(tree);
  if (FlagField(cpu.value_or(""), "tdx_guest").Is(true))
    return std::string("tdx");
  for (const Trace& trace : kTraces)
    if (Found(tree, trace)) return std::string(trace.name);
  // Bare metal is no guest.  A guest with plain SEV shows nothing that a user
  // may read, so one without a trace stays open.
  if (host.hypervisor.Is(false)) return Absent{};
  bool answers_no = Exists(tree, tree.sys, "firmware/uv/prot_virt_guest") ||
                    Exists(tree, tree.sys, "devices/system/cpu/svm");
  if (answers_no) return Absent{};
  return ReadFailure::kNotRecorded;
}

}  // namespace p2pcheck
