// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/html_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "fabric/bandwidth.h"
#include "report/html_escape.h"
#include "report/links.h"
#include "report/sentences.h"
#include "report/tree.h"

namespace p2pcheck {
namespace {

// Beyond so many functions the host bridges are folded.
constexpr size_t kMostUnfolded = 300;
// So many virtual functions of one device are folded.
constexpr size_t kFewVirtual = 4;
constexpr size_t kDeepestIndent = 9;
// As many looks as page.css has for groups.
constexpr size_t kGroupLooks = 8;

using Members = std::map<uint32_t, std::vector<FunctionIndex>>;

// Groups of two functions and more: these are the ones that matter.
Members SharedGroups(const Topology& topology) {
  Members groups;
  for (FunctionIndex i = 0; i < topology.functions().size(); ++i)
    if (topology[i].record->iommu_group.known())
      groups[topology[i].record->iommu_group.value()].push_back(i);
  for (auto at = groups.begin(); at != groups.end();)
    at = at->second.size() < 2 ? groups.erase(at) : std::next(at);
  return groups;
}

std::map<uint32_t, size_t> LooksOf(const Members& groups) {
  std::map<uint32_t, size_t> looks;
  for (const auto& [group, members] : groups)
    looks.emplace(group, looks.size() % kGroupLooks);
  return looks;
}

std::string GroupMark(uint32_t group, const std::map<uint32_t, size_t>& looks) {
  auto look = looks.find(group);
  return look == looks.end() ? fmt::format("<b class=g>{}</b>", group)
                             : fmt::format("<b class=\"g s{}\"><i></i>{}</b>",
                                           look->second, group);
}

struct AcsBit {
  uint16_t bit;
  const char* mark;
  const char* name;
};
constexpr AcsBit kAcsBits[] = {
    {kAcsSourceValidation, "SV", "Source Validation"},
    {kAcsTranslationBlocking, "TB", "Translation Blocking"},
    {kAcsRequestRedirect, "RR", "Request Redirect"},
    {kAcsCompletionRedirect, "CR", "Completion Redirect"},
    {kAcsUpstreamForwarding, "UF", "Upstream Forwarding"},
    {kAcsEgressControl, "EC", "Egress Control"},
    {kAcsDirectTranslated, "DT", "Direct Translated P2P"}};

std::string AcsMarks(uint16_t control) {
  std::string marks;
  for (const AcsBit& bit : kAcsBits)
    if (control & bit.bit) marks += std::string(" ") + bit.mark;
  return marks.empty() ? " off" : marks;
}

std::string AcsCell(const Function& f) {
  return f.acs.Match(
      [&](const AcsCapability& acs) {
        const char* look = RedirectsP2p(f) == Ternary::kYes
                               ? "<b class=\"k u\">redirects</b>"
                               : "<b class=\"k p\">passes</b>";
        return look + AcsMarks(acs.control);
      },
      [] { return std::string(); },
      [](ReadFailure why) {
        return fmt::format("<b class=\"k q\">unknown</b> {}",
                           ReadFailureName(why));
      });
}

std::string LinkCell(const Function& f) {
  std::string now = CurrentLink(f), best = BestLink(f);
  if (now.empty()) return "";
  if (best.empty() || best == now) return now;
  return fmt::format("{} <b class=\"k q\">of {}</b>", now, best);
}

// Lines of the picture are as heavy as the link has lanes.
std::string_view WeightOf(const Function& f) {
  LinkFacts facts = LinkFactsOf(f);
  if (!facts.width.known()) return "";
  uint8_t lanes = facts.width.value();
  return lanes >= 16 ? " l16" : lanes >= 8 ? " l8" : lanes >= 4 ? " l4" : "";
}

std::string NodesOf(const FunctionRecord& record) {
  std::string text;
  if (!record.nodes.known()) return text;
  for (const DeviceNode& node : record.nodes.value())
    text += (text.empty() ? "" : " ") + node.name;
  return text;
}

class TreeHtml {
 public:
  TreeHtml(const Judgement& judgement, std::ostream& out)
      : judgement_(judgement),
        topology_(judgement.topology),
        out_(out),
        children_(topology_.Children()),
        looks_(LooksOf(SharedGroups(topology_))),
        folded_(topology_.functions().size() > kMostUnfolded),
        in_fold_(topology_.functions().size(), false) {
    FindVirtual();
  }

  void Run() {
    const auto& bridges = topology_.host_bridges();
    out_ << "<ul class=tree>\n";
    for (HostBridgeIndex h = 0; h < bridges.size(); ++h) {
      out_ << "<li class=hb><details" << (folded_ ? "" : " open")
           << "><summary><b>" << ToString(bridges[h].bus) << "</b> "
           << Counts(h) << "<span class=nm>"
           << EscapeHtml(HostBridgePhrase(judgement_, h))
           << "</span></summary>\n";
      WriteLevel(bridges[h].functions, 0);
      out_ << "</details></li>\n";
    }
    WritePlaceless();
    out_ << "</ul>\n";
  }

 private:
  // Virtual functions of a device that has many of them.
  void FindVirtual() {
    for (FunctionIndex i = 0; i < topology_.functions().size(); ++i)
      if (topology_[i].physfn.known() && topology_[i].placed())
        virtual_[topology_.Find(topology_[i].physfn.value())].push_back(i);
    virtual_.erase(kNoIndex);
    for (auto at = virtual_.begin(); at != virtual_.end();)
      at =
          at->second.size() <= kFewVirtual ? virtual_.erase(at) : std::next(at);
    for (const auto& [physical, functions] : virtual_)
      for (FunctionIndex i : functions) in_fold_[i] = true;
  }

  std::string Counts(HostBridgeIndex h) const {
    std::map<DeviceKind, size_t> counts;
    const auto& functions = topology_.functions();
    for (FunctionIndex i = 0; i < functions.size(); ++i)
      if (functions[i].host_bridge == h) ++counts[judgement_.kinds[i]];
    std::string text;
    for (auto [kind, count] : counts)
      if (kind != DeviceKind::kBridge && kind != DeviceKind::kOther)
        text += fmt::format("<span class=ct>{} {}</span> ", count,
                            DeviceKindName(kind));
    return text;
  }

  void WriteLevel(const std::vector<FunctionIndex>& level, size_t depth) {
    out_ << "<ul class=d" << std::min(depth, kDeepestIndent) << ">\n";
    for (FunctionIndex i : level)
      if (!in_fold_[i]) WriteNode(i, depth);
    out_ << "</ul>\n";
  }

  void WriteNode(FunctionIndex i, size_t depth) {
    out_ << "<li id=f" << i << " class=\"n" << WeightOf(topology_[i]) << "\">";
    if (children_[i].empty()) {
      out_ << "<div class=r>";
      WriteRow(i);
      out_ << "</div>";
    } else {
      out_ << "<details open><summary class=r>";
      WriteRow(i);
      out_ << "</summary>\n";
      WriteLevel(children_[i], depth + 1);
      out_ << "</details>";
    }
    auto fold = virtual_.find(i);
    if (fold != virtual_.end()) WriteVirtual(fold->second, depth + 1);
    out_ << "</li>\n";
  }

  void WriteVirtual(const std::vector<FunctionIndex>& functions, size_t depth) {
    out_ << "<details class=vf><summary>" << functions.size()
         << " virtual functions</summary>\n<ul class=d"
         << std::min(depth, kDeepestIndent) << ">\n";
    for (FunctionIndex i : functions) WriteNode(i, depth);
    out_ << "</ul></details>";
  }

  void WriteRow(FunctionIndex i) {
    const Function& f = topology_[i];
    const FunctionRecord& record = *f.record;
    DeviceKind kind = judgement_.kinds[i];
    out_ << "<span class=a><b>" << ToString(f.address) << "</b> <small>"
         << PortWord(f) << "</small>";
    if (kind != DeviceKind::kBridge && kind != DeviceKind::kOther)
      out_ << " <b class=\"kd " << DeviceKindName(kind) << "\">"
           << DeviceKindName(kind) << "</b>";
    out_ << "</span><span class=ln>" << LinkCell(f) << "</span><span class=ac>"
         << AcsCell(f) << "</span><span class=gr>";
    if (record.iommu_group.known())
      out_ << GroupMark(record.iommu_group.value(), looks_);
    out_ << "</span><span class=dr>" << EscapeHtml(record.driver.value_or(""))
         << "</span><span class=nm>";
    std::string nodes = NodesOf(record);
    if (!nodes.empty()) out_ << "<b>" << EscapeHtml(nodes) << "</b> ";
    out_ << EscapeHtml(NameOf(i)) << "</span>";
  }

  // Without the address.
  std::string NameOf(FunctionIndex i) const {
    std::string phrase = DevicePhrase(judgement_, i);
    size_t blank = phrase.find(' ');
    return blank == std::string::npos ? "" : phrase.substr(blank + 1);
  }

  void WritePlaceless() {
    std::vector<FunctionIndex> level;
    for (FunctionIndex i = 0; i < topology_.functions().size(); ++i)
      if (!topology_[i].placed()) level.push_back(i);
    if (level.empty()) return;
    out_ << "<li class=hb><details" << (folded_ ? "" : " open")
         << "><summary><b>place not known</b> <span class=ct>" << level.size()
         << " functions</span></summary>\n";
    out_ << "<ul class=d0>\n";
    for (FunctionIndex i : level)
      if (!in_fold_[i]) WriteAlone(i);
    out_ << "</ul></details></li>\n";
  }

  // A bridge's children that know their parent are below it, though it is
  // placed nowhere itself: each function is written once, here.
  void WriteAlone(FunctionIndex i) {
    out_ << "<li id=f" << i << " class=n><div class=r>";
    WriteRow(i);
    out_ << "</div></li>\n";
  }

  const Judgement& judgement_;
  const Topology& topology_;
  std::ostream& out_;
  std::vector<std::vector<FunctionIndex>> children_;
  std::map<uint32_t, size_t> looks_;
  bool folded_;
  std::vector<bool> in_fold_;
  std::map<FunctionIndex, std::vector<FunctionIndex>> virtual_;
};

// Not every member of a group of hundreds.
constexpr size_t kMostMembers = 6;

void WriteGroupLegend(const Judgement& judgement, std::ostream& out) {
  Members groups = SharedGroups(judgement.topology);
  if (groups.empty()) return;
  std::map<uint32_t, size_t> looks = LooksOf(groups);
  out << "<div><dt>IOMMU groups of several functions</dt><dd><ul>\n";
  size_t shown = 0;
  for (const auto& [group, members] : groups) {
    if (++shown > 3 * kGroupLooks) break;
    out << "<li>" << GroupMark(group, looks) << " "
        << JoinedAddresses(judgement, members, kMostMembers) << "</li>\n";
  }
  if (groups.size() > 3 * kGroupLooks)
    out << "<li>and " << groups.size() - 3 * kGroupLooks << " more</li>\n";
  out << "</ul></dd></div>\n";
}

}  // namespace

void WriteTreeHtml(const Judgement& judgement, std::ostream& out) {
  TreeHtml(judgement, out).Run();
}

void WriteTreeLegendHtml(const Judgement& judgement, std::ostream& out) {
  out << "<dl class=legend>\n<div><dt>ACS</dt><dd>"
         "<b class=\"k u\">redirects</b> sends peer requests up to the root "
         "complex &middot; <b class=\"k p\">passes</b> has ACS and lets them "
         "turn &middot; <b class=\"k q\">unknown</b> could not be read "
         "&middot; nothing: no ACS capability.  ";
  for (const AcsBit& bit : kAcsBits)
    out << (bit.bit == kAcsSourceValidation ? "" : ", ") << bit.mark << " "
        << bit.name;
  out << "</dd></div>\n<div><dt>Links</dt><dd>the heavier the line, the more "
         "lanes: x16, x8, x4, fewer; <span class=ln><b class=\"k q\">of x16 "
         "32GT/s</b></span> what the port "
         "could train to</dd></div>\n<div><dt>Ports</dt><dd>RP root port, USP "
         "and DSP upstream and downstream port of a switch, EP endpoint, VF "
         "virtual function, RCiEP endpoint inside the root "
         "complex</dd></div>\n";
  WriteGroupLegend(judgement, out);
  out << "</dl>\n";
}

}  // namespace p2pcheck
