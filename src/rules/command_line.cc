// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/command_line.h"

#include <algorithm>
#include <array>
#include <utility>

namespace p2pcheck {
namespace {

// What the kernel's ctype takes for a blank (0xa0 too: it is Latin-1).
bool IsBlank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == '\xa0';
}

char DashToUnderscore(char c) { return c == '-' ? '_' : c; }

// The first "=" outside of nothing: quotes do not protect it.
std::optional<size_t> FirstEquals(std::string_view text, TextSpan span) {
  size_t at = text.substr(0, span.end).find('=', span.begin);
  if (at == std::string_view::npos) return std::nullopt;
  return at;
}

// Takes the quotes from around a value: the first one, and then one at the
// end.
TextSpan Unquoted(std::string_view text, TextSpan value) {
  if (value.size() == 0 || text[value.begin] != '"') return value;
  ++value.begin;
  if (value.size() > 0 && text[value.end - 1] == '"') --value.end;
  return value;
}

PciOption ReadPciOption(std::string_view text, TextSpan whole) {
  PciOption option{whole, whole, std::nullopt};
  if (auto equals = FirstEquals(text, whole)) {
    option.name.end = *equals;
    option.value = TextSpan{*equals + 1, whole.end};
  }
  return option;
}

}  // namespace

CommandLine::CommandLine(std::string text) : text_(std::move(text)) {
  bool for_init = false;
  for (size_t at = 0; at < text_.size();) {
    if (IsBlank(text_[at])) {
      ++at;
      continue;
    }
    at = ReadWord(at, for_init);
    if (Text(parameters_.back().word) != "--") continue;
    parameters_.pop_back();
    for_init = true;
  }
}

// Reads the word at `begin`, gives where it ends.
size_t CommandLine::ReadWord(size_t begin, bool for_init) {
  bool quoted = false;
  size_t quote = begin, end = begin;
  for (; end < text_.size() && (quoted || !IsBlank(text_[end])); ++end)
    if (text_[end] == '"') {
      quoted = !quoted;
      quote = end;
    }
  if (quoted && !open_quote_) open_quote_ = quote;

  KernelParameter parameter;
  parameter.word = parameter.name = {begin, end};
  parameter.for_init = for_init;
  TextSpan inside = Unquoted(text_, parameter.word);
  parameter.name = inside;
  if (auto equals = FirstEquals(text_, inside)) {
    parameter.name.end = *equals;
    parameter.value = Unquoted(text_, {*equals + 1, inside.end});
  }
  parameters_.push_back(parameter);
  if (!for_init && parameter.value && Text(parameter.name) == "pci")
    ReadPciOptions(*parameter.value);
  return end;
}

void CommandLine::ReadPciOptions(const TextSpan& value) {
  for (size_t at = value.begin; at <= value.end;) {
    size_t comma = std::min(text_.find(',', at), value.end);
    if (comma > at) pci_options_.push_back(ReadPciOption(text_, {at, comma}));
    at = comma + 1;
  }
}

const KernelParameter* CommandLine::Find(std::string_view name) const {
  auto all = FindAll(name);
  return all.empty() ? nullptr : all.back();
}

std::vector<const KernelParameter*> CommandLine::FindAll(
    std::string_view name) const {
  std::vector<const KernelParameter*> found;
  for (const KernelParameter& parameter : parameters_)
    if (!parameter.for_init && SameParameterName(Text(parameter.name), name))
      found.push_back(&parameter);
  return found;
}

bool CommandLine::Has(std::string_view name, std::string_view part) const {
  for (const KernelParameter* parameter : FindAll(name)) {
    std::string_view rest = Value(*parameter);
    while (!rest.empty()) {
      size_t comma = std::min(rest.find(','), rest.size());
      if (rest.substr(0, comma) == part) return true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return false;
}

bool CommandLine::HasPci(std::string_view name) const {
  return std::any_of(
      pci_options_.begin(), pci_options_.end(),
      [&](const PciOption& option) { return Text(option.name) == name; });
}

// An option without '=' is another option, and the kernel does not know it.
std::optional<TextSpan> CommandLine::LastPciValue(std::string_view name) const {
  for (size_t i = pci_options_.size(); i-- > 0;)
    if (pci_options_[i].value && Text(pci_options_[i].name) == name)
      return pci_options_[i].value;
  return std::nullopt;
}

bool SameParameterName(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return DashToUnderscore(x) == DashToUnderscore(y);
  });
}

bool IsPciOption(std::string_view name) {
  static constexpr std::array kOptions = {"assign-busses",
                                          "bfsort",
                                          "big_root_window",
                                          "bios",
                                          "biosirq",
                                          "cbiosize",
                                          "cbmemsize",
                                          "check_enable_amd_mmconf",
                                          "conf1",
                                          "conf2",
                                          "config_acs",
                                          "disable_acs_redir",
                                          "earlydump",
                                          "ecrc",
                                          "firmware",
                                          "force_floating",
                                          "hpbussize",
                                          "hpiosize",
                                          "hpmemsize",
                                          "hpmmioprefsize",
                                          "hpmmiosize",
                                          "ioapicreroute",
                                          "irqmask",
                                          "lastbus",
                                          "no_e820",
                                          "noacpi",
                                          "noaer",
                                          "noari",
                                          "noats",
                                          "nobar",
                                          "nobfsort",
                                          "nobios",
                                          "nocrs",
                                          "nodomains",
                                          "noearly",
                                          "noioapicquirk",
                                          "noioapicreroute",
                                          "nomio",
                                          "nommconf",
                                          "nomsi",
                                          "norid",
                                          "norom",
                                          "notph",
                                          "off",
                                          "pcie_bus_peer2peer",
                                          "pcie_bus_perf",
                                          "pcie_bus_safe",
                                          "pcie_bus_tune_off",
                                          "pcie_scan_all",
                                          "pirqaddr",
                                          "realloc",
                                          "resource_alignment",
                                          "rom",
                                          "routeirq",
                                          "skip_isa_align",
                                          "use_crs",
                                          "use_e820",
                                          "usepirqmask"};
  return std::find(kOptions.begin(), kOptions.end(), name) != kOptions.end();
}

}  // namespace p2pcheck
