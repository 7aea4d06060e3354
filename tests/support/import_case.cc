// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/import_case.h"

#include <fmt/format.h>

#include <map>
#include <stdexcept>

#include "support/judge.h"

namespace p2pcheck {
namespace {

constexpr const char kHost[] =
    "root 0 0\n"
    "dev 0000:00:00.0 id=8086:3e30\n"
    "dev 0000:00:01.0 id=8086:1901 t=4 sec=1\n"
    "dev 0000:00:02.0 id=8086:1905 t=4 sec=2\n"
    "dev 0000:01:00.0 id=10de:2330 t=0 driver=vfio-pci group=1\n"
    "dev 0000:02:00.0 id=15b3:1021 t=0 driver=mlx5_core group=2\n";

constexpr const char* kOptions[] = {"PCI_P2PDMA",
                                    "ZONE_DEVICE",
                                    "DMA_SHARED_BUFFER",
                                    "DMABUF_MOVE_NOTIFY",
                                    "VFIO_PCI_CORE",
                                    "VFIO_PCI_DMABUF",
                                    "VFIO_CONTAINER",
                                    "VFIO_DEVICE_CDEV",
                                    "IOMMUFD",
                                    "SWIOTLB",
                                    "INFINIBAND_USER_MEM",
                                    "INFINIBAND_ON_DEMAND_PAGING"};

template <class Rule>
const Rule& Named(const std::vector<Rule>& rules, std::string_view id) {
  for (const Rule& rule : rules)
    if (rule.id == id) return rule;
  throw std::runtime_error(fmt::format("no rule {}", id));
}

}  // namespace

DmabufRules DmabufRulesOf(std::string_view kernel) {
  auto version = ParseKernelVersion(kernel);
  if (!version)
    throw std::runtime_error(fmt::format("not a kernel: {}", kernel));
  return Rules().DmabufRulesOf(*version, true, HostFacts());
}

const ExporterRule& ExporterOf(const DmabufRules& rules, std::string_view id) {
  return Named(rules.exporters, id);
}

const ImporterRule& ImporterOf(const DmabufRules& rules, std::string_view id) {
  return Named(rules.importers, id);
}

std::string Summary(const StepVerdict& verdict) {
  static constexpr std::string_view kAnswers[] = {"no", "unknown", "yes"};
  std::string text(kAnswers[static_cast<size_t>(verdict.answer())]);
  if (auto error = verdict.error())
    text += fmt::format(" {}", ErrnoName(*error));
  std::string rules;
  for (const StepReason& reason : verdict.reasons)
    if (reason.says != Ternary::kYes || reason.warning)
      rules += fmt::format("{}{}", rules.empty() ? ": " : " ",
                           DmabufRuleName(reason.rule));
  return text + rules;
}

ImportCase::ImportCase(std::string_view kernel)
    : snapshot(Sketch(kHost)), kernel_(kernel) {
  HostFacts& host = snapshot.host;
  host.architecture = std::string("x86_64");
  host.hypervisor = false;
  host.confidential_guest = Absent{};
  host.command_line = std::string("quiet");
  host.page_size = uint32_t{4096};
  for (const char* option : kOptions) config[option] = "y";
  Group("DMA").Mask(64).BarAt(0xfe00000000, 16 << 20);
  question.map_type = MapType::kBusAddr;
}

ImportCase& ImportCase::Exporter(std::string_view id) {
  exporter_ = id;
  return *this;
}

ImportCase& ImportCase::Importer(std::string_view id) {
  importer_ = id;
  return *this;
}

ImportCase& ImportCase::Types(MapTypeSet types) {
  question.map_type = types;
  return *this;
}

ImportCase& ImportCase::Group(std::string_view type) {
  FunctionRecord& importer = RecordAt(&snapshot, "02:00.0");
  importer.iommu_group = uint32_t{2};
  importer.iommu = std::string("dmar0");
  snapshot.groups[2].type = std::string(type);
  if (type == "none") importer.iommu_group = Absent{};
  return *this;
}

ImportCase& ImportCase::Mask(uint8_t bits) {
  question.mask_bits = bits;
  return *this;
}

ImportCase& ImportCase::CommandLine(std::string_view text) {
  snapshot.host.command_line = std::string(text);
  return *this;
}

ImportCase& ImportCase::Config(std::string_view option,
                               std::string_view value) {
  config[std::string(option)] = value;
  return *this;
}

ImportCase& ImportCase::BarAt(uint64_t start, uint64_t size) {
  question.bar.index = 2;
  question.bar.kind = BarKind::kMemory;
  question.bar.start = question.exported.start = start;
  question.bar.size = question.exported.size = size;
  ResourceList lines(7);
  lines[2] = {start, start + size - 1, 0x14220c};
  RecordAt(&snapshot, "01:00.0").resource = std::move(lines);
  return *this;
}

ImportCase& ImportCase::Ranges(std::vector<DmabufRange> ranges) {
  question.ranges = std::move(ranges);
  return *this;
}

ImportCase& ImportCase::Guest(std::string_view kind) {
  snapshot.host.hypervisor = true;
  snapshot.host.confidential_guest = std::string(kind);
  return *this;
}

ImportCase& ImportCase::Architecture(std::string_view name) {
  snapshot.host.architecture = std::string(name);
  return *this;
}

// Making them takes longer than judging with them.
const DmabufRules& ImportCase::RulesOfKernel() const {
  static std::map<std::string, DmabufRules> made;
  auto found = made.find(kernel_);
  if (found == made.end())
    found = made.emplace(kernel_, DmabufRulesOf(kernel_)).first;
  return found->second;
}

PairVerdict ImportCase::Ask() const {
  return With([](const DmabufContext& context, const PairQuestion& asked) {
    return JudgeImport(context, asked);
  });
}

StepVerdict ImportCase::MapFile(IommufdQuestion asked) const {
  return With([&](const DmabufContext& context, const PairQuestion& pair) {
    asked.pair = pair;
    return JudgeIommufd(context, asked);
  });
}

StepVerdict ImportCase::MapPages() const {
  return With([](const DmabufContext& context, const PairQuestion& asked) {
    return JudgePageMap(context, asked);
  });
}

}  // namespace p2pcheck
