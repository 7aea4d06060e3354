// SPDX-License-Identifier: GPL-2.0-or-later
//
// What is wrong with a kernel command line on this host: each rule is one
// method below, in the order of the text where that makes sense.  A finding
// names its place, functions and bits; words come later.
#include "verdict/command_line_findings.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "pci/acs.h"

namespace p2pcheck {
namespace {

using Id = CommandLineFindingId;
using Result = ParameterMatch::Result;

constexpr std::array<std::string_view, kCommandLineFindings> kNames = {
    "list-separator",
    "list-cut",
    "list-stops",
    "no-such-function",
    "no-acs-capability",
    "config-acs-bad-flags",
    "config-acs-flags-too-long",
    "config-acs-no-flags",
    "acs-bits-not-implemented",
    "parameter-too-new",
    "parameter-misread",
    "both-acs-parameters",
    "parameter-repeated",
    "parameter-ineffective",
    "unknown-pci-option",
    "behind-double-dash",
    "open-quote",
    "acs-invisible",
    "acs-override-ignored",
    "acs-override-patched",
    "acs-default-lost",
    "iommu-does-not-matter",
    "function-not-taken",
    "no-ats",
    "ports-compat"};

bool IsHex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
         (c >= 'A' && c <= 'F');
}

// What a person would take for a device of a list, FLAGS@ before it or not.
bool LooksLikeDevice(std::string_view text) {
  if (size_t at = text.find('@'); at != text.npos) text.remove_prefix(at + 1);
  if (text.substr(0, 4) == "pci:") return true;
  size_t colon = text.find(':'), dot = text.find('.');
  return colon != text.npos && dot != text.npos && colon < dot &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return IsHex(c) || c == ':' || c == '.' || c == '/' || c == ';';
         });
}

bool IsListOption(std::string_view name) {
  return name == "disable_acs_redir" || name == "config_acs";
}

// One of the two parameters as it stands in a line.
struct ListParameter {
  TextSpan value;
  bool has_flags = false;
};

class Reader {
 public:
  Reader(const Topology& topology, const KernelBoot& running,
         const KernelBoot& next, bool booted)
      : topology_(topology),
        running_(running),
        next_(next),
        booted_(booted),
        line_(next.command_line.value()) {}

  CommandLineReading Run() {
    FindMatches();
    CheckWords();
    CheckPciOptions();
    CheckSwitches();
    CheckParameter({line_.disable_acs_redir().value_or(TextSpan{}), false},
                   "disable_acs_redir");
    CheckParameter({line_.config_acs().value_or(TextSpan{}), true},
                   "config_acs");
    for (const MatchedFunction& matched : reading_.functions)
      CheckFunction(matched);
    Gather();
    return std::move(reading_);
  }

 private:
  std::string_view Text(const TextSpan& span) const { return line_.Text(span); }

  void Add(Id id, TextSpan where) { Add(id, where, kNoIndex, 0); }
  // The same finding of several functions is one.
  void Add(Id id, TextSpan where, FunctionIndex function, uint16_t bits) {
    CommandLineFinding& finding =
        found_
            .try_emplace({id, where.begin, where.end, bits},
                         CommandLineFinding{id, where, {}, bits})
            .first->second;
    if (function != kNoIndex)
      finding.functions.push_back(topology_[function].address);
  }

  void Gather() {
    for (auto& [key, finding] : found_)
      reading_.findings.push_back(std::move(finding));
    std::stable_sort(reading_.findings.begin(), reading_.findings.end(),
                     [](const auto& a, const auto& b) {
                       return std::make_tuple(IsNote(a.id), a.where.begin) <
                              std::make_tuple(IsNote(b.id), b.where.begin);
                     });
  }

  void FindMatches() {
    bool given = line_.disable_acs_redir() || line_.config_acs();
    for (FunctionIndex i = 0; given && i < topology_.functions().size(); ++i) {
      auto acs = PredictAcsChange(topology_, running_, next_, i);
      if (!acs.known()) continue;
      if (!MayMatch(acs.value())) continue;
      reading_.functions.push_back({i, acs.value(), {}});
      if (booted_)
        reading_.functions.back().live =
            CompareWithLive(topology_, running_, i);
    }
  }

  bool MayMatch(const AcsAtBoot& acs) {
    bool may = false;
    for (const auto* matches : {&acs.disable_acs_redir, &acs.config_acs}) {
      reading_.undecided |= matches->size() > 1;
      for (const ParameterMatch& match : *matches) may |= match.matches();
    }
    return may;
  }

  void CheckWords() {
    if (line_.open_quote())
      Add(Id::kOpenQuote, {*line_.open_quote(), *line_.open_quote() + 1});
    for (const KernelParameter& parameter : line_.parameters()) {
      if (!parameter.for_init) continue;
      std::string_view name = Text(parameter.name);
      for (std::string_view ours : {"pci", "iommu", "intel_iommu", "amd_iommu",
                                    "iommu.passthrough", "pcie_acs_override"})
        if (SameParameterName(name, ours))
          Add(Id::kBehindDoubleDash, parameter.word);
    }
    CheckBlankInList();
  }

  // "pci=disable_acs_redir=A; B" without quotes: B is a word of its own.
  void CheckBlankInList() {
    const auto& words = line_.parameters();
    for (size_t i = 1; i < words.size(); ++i) {
      if (words[i].for_init || Text(words[i - 1].name) != "pci") continue;
      std::string_view before = line_.Value(words[i - 1]);
      if (before.find("acs") == before.npos) continue;
      if (LooksLikeDevice(Text(words[i].word)))
        Add(Id::kListSeparator, {words[i - 1].word.end, words[i].word.begin});
    }
  }

  void CheckPciOptions() {
    const PciOption* before = nullptr;
    for (const PciOption& option : line_.pci_options()) {
      std::string_view name = Text(option.name);
      bool needs_value = IsListOption(name) && !option.value;
      if (needs_value || !IsPciOption(name)) {
        bool in_list = before && before->whole.end + 1 == option.whole.begin &&
                       LooksLikeDevice(Text(option.whole));
        if (in_list)
          Add(Id::kListSeparator, {before->whole.end, before->whole.end + 1});
        else
          Add(Id::kUnknownPciOption, option.whole);
        if (in_list) before = &option;
        continue;
      }
      before = IsListOption(name) ? &option : nullptr;
      if (IsListOption(name) && !Counts(option))
        Add(Id::kParameterRepeated, option.whole);
    }
  }

  // Whether it is the last of its kind.
  bool Counts(const PciOption& option) const {
    auto last = Text(option.name) == "config_acs" ? line_.config_acs()
                                                  : line_.disable_acs_redir();
    return last == option.value;
  }

  void CheckSwitches() {
    for (const PciOption& option : line_.pci_options()) {
      if (Text(option.name) == "nommconf") Add(Id::kAcsInvisible, option.whole);
      if (Text(option.name) == "noats") Add(Id::kNoAts, option.whole);
    }
    for (const auto* parameter : line_.FindAll("pcie_acs_override"))
      Add(KernelIsPatched() ? Id::kOverridePatched : Id::kOverrideNotMainline,
          parameter->word);
    for (const auto* parameter : line_.FindAll("pcie_ports"))
      if (line_.Value(*parameter) == "compat")
        Add(Id::kPortsCompat, parameter->word);
    NoteIommu("iommu", "pt");
    NoteIommu("amd_iommu", "off");
    NoteIommu("iommu.passthrough", "1");
  }

  void NoteIommu(std::string_view name, std::string_view value) {
    for (const auto* parameter : line_.FindAll(name))
      if (line_.Has(name, value) && line_.Value(*parameter) == value)
        Add(Id::kIommuDoesNotMatter, parameter->word);
  }

  // The override patch says so in the log when it is used.
  bool KernelIsPatched() const {
    const auto& log = topology_.snapshot().host.kernel_log;
    return booted_ && log.known() &&
           std::any_of(log.value().begin(), log.value().end(),
                       [](const std::string& text) {
                         return text.find("PCIe ACS overrides enabled") !=
                                text.npos;
                       });
  }

  // Whether this kernel knows the parameter and whether it gets it right.
  // True: it does something with it.
  bool CheckVersion(const ListParameter& parameter, std::string_view name) {
    size_t begin = parameter.value.begin - name.size() - 1;
    TextSpan where{begin, begin + name.size()};
    size_t too_new = 0, misread = 0;
    for (const AcsProgramming& programming : next_.programming) {
      AcsParameter effect = parameter.has_flags ? programming.config_acs
                                                : programming.disable_acs_redir;
      too_new += effect == AcsParameter::kNone;
      misread += effect == AcsParameter::kMisprogrammed;
    }
    size_t all = next_.programming.size();
    reading_.undecided |= all == 0 || (too_new > 0 && too_new < all) ||
                          (misread > 0 && misread < all);
    if (all > 0 && too_new == all) Add(Id::kParameterTooNew, where);
    if (all > 0 && misread == all) Add(Id::kParameterMisread, where);
    return too_new < all;
  }

  void CheckParameter(const ListParameter& parameter, std::string_view name) {
    if (parameter.value == TextSpan{}) return;
    if (!CheckVersion(parameter, name)) return;
    size_t end = parameter.value.end;
    for (size_t at = parameter.value.begin; at <= end;) {
      size_t stop = std::min(line_.text().find(';', at), end);
      if (stop > at || at == parameter.value.begin)
        CheckElement(parameter, {at, stop});
      at = stop + 1;
    }
    CheckCut(parameter);
  }

  // One element, tried by itself on every function.
  void CheckElement(const ListParameter& parameter, TextSpan element) {
    TextSpan device = element;
    if (parameter.has_flags && !ReadFlags(element, &device)) return;
    std::string_view text = Text(device);
    size_t matched = 0, unknown = 0, with_acs = 0;
    bool stops = false;
    for (FunctionIndex i = 0; i < topology_.functions().size(); ++i) {
      ElementMatch match = MatchElement(topology_, i, text);
      if (match.outcome == MatchOutcome::kError ||
          (match.outcome == MatchOutcome::kNoMatch && match.end < text.size()))
        stops = true;
      unknown += match.outcome == MatchOutcome::kUnknown;
      if (match.outcome != MatchOutcome::kMatch) continue;
      ++matched;
      with_acs += !topology_[i].acs.absent();
    }
    if (stops) return Add(Id::kListStops, device);
    if (matched == 0 && (unknown > 0 || !topology_.snapshot().complete))
      reading_.undecided = true;
    else if (matched == 0)
      Add(Id::kNoSuchFunction, device);
    else if (with_acs == 0)
      Add(Id::kNoAcsCapability, device);
  }

  // What stands before '@'.  False: there is no device to look at.
  bool ReadFlags(TextSpan element, TextSpan* device) {
    size_t mark = Text(element).find('@');
    if (mark == std::string_view::npos) {
      Add(Id::kNoFlags, element);
      return false;
    }
    TextSpan flags{element.begin, element.begin + mark};
    device->begin = flags.end + 1;
    std::string_view text = Text(flags);
    if (text.find_first_not_of("01xX") != text.npos)
      Add(Id::kBadFlags, flags);
    else if (text.size() > 7 &&
             text.substr(0, text.size() - 7).find_first_of("01") != text.npos)
      Add(Id::kFlagsTooLong, {flags.begin, flags.end - 7});
    return true;
  }

  // GRUB takes a ';' outside of quotes for its own, and the kernel never sees
  // what is behind it.  What is left looks like any list of one: only where
  // GRUB booted, nothing follows, and the port named has sisters that still
  // redirect is it worth a word.
  void CheckCut(const ListParameter& parameter) {
    std::string_view value = Text(parameter.value);
    if (!booted_ || !line_.Find("BOOT_IMAGE") || line_.parameters().empty())
      return;
    if (line_.parameters().back().word.end != parameter.value.end) return;
    if (value.find(';') != value.npos || reading_.functions.size() != 1) return;
    const Function& port = topology_[reading_.functions[0].function];
    bool sisters = false;
    for (const Function& f : topology_.functions())
      sisters |= f.placed() && f.upstream == port.upstream &&
                 f.host_bridge == port.host_bridge &&
                 f.address != port.address && f.is_bridge &&
                 RedirectsP2p(f) == Ternary::kYes;
    if (sisters && port.upstream != kNoIndex)
      Add(Id::kListCut, {parameter.value.end, parameter.value.end});
  }

  static const ParameterMatch* SureMatch(
      const std::vector<ParameterMatch>& matches) {
    return matches.size() == 1 && matches[0].matches() ? &matches[0] : nullptr;
  }

  TextSpan InLine(TextSpan in_value, const std::optional<TextSpan>& value) {
    return {value->begin + in_value.begin, value->begin + in_value.end};
  }

  void CheckFunction(const MatchedFunction& matched) {
    const AcsCapability& acs = topology_[matched.function].acs.value();
    const ParameterMatch* disable =
        SureMatch(matched.at_boot.disable_acs_redir);
    const ParameterMatch* config = SureMatch(matched.at_boot.config_acs);
    const ParameterMatch* counts = config ? config : disable;
    if (!counts) return;
    auto value = config ? line_.config_acs() : line_.disable_acs_redir();
    TextSpan where = InLine(counts->element, value);
    if (disable && config)
      Add(Id::kBothParameters,
          InLine(disable->element, line_.disable_acs_redir()), matched.function,
          0);
    if (matched.at_boot.applied != Ternary::kYes)
      Add(Id::kNotTaken, where, matched.function, 0);
    if (config) CheckBits(*config, acs, matched.function);
    CheckEffect(matched, *counts, acs, where);
    CheckDefaults(matched, *counts, acs, where);
  }

  void CheckBits(const ParameterMatch& config, const AcsCapability& acs,
                 FunctionIndex function) {
    uint16_t missing = config.value & ~acs.implemented() & kAcsKernelBits;
    if (missing)
      Add(Id::kBitsNotImplemented, InLine(config.flags, line_.config_acs()),
          function, missing);
  }

  // What was asked for against what is there.
  void CheckEffect(const MatchedFunction& matched, const ParameterMatch& counts,
                   const AcsCapability& acs, TextSpan where) {
    if (!booted_) return;
    uint16_t asked = counts.mask & acs.implemented() & acs.control_known;
    uint16_t differs = asked & (acs.control ^ counts.value);
    if (differs) Add(Id::kIneffective, where, matched.function, differs);
  }

  // Bits that the kernel would have set and that are now firmware's.
  void CheckDefaults(const MatchedFunction& matched,
                     const ParameterMatch& counts, const AcsCapability& acs,
                     TextSpan where) {
    bool from_firmware = std::all_of(
        next_.programming.begin(), next_.programming.end(),
        [&](const AcsProgramming& p) {
          return (counts.flags.size() ? p.config_acs : p.disable_acs_redir) ==
                 AcsParameter::kFromFirmware;
        });
    uint16_t lost = kAcsDefaultBits & acs.implemented() & ~counts.mask;
    bool set_by_kernel = matched.at_boot.requested != Ternary::kNo;
    if (from_firmware && lost && set_by_kernel)
      Add(Id::kDefaultLost, where, matched.function, lost);
  }

  const Topology& topology_;
  const KernelBoot& running_;
  const KernelBoot& next_;
  bool booted_;
  const CommandLine& line_;
  CommandLineReading reading_;
  std::map<std::tuple<Id, size_t, size_t, uint16_t>, CommandLineFinding> found_;
};

}  // namespace

std::string_view FindingName(CommandLineFindingId id) {
  return kNames[static_cast<size_t>(id)];
}

bool IsNote(CommandLineFindingId id) { return id >= Id::kOverridePatched; }

bool CommandLineReading::HasProblem() const {
  return std::any_of(findings.begin(), findings.end(),
                     [](const auto& finding) { return !IsNote(finding.id); });
}

CommandLineReading ReadCommandLine(const Topology& topology,
                                   const KernelBoot& running,
                                   const KernelBoot& next, bool booted) {
  if (next.command_line.known())
    return Reader(topology, running, next, booted).Run();
  CommandLineReading reading;
  reading.undecided = true;
  return reading;
}

}  // namespace p2pcheck
