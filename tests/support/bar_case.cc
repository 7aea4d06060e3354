// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/bar_case.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "rules/kernel_version.h"
#include "support/judge.h"
#include "support/sketch.h"

namespace p2pcheck {
namespace {

constexpr uint64_t kMemory = 0x40200;

const StringMap& CompleteConfig() {
  static const StringMap kConfig = {
      {"DMABUF_MOVE_NOTIFY", "y"},
      {"DMA_SHARED_BUFFER", "y"},
      {"IOMMUFD", "y"},
      {"IRQ_REMAP", "y"},
      {"PCI_P2PDMA", "y"},
      {"VFIO", "y"},
      {"VFIO_PCI", "m"},
      {"VFIO_PCI_CORE", "m"},
      {"VFIO_PCI_DMABUF", "y"},
      {"INFINIBAND_USER_MEM", "y"},
      {"X86_64", "y"},
      {"ZONE_DEVICE", "y"},
  };
  return kConfig;
}

// An endpoint without capabilities.
ConfigSpace EndpointConfig() {
  const uint8_t zeros[256] = {};
  ConfigSpace config;
  config.Put(0, zeros, sizeof zeros);
  config.set_reach(256);
  PutWord(&config, 0x00, 0x1b36);
  PutWord(&config, 0x02, 0x0010);
  return config;
}

FunctionRecord Endpoint(std::string_view address) {
  FunctionRecord record;
  record.address = AddressOf(address);
  record.vendor = uint16_t{0x1b36};
  record.device = uint16_t{0x0010};
  record.class_code = 0x010802;
  record.parent =
      ParentLink{true, {}, RootBus{record.address.domain, record.address.bus}};
  record.config = EndpointConfig();
  record.resource = ResourceList(13);
  record.physfn = Absent{};
  record.sriov_numvfs = Absent{};
  record.iommu = std::string("dmar0");
  record.driver = Absent{};
  record.vfio_dev = Absent{};
  return record;
}

void FillHost(std::string_view kernel, HostFacts* host) {
  host->kernel_release = std::string(kernel);
  if (std::count(kernel.begin(), kernel.end(), '.') == 1)
    host->kernel_release.value() += ".0";
  host->architecture = std::string("x86_64");
  host->page_size = 4096;
  host->command_line = std::string("ro quiet");
  host->config = CompleteConfig();
  // An option that only kernels from 6.19 on know.
  for (std::string_view older : {"6.1", "6.12", "6.18"})
    if (kernel == older) host->config.value().erase("VFIO_PCI_DMABUF");
  host->module_parameters = StringMap();
  host->busy_regions = StringList();
  host->interrupt_remapping = true;
}

std::string TextOf(const Observed<StringMap>& map) {
  if (!map.known()) return "?";
  std::string out;
  for (const auto& [key, value] : map.value()) out += key + '=' + value + ' ';
  return out;
}

// Making rules takes longer than judging with them.
const DmabufRules& CachedRules(const HostFacts& host) {
  static std::map<std::string, DmabufRules> cache;
  std::string key = host.kernel_release.value_or("?") + '/' +
                    host.kernel_version.value_or("?") + '/' +
                    TextOf(host.config) + '/' + TextOf(host.symbols);
  auto found = cache.find(key);
  if (found == cache.end())
    found = cache
                .emplace(key, Rules().DmabufRulesOf(KernelVersionOf(host),
                                                    false, host))
                .first;
  return found->second;
}

}  // namespace

BarCase::BarCase(std::string_view kernel) {
  FillHost(kernel, &host());
  snapshot_.functions.push_back(Endpoint("0000:01:00.0"));
  function().iommu_group = 1;
  Bind("vfio-pci");
  Resource(0, 0xfe000000, 0xfe003fff, kMemory);
  Resource(1, 0xfe004000, 0xfe007fff, kMemory);
}

FunctionRecord& BarCase::Add(std::string_view address) {
  snapshot_.functions.push_back(Endpoint(address));
  return snapshot_.functions.back();
}

void BarCase::Resource(size_t line, uint64_t start, uint64_t end,
                       uint64_t flags) {
  function().resource.value()[line] = {start, end, flags};
}

void BarCase::Unbind() {
  function().driver = Absent{};
  function().vfio_dev = Absent{};
}

void BarCase::Bind(const std::string& driver) {
  function().driver = driver;
  if (driver.find("vfio") != driver.npos)
    function().vfio_dev = std::string("vfio0");
  else
    function().vfio_dev = Absent{};
}

void BarCase::SetOption(const std::string& option, const std::string& value) {
  host().config.value()[option] = value;
}

void BarCase::OnS390() {
  host().architecture = std::string("s390x");
  host().interrupt_remapping = ReadFailure::kNotRecorded;
  function().vendor = uint16_t{0x1014};
  function().device = uint16_t{0x04ed};
}

const DmabufContext& BarCase::context() {
  if (context_) return *context_;
  std::sort(snapshot_.functions.begin() + 1, snapshot_.functions.end(),
            [](const auto& a, const auto& b) { return a.address < b.address; });
  topology_ = std::make_unique<Topology>(BuildTopology(snapshot_));
  rules_ = std::make_unique<DmabufRules>(
      Rules().DmabufRulesOf(KernelVersionOf(host()), false, host()));
  context_ =
      std::make_unique<DmabufContext>(DmabufContext{*topology_, *rules_});
  if (host().config.known()) context_->config = &host().config.value();
  return *context_;
}

Bar BarCase::At(uint8_t bar) {
  Observed<std::vector<Bar>> bars = BarsOf(context().topology[0]);
  return bars.known() ? bars.value()[bar]
                      : BarsInConfig(context().topology[0])[bar];
}

BarExport BarCase::AsBound(uint8_t bar) {
  return ExportAsBound(context(), 0, At(bar));
}

BarExport BarCase::IfVfio(uint8_t bar) {
  return ExportByVfio(context(), 0, At(bar));
}

StepVerdict BarCase::Mmap(uint8_t bar) {
  return JudgeMmap(context(), 0, At(bar));
}

StepVerdict BarCase::Ask(const ExportRequest& request) {
  return JudgeExportRequest(context(), 0, request);
}

std::vector<BarVerdicts> BarCase::All() { return JudgeBars(context(), 0); }

Ternary BarCase::NonMappable() {
  return IsNonMappable(context().topology, 0, context().rules);
}

JudgedBars::JudgedBars(const HostSnapshot& snapshot)
    : topology(BuildTopology(snapshot)),
      groups(topology),
      context{topology, CachedRules(snapshot.host),
              snapshot.host.config.known() ? &snapshot.host.config.value()
                                           : nullptr,
              false, &groups} {}

std::string Said(const StepVerdict& verdict) {
  if (verdict.answer() == Ternary::kYes) return "yes";
  if (verdict.answer() == Ternary::kUnknown) return "unknown";
  std::optional<int> error = verdict.error();
  return error ? "no " + std::string(ErrnoName(*error)) : "no";
}

std::string RulesIn(const StepVerdict& verdict) {
  std::string out;
  for (const StepReason& reason : verdict.reasons)
    out += (out.empty() ? "" : " ") + std::string(DmabufRuleName(reason.rule));
  return out;
}

}  // namespace p2pcheck
