// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "report/diff_words.h"
#include "report/host_diff_report.h"
#include "report/sentences.h"
#include "report/text.h"

namespace p2pcheck {
namespace {

// More than this is for --json.
constexpr size_t kMostDevices = 24, kMostFacts = 40, kMostGroups = 8,
                 kMostClasses = 12, kMostPairs = 6, kMostRoutes = 12,
                 kMostNames = 6;

class Writer {
 public:
  Writer(const Judgement& before, const Judgement& after, const HostDiff& diff,
         const TextStyle& style, std::ostream& out)
      : before_(before),
        after_(after),
        diff_(diff),
        style_(style),
        arrow_(style.unicode ? " → " : " -> "),
        out_(out) {}

  void Head() {
    Line("before", Origin(before_));
    Line("after", Origin(after_));
  }

  void Sections() {
    Devices();
    Facts();
    Groups();
    Verdicts();
    Routes();
  }

  void Summary() {
    switch (diff_.difference()) {
      case Difference::kNone: out_ << "nothing is different\n"; break;
      case Difference::kOnlyKnowledge:
        out_ << "only what is known is different\n";
        break;
      case Difference::kChanged: break;
    }
  }

 private:
  void Line(std::string_view label, const std::string& text) {
    WriteLabelled(label, text, style_, out_);
  }
  void Section(std::string_view name) {
    out_ << Painted(name, Paint::kHead, style_) << "\n";
  }
  void More(size_t count, std::string_view what) {
    if (count > 0) Line("", fmt::format("and {} more {}", count, what));
  }

  static std::string Origin(const Judgement& judgement) {
    const HostSnapshot& snapshot = judgement.snapshot;
    return fmt::format("{}, kernel {}, {} functions",
                       Printable(snapshot.source_name), KernelPhrase(judgement),
                       snapshot.functions.size());
  }

  std::string AddressBefore(FunctionIndex i) const {
    return ToString(before_.topology[i].address);
  }
  std::string AddressAfter(FunctionIndex i) const {
    return ToString(after_.topology[i].address);
  }

  void Several(std::string_view label, const Judgement& judgement,
               const std::vector<FunctionIndex>& functions) {
    for (size_t n = 0; n < functions.size() && n < kMostDevices; ++n)
      Line(n == 0 ? label : "", DevicePhrase(judgement, functions[n]));
    if (functions.size() > kMostDevices)
      More(functions.size() - kMostDevices, "functions");
  }

  void Replaced() {
    size_t shown = 0;
    for (const Replacement& r : diff_.match.replaced) {
      if (shown++ == kMostDevices) break;
      Line("replaced", DevicePhrase(before_, r.before));
      Line("by", DevicePhrase(after_, r.after));
    }
    if (diff_.match.replaced.size() > kMostDevices)
      More(diff_.match.replaced.size() - kMostDevices, "functions");
  }

  void Moved() {
    for (const PairedFunction& m : diff_.match.matched)
      if (m.kind == MatchKind::kMoved)
        Line("moved", DevicePhrase(before_, m.before) + arrow_ +
                          AddressAfter(m.after) +
                          ", or another one of its model: no serial number "
                          "is recorded");
  }

  void Renumbered() {
    std::vector<std::string> names;
    for (const PairedFunction& m : diff_.match.matched)
      if (m.kind == MatchKind::kRenumbered)
        names.push_back(AddressBefore(m.before) + arrow_ +
                        AddressAfter(m.after));
    if (names.empty()) return;
    Line("renumber", fmt::format("{}: {}", Count(names.size(), "function"),
                                 Joined(names, kMostNames)));
  }

  void Twin(const Twins& twins) {
    Line("alike",
         fmt::format("{} before, {} after: which is which, nothing recorded "
                     "tells",
                     JoinedAddresses(before_, twins.before, kMostNames),
                     JoinedAddresses(after_, twins.after, kMostNames)));
  }

  void Devices() {
    const HostMatch& match = diff_.match;
    bool moved =
        std::any_of(match.matched.begin(), match.matched.end(),
                    [](auto& m) { return m.kind != MatchKind::kSame; });
    if (!moved && match.replaced.empty() && match.removed.empty() &&
        match.added.empty())
      return;
    Section("devices");
    Several("removed", before_, match.removed);
    Several("added", after_, match.added);
    Replaced();
    Moved();
    Renumbered();
    for (const Twins& twins : match.twins) Twin(twins);
  }

  static std::string Count(size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
  }

  // Functions with the same change stand in one line.
  struct FactLine {
    std::string label, text;
    std::vector<std::string> where;  // functions after, or items
  };

  std::string Label(const FactChange& change) const {
    switch (change.kind()) {
      case ChangeKind::kChanged: return "changed";
      case ChangeKind::kLearned: return "learned";
      case ChangeKind::kLost: return "lost";
    }
    return "";
  }

  // What is told of a fact: its change; of one that became known or unknown
  // on many functions, or is one of many options, only that.
  std::string TextOf(const FactChange& change) const {
    if (change.kind() == ChangeKind::kChanged)
      return ChangeText(change, arrow_);
    FactChange plain = change;
    plain.item.clear();
    bool alone = change.before == kNoIndex && change.item.empty();
    return alone ? ChangeText(change, arrow_) : FactPhrase(plain);
  }

  std::vector<FactLine> FactLines() const {
    std::vector<FactLine> lines;
    std::map<std::pair<std::string, std::string>, size_t> numbers;
    for (const FactChange& change : diff_.facts) {
      std::string label = Label(change), text = TextOf(change);
      auto [at, added] = numbers.emplace(std::pair(label, text), lines.size());
      if (added) lines.push_back({label, text, {}});
      std::vector<std::string>& where = lines[at->second].where;
      if (change.after != kNoIndex)
        where.push_back(AddressAfter(change.after));
      else if (change.kind() != ChangeKind::kChanged && !change.item.empty())
        where.push_back(Printable(change.item));
    }
    std::stable_sort(lines.begin(), lines.end(),
                     [](const FactLine& a, const FactLine& b) {
                       return (a.label == "changed") > (b.label == "changed");
                     });
    return lines;
  }

  void Facts() {
    if (diff_.facts.empty()) return;
    Section("facts");
    std::vector<FactLine> lines = FactLines();
    std::string last;
    for (size_t i = 0; i < lines.size() && i < kMostFacts; ++i) {
      const FactLine& line = lines[i];
      std::string where =
          line.where.empty() ? "" : ", at " + Joined(line.where, kMostNames);
      Line(line.label == last ? "" : line.label, line.text + where);
      last = line.label;
    }
    if (lines.size() > kMostFacts) More(lines.size() - kMostFacts, "changes");
  }

  std::string Sets(const std::vector<std::vector<FunctionIndex>>& sets) const {
    std::vector<std::string> texts;
    for (const auto& set : sets)
      texts.push_back(
          fmt::format("{{{}}}", JoinedAddresses(before_, set, kMostNames)));
    return Joined(texts, kMostNames);
  }

  void Groups() {
    if (diff_.groups.empty()) return;
    Section("IOMMU groups");
    for (size_t i = 0; i < diff_.groups.size() && i < kMostGroups; ++i) {
      Line("before", Sets(diff_.groups[i].before));
      Line("after", Sets(diff_.groups[i].after));
    }
    if (diff_.groups.size() > kMostGroups)
      More(diff_.groups.size() - kMostGroups, "such sets of groups");
  }

  // The first pairs of each class that is shown.
  std::map<size_t, std::vector<std::string>> Examples(
      const std::vector<size_t>& shown) const {
    std::map<size_t, std::vector<std::string>> examples;
    size_t missing = 0;
    for (size_t i : shown) {
      missing +=
          std::min<uint64_t>(kMostPairs, diff_.pairs->classes()[i].pairs);
      examples[i];
    }
    diff_.pairs->ForEach([&](size_t number, FunctionIndex p, FunctionIndex c) {
      auto found = examples.find(number);
      if (found != examples.end() && found->second.size() < kMostPairs) {
        found->second.push_back(AddressBefore(p) + arrow_ + AddressBefore(c));
        --missing;
      }
      return missing > 0;
    });
    return examples;
  }

  std::vector<size_t> MostCommon() const {
    const auto& classes = diff_.pairs->classes();
    std::vector<size_t> order(classes.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return classes[a].pairs > classes[b].pairs;
    });
    order.resize(std::min(order.size(), kMostClasses));
    return order;
  }

  void Verdicts() {
    const PairComparison& pairs = *diff_.pairs;
    if (diff_.difference() == Difference::kNone) return;
    Section("verdicts");
    Line("", fmt::format("{} of {} ordered pairs change", pairs.changed(),
                         pairs.compared()));
    if (pairs.changed() == 0) return;
    std::vector<size_t> shown = MostCommon();
    auto examples = Examples(shown);
    for (size_t i : shown) {
      const PairChangeClass& c = pairs.classes()[i];
      Line(fmt::format("{}", c.pairs),
           fmt::format("{} to {}: {}{}{}, by {}",
                       DeviceKindName(c.provider_kind),
                       DeviceKindName(c.client_kind), OutcomePhrase(c.before),
                       arrow_, OutcomePhrase(c.after), CauseText(before_, c)));
      std::string more =
          c.pairs > kMostPairs
              ? fmt::format(", and {} more", c.pairs - kMostPairs)
              : "";
      Line("", fmt::format("{}{}", fmt::join(examples[i], ", "), more));
    }
    if (pairs.classes().size() > shown.size())
      More(pairs.classes().size() - shown.size(), "kinds of change");
  }

  void Routes() {
    const RouteChanges& routes = diff_.routes;
    if (routes.compared && routes.changes.empty()) return;
    Section("routes and speed");
    if (!routes.compared) {
      Line("", fmt::format("not compared: {} ordered pairs may have changed, "
                           "more than {}; rank and pair tell of each",
                           routes.candidates, p2pcheck::kMostRoutes));
      return;
    }
    RouteLines lines = AlikeRoutes();
    size_t shown = 0;
    for (const auto& [texts, pairs] : lines) {
      if (shown++ == kMostRoutes) break;
      Line(fmt::format("{}", pairs.size()), Joined(pairs, kMostPairs));
      Line("before", texts.first);
      Line("after", texts.second);
    }
    if (lines.size() > kMostRoutes)
      More(lines.size() - kMostRoutes, "kinds of change");
  }

  // Pairs with the same words before and after.
  using RouteLines =
      std::map<std::pair<std::string, std::string>, std::vector<std::string>>;
  RouteLines AlikeRoutes() const {
    RouteLines lines;
    for (const RouteChange& r : diff_.routes.changes)
      lines[{RouteStateText(before_, r.before),
             RouteStateText(after_, r.after)}]
          .push_back(AddressBefore(r.provider) + arrow_ +
                     AddressBefore(r.client));
    return lines;
  }

  const Judgement& before_;
  const Judgement& after_;
  const HostDiff& diff_;
  const TextStyle& style_;
  std::string arrow_;
  std::ostream& out_;
};

}  // namespace

DiffSide SideOf(const Judgement& judgement) {
  return {judgement.topology, judgement.question, judgement.cpu,
          judgement.kinds};
}

void WriteDiffSections(const Judgement& before, const Judgement& after,
                       const HostDiff& diff, const TextStyle& style,
                       std::ostream& out) {
  Writer writer(before, after, diff, style, out);
  writer.Sections();
}

void WriteHostDiffText(const Judgement& before, const Judgement& after,
                       const HostDiff& diff, const TextStyle& style,
                       std::ostream& out) {
  Writer writer(before, after, diff, style, out);
  writer.Head();
  writer.Sections();
  writer.Summary();
}

}  // namespace p2pcheck
