// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which rules are in force for a kernel.
//
// Every entry carries the releases that have it; a rule set is the entries of
// one release.  For a kernel nobody named, the releases are cut at every
// border at which some entry begins or ends: between two borders all kernels
// are equal, so one kernel of each piece stands for all.  With today's rules
// that makes 9 sets of some 60 kernels.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "rules/rule_book_loader.h"
#include "rules/rule_set.h"

namespace p2pcheck {
namespace {

std::tuple<int, int, int> Key(const KernelVersion& version) {
  return {version.major, version.minor, version.patch.value_or(0)};
}

std::pair<int, int> Minor(const KernelVersion& version) {
  return {version.major, version.minor};
}

bool Before(const KernelVersion& a, const KernelVersion& b) {
  return Key(a) < Key(b);
}

// The last minor release of each major one that has ended.
constexpr std::pair<uint16_t, uint16_t> kLastMinors[] = {
    {3, 19}, {4, 20}, {5, 19}, {6, 19}};

// The first release after a range that has an end.
KernelVersion Following(const KernelVersion& last) {
  if (last.patch && *last.patch < 0xffff)
    return {last.major, last.minor, static_cast<uint16_t>(*last.patch + 1)};
  for (auto [major, minor] : kLastMinors)
    if (last.major == major && last.minor == minor)
      return {static_cast<uint16_t>(major + 1), 0, 0};
  return {last.major, static_cast<uint16_t>(last.minor + 1), 0};
}

// The last release before one that begins a piece: "7.0.13" before 7.0.14,
// "5.17" (with its stable ones) before 5.18.
KernelVersion Preceding(const KernelVersion& next) {
  if (*next.patch > 0)
    return {next.major, next.minor, static_cast<uint16_t>(*next.patch - 1)};
  if (next.minor > 0)
    return {next.major, static_cast<uint16_t>(next.minor - 1), std::nullopt};
  for (auto [major, minor] : kLastMinors)
    if (next.major == major + 1) return {major, minor, std::nullopt};
  return {static_cast<uint16_t>(next.major - 1), 0xffff, std::nullopt};
}

// "5.18", "5.14 to 5.17", "7.1.0 to 7.1.2", "7.0.14 to 7.0.*".
std::string RangeLabel(const KernelVersion& first, const KernelVersion& last) {
  bool one_minor = Minor(first) == Minor(last);
  if (one_minor && *first.patch == 0 && !last.patch) return ToString(last);
  if (first == last) return ToString(first);
  bool begins_minor = *first.patch == 0 && !(one_minor && last.patch);
  std::string from = begins_minor
                         ? fmt::format("{}.{}", first.major, first.minor)
                         : ToString(first);
  return fmt::format("{} to {}{}", from, ToString(last),
                     one_minor && !last.patch ? ".*" : "");
}

template <class Entry>
void AddBorders(const std::vector<Entry>& entries,
                std::vector<KernelVersion>* borders) {
  for (const Entry& entry : entries)
    for (const auto* ranges : {&entry.kernels, &entry.unsure})
      for (const KernelRange& range : *ranges) {
        borders->push_back(range.from);
        if (range.to) borders->push_back(Following(*range.to));
      }
}

bool SameEntry(const HostBridgeRule& a, const HostBridgeRule& b) {
  return a.vendor == b.vendor && a.device == b.device &&
         a.needs_same_host_bridge == b.needs_same_host_bridge &&
         a.in_force == b.in_force;
}

bool SameEntry(const CpuRule& a, const CpuRule& b) {
  return a.vendor == b.vendor && a.family_at_least == b.family_at_least &&
         a.in_force == b.in_force;
}

// Entries keep the order of the files, so equal rules are equal lists.
bool SameRules(const RuleSet& a, const RuleSet& b) {
  auto same = [](const auto& x, const auto& y) { return SameEntry(x, y); };
  return a.algorithm.id == b.algorithm.id &&
         std::equal(a.host_bridges.begin(), a.host_bridges.end(),
                    b.host_bridges.begin(), b.host_bridges.end(), same) &&
         std::equal(a.cpus.begin(), a.cpus.end(), b.cpus.begin(), b.cpus.end(),
                    same);
}

// Where kernels that do not follow each other have the same rules (6.18.y and
// 7.0.y may have the same backport), one set stands for all of them.
void Join(RuleSet set, std::vector<RuleSet>* sets) {
  for (RuleSet& known : *sets)
    if (SameRules(known, set)) {
      known.label += ", " + set.label;
      return;
    }
  sets->push_back(std::move(set));
}

}  // namespace

RuleBook RuleBook::Embedded() {
  return RuleBookLoader::Load(EmbeddedRuleFiles(), "the rules built in");
}

RuleBook RuleBook::Load(const std::string& directory) {
  return RuleBookLoader::Load(ReadRuleFiles(directory), directory);
}

RuleBook RuleBook::FromFiles(const std::vector<RuleFile>& files) {
  return RuleBookLoader::Load(files, "the rules given");
}

Ternary RuleBook::InForceOrPlanned(const std::vector<KernelRange>& kernels,
                                   const std::vector<KernelRange>& unsure,
                                   const KernelVersion& version) const {
  Ternary in_force = Contains(kernels, unsure, version);
  bool beyond = Minor(version) > Minor(pending_);
  // What the pending release only plans may have come otherwise.
  if (beyond && Contains(kernels, unsure, newest_) == Ternary::kNo)
    in_force = And(in_force, Ternary::kUnknown);
  return in_force;
}

template <class Rule>
void RuleBook::Choose(const std::vector<Versioned<Rule>>& from,
                      const KernelVersion& version,
                      std::vector<Rule>* to) const {
  for (const Versioned<Rule>& entry : from) {
    Ternary in_force = InForceOrPlanned(entry.kernels, entry.unsure, version);
    if (in_force == Ternary::kNo) continue;
    to->push_back(entry.rule);
    to->back().in_force = in_force;
  }
}

RuleSet RuleBook::For(const KernelVersion& version) const {
  RuleSet set;
  set.label = ToString(version);
  set.kernel = version;
  for (const auto& entry : algorithms_)
    if (Contains(entry.kernels, version) == Ternary::kYes)
      set.algorithm = entry.rule;
  Choose(host_bridges_, version, &set.host_bridges);
  Choose(cpus_, version, &set.cpus);
  set.groups = std::make_shared<const GroupRules>(GroupRulesFor(version));
  set.beyond_rules = Minor(version) > Minor(pending_);
  set.pending = Minor(version) > Minor(newest_) && !set.beyond_rules;
  return set;
}

RuleSet RuleBook::Next() const {
  RuleSet set = For(newest_);
  set.label = "next";
  set.unmerged = true;
  set.algorithm.id = "p2pdma-divergence";
  set.algorithm.divergence_only = true;
  set.algorithm.source =
      "series \"evaluate ACS at divergence ports only\", posted, not merged";
  return set;
}

std::vector<RuleSet> RuleBook::ForUnknownKernel() const {
  const KernelVersion oldest{5, 14, 0};
  const KernelVersion end = Following(newest_);
  std::vector<KernelVersion> borders = Borders();
  borders.push_back(oldest);
  borders.push_back(end);
  std::sort(borders.begin(), borders.end(), Before);
  borders.erase(std::unique(borders.begin(), borders.end()), borders.end());

  // Pieces with equal rules that follow each other become one first, so that
  // the label is one range.
  std::vector<RuleSet> sets;
  std::optional<RuleSet> open;
  for (const KernelVersion& border : borders) {
    if (Before(border, oldest) || Before(end, border)) continue;
    RuleSet next = For(border);
    bool ended = border == end;
    if (open && !ended && SameRules(*open, next)) continue;
    if (open) {
      open->label = RangeLabel(open->kernel, Preceding(border));
      Join(std::move(*open), &sets);
    }
    open = std::move(next);
  }
  auto groups =
      std::make_shared<const GroupRules>(GroupRulesForUnknownKernel());
  for (RuleSet& set : sets) set.groups = groups;
  return sets;
}

GroupRules RuleBook::GroupRulesFor(const KernelVersion& version) const {
  GroupRules rules;
  Choose(acs_quirks_, version, &rules.acs_quirks);
  Choose(dma_aliases_, version, &rules.dma_aliases);
  Choose(bridge_flags_, version, &rules.bridge_flags);
  Choose(acs_capabilities_, version, &rules.acs_capabilities);
  Choose(group_timing_, version, &rules.timing);
  return rules;
}

// Group rules are not among those for which the kernels are cut into pieces:
// who asks about groups of a host whose kernel is not known gets one answer,
// in which each entry that some kernel lacks is in force "unknown".
GroupRules RuleBook::GroupRulesForUnknownKernel() const {
  GroupRules rules;
  auto choose = [this](const auto& from, auto* to) {
    for (const auto& entry : from) {
      Ternary in_force = InForceThroughout(entry);
      if (in_force == Ternary::kNo) continue;
      to->push_back(entry.rule);
      to->back().in_force = in_force;
    }
  };
  choose(acs_quirks_, &rules.acs_quirks);
  choose(dma_aliases_, &rules.dma_aliases);
  choose(bridge_flags_, &rules.bridge_flags);
  choose(acs_capabilities_, &rules.acs_capabilities);
  choose(group_timing_, &rules.timing);
  return rules;
}

// Whether all kernels from 5.14 to the newest have an entry.
template <class Rule>
Ternary RuleBook::InForceThroughout(const Versioned<Rule>& entry) const {
  std::vector<KernelVersion> borders = {{5, 14, 0}};
  AddBorders(std::vector<Versioned<Rule>>{entry}, &borders);
  const KernelVersion end = Following(newest_);
  Ternary all = Ternary::kYes, any = Ternary::kNo;
  for (const KernelVersion& border : borders) {
    if (Before(border, {5, 14, 0}) || !Before(border, end)) continue;
    all = And(all, InForce(entry, border));
    any = Or(any, InForce(entry, border));
  }
  return all == any ? all : Ternary::kUnknown;
}

// The first releases of all pieces, sorted; 0.0 at the front.
std::vector<KernelVersion> RuleBook::Borders() const {
  std::vector<KernelVersion> borders = {{0, 0, 0}};
  AddBorders(algorithms_, &borders);
  AddBorders(host_bridges_, &borders);
  AddBorders(cpus_, &borders);
  std::sort(borders.begin(), borders.end(), Before);
  borders.erase(std::unique(borders.begin(), borders.end()), borders.end());
  return borders;
}

// The same for how ACS is set, which no verdict of a pair hangs on.
std::vector<KernelVersion> RuleBook::AcsBorders() const {
  std::vector<KernelVersion> borders = {{0, 0, 0}};
  AddBorders(acs_programming_, &borders);
  return borders;
}

std::vector<AcsProgramming> RuleBook::AcsProgrammingOf(
    const Observed<KernelVersion>& version) const {
  const KernelRange since_5_14{{5, 14, 0}, std::nullopt};
  std::vector<AcsProgramming> found;
  for (const auto& entry : acs_programming_) {
    Ternary in_force = Ternary::kUnknown;
    if (version.known())
      in_force = InForce(entry, version.value());
    else if (std::none_of(
                 entry.kernels.begin(), entry.kernels.end(),
                 [&](const auto& range) { return Overlap(range, since_5_14); }))
      in_force = Ternary::kNo;
    if (in_force == Ternary::kNo) continue;
    found.push_back(entry.rule);
    found.back().in_force = in_force;
  }
  return found;
}

}  // namespace p2pcheck
