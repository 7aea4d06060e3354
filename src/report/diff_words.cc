// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/diff_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "pci/acs.h"
#include "report/dmabuf_sentences.h"
#include "report/sentences.h"
#include "report/speed_words.h"

namespace p2pcheck {
namespace {

std::string_view FactTitle(DiffFact fact) {
  switch (fact) {
    case DiffFact::kKernelRelease: return "kernel release";
    case DiffFact::kKernelVersion: return "kernel build";
    case DiffFact::kArchitecture: return "architecture";
    case DiffFact::kPageSize: return "page size";
    case DiffFact::kCommandLine: return "kernel command line";
    case DiffFact::kCpuVendor: return "CPU vendor";
    case DiffFact::kCpuFamily: return "CPU family";
    case DiffFact::kCpuModel: return "CPU model";
    case DiffFact::kCpuModelName: return "CPU";
    case DiffFact::kHypervisor: return "runs in a guest";
    case DiffFact::kConfidentialGuest: return "confidential guest";
    case DiffFact::kP2pdmaBuiltIn: return "PCI_P2PDMA built in";
    case DiffFact::kKernelConfig: return "kernel option";
    case DiffFact::kKernelSymbol: return "kernel symbol";
    case DiffFact::kModuleParameter: return "module parameter";
    case DiffFact::kIommuUnits: return "IOMMU units";
    case DiffFact::kAcpiTables: return "ACPI tables";
    case DiffFact::kNumaNodes: return "NUMA nodes";
    case DiffFact::kInterruptRemapping: return "interrupt remapping";
    case DiffFact::kPlace: return "place in the tree known";
    case DiffFact::kClass: return "class";
    case DiffFact::kRevision: return "revision";
    case DiffFact::kPortType: return "port type";
    case DiffFact::kDriver: return "driver";
    case DiffFact::kPowerState: return "power state";
    case DiffFact::kCurrentSpeed: return "link speed";
    case DiffFact::kCurrentWidth: return "link width";
    case DiffFact::kMaxSpeed: return "link speed at most";
    case DiffFact::kMaxWidth: return "link width at most";
    case DiffFact::kAcsCapability: return "ACS capability";
    case DiffFact::kAcsControl: return "ACS control";
    case DiffFact::kMaxPayload: return "Max_Payload_Size";
    case DiffFact::kMaxReadRequest: return "Max_Read_Request_Size";
    case DiffFact::kAtsEnabled: return "ATS enabled";
    case DiffFact::kIommuGrouped: return "in an IOMMU group";
    case DiffFact::kIommuDomain: return "IOMMU domain type";
    case DiffFact::kNumaNode: return "NUMA node";
    case DiffFact::kNumVfs: return "virtual functions";
    case DiffFact::kPeerMemory: return "peer memory pool";
    case DiffFact::kBarCount: return "BARs";
    case DiffFact::kBarKind: return "kind of BAR";
    case DiffFact::kBarSize: return "size of BAR";
  }
  return "";
}

std::string NumberText(DiffFact fact, uint64_t number) {
  switch (fact) {
    case DiffFact::kAcsCapability:
    case DiffFact::kAcsControl:
      return fmt::format("{:#06x} ({})", number,
                         AcsBitNames(static_cast<uint16_t>(number)));
    case DiffFact::kClass: return fmt::format("{:#08x}", number);
    case DiffFact::kRevision: return fmt::format("{:#04x}", number);
    case DiffFact::kCurrentSpeed:
    case DiffFact::kMaxSpeed:
      return number % 10 == 0
                 ? fmt::format("{}GT/s", number / 10)
                 : fmt::format("{}.{}GT/s", number / 10, number % 10);
    case DiffFact::kCurrentWidth:
    case DiffFact::kMaxWidth: return fmt::format("x{}", number);
    case DiffFact::kMaxPayload:
    case DiffFact::kMaxReadRequest: return fmt::format("{} bytes", number);
    case DiffFact::kPageSize:
    case DiffFact::kPeerMemory:
    case DiffFact::kBarSize: return SizeText(number);
    default: return fmt::format("{}", number);
  }
}

struct DatumText {
  DiffFact fact;

  std::string operator()(bool value) const { return value ? "yes" : "no"; }
  std::string operator()(int64_t value) const {
    return value < 0 ? fmt::format("{}", value)
                     : NumberText(fact, static_cast<uint64_t>(value));
  }
  std::string operator()(const std::string& value) const {
    return Printable(value);
  }
  std::string operator()(const StringList& value) const {
    return value.empty() ? "none" : Printable(Joined(value));
  }
};

StringList WordsOf(const DiffValue& value) {
  if (!value.known()) return {};
  if (const auto* list = std::get_if<StringList>(&value.value())) return *list;
  std::istringstream in(std::get<std::string>(value.value()));
  StringList words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// Those of `a` that `b` lacks.
std::string Missing(const StringList& a, const StringList& b) {
  std::string text;
  for (const std::string& word : a)
    if (std::find(b.begin(), b.end(), word) == b.end())
      text += (text.empty() ? "" : " ") + Printable(word);
  return text;
}

bool IsWordList(const FactChange& change) {
  if (!change.old_value.known() || !change.new_value.known()) return false;
  return change.fact == DiffFact::kCommandLine ||
         std::holds_alternative<StringList>(change.new_value.value());
}

// "without a b; with c"
std::string WordChanges(const FactChange& change) {
  StringList a = WordsOf(change.old_value), b = WordsOf(change.new_value);
  std::string gone = Missing(a, b), come = Missing(b, a);
  if (gone.empty() && come.empty()) return "the same words in another order";
  std::string text = gone.empty() ? "" : "no longer " + gone;
  if (come.empty()) return text;
  return text + (text.empty() ? "" : "; ") + "now " + come;
}

std::string_view CausePhrase(Cause cause) {
  switch (cause) {
    case Cause::kKernel: return "the kernel";
    case Cause::kBuiltIn: return "PCI_P2PDMA in the kernel's configuration";
    case Cause::kCpu: return "the CPU";
    case Cause::kAcs: return "ACS";
    case Cause::kHostBridge: return "what stands first on the root bus";
    case Cause::kPlace: return "the place in the tree";
    case Cause::kIommu: return "whether an IOMMU is active";
    case Cause::kTogether: return "several changes, none of them alone";
  }
  return "";
}

std::string OutcomesText(RouteOutcomeSet set) {
  std::vector<std::string> words;
  for (auto outcome : {RouteOutcome::kDirect, RouteOutcome::kRedirected,
                       RouteOutcome::kBlocked, RouteOutcome::kInsideDevice,
                       RouteOutcome::kRootComplex})
    if (set & Only(outcome)) words.emplace_back(RouteOutcomeName(outcome));
  return fmt::format("{}", fmt::join(words, " or "));
}

}  // namespace

std::string FactPhrase(const FactChange& change) {
  std::string text(FactTitle(change.fact));
  return change.item.empty() ? text : text + " " + Printable(change.item);
}

std::string FactText(DiffFact fact, const DiffValue& value) {
  if (value.unknown()) return "?";
  if (value.absent()) return "none";
  return std::visit(DatumText{fact}, value.value());
}

std::string ChangeText(const FactChange& change, std::string_view arrow) {
  if (IsWordList(change))
    return FactPhrase(change) + ": " + WordChanges(change);
  return fmt::format("{}: {}{}{}", FactPhrase(change),
                     FactText(change.fact, change.old_value), arrow,
                     FactText(change.fact, change.new_value));
}

std::string CauseText(const Judgement& before, const PairChangeClass& change) {
  constexpr size_t kMostPorts = 4;
  std::vector<std::string> words;
  for (Cause cause : change.causes) {
    std::string word(CausePhrase(cause));
    if (cause == Cause::kAcs && !change.ports.empty())
      word += " at " + JoinedAddresses(before, change.ports, kMostPorts);
    words.push_back(word);
  }
  return fmt::format("{}", fmt::join(words, "; or, as well, "));
}

std::string RouteStateText(const Judgement& judgement,
                           const RouteState& state) {
  std::string text = OutcomesText(state.to_provider);
  if (state.to_client != state.to_provider)
    text += ", back " + OutcomesText(state.to_client);
  if (!state.line) return text;
  text += ", " + RateText(state.line);
  if (state.bottleneck != kNoIndex)
    text += " at " + ToString(judgement.topology[state.bottleneck].address);
  if (state.payload) text += ", payload " + RateText(state.payload);
  return text;
}

}  // namespace p2pcheck
