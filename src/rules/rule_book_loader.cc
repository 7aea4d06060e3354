// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/rule_book_loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/input_error.h"

namespace p2pcheck {
namespace {

// The tables there are.  The first five must be there, or verdicts would be
// made of nothing; without the others less is known.
constexpr std::array<std::string_view, 21> kTables = {
    "coverage",       "p2pdma",          "host_bridge",     "cpu",
    "kind",           "die_function",    "acs_programming", "acs_quirk",
    "dma_alias",      "bridge_flag",     "acs_capability",  "iommu_groups",
    "kernel_feature", "exporter",        "importer",        "vfio_denied",
    "non_mappable",   "vfio_group_safe", "confidential",    "crossing",
    "nvidia_chipset"};
constexpr size_t kRequiredTables = 5;

bool OverlapAny(const std::vector<KernelRange>& a,
                const std::vector<KernelRange>& b) {
  for (const KernelRange& x : a)
    for (const KernelRange& y : b)
      if (Overlap(x, y)) return true;
  return false;
}

}  // namespace

RuleBook RuleBookLoader::Load(const std::vector<RuleFile>& files,
                              const std::string& name) {
  RuleBookLoader loader;
  for (const RuleFile& file : files) loader.ReadFile(file);
  loader.CheckTables(name);
  loader.CheckCoverage(name);
  loader.CheckAlgorithms(name);
  loader.CheckDieFunctions(name);
  loader.CheckAcsProgramming(name);
  loader.CheckKernelFeatures(name);
  loader.book_.hash_ = HashRuleFiles(files);
  return std::move(loader.book_);
}

void RuleBookLoader::ReadFile(const RuleFile& file) {
  TomlDocument document(file.name, file.text);
  for (const TomlMember& member : document.root().members)
    ReadMember(document, member);
}

void RuleBookLoader::ReadMember(const TomlDocument& document,
                                const TomlMember& member) {
  if (std::find(kTables.begin(), kTables.end(), member.key) == kTables.end())
    document.Fail(member.place,
                  fmt::format("unknown table '{}'; known are {}", member.key,
                              fmt::join(kTables, ", ")));
  std::string where = fmt::format("{}:{}", document.name(), member.place.line);
  bool first = tables_.emplace(member.key, where).second;
  if (member.key == "coverage") {
    if (!first)
      document.Fail(member.place, fmt::format("[coverage] stands already at {}",
                                              tables_["coverage"]));
    return ReadEntry(document, "[coverage]", member.value);
  }
  std::string name = fmt::format("[[{}]]", member.key);
  if (member.value.type != TomlValue::Type::kArray)
    document.Fail(member.place, fmt::format("write it as {}", name));
  for (const TomlValue& table : member.value.items)
    ReadEntry(document, name, table);
}

void RuleBookLoader::ReadEntry(const TomlDocument& document,
                               const std::string& name,
                               const TomlValue& table) {
  if (ReadGroupEntry(document, name, table)) return;
  if (ReadDmabufEntry(document, name, table)) return;
  if (name == "[coverage]")
    ReadCoverage(
        {document, name, table, {"oldest", "newest", "pending", "source"}});
  if (name == "[[p2pdma]]")
    ReadAlgorithm({document,
                   name,
                   table,
                   {"id", "kernels", "evidence", "exists",
                    "acs_redirect_refuses", "no_common_bridge", "root_device",
                    "no_common_distance_marker", "source"}});
  if (name == "[[host_bridge]]")
    ReadHostBridges(
        {document,
         name,
         table,
         {"ids", "name", "same_host_bridge", "kernels", "unsure", "source"}});
  if (name == "[[cpu]]")
    ReadCpu({document,
             name,
             table,
             {"vendor", "family_at_least", "kernels", "unsure", "source"}});
  if (name == "[[die_function]]")
    ReadDieFunctions({document,
                      name,
                      table,
                      {"ids", "name", "cpu_vendor", "cpu_family",
                       "cpu_family_newest", "source"}});
  if (name == "[[acs_programming]]")
    ReadAcsProgramming(
        {document,
         name,
         table,
         {"id", "kernels", "evidence", "disable_acs_redir", "config_acs",
          "written", "intel_off_is_final", "source"}});
  if (name == "[[kind]]")
    ReadKinds({document, name, table, {"kind", "ids", "class", "source"}});
  if (name == "[[crossing]]")
    ReadCrossing({document,
                  name,
                  table,
                  {"between", "cpu_vendor", "cpu_family", "numa_nodes",
                   "passes", "limit", "source"}});
}

void RuleBookLoader::ReadCoverage(const RuleTable& table) {
  table.String("source");
  book_.oldest_ = table.MinorRelease("oldest");
  book_.newest_ = table.MinorRelease("newest");
  book_.pending_ = table.MinorRelease("pending");
}

void RuleBookLoader::ReadAlgorithm(const RuleTable& table) {
  P2pdmaAlgorithm algorithm;
  algorithm.id = table.String("id");
  algorithm.exists = !table.Has("exists") || table.Boolean("exists");
  algorithm.from_history = table.OneOf("evidence", {"source", "history"}) == 1;
  algorithm.source = table.String("source");
  if (algorithm.exists) {
    algorithm.acs_redirect_refuses = table.Boolean("acs_redirect_refuses");
    algorithm.no_common_bridge = static_cast<NoCommonBridge>(
        table.OneOf("no_common_bridge",
                    {"refuse", "zen-without-iommu", "host-bridge-test"}));
    algorithm.root_device = static_cast<RootDeviceRule>(table.OneOf(
        "root_device",
        {"slot-zero", "first-if-slot-zero", "first-slot-zero-or-port"}));
    algorithm.no_common_distance_marker =
        table.Integer("no_common_distance_marker", 0xffffff);
  }
  auto entry = ReadVersions(table, std::move(algorithm));
  for (const KernelRange& range : entry.kernels)
    if (*range.from.patch != 0 || (range.to && range.to->patch))
      table.Fail("kernels", "an algorithm changes with a minor release only");
  SayOnce(table, "id", entry.rule.id, EveryKernel());
  SayOnce(table, "kernels", "an algorithm", entry.kernels);
  book_.algorithms_.push_back(std::move(entry));
}

void RuleBookLoader::ReadHostBridges(const RuleTable& table) {
  table.Require("ids");
  for (const DeviceId& id : table.Ids("ids")) {
    HostBridgeRule rule;
    rule.vendor = id.vendor;
    rule.device = id.device;
    rule.needs_same_host_bridge = table.Boolean("same_host_bridge");
    rule.name = table.String("name");
    rule.source = table.String("source");
    auto entry = ReadVersions(table, std::move(rule));
    entry.rule.kernels = table.Joined("kernels");
    SayOnce(table, "ids", "host bridge " + ToString(id), PerhapsIn(entry));
    book_.host_bridges_.push_back(std::move(entry));
  }
}

void RuleBookLoader::ReadCpu(const RuleTable& table) {
  CpuRule rule;
  rule.vendor = table.String("vendor");
  rule.family_at_least = table.Integer("family_at_least", 0xffff);
  rule.source = table.String("source");
  auto entry = ReadVersions(table, std::move(rule));
  entry.rule.kernels = table.Joined("kernels");
  SayOnce(table, "vendor", "CPU " + entry.rule.vendor, PerhapsIn(entry));
  book_.cpus_.push_back(std::move(entry));
}

void RuleBookLoader::ReadDieFunctions(const RuleTable& table) {
  DieFunction die;
  die.cpu_vendor = table.String("cpu_vendor");
  die.source = table.String("source");
  table.String("name");
  if (table.Has("cpu_family"))
    die.cpu_family = die.cpu_family_newest =
        table.Integer("cpu_family", 0xffff);
  if (table.Has("cpu_family_newest"))
    die.cpu_family_newest = table.Integer("cpu_family_newest", 0xffff);
  if (die.cpu_family_newest < die.cpu_family ||
      !die.cpu_family != !die.cpu_family_newest)
    table.Fail("cpu_family_newest", "must be at least 'cpu_family'");
  table.Require("ids");
  for (const DeviceId& id : table.Ids("ids")) {
    if (!id.device) table.Fail("ids", "a whole vendor proves no CPU");
    die.vendor = id.vendor;
    die.device = *id.device;
    SayOnce(table, "ids", "die function " + ToString(id), EveryKernel());
    book_.die_functions_.push_back(die);
  }
}

void RuleBookLoader::ReadKinds(const RuleTable& table) {
  static constexpr std::array<std::string_view, 6> kKinds = {
      "gpu", "nic", "nvme", "accelerator", "bridge", "other"};
  KindRule rule;
  rule.kind = kKinds[table.OneOf("kind", {kKinds[0], kKinds[1], kKinds[2],
                                          kKinds[3], kKinds[4], kKinds[5]})];
  rule.source = table.String("source");
  std::string class_text = "class any";
  if (table.Has("class")) {
    std::tie(rule.class_value, rule.class_mask) = table.ClassCode("class");
    class_text = "class " + table.String("class");
  }
  std::vector<DeviceId> ids = table.Ids("ids");
  if (ids.empty()) {
    table.Require("class");
    SayOnce(table, "class", class_text, EveryKernel());
    book_.kinds_.push_back(rule);
  }
  for (const DeviceId& id : ids) {
    rule.vendor = id.vendor;
    rule.device = id.device;
    SayOnce(table, "ids", ToString(id) + " with " + class_text, EveryKernel());
    book_.kinds_.push_back(rule);
  }
}

void RuleBookLoader::ReadCrossing(const RuleTable& table) {
  CrossingRule crossing;
  crossing.between = static_cast<CrossingKind>(
      table.OneOf("between", {"root-complex", "host-bridges", "numa-nodes"}));
  crossing.cpu_vendor = table.String("cpu_vendor");
  crossing.cpu_family = table.Integer("cpu_family", 0xffff);
  if (table.Has("numa_nodes"))
    crossing.numa_nodes = table.Integer("numa_nodes", 0xffff);
  crossing.passes = uint64_t{table.Integer("passes", 10'000'000)} * 1'000'000;
  if (crossing.passes == 0)
    table.Fail("passes", "leave out the entry where nothing was measured");
  crossing.at_least = table.OneOf("limit", {"links", "crossing"}) == 0;
  crossing.source = table.String("source");
  SayOnce(table, "between",
          fmt::format("what passes between {} of {} family {:#x}",
                      table.String("between"), crossing.cpu_vendor,
                      crossing.cpu_family),
          EveryKernel());
  book_.crossings_.push_back(std::move(crossing));
}

void RuleBookLoader::ReadAcsProgramming(const RuleTable& table) {
  auto effect = [&](std::string_view key) {
    return static_cast<AcsParameter>(table.OneOf(
        key, {"none", "from-default", "misprogrammed", "from-firmware"}));
  };
  AcsProgramming acs;
  acs.id = table.String("id");
  acs.disable_acs_redir = effect("disable_acs_redir");
  acs.config_acs = effect("config_acs");
  acs.written = static_cast<AcsWritten>(
      table.OneOf("written", {"enumeration", "dma-configure", "unknown"}));
  acs.intel_off_is_final =
      table.Has("intel_off_is_final") && table.Boolean("intel_off_is_final");
  acs.from_history = table.OneOf("evidence", {"source", "history"}) == 1;
  acs.source = table.String("source");
  auto entry = ReadVersions(table, std::move(acs));
  entry.rule.kernels = table.Joined("kernels");
  SayOnce(table, "id", entry.rule.id, EveryKernel());
  SayOnce(table, "kernels", "how ACS is set", entry.kernels);
  book_.acs_programming_.push_back(std::move(entry));
}

void RuleBookLoader::ReadKernels(const RuleTable& table,
                                 std::vector<KernelRange>* kernels,
                                 std::vector<KernelRange>* unsure) {
  table.Require("kernels");
  *kernels = table.Kernels("kernels");
  *unsure = table.Kernels("unsure");
  if (OverlapAny(*kernels, *unsure))
    table.Fail("unsure", "'unsure' names a release that 'kernels' has too");
}

void RuleBookLoader::SayOnce(const RuleTable& table, std::string_view key,
                             const std::string& what,
                             std::vector<KernelRange> kernels) {
  bool versioned = table.Has("kernels") && key != "id";
  auto [begin, end] = said_.equal_range(what);
  for (auto said = begin; said != end; ++said)
    if (OverlapAny(said->second.kernels, kernels))
      table.Fail(key, fmt::format(
                          "{} stands already at {}{}", what, said->second.where,
                          versioned ? ", for some of the same kernels" : ""));
  said_.emplace(what, Said{std::move(kernels), table.Where()});
}

void RuleBookLoader::CheckTables(const std::string& name) const {
  for (size_t i = 0; i < kRequiredTables; ++i)
    if (!tables_.count(std::string(kTables[i])))
      throw InputError(name,
                       fmt::format("no file has a table '{}'", kTables[i]));
}

void RuleBookLoader::CheckCoverage(const std::string& name) const {
  auto order = [](const KernelVersion& v) {
    return std::pair(v.major, v.minor);
  };
  if (order(book_.oldest_) > order(book_.newest_) ||
      order(book_.newest_) >= order(book_.pending_))
    throw InputError(name, "[coverage] must have oldest <= newest < pending");
  // An unknown kernel stands for those from 5.14 on: there must be some.
  if (order(book_.newest_) < std::pair<uint16_t, uint16_t>(5, 14))
    throw InputError(name, "[coverage] newest must be at least 5.14");
}

// Each algorithm begins at a border, so trying the borders tries every kernel.
void RuleBookLoader::CheckAlgorithms(const std::string& name) const {
  for (const KernelVersion& version : book_.Borders()) {
    bool found = false;
    for (const auto& entry : book_.algorithms_)
      found |= Contains(entry.kernels, version) == Ternary::kYes;
    if (!found)
      throw InputError(
          name, fmt::format("no [[p2pdma]] for kernel {}", ToString(version)));
  }
}

void RuleBookLoader::CheckAcsProgramming(const std::string& name) const {
  if (book_.acs_programming_.empty()) return;
  for (const KernelVersion& version : book_.AcsBorders())
    if (book_.AcsProgrammingOf(version).empty())
      throw InputError(name, fmt::format("no [[acs_programming]] for kernel {}",
                                         ToString(version)));
}

void RuleBookLoader::CheckDieFunctions(const std::string& name) const {
  for (const DieFunction& die : book_.die_functions_)
    for (const auto& cpu : book_.cpus_)
      if (die.cpu_vendor == cpu.rule.vendor &&
          (!die.cpu_family ||
           (*die.cpu_family < cpu.rule.family_at_least &&
            *die.cpu_family_newest >= cpu.rule.family_at_least)))
        throw InputError(
            name, fmt::format("die function {:04x}:{:04x} leaves open whether "
                              "[[cpu]] \"{}\" fits",
                              die.vendor, die.device, cpu.rule.vendor));
}

}  // namespace p2pcheck
