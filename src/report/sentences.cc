// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/sentences.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "pci/acs.h"

namespace p2pcheck {
namespace {

// "8086:2030"
std::string IdText(uint64_t ids) {
  return fmt::format("{:04x}:{:04x}", ids >> 16, ids & 0xffff);
}

std::string AddressOf(const Fact& fact) {
  return fact.function ? ToString(*fact.function) : "the host";
}

std::string JoinFacts(const Reason& reason) {
  std::string text;
  for (size_t i = 0; i < reason.facts.size(); ++i) {
    if (i > 0) text += i + 1 == reason.facts.size() ? " and " : ", ";
    text += AddressOf(reason.facts[i]);
  }
  return text;
}

// "0000:02:08.0 (ReqRedir CmpltRedir) and 0000:02:10.0 (ReqRedir)"
std::string JoinRedirects(const Reason& reason) {
  std::string text;
  for (size_t i = 0; i < reason.facts.size(); ++i) {
    const Fact& fact = reason.facts[i];
    if (i > 0) text += i + 1 == reason.facts.size() ? " and " : ", ";
    text += AddressOf(fact);
    if (fact.value.known())
      text += fmt::format(
          " ({})", AcsBitNames(static_cast<uint16_t>(fact.value.value()) &
                               kAcsRedirectBits));
  }
  return text;
}

std::string CpuText(const Judgement& judgement) {
  const CpuIdentity& cpu = judgement.cpu;
  if (!cpu.vendor.known()) return "a CPU that is not known";
  std::string family =
      cpu.family.known() ? fmt::format(" family {}", cpu.family.value()) : "";
  std::string proof = cpu.proved_by ? fmt::format(", as {} on its die shows",
                                                  ToString(*cpu.proved_by))
                                    : "";
  return Printable(cpu.vendor.value()) + family + proof;
}

std::string ArchitectureText(const Judgement& judgement) {
  const auto& architecture = judgement.cpu.architecture;
  if (!architecture.known() || architecture.value() == "x86_64") return "";
  return fmt::format(" on {}", Printable(architecture.value()));
}

// The table entry behind a host bridge reason, for its name.
std::string EntryName(const Judgement& judgement, const Fact& fact) {
  if (!fact.value.known()) return "";
  for (const RuleSet& rules : judgement.question.kernels)
    for (const HostBridgeRule& entry : rules.host_bridges)
      if (entry.vendor == fact.value.value() >> 16 &&
          (!entry.device || *entry.device == (fact.value.value() & 0xffff)))
        return ", " + entry.name;
  return "";
}

std::string HostBridgeText(const Judgement& judgement, const Reason& reason) {
  const Fact& fact = reason.facts.front();
  std::string id =
      fact.value.known() ? " [" + IdText(fact.value.value()) + "]" : "";
  return fmt::format("{}{}{}", AddressOf(fact), id, EntryName(judgement, fact));
}

std::string HostBridgeUnknownText(const Reason& reason) {
  const Fact& fact = reason.facts.front();
  switch (fact.kind) {
    case FactKind::kPortType:
      return fmt::format(
          "whether {}, the first function of its root bus, is a Root Port "
          "is not known, so neither is whether the kernel looks it up",
          AddressOf(fact));
    case FactKind::kHostBridgeId:
      return fact.value.known()
                 ? fmt::format(
                       "whether this kernel lists host bridge {} [{}] "
                       "hangs on its exact release",
                       AddressOf(fact), IdText(fact.value.value()))
                 : fmt::format(
                       "the IDs of {}, the first function of its root "
                       "bus, are not known",
                       AddressOf(fact));
    case FactKind::kParent:
      return fmt::format("below which host bridge {} sits is not known",
                         AddressOf(fact));
    default: return "which function its root bus lists first is not known";
  }
}

std::string NotEligibleText(const Reason& reason) {
  const Fact& fact = reason.facts.front();
  if (!fact.value.known())
    return fmt::format(
        "no function is seen directly on root bus {:04x}:{:02x}, so the "
        "kernel has nothing to look up",
        fact.function->domain, fact.function->bus);
  return fmt::format(
      "{}, the first function of its root bus, is neither device 00.0 nor a "
      "Root Port this kernel would take, so the host bridge counts as not "
      "listed",
      AddressOf(fact));
}

std::string KernelUnknownText(const Verdict& verdict) {
  std::string text = "the kernel is not known and they disagree:";
  for (size_t i = 0; i < verdict.by_kernel.size(); ++i) {
    const auto& [label, set] = verdict.by_kernel[i];
    text +=
        fmt::format("{} {} {}", i == 0 ? "" : ";", label, OutcomePhrase(set));
  }
  return text;
}

}  // namespace

std::string Joined(const std::vector<std::string>& words, size_t most) {
  std::string text;
  size_t shown = std::min(words.size(), most);
  for (size_t i = 0; i < shown; ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
  if (shown < words.size())
    text += fmt::format(" and {} more", words.size() - shown);
  return text;
}

std::string JoinedAddresses(const Judgement& judgement,
                            const std::vector<FunctionIndex>& functions,
                            size_t most) {
  std::vector<std::string> words;
  for (FunctionIndex i : functions)
    words.push_back(ToString(judgement.topology[i].address));
  return Joined(words, most);
}

namespace {

// One character of UTF-8 at the front of a text; 0 code, 1 byte: not one.
struct Character {
  uint32_t code = 0;
  size_t bytes = 1;
};

Character FirstCharacter(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (bytes == 0 || lead > 0xf4 || text.size() < bytes) return {};
  uint32_t code = lead & (0xffu >> (bytes + 1));
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3fu);
  }
  bool shorter = code < (bytes == 4 ? 0x10000u : bytes == 3 ? 0x800u : 0x80u);
  bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return shorter || surrogate || code > 0x10ffff ? Character{}
                                                 : Character{code, bytes};
}

// Moves the cursor, changes colours, or turns the direction of what follows
// around: C0, C1, line and paragraph separators, marks that cannot be seen.
bool ControlsTerminal(uint32_t code) {
  static constexpr std::pair<uint32_t, uint32_t> kRanges[] = {
      {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},      {0x61c, 0x61c},
      {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},  {0x2060, 0x206f},
      {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe0fff}};
  return std::any_of(std::begin(kRanges), std::end(kRanges), [=](auto range) {
    return code >= range.first && code <= range.second;
  });
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    Character c = FirstCharacter(text);
    if (ControlsTerminal(c.code))
      out += '?';
    else
      out += text.substr(0, c.bytes);
    text.remove_prefix(c.bytes);
  }
  return out;
}

std::string OutcomePhrase(MapTypeSet possible) {
  switch (possible.bits()) {
    case 1: return "not allowed";
    case 2: return "allowed, direct";
    case 4: return "allowed through the host bridge";
    case 6: return "allowed, direct or through the host bridge";
    case 3: return "undecided: direct, or not allowed";
    case 5: return "undecided: through the host bridge, or not allowed";
    default: return "undecided";
  }
}

std::string ReasonSentence(const Judgement& judgement, const Verdict& verdict,
                           const Reason& reason) {
  switch (reason.rule) {
    case RuleId::kP2pdmaNotBuiltIn:
      return "this kernel was built without CONFIG_PCI_P2PDMA: it refuses "
             "every pair";
    case RuleId::kNoP2pdmaYet:
      return "this kernel is older than 4.20, which brought p2pdma";
    case RuleId::kPlaceUnknown:
      return fmt::format("what is above {} is not known", JoinFacts(reason));
    case RuleId::kNoCommonBridge:
      return "no bridge is above both, so ACS is not asked and all depends on "
             "the host bridge";
    case RuleId::kNoAcsRedirect:
      return verdict.provider == verdict.client
                 ? "the function itself does not redirect peer requests"
                 : "nothing on the path redirects peer requests, up to and "
                   "including " +
                       ToString(
                           judgement.topology[verdict.common_bridge].address);
    case RuleId::kAcsRedirect:
      return fmt::format("ACS sends peer requests upstream at {}",
                         JoinRedirects(reason));
    case RuleId::kAcsUnknown:
      return fmt::format("whether ACS redirects at {} could not be read",
                         JoinFacts(reason));
    case RuleId::kAcsRedirectRefused:
      return fmt::format(
          "ACS sends peer requests upstream at {}, which "
          "kernels before 5.4 refuse",
          JoinRedirects(reason));
    case RuleId::kNoCommonBridgeRefused:
      return "no bridge is above both, which kernels before 5.2 refuse";
    case RuleId::kIommuActiveRefused:
      return "an IOMMU is active, with which kernels 5.2 and 5.3 refuse the "
             "way through the host bridge";
    case RuleId::kIommuUnknown:
      return "whether an IOMMU is active is not known; kernels 5.2 and 5.3 "
             "refuse then";
    case RuleId::kCpuSupported:
      return fmt::format(
          "the CPU is AMD Zen or newer ({}), so the kernel "
          "accepts the way through any host bridge",
          CpuText(judgement));
    case RuleId::kCpuNotSupported:
      return fmt::format(
          "the CPU ({}{}) does not vouch for the host bridge: "
          "only AMD from family 23 on does",
          CpuText(judgement), ArchitectureText(judgement));
    case RuleId::kCpuUnknown:
      return "the CPU is not known; on AMD Zen or newer the kernel accepts "
             "the way through any host bridge";
    case RuleId::kHostBridgeListed:
      return fmt::format("the kernel lists host bridge {}",
                         HostBridgeText(judgement, reason));
    case RuleId::kHostBridgeNotListed:
      return fmt::format(
          "host bridge {} is not in the kernel's list of those that route "
          "peer traffic",
          HostBridgeText(judgement, reason));
    case RuleId::kHostBridgeNeedsSame:
      return fmt::format(
          "the kernel lists host bridge {}, but only for two "
          "devices below the same one",
          HostBridgeText(judgement, reason));
    case RuleId::kHostBridgeNotEligible: return NotEligibleText(reason);
    case RuleId::kHostBridgeUnknown: return HostBridgeUnknownText(reason);
    case RuleId::kKernelUnknown: return KernelUnknownText(verdict);
    case RuleId::kTranslationBlocked:
      return fmt::format(
          "the client sends translated requests (ATS), which "
          "Translation Blocking stops at {}",
          JoinFacts(reason));
  }
  return "";
}

std::string_view CauseOf(ReadFailure failure) {
  switch (failure) {
    case ReadFailure::kNotRecorded: return "the source does not have it";
    case ReadFailure::kPermissionDenied: return "this user may not read it";
    case ReadFailure::kConfigTooShort: return "config space ended before it";
    case ReadFailure::kVanished: return "the function vanished";
    case ReadFailure::kAsleep: return "the device sleeps and was not woken";
    case ReadFailure::kReadError: return "reading it failed";
    case ReadFailure::kMalformed: return "what was there made no sense";
    case ReadFailure::kUnreachable:
      return "its config space reads all ones: the device does not answer";
  }
  return "";
}

std::string_view RemedyFor(ReadFailure failure) {
  switch (failure) {
    case ReadFailure::kNotRecorded:
      return "a recording made on the host as root has it: p2pcheck record";
    case ReadFailure::kPermissionDenied:
    case ReadFailure::kConfigTooShort:
      return "root (CAP_SYS_ADMIN in the initial user namespace) could tell";
    case ReadFailure::kVanished: return "ask again";
    case ReadFailure::kAsleep: return "ask again while the device is in use";
    case ReadFailure::kReadError:
    case ReadFailure::kMalformed: return "the kernel log may say why";
    case ReadFailure::kUnreachable:
      return "it is powered down, removed or hung: see power_state and the "
             "kernel log";
  }
  return "";
}

namespace {

std::string MissingWhat(const Fact& fact) {
  switch (fact.kind) {
    case FactKind::kAcsControl:
    case FactKind::kAcsCapability: return "ACS control of " + AddressOf(fact);
    case FactKind::kParent: return "the bridge above " + AddressOf(fact);
    case FactKind::kCpu: return "the CPU's vendor and family";
    case FactKind::kHostBridgeId: return "the IDs of " + AddressOf(fact);
    case FactKind::kFirstFunction:
      return "the first function of the root bus of " + AddressOf(fact);
    case FactKind::kPortType: return "the port type of " + AddressOf(fact);
    case FactKind::kIommuGroup: return "whether an IOMMU is active";
    case FactKind::kKernelVersion: return "the kernel's exact release";
    case FactKind::kP2pdmaBuiltIn: return "the kernel's configuration";
    case FactKind::kPublishedGroup:
      return "the IOMMU group of " + AddressOf(fact);
  }
  return "";
}

}  // namespace

std::string MissingSentence(const Judgement&, const Fact& fact) {
  std::string what = MissingWhat(fact);
  if (!fact.value.unknown()) return what;
  return fmt::format("{}: {}; {}", what, CauseOf(fact.value.failure()),
                     RemedyFor(fact.value.failure()));
}

std::string_view FactName(FactKind kind) {
  switch (kind) {
    case FactKind::kAcsControl: return "acs_control";
    case FactKind::kAcsCapability: return "acs_capability";
    case FactKind::kParent: return "parent";
    case FactKind::kCpu: return "cpu";
    case FactKind::kHostBridgeId: return "host_bridge_id";
    case FactKind::kFirstFunction: return "first_function";
    case FactKind::kPortType: return "port_type";
    case FactKind::kIommuGroup: return "iommu_active";
    case FactKind::kKernelVersion: return "kernel_version";
    case FactKind::kP2pdmaBuiltIn: return "p2pdma_built_in";
    case FactKind::kPublishedGroup: return "iommu_group";
  }
  return "";
}

std::string FactValue(const Judgement& judgement, const Fact& fact) {
  if (!fact.value.known()) {
    if (fact.kind == FactKind::kCpu && judgement.cpu.vendor.known())
      return Printable(judgement.cpu.vendor.value());
    return "";
  }
  uint64_t value = fact.value.value();
  switch (fact.kind) {
    case FactKind::kAcsControl:
    case FactKind::kAcsCapability: return fmt::format("0x{:04x}", value);
    case FactKind::kHostBridgeId: return IdText(value);
    case FactKind::kCpu:
      return fmt::format("{} family {}",
                         Printable(judgement.cpu.vendor.value_or("?")), value);
    case FactKind::kPortType:
      return std::string(PortTypeName(static_cast<PortType>(value)));
    case FactKind::kFirstFunction:
      return fact.function ? ToString(*fact.function) : "";
    case FactKind::kIommuGroup: return value ? "yes" : "no";
    case FactKind::kP2pdmaBuiltIn: return value ? "y" : "n";
    default: return fmt::format("{}", value);
  }
}

std::string WhereOf(const Judgement& judgement, const Fact& fact) {
  switch (fact.kind) {
    case FactKind::kAcsControl:
    case FactKind::kAcsCapability: {
      FunctionIndex i = judgement.topology.Find(*fact.function);
      const auto& acs = judgement.topology[i].acs;
      return acs.known()
                 ? fmt::format("config space, 0x{:03x}", acs.value().offset + 6)
                 : "config space, extended capability 0x000d";
    }
    case FactKind::kParent: return "nesting of the sysfs directories";
    case FactKind::kCpu:
      return judgement.cpu.proved_by ? "a function on the CPU's die"
                                     : "/proc/cpuinfo";
    case FactKind::kHostBridgeId: return "sysfs vendor and device";
    case FactKind::kFirstFunction: return "functions on the root bus";
    case FactKind::kPortType:
      return "config space, PCI Express capability, bits 7:4 of +2";
    case FactKind::kIommuGroup:
    case FactKind::kPublishedGroup: return "sysfs iommu_group";
    case FactKind::kKernelVersion: return "/proc/sys/kernel/osrelease";
    case FactKind::kP2pdmaBuiltIn:
      return "the kernel's configuration or symbols";
  }
  return "";
}

std::string KernelPhrase(const Judgement& judgement) {
  if (judgement.kernel.known()) {
    const RuleSet& rules = judgement.question.kernels.front();
    return rules.label + (rules.pending    ? " (pending, not released)"
                          : rules.unmerged ? " (no release: a series that is "
                                             "not merged)"
                                           : "");
  }
  if (judgement.question.kernels.size() == 1)
    return judgement.question.kernels.front().label;
  return fmt::format("not known; every one from 5.14 to {}",
                     ToString(judgement.book.newest()));
}

std::vector<std::string> KernelRemarks(const Judgement& judgement) {
  std::vector<std::string> remarks;
  const RuleSet& rules = judgement.question.kernels.front();
  if (judgement.question.kernels.size() > 1) return remarks;
  if (rules.unmerged)
    remarks.push_back(fmt::format(
        "this is kernel {} with the series \"evaluate ACS at divergence ports "
        "only\", which no release has",
        ToString(rules.kernel)));
  if (rules.pending)
    remarks.push_back(fmt::format(
        "kernel {} is judged by what was pending for it, not by a release",
        rules.label));
  if (rules.beyond_rules)
    remarks.push_back(fmt::format(
        "kernel {} is newer than the rules ({}): what they do not list, it "
        "may; a host bridge missing here is undecided",
        rules.label, ToString(judgement.book.newest())));
  if (rules.algorithm.from_history)
    remarks.push_back(fmt::format(
        "what kernel {} does is known from its history only, not from its "
        "source",
        rules.label));
  return remarks;
}

namespace {

size_t CountUnreadableAcs(const Topology& topology, ReadFailure why) {
  size_t count = 0;
  for (const Function& f : topology.functions())
    if (f.acs.unknown() && f.acs.failure() == why) ++count;
  return count;
}

void AddAcsUnknowns(const Judgement& judgement, std::vector<std::string>* out) {
  for (ReadFailure why :
       {ReadFailure::kPermissionDenied, ReadFailure::kConfigTooShort,
        ReadFailure::kAsleep, ReadFailure::kUnreachable,
        ReadFailure::kNotRecorded, ReadFailure::kReadError,
        ReadFailure::kVanished, ReadFailure::kMalformed}) {
    size_t count = CountUnreadableAcs(judgement.topology, why);
    if (count == 0) continue;
    out->push_back(fmt::format("ACS of {} function{}: {}; {}", count,
                               count == 1 ? "" : "s", CauseOf(why),
                               RemedyFor(why)));
  }
}

}  // namespace

std::vector<std::string> Unknowns(const Judgement& judgement) {
  std::vector<std::string> out;
  if (judgement.question.kernels.size() > 1)
    out.push_back(fmt::format(
        "kernel version: not known, or a vendor's whose number tells nothing; "
        "judged as every kernel from 5.14 to {}; --kernel names one",
        ToString(judgement.book.newest())));
  if (judgement.question.p2pdma_built_in == Ternary::kUnknown)
    out.push_back(
        "whether the kernel has PCI_P2PDMA built in: neither its "
        "configuration nor its symbols are known; verdicts take it as built "
        "in");
  if (judgement.cpu.architecture.unknown() && judgement.cpu.vendor.unknown())
    out.push_back("CPU: not recorded, and no function proves it");
  AddAcsUnknowns(judgement, &out);
  size_t placeless = 0;
  for (const Function& f : judgement.topology.functions())
    if (!f.placed()) ++placeless;
  if (placeless > 0)
    out.push_back(fmt::format("place in the tree of {} function{}", placeless,
                              placeless == 1 ? "" : "s"));
  return out;
}

std::string DevicePhrase(const Judgement& judgement, FunctionIndex function) {
  const Function& f = judgement.topology[function];
  std::string phrase = ToString(f.address);
  if (judgement.name_of) {
    std::string name = Printable(judgement.name_of(*f.record));
    if (!name.empty()) return phrase + " " + name;
  }
  if (f.record->vendor.known() && f.record->device.known())
    phrase += fmt::format(" [{:04x}:{:04x}]", f.record->vendor.value(),
                          f.record->device.value());
  return phrase;
}

}  // namespace p2pcheck
