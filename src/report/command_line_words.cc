// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/command_line_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "pci/acs.h"
#include "rules/command_line.h"

namespace p2pcheck {
namespace {

using Id = CommandLineFindingId;

constexpr size_t kFunctionsNamed = 4;

std::string JoinFunctions(const CommandLineFinding& finding) {
  std::string text;
  for (size_t i = 0; i < finding.functions.size(); ++i) {
    if (i == kFunctionsNamed)
      return text + fmt::format(" and {} more", finding.functions.size() - i);
    text += (i ? ", " : "") + ToString(finding.functions[i]);
  }
  return text;
}

// The element up to its end, behind a list that GRUB may have cut.
std::string Quoted(const CommandLine& line, const TextSpan& where) {
  return "'" + Printable(line.Text(where)) + "'";
}

}  // namespace

std::string FindingSentence(const Judgement& judgement, const CommandLine& line,
                            const CommandLineFinding& finding) {
  std::string what = Quoted(line, finding.where);
  std::string functions = JoinFunctions(finding);
  std::string bits = AcsBitNames(finding.bits);
  switch (finding.id) {
    case Id::kListSeparator:
      return "the list ends here: its elements are separated by ';', and what "
             "follows is something else to the kernel";
    case Id::kListCut:
      return "looks as if GRUB had cut the list here: outside of quotes it "
             "takes ';' for its own; other ports of the same switch still "
             "redirect";
    case Id::kListStops:
      return fmt::format(
          "{} makes no sense to the kernel: the list stops here for every "
          "function that comes to it",
          what);
    case Id::kNoSuchFunction:
      return fmt::format("{} matches no function of this host", what);
    case Id::kNoAcsCapability:
      return fmt::format(
          "{} matches only functions without an ACS capability: nothing to set",
          what);
    case Id::kBadFlags:
      return fmt::format(
          "{} has a character that is not 0, 1 or x: the kernel gives "
          "config_acs up for every function that comes to it",
          what);
    case Id::kFlagsTooLong:
      return fmt::format(
          "{} sets bits beyond the seven that the kernel knows: it gives "
          "config_acs up for every function that comes to it",
          what);
    case Id::kNoFlags:
      return fmt::format(
          "{} has no flags: config_acs wants FLAGS@DEVICE in each element",
          what);
    case Id::kBitsNotImplemented:
      return fmt::format("{} cannot turn {} on: the capability lacks it",
                         functions, bits);
    case Id::kParameterTooNew:
      return fmt::format("kernel {} does not know {}: it does nothing",
                         KernelPhrase(judgement), what);
    case Id::kParameterMisread:
      return fmt::format(
          "kernel {} is known to get {} wrong: redirect stays as firmware left "
          "it, and bits that were not asked for come on",
          KernelPhrase(judgement), what);
    case Id::kBothParameters:
      return fmt::format("config_acs matches {} too, and alone decides there",
                         functions);
    case Id::kParameterRepeated:
      return "a later one of the same name replaces this one whole";
    case Id::kIneffective:
      return fmt::format("{} {} not as asked for: {}", functions,
                         finding.functions.size() == 1 ? "is" : "are", bits);
    case Id::kUnknownPciOption:
      return fmt::format("pci= has no option {}: the kernel ignores it", what);
    case Id::kBehindDoubleDash:
      return "behind '--' a word is for init: the kernel does not see it";
    case Id::kOpenQuote:
      return "this quote is never closed: all that follows is one word";
    case Id::kAcsInvisible:
      return "without extended config space the kernel sees no ACS: it sets "
             "none, and calls paths direct that redirect as firmware left them";
    case Id::kOverrideNotMainline:
      return "no mainline kernel knows pcie_acs_override; some distributions' "
             "do. It makes groups smaller and changes no ACS bit";
    case Id::kOverridePatched:
      return "this kernel is patched for it: groups are smaller than the "
             "hardware isolates; ACS bits and verdicts stay as they are";
    case Id::kDefaultLost:
      return fmt::format(
          "{}: {} {} back to what firmware left, for the kernel leaves out "
          "its own setting where a parameter matches",
          functions, bits, bits.find(' ') == bits.npos ? "goes" : "go");
    case Id::kIommuDoesNotMatter:
      return fmt::format(
          "{} does not turn ACS off: the kernel sets it all the same", what);
    case Id::kNotTaken:
      return fmt::format(
          "{}: this kernel sets ACS when an IOMMU or a driver takes the "
          "function, and neither may",
          functions);
    case Id::kNoAts:
      return "turns ATS off, and TransBlk on wherever the kernel sets ACS";
    case Id::kPortsCompat:
      return "no driver takes the ports: without an IOMMU kernels from 7.0 on "
             "set no ACS there";
  }
  return "";
}

std::string_view ParameterPhrase(std::string_view name,
                                 std::string_view value) {
  struct Entry {
    std::string_view name, value, phrase;  // no value: any
  };
  static constexpr std::array kEntries = {
      Entry{"iommu", "off", "no IOMMU is used; Intel's then asks for no ACS"},
      Entry{"iommu", "pt",
            "devices see physical addresses; ACS and groups stay"},
      Entry{"iommu", "nopt", "devices see IOVAs; ACS and groups stay"},
      Entry{"iommu", "", "how x86 uses its IOMMU"},
      Entry{"iommu.passthrough", "1",
            "devices see physical addresses; ACS and groups stay"},
      Entry{"iommu.passthrough", "", "devices see IOVAs"},
      Entry{"iommu.strict", "", "when IOTLBs are flushed; no effect on ACS"},
      Entry{"iommu.forcedac", "", "how IOVAs are chosen; no effect on ACS"},
      Entry{"intel_iommu", "off",
            "Intel's IOMMU stays off, unless the platform forces it on "
            "(before 7.3)"},
      Entry{"intel_iommu", "on",
            "Intel's IOMMU is used, and the kernel turns ACS on"},
      Entry{"intel_iommu", "", "how Intel's IOMMU is used"},
      Entry{"amd_iommu", "off",
            "AMD's IOMMU stays off; ACS is turned on all the same"},
      Entry{"amd_iommu", "", "how AMD's IOMMU is used"},
      Entry{"intremap", "", "interrupt remapping"},
      Entry{"nointremap", "", "no interrupt remapping"},
      Entry{"swiotlb", "",
            "bounce buffers: forced ones make peer mappings fail"},
      Entry{"pcie_acs_override", "",
            "patched kernels: groups as if functions were isolated"},
      Entry{"pcie_ports", "compat", "no driver takes the PCIe ports"},
      Entry{"pcie_ports", "", "who owns PCIe port services"},
      Entry{"pcie_aspm", "", "link power states; no effect on ACS"},
      Entry{"vfio-pci.ids", "", "vfio-pci takes these devices"},
      Entry{"vfio_pci.ids", "", "vfio-pci takes these devices"},
      Entry{"vfio.enable_unsafe_noiommu_mode", "",
            "VFIO makes groups of its own where there is no IOMMU"},
      Entry{"vfio_iommu_type1.allow_unsafe_interrupts", "",
            "VFIO without interrupt remapping"},
      Entry{"arm-smmu.disable_bypass", "", "SMMU streams nobody claimed"},
      Entry{"mem_encrypt", "", "memory encryption: bounce buffers for DMA"}};
  for (const Entry& entry : kEntries)
    if (SameParameterName(entry.name, name) &&
        (entry.value.empty() || entry.value == value))
      return entry.phrase;
  return "";
}

std::string_view PciOptionPhrase(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kOptions[] = {
      {"disable_acs_redir", "turns ReqRedir, CmpltRedir and EgressCtrl off"},
      {"config_acs", "sets ACS bits, the last character being SrcValid"},
      {"noats", "no ATS; TransBlk on wherever the kernel sets ACS"},
      {"nommconf", "no extended config space: ACS is invisible"},
      {"nodomains", "domain numbers are folded"},
      {"noari", "no ARI: other function numbers"},
      {"realloc", "BARs are assigned anew"},
      {"pcie_bus_perf", "payload sizes; no effect on ACS"},
      {"pcie_bus_peer2peer", "128 byte payloads everywhere"},
      {"off", "no PCI at all"}};
  for (auto [option, phrase] : kOptions)
    if (option == name) return phrase;
  return "";
}

std::string_view AcsBitPhrase(uint16_t bit, bool on) {
  struct Entry {
    uint16_t bit;
    std::string_view on, off;
  };
  static constexpr std::array kEntries = {
      Entry{kAcsSourceValidation,
            "requests with a bus number from elsewhere are dropped",
            "requester IDs are not checked"},
      Entry{kAcsTranslationBlocking,
            "translated requests (of ATS devices) are dropped here",
            "translated requests (of ATS devices) may pass"},
      Entry{kAcsRequestRedirect,
            "peer requests that enter here go up to the root complex",
            "peer requests that enter here go straight to the peer"},
      Entry{kAcsCompletionRedirect,
            "read data for a peer goes up too, unless relaxed ordering is set",
            "read data for a peer goes straight to it"},
      Entry{kAcsUpstreamForwarding,
            "requests redirected below, for a target below, go on upstream",
            "requests redirected below, for a target below, may be lost here"},
      Entry{kAcsEgressControl,
            "the egress vector says which peers are refused or redirected",
            "no peer is refused by the egress vector"},
      Entry{kAcsDirectTranslated,
            "translated requests go straight to the peer, past ReqRedir",
            "translated requests are redirected like others"},
      Entry{kAcsIoRequestBlocking, "I/O requests are dropped here",
            "I/O requests pass"},
      Entry{kAcsDspMemoryTarget,
            "requests to this switch's downstream ports' own BARs are stopped "
            "or redirected",
            "requests to downstream ports' own BARs pass"},
      Entry{kAcsUspMemoryTarget,
            "requests to the upstream port's own BARs are stopped or "
            "redirected",
            "requests to the upstream port's own BARs pass"},
      Entry{kAcsUnclaimedRedirect,
            "requests that nothing below claims are sent up",
            "requests that nothing below claims fail"}};
  for (const Entry& entry : kEntries)
    if (entry.bit == bit) return on ? entry.on : entry.off;
  return "";
}

std::string AcsBitsText(const AcsBits& bits) {
  std::string text = "0x00";
  for (unsigned shift : {4u, 0u}) {
    unsigned open = ~bits.known & kAcsKernelBits;
    text += open >> shift & 0xf
                ? "?"
                : fmt::format("{:x}", bits.value >> shift & 0xf);
  }
  return text;
}

std::string AcsBitsNames(const AcsBits& bits, uint16_t implemented) {
  uint16_t on = bits.value & bits.known;
  uint16_t open = implemented & ~bits.known;
  std::string text = on ? AcsBitNames(on) : open ? "" : "none";
  if (!open) return text;
  if (!text.empty()) text += ", ";
  return text + "not known: " + AcsBitNames(open);
}

std::string_view RequestPhrase(Ternary requested) {
  switch (requested) {
    case Ternary::kYes: return "the kernel turns ACS on by itself";
    case Ternary::kNo: return "the kernel leaves ACS as firmware set it";
    case Ternary::kUnknown:
      return "whether the kernel turns ACS on by itself is not known";
  }
  return "";
}

const std::vector<Explanation>& CommandLineExplanations() {
  static constexpr std::string_view kList =
      "pci_setup, pci_dev_str_match, 4.20 to 7.3";
  static constexpr std::string_view kConfig = "__pci_config_acs, 6.11 to 7.3";
  static const std::vector<Explanation> kExplanations = {
      {"list-separator", "a list in pci= needs ';' between its elements",
       "The kernel splits pci= at commas before it looks at the options, and "
       "the command line at blanks before that. A list of devices can only use "
       "';'. Quote it in GRUB.",
       kList},
      {"list-cut", "a boot loader seems to have cut a list at ';'",
       "GRUB takes an unquoted ';' for the end of a command, so the kernel "
       "sees the first element only. /proc/cmdline shows what it was given. "
       "In /etc/default/grub put the whole parameter in quotes inside the "
       "quotes: \"... 'pci=disable_acs_redir=A;B'\".\n"
       "It only looks so: one port may have been meant.",
       "/proc/cmdline"},
      {"list-stops", "the kernel can't parse an element",
       "A list is walked anew for each function and ends for it at the first "
       "element that can't be parsed; functions that an earlier element "
       "matches are not affected. Elements are pci:VENDOR:DEVICE, with a "
       "subsystem or without, or a path [DOMAIN:]BUS:DEV.FN[/DEV.FN]...; hex, "
       "nothing behind.",
       kList},
      {"no-such-function", "an element matches nothing here",
       "Bus numbers move when cards are added, or firmware changes. A path "
       "(00:01.0/00.0/08.0) or IDs (pci:10b5:8747) survive that.",
       kList},
      {"no-acs-capability", "an element matches functions without ACS",
       "There is nothing to set. Redirect is a matter of the ports above a "
       "device: name those.",
       "pci_enable_acs, 4.20 to 7.3"},
      {"config-acs-bad-flags", "flags of config_acs are 0, 1 and x",
       "The last character is bit 0: SrcValid, then TransBlk, ReqRedir, "
       "CmpltRedir, UpstreamFwd, EgressCtrl, DirectTrans to the left. x keeps "
       "what firmware left. The kernel logs 'Invalid ACS flags'.",
       kConfig},
      {"config-acs-flags-too-long", "config_acs sets bits 0 to 6 only",
       "A 0 or 1 further left makes the kernel give the parameter up for each "
       "function that comes to this element, matched or not.",
       kConfig},
      {"config-acs-no-flags", "each element of config_acs has its own flags",
       "FLAGS@DEVICE;FLAGS@DEVICE. Without '@' in the rest of the list the "
       "kernel logs 'ACS Flags missing' and gives the parameter up.",
       kConfig},
      {"acs-bits-not-implemented", "the capability lacks a bit",
       "Bits that a function does not implement read 0, whatever is written. "
       "The kernel's line 'Configured ACS to' shows what was written.",
       kConfig},
      {"parameter-too-new", "the kernel is older than the parameter",
       "disable_acs_redir came with 4.20, config_acs with 6.11.",
       "rules/acs_programming.toml"},
      {"parameter-misread", "the kernel is known to get it wrong",
       "6.11 to 6.12.22, 6.13 to 6.13.10, 6.14.0 and 6.14.1 mix the masks up: "
       "disable_acs_redir leaves redirect as firmware set it and turns every "
       "other bit on. Use a later stable release.",
       "__pci_config_acs; rules/acs_programming.toml"},
      {"both-acs-parameters", "both parameters match one function",
       "config_acs is applied last and starts again from what firmware left: "
       "what disable_acs_redir did there is lost.",
       kConfig},
      {"parameter-repeated", "only the last one counts",
       "A second pci=disable_acs_redir= (or config_acs=) replaces the first "
       "one whole; lists do not add up. Write one list.",
       "pci_setup, 4.20 to 7.3"},
      {"parameter-ineffective", "the bits at hand are not those asked for",
       "The control word differs from what the parameter asks. Something "
       "wrote it later (setpci, firmware, a reset), or the kernel did not get "
       "to it. Read it again with setpci or p2pcheck acs, and look for "
       "'Configured ACS to' or 'disabled ACS redirect' in the kernel log.",
       "pci_enable_acs, 4.20 to 7.3"},
      {"unknown-pci-option", "no kernel knows this option of pci=",
       "It is logged as unknown and ignored. There is no pci=noacs: "
       "pci=disable_acs_redir= and config_acs= are what there is.",
       "pci_setup, pcibios_setup"},
      {"behind-double-dash", "words behind '--' are init's",
       "The kernel stops reading at '--'. Put its parameters before.",
       "parse_args"},
      {"open-quote", "a quote is never closed",
       "Everything behind it is one word to the kernel.", "next_arg"},
      {"acs-invisible", "without extended config space there is no ACS",
       "pci=nommconf leaves 256 bytes of config space. The kernel finds no ACS "
       "capability, so it sets none and takes every path for direct, while "
       "ports redirect as firmware set them up.",
       "pci_cfg_space_size, pci_acs_init"},
      {"acs-override-ignored", "pcie_acs_override is no mainline parameter",
       "Proxmox VE, Unraid and some desktop kernels have it. It claims "
       "isolation that the hardware need not have, for functions without an "
       "ACS capability, so that groups are smaller. It changes no register and "
       "no peer-to-peer verdict.",
       "out-of-tree patch"},
      {"acs-override-patched", "this kernel has the ACS override patch",
       "Groups are made smaller than the hardware isolates: devices in "
       "different groups may reach each other.",
       "out-of-tree patch; its line in the kernel log"},
      {"acs-default-lost", "other bits go back to what firmware left",
       "From 6.12.23, 6.13.11, 6.14.2 and 6.15 on a matched function starts "
       "from firmware's value: SrcValid and UpstreamFwd, which the kernel "
       "would set, are lost unless firmware set them or config_acs does "
       "(config_acs=xx10001@DEVICE).",
       "__pci_config_acs, 6.15 to 7.3"},
      {"iommu-does-not-matter", "this parameter does not turn ACS off",
       "The kernel turns ACS on when it finds an IOMMU, also where devices are "
       "passed through (iommu=pt) and, on AMD, where it is not used at all "
       "(amd_iommu=off). Use pci=disable_acs_redir= for the ports.",
       "pci_request_acs and its callers, 6.1 to 7.3"},
      {"function-not-taken", "nothing may take the function",
       "From 7.0 on ACS is set when the IOMMU core probes a function or a "
       "driver binds to it. Where neither happens parameters have no effect.",
       "pci_dma_configure, 7.0 to 7.3"},
      {"no-ats", "pci=noats blocks translated requests",
       "No device gets ATS, and TransBlk is on wherever the kernel sets ACS.",
       "pci_std_enable_acs"},
      {"ports-compat", "pcie_ports=compat leaves ports without a driver",
       "Hot-plug, AER and the names under /sys/bus/pci_express vanish.",
       "pcie_ports_setup"},
  };
  return kExplanations;
}

}  // namespace p2pcheck
