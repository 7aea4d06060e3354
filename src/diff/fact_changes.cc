// SPDX-License-Identifier: GPL-2.0-or-later
#include "diff/fact_changes.h"

#include <algorithm>
#include <map>
#include <set>

#include "dmabuf/bar.h"
#include "fabric/bandwidth.h"
#include "pci/max_read_request.h"
#include "verdict/decide.h"

namespace p2pcheck {
namespace {

FactDatum Datum(bool value) { return value; }
FactDatum Datum(int64_t value) { return value; }
FactDatum Datum(uint8_t value) { return int64_t{value}; }
FactDatum Datum(uint16_t value) { return int64_t{value}; }
FactDatum Datum(uint32_t value) { return int64_t{value}; }
FactDatum Datum(uint64_t value) { return static_cast<int64_t>(value); }
FactDatum Datum(int32_t value) { return int64_t{value}; }
FactDatum Datum(const std::string& value) { return value; }
FactDatum Datum(const StringList& value) { return value; }

template <class T>
DiffValue ValueOf(const Observed<T>& value) {
  return value.Map([](const T& v) { return Datum(v); });
}

Observed<bool> Known(Ternary value) {
  if (value == Ternary::kUnknown) return ReadFailure::kNotRecorded;
  return value == Ternary::kYes;
}

// A fact with its item and value, as one reading has it.
struct Entry {
  DiffFact fact;
  std::string item;
  DiffValue value;
};
using Entries = std::vector<Entry>;

void AddMap(DiffFact fact, const Observed<StringMap>& map, Entries* out) {
  for (const auto& [item, value] : map.value_or({}))
    out->push_back({fact, item, FactDatum(value)});
}

Entries HostEntries(const HostSnapshot& snapshot) {
  using F = DiffFact;
  const HostFacts& h = snapshot.host;
  Entries out = {
      {F::kKernelRelease, "", ValueOf(h.kernel_release)},
      {F::kKernelVersion, "", ValueOf(h.kernel_version)},
      {F::kArchitecture, "", ValueOf(h.architecture)},
      {F::kPageSize, "", ValueOf(h.page_size)},
      {F::kCommandLine, "", ValueOf(h.command_line)},
      {F::kCpuVendor, "", ValueOf(h.cpu_vendor)},
      {F::kCpuFamily, "", ValueOf(h.cpu_family)},
      {F::kCpuModel, "", ValueOf(h.cpu_model)},
      {F::kCpuModelName, "", ValueOf(h.cpu_model_name)},
      {F::kHypervisor, "", ValueOf(h.hypervisor)},
      {F::kConfidentialGuest, "", ValueOf(h.confidential_guest)},
      {F::kP2pdmaBuiltIn, "", ValueOf(Known(P2pdmaBuiltIn(snapshot)))},
      {F::kIommuUnits, "", ValueOf(h.iommu_units)},
      {F::kAcpiTables, "", ValueOf(h.acpi_tables)},
      {F::kNumaNodes, "", ValueOf(h.numa_nodes)},
      {F::kInterruptRemapping, "", ValueOf(h.interrupt_remapping)},
  };
  AddMap(F::kKernelConfig, h.config, &out);
  AddMap(F::kKernelSymbol, h.symbols, &out);
  AddMap(F::kModuleParameter, h.module_parameters, &out);
  return out;
}

Observed<bool> Grouped(const FunctionRecord& record) {
  return record.iommu_group.Match(
      [](uint32_t) { return Observed<bool>(true); },
      [] { return Observed<bool>(false); },
      [](ReadFailure why) { return Observed<bool>(why); });
}

Observed<std::string> DomainOf(const HostSnapshot& snapshot,
                               const FunctionRecord& record) {
  if (record.iommu_group.unknown()) return record.iommu_group.failure();
  if (record.iommu_group.absent()) return Absent{};
  auto found = snapshot.groups.find(record.iommu_group.value());
  if (found == snapshot.groups.end()) return ReadFailure::kNotRecorded;
  return found->second.type;
}

template <class T, class F>
auto Part(const Observed<T>& of, F f) -> decltype(f(of.value())) {
  if (of.known()) return f(of.value());
  if (of.absent()) return Absent{};
  return of.failure();
}

// The kernel's own word where it has not looked.
Observed<std::string> PowerState(const FunctionRecord& record) {
  if (record.power_state.Is("unknown")) return ReadFailure::kNotRecorded;
  return record.power_state;
}

std::string BarWords(const Bar& bar) {
  std::string words = bar.kind == BarKind::kMemory
                          ? (bar.is_64bit ? "mem64" : "mem32")
                          : std::string(BarKindName(bar.kind));
  if (bar.prefetchable) words += " pref";
  if (bar.unassigned) words += " unassigned";
  return words;
}

int64_t CountOf(const std::vector<Bar>& bars) {
  return std::count_if(bars.begin(), bars.end(), [](const Bar& bar) {
    return bar.kind != BarKind::kAbsent;
  });
}

void AddBars(const Function& f, Entries* out) {
  auto bars = BarsOf(f);
  out->push_back({DiffFact::kBarCount, "", ValueOf(bars.Map(CountOf))});
  for (const Bar& bar : bars.value_or({})) {
    if (bar.kind == BarKind::kAbsent) continue;
    std::string item =
        bar.index == kRomIndex ? "rom" : std::to_string(bar.index);
    out->push_back({DiffFact::kBarKind, item, FactDatum(BarWords(bar))});
    out->push_back({DiffFact::kBarSize, item, Datum(bar.size)});
  }
}

// That of a physical function is its own; a VF has the link of its PF and is
// asked for what it says itself.
void AddLink(const Function& f, Entries* out) {
  using F = DiffFact;
  LinkFacts link = LinkFactsOf(f);
  out->push_back({F::kCurrentSpeed, "", ValueOf(link.speed)});
  out->push_back({F::kCurrentWidth, "", ValueOf(link.width)});
  out->push_back({F::kMaxSpeed, "", ValueOf(link.max_speed)});
  out->push_back({F::kMaxWidth, "", ValueOf(link.max_width)});
}

void AddAcs(const Function& f, Entries* out) {
  out->push_back(
      {DiffFact::kAcsCapability, "",
       f.acs.Map([](const AcsCapability& a) { return Datum(a.capability); })});
  out->push_back({DiffFact::kAcsControl, "",
                  Part(f.acs, [](const AcsCapability& a) -> DiffValue {
                    if (a.control_known != 0xffff)
                      return ReadFailure::kNotRecorded;
                    return Datum(a.control);
                  })});
}

void AddExpress(const Function& f, Entries* out) {
  HeldConfig config(f.record->config);
  out->push_back(
      {DiffFact::kPortType, "", f.express.Map([](const ExpressCapability& e) {
         return Datum(std::string(PortTypeName(e.type)));
       })});
  out->push_back({DiffFact::kMaxPayload, "",
                  ValueOf(Part(f.express, [](const ExpressCapability& e) {
                    return e.max_payload;
                  }))});
  out->push_back(
      {DiffFact::kMaxReadRequest, "", ValueOf(DecodeMaxReadRequest(config))});
}

Entries FunctionEntries(const Topology& topology, FunctionIndex i) {
  using F = DiffFact;
  const Function& f = topology[i];
  const FunctionRecord& r = *f.record;
  Observed<bool> placed = ReadFailure::kNotRecorded;
  if (f.placed()) placed = true;
  Entries out = {
      {F::kPlace, "", ValueOf(placed)},
      {F::kClass, "", ValueOf(r.class_code)},
      {F::kRevision, "", ValueOf(r.revision)},
      {F::kDriver, "", ValueOf(r.driver)},
      {F::kPowerState, "", ValueOf(PowerState(r))},
      {F::kAtsEnabled, "",
       AtsOf(f).Map([](const AtsCapability& a) { return Datum(a.enabled()); })},
      {F::kIommuGrouped, "", ValueOf(Grouped(r))},
      {F::kIommuDomain, "", ValueOf(DomainOf(topology.snapshot(), r))},
      {F::kNumaNode, "", ValueOf(r.numa_node)},
      {F::kNumVfs, "", ValueOf(r.sriov_numvfs)},
      {F::kPeerMemory, "",
       r.p2pmem.Map([](const P2pMemory& m) { return Datum(m.size); })},
  };
  AddExpress(f, &out);
  AddLink(f, &out);
  AddAcs(f, &out);
  AddBars(f, &out);
  return out;
}

using Key = std::pair<DiffFact, std::string>;
std::map<Key, DiffValue> ByKey(const Entries& entries) {
  std::map<Key, DiffValue> map;
  for (const Entry& e : entries) map.emplace(Key(e.fact, e.item), e.value);
  return map;
}

// What a reading says of a fact it does not list: a BAR that is not there, if
// its BARs are known; an option or symbol that nobody looked for.
DiffValue Unlisted(const std::map<Key, DiffValue>& reading, DiffFact fact) {
  if (fact != DiffFact::kBarKind && fact != DiffFact::kBarSize)
    return ReadFailure::kNotRecorded;
  const DiffValue& bars = reading.at({DiffFact::kBarCount, ""});
  if (bars.unknown()) return bars.failure();
  return Absent{};
}

bool SameKnowledge(const DiffValue& a, const DiffValue& b) {
  return (a.unknown() && b.unknown()) || a == b;
}

// The number of BARs is told only where nothing else tells that BARs are
// known; each BAR is told only where both readings know them.
bool IsTold(const FactChange& change) {
  switch (change.fact) {
    case DiffFact::kBarCount: return change.kind() != ChangeKind::kChanged;
    case DiffFact::kBarKind: return change.kind() == ChangeKind::kChanged;
    case DiffFact::kBarSize:
      return change.old_value.known() && change.new_value.known();
    // One reading without ACS is told once, and so is one that cannot tell.
    case DiffFact::kAcsControl:
      return change.kind() != ChangeKind::kChanged ||
             (change.old_value.known() && change.new_value.known());
    case DiffFact::kAcsCapability: return change.kind() == ChangeKind::kChanged;
    default: return true;
  }
}

void Compare(const Entries& old_entries, const Entries& new_entries,
             FunctionIndex before, FunctionIndex after,
             std::vector<FactChange>* out) {
  auto a = ByKey(old_entries), b = ByKey(new_entries);
  std::set<Key> keys;
  for (const auto& entry : a) keys.insert(entry.first);
  for (const auto& entry : b) keys.insert(entry.first);
  for (const Key& key : keys) {
    auto left = a.find(key), right = b.find(key);
    FactChange change{
        key.first,
        key.second,
        before,
        after,
        left != a.end() ? left->second : Unlisted(a, key.first),
        right != b.end() ? right->second : Unlisted(b, key.first)};
    if (SameKnowledge(change.old_value, change.new_value)) continue;
    if (IsTold(change)) out->push_back(std::move(change));
  }
}

}  // namespace

std::string_view DiffFactName(DiffFact fact) {
  static constexpr std::string_view kNames[] = {
      "kernel_release",
      "kernel_version",
      "architecture",
      "page_size",
      "command_line",
      "cpu_vendor",
      "cpu_family",
      "cpu_model",
      "cpu_model_name",
      "hypervisor",
      "confidential_guest",
      "p2pdma_built_in",
      "kernel_config",
      "kernel_symbol",
      "module_parameter",
      "iommu_units",
      "acpi_tables",
      "numa_nodes",
      "interrupt_remapping",
      "place",
      "class",
      "revision",
      "port_type",
      "driver",
      "power_state",
      "current_link_speed",
      "current_link_width",
      "max_link_speed",
      "max_link_width",
      "acs_capability",
      "acs_control",
      "max_payload",
      "max_read_request",
      "ats_enabled",
      "iommu_grouped",
      "iommu_domain",
      "numa_node",
      "sriov_numvfs",
      "p2pmem_size",
      "bars",
      "bar_kind",
      "bar_size",
  };
  static_assert(std::size(kNames) == kDiffFacts);
  return kNames[static_cast<size_t>(fact)];
}

std::string_view ChangeKindName(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kChanged: return "changed";
    case ChangeKind::kLearned: return "learned";
    case ChangeKind::kLost: return "lost";
  }
  return "";
}

ChangeKind FactChange::kind() const {
  if (old_value.unknown()) return ChangeKind::kLearned;
  return new_value.unknown() ? ChangeKind::kLost : ChangeKind::kChanged;
}

std::vector<FactChange> CompareFacts(const Topology& before,
                                     const Topology& after,
                                     const HostMatch& match) {
  std::vector<FactChange> out;
  Compare(HostEntries(before.snapshot()), HostEntries(after.snapshot()),
          kNoIndex, kNoIndex, &out);
  for (const PairedFunction& m : match.matched)
    Compare(FunctionEntries(before, m.before), FunctionEntries(after, m.after),
            m.before, m.after, &out);
  return out;
}

}  // namespace p2pcheck
