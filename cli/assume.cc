// SPDX-License-Identifier: GPL-2.0-or-later
//
// --assume: facts put in the place of those observed, so that everything
// downstream follows.  What is a fact of the host is replaced in the snapshot;
// ACS control words, which are decoded from config bytes, in the tree.
#include "cli/assume.h"

#include <fmt/format.h>

#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/input_error.h"
#include "cli/session.h"
#include "rules/device_kind.h"
#include "verdict/acs_boot.h"

namespace p2pcheck {
namespace {

[[noreturn]] void Refuse(const std::string& text, const std::string& why) {
  throw UsageError(fmt::format("--assume {}: {}", text, why));
}

// "acs=off:0000:40:01.0" -> "acs", "off:0000:40:01.0".
struct Assumption {
  const std::string& text;
  std::string_view name, value;
};

Assumption Split(const std::string& text) {
  std::string_view view = text;
  size_t equals = view.find('=');
  if (equals == std::string_view::npos || equals == 0)
    Refuse(
        text,
        "write NAME=VALUE: acs, cmdline, config, cpu, driver, iommu, kernel");
  return {text, view.substr(0, equals), view.substr(equals + 1)};
}

// A number in any base that C reads, whole.
std::optional<unsigned long> Number(std::string_view text) {
  std::string number(text);
  char* end = nullptr;
  unsigned long value = std::strtoul(number.c_str(), &end, 0);
  if (number.empty() || *end != '\0') return std::nullopt;
  return value;
}

// "PCI_P2PDMA=y", with or without "CONFIG_" before it.
std::pair<std::string, std::string> ReadOption(const Assumption& a) {
  size_t equals = a.value.find('=');
  if (equals == std::string_view::npos || equals == 0)
    Refuse(a.text, "write config=OPTION=y, =m or =n");
  std::string option(a.value.substr(0, equals));
  std::string setting(a.value.substr(equals + 1));
  if (setting != "y" && setting != "n" && setting != "m")
    Refuse(a.text, "an option is y, m or n");
  if (option.rfind("CONFIG_", 0) == 0) option.erase(0, 7);
  return {option, setting};
}

void AssumeConfig(const Assumption& a, HostSnapshot* snapshot) {
  StringMap config = snapshot->host.config.value_or({});
  auto [option, setting] = ReadOption(a);
  config[option] = setting;
  const Observed<StringMap> assumed(std::move(config));
  snapshot->host.config = assumed;
}

// "AuthenticAMD:0x19".
void AssumeCpu(const Assumption& a, HostSnapshot* snapshot) {
  size_t colon = a.value.find(':');
  if (colon == std::string_view::npos || colon == 0)
    Refuse(a.text, "write cpu=VENDOR:FAMILY, as in cpu=AuthenticAMD:0x19");
  auto family = Number(a.value.substr(colon + 1));
  if (!family || *family > 0xffff)
    Refuse(a.text, "the family is a number, as in cpu=AuthenticAMD:0x19");
  snapshot->host.cpu_vendor = std::string(a.value.substr(0, colon));
  snapshot->host.cpu_family = static_cast<uint32_t>(*family);
  snapshot->host.architecture = std::string("x86_64");
}

// off: no groups; identity and dma: the type that every group then has.
void AssumeIommu(const Assumption& a, HostSnapshot* snapshot) {
  if (a.value != "off" && a.value != "identity" && a.value != "dma")
    Refuse(a.text, "write iommu=off, identity or dma");
  if (a.value == "off") {
    snapshot->groups.clear();
    for (FunctionRecord& record : snapshot->functions) {
      record.iommu_group = Absent{};
      record.iommu = Absent{};
    }
    return;
  }
  std::string type = a.value == "dma" ? "DMA" : "identity";
  for (FunctionRecord& record : snapshot->functions)
    if (record.iommu_group.known())
      snapshot->groups[record.iommu_group.value()].type = type;
}

bool IsMeant(const FunctionRecord& record, std::string_view word,
             const RuleBook& book) {
  if (auto address = ParsePciAddress(word)) return record.address == *address;
  if (auto address = ParseShortPciAddress(word))
    return record.address.bus == address->bus &&
           record.address.devfn == address->devfn;
  auto kind = DeviceKindFromName(word);
  return kind && KindOf(book.kinds(), record) == *kind;
}

// "vfio-pci:gpu,0000:41:00.0"; "none" unbinds.
void AssumeDriver(const Assumption& a, const RuleBook& book,
                  HostSnapshot* snapshot) {
  size_t colon = a.value.find(':');
  if (colon == std::string_view::npos || colon == 0)
    Refuse(a.text,
           "write driver=NAME:DEVICES (an address or a kind; "
           "several with commas)");
  std::string driver(a.value.substr(0, colon));
  std::string_view words = a.value.substr(colon + 1);
  size_t bound = 0;
  while (!words.empty()) {
    size_t comma = std::min(words.find(','), words.size());
    for (FunctionRecord& record : snapshot->functions) {
      if (!IsMeant(record, words.substr(0, comma), book)) continue;
      record.driver = driver == "none" ? Observed<std::string>(Absent{})
                                       : Observed<std::string>(driver);
      ++bound;
    }
    words.remove_prefix(std::min(comma + 1, words.size()));
  }
  if (bound == 0) Refuse(a.text, "this host has no such device");
}

// "off:ADDRESS" or "VALUE:ADDRESS".
AssumedAcs ReadAcs(const Assumption& a, const Topology& topology) {
  size_t colon = a.value.find(':');
  std::string_view value = a.value.substr(0, colon);
  auto control =
      value == "off" ? std::optional<unsigned long>(0) : Number(value);
  if (colon == std::string_view::npos || !control || *control > 0xffff)
    Refuse(a.text, "write acs=off:ADDRESS or acs=0x1d:ADDRESS");
  std::string name(a.value.substr(colon + 1));
  auto address = ParsePciAddress(name);
  if (!address) address = ParseShortPciAddress(name);
  FunctionIndex i = address ? topology.Find(*address) : kNoIndex;
  if (i == kNoIndex) throw NotFoundError(name + ": no such device");
  const auto& acs = topology[i].acs;
  if (!acs.known())
    Refuse(a.text, acs.absent()
                       ? "that function has no ACS capability"
                       : "whether that function has ACS could not be read");
  auto beyond = *control & ~static_cast<unsigned long>(acs.value().capability) &
                kAcsKernelBits;
  if (beyond != 0)
    Refuse(a.text, fmt::format("its capability ({:#06x}) lacks bits {:#06x}",
                               acs.value().capability, beyond));
  AcsCapability assumed = acs.value();
  assumed.control = static_cast<uint16_t>(*control);
  assumed.control_known = 0xffff;
  return {i, assumed};
}

// Every port as the kernel would leave it at its next boot.
std::vector<AssumedAcs> BootWith(const std::string& text, const RuleBook& book,
                                 const Observed<KernelVersion>& kernel,
                                 const Topology& topology) {
  KernelBoot running = RunningKernel(topology.snapshot(), book);
  KernelBoot next = NamedKernel(book, kernel, CommandLine(text));
  std::vector<AssumedAcs> all;
  for (FunctionIndex i = 0; i < topology.functions().size(); ++i) {
    const auto& acs = topology[i].acs;
    if (!acs.known()) continue;
    auto boot = PredictAcsChange(topology, running, next, i);
    if (!boot.known()) continue;
    AcsCapability assumed = acs.value();
    AcsBits bits = boot.value().control;
    auto others = static_cast<uint16_t>(~kAcsKernelBits);
    assumed.control =
        static_cast<uint16_t>((assumed.control & others) | bits.value);
    assumed.control_known = static_cast<uint16_t>(bits.known | others);
    all.push_back({i, assumed});
  }
  return all;
}

}  // namespace

void AssumeFacts(const std::vector<std::string>& assume, const RuleBook& book,
                 HostSnapshot* snapshot) {
  for (const std::string& text : assume) {
    Assumption a = Split(text);
    if (a.name == "config")
      AssumeConfig(a, snapshot);
    else if (a.name == "cpu")
      AssumeCpu(a, snapshot);
    else if (a.name == "iommu")
      AssumeIommu(a, snapshot);
    else if (a.name == "driver")
      AssumeDriver(a, book, snapshot);
    else if (a.name != "acs" && a.name != "cmdline" && a.name != "kernel")
      Refuse(text,
             "it knows acs, cmdline, config, cpu, driver, iommu and kernel");
  }
}

Topology AssumeAcs(const std::vector<std::string>& assume, const RuleBook& book,
                   const Observed<KernelVersion>& kernel, Topology topology) {
  if (auto text = AssumedCommandLine(assume))
    topology = topology.WithAcs(BootWith(*text, book, kernel, topology));
  for (const std::string& text : assume) {
    Assumption a = Split(text);
    if (a.name == "acs") topology = topology.WithAcs({ReadAcs(a, topology)});
  }
  return topology;
}

StringMap AssumedConfig(const std::vector<std::string>& assume) {
  StringMap config;
  for (const std::string& text : assume) {
    Assumption a = Split(text);
    if (a.name != "config") continue;
    auto [option, setting] = ReadOption(a);
    config[option] = setting;
  }
  return config;
}

std::optional<std::string> AssumedCommandLine(
    const std::vector<std::string>& assume) {
  std::optional<std::string> found;
  for (const std::string& text : assume)
    if (text.rfind("cmdline=", 0) == 0) found = text.substr(8);
  return found;
}

}  // namespace p2pcheck
