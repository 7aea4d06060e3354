// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/html_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "report/check_items.h"
#include "report/host_report.h"
#include "report/html_escape.h"
#include "report/pair_report.h"
#include "report/path_words.h"
#include "report/sentences.h"

namespace p2pcheck {
namespace {

// Outcomes from good to bad, as bits of MapTypeSet; 3, 5 and 7 are undecided.
constexpr uint8_t kDirect = 2, kThru = 4, kEither = 6, kNot = 1, kOpen = 7;
constexpr uint8_t kOutcomes[] = {kDirect, kEither, kThru, kOpen, kNot};

uint8_t LookOf(MapTypeSet possible) {
  uint8_t bits = possible.bits();
  return bits == 3 || bits == 5 ? kOpen : bits;
}

// By LookOf.
using OutcomeCounts = std::array<uint64_t, 8>;

OutcomeCounts CountsOf(const Judgement& judgement, const PagePairs& pairs) {
  OutcomeCounts counts{};
  for (const PairClass& c : pairs.classes)
    counts[LookOf(Shown(judgement, c))] += c.pairs;
  return counts;
}

std::string_view CountPhrase(uint8_t look) {
  switch (look) {
    case kDirect: return "direct";
    case kEither: return "direct or through the host bridge";
    case kThru: return "through the host bridge";
    case kNot: return "not allowed";
    default: return "undecided";
  }
}

uint64_t AllOf(const OutcomeCounts& counts) {
  return std::accumulate(counts.begin(), counts.end(), uint64_t{0});
}

// "39,800"
std::string Grouped(uint64_t count) {
  std::string text = fmt::format("{}", count);
  for (size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::string AllowedWords(const OutcomeCounts& counts) {
  std::vector<std::string> words;
  for (uint8_t look : {kDirect, kEither, kThru})
    if (counts[look] > 0)
      words.push_back(Grouped(counts[look]) + " " +
                      std::string(CountPhrase(look)));
  return Joined(words);
}

// "24 of 156 pairs are not allowed, 2 are undecided"
std::string BadWords(const OutcomeCounts& counts) {
  std::string all = Grouped(AllOf(counts)), text;
  if (counts[kNot] > 0)
    text = fmt::format("{} of {} pairs are not allowed", Grouped(counts[kNot]),
                       all);
  if (counts[kOpen] == 0) return text;
  std::string open = Grouped(counts[kOpen]);
  return text.empty() ? fmt::format("{} of {} pairs are undecided", open, all)
                      : fmt::format("{}, {} are undecided", text, open);
}

std::string Answer(const Judgement& judgement, const OutcomeCounts& counts) {
  uint64_t all = AllOf(counts);
  if (all == 0) return "Fewer than two devices here: there is no pair to judge";
  if (judgement.question.p2pdma_built_in == Ternary::kNo)
    return "No pair is allowed: this kernel was built without PCI_P2PDMA";
  std::string allowed = AllowedWords(counts);
  if (counts[kNot] + counts[kOpen] == 0)
    return fmt::format("All {} pairs are allowed: {}", Grouped(all), allowed);
  if (counts[kNot] == all)
    return fmt::format("None of the {} pairs is allowed", Grouped(all));
  return BadWords(counts) + (allowed.empty() ? "" : "; allowed: " + allowed);
}

// A bar of 1000 units; what there is at all, is at least 6 wide.
void WriteBar(const OutcomeCounts& counts, std::ostream& out) {
  uint64_t all = AllOf(counts);
  if (all == 0) return;
  out << "<svg class=bar viewBox=\"0 0 1000 14\" preserveAspectRatio=none "
         "aria-hidden=true focusable=false>";
  auto present = std::count_if(counts.begin(), counts.end(),
                               [](uint64_t count) { return count > 0; });
  double x = 0, spare = 1000 - 6.0 * static_cast<double>(present);
  for (uint8_t look : kOutcomes) {
    if (counts[look] == 0) continue;
    double width = 6 + spare * static_cast<double>(counts[look]) /
                           static_cast<double>(all);
    out << fmt::format(
        "<rect class=o{} x={:.1f} y=0 width={:.1f} height=14></rect>", look, x,
        width - 2);
    x += width;
  }
  out << "</svg>\n";
}

void WriteCounts(const OutcomeCounts& counts, std::ostream& out) {
  out << "<ul class=counts>";
  for (uint8_t look : kOutcomes)
    if (counts[look] > 0)
      out << fmt::format("<li><b class=\"w o{}\">{}</b> {} {}</li>", look,
                         OutcomeWord(MapTypeSet::FromBits(look)),
                         Grouped(counts[look]), CountPhrase(look));
  out << "</ul>\n";
}

std::string PrivilegesText(const HostSnapshot& snapshot) {
  return snapshot.host.privileged.Match(
      [](bool all) {
        return std::string(all ? "the reader saw all of config space"
                               : "the reader saw 64 bytes of config space, as "
                                 "any user");
      },
      [] { return std::string("not known"); },
      [](ReadFailure) { return std::string("not known"); });
}

// What the answer is of, and who gave it.
void WriteOrigin(const Judgement& judgement, std::ostream& out) {
  const HostSnapshot& snapshot = judgement.snapshot;
  const RuleBook& book = judgement.book;
  out << "<p class=sub>"
      << EscapeHtml(fmt::format("Kernel {}; source: {}, {}; p2pcheck {} with "
                                "the rules of {} to {} "
                                "({})",
                                KernelPhrase(judgement), snapshot.source_kind,
                                PrivilegesText(snapshot),
                                judgement.tool_version, ToString(book.oldest()),
                                ToString(book.newest()),
                                book.hash().substr(0, 8)))
      << "</p>\n";
}

void WriteUnknowns(const Judgement& judgement, std::ostream& out) {
  std::vector<std::string> texts = Unknowns(judgement);
  for (const Line& line : ProblemLines(judgement)) texts.push_back(line.text);
  for (std::string& text : KernelRemarks(judgement)) texts.push_back(text);
  if (texts.empty()) return;
  out << "<section class=unknown aria-labelledby=unknown><h2 id=unknown>Not "
         "known</h2><ul>";
  for (const std::string& text : texts)
    out << "<li>" << EscapeHtml(text) << "</li>";
  out << "</ul></section>\n";
}

void WriteFact(std::string_view label, const std::string& text,
               std::ostream& out) {
  if (text.empty()) return;
  out << "<div><dt>" << label << "</dt><dd>" << EscapeHtml(text)
      << "</dd></div>\n";
}

// "18:00.0" on a host of one domain.
class ShortAddress {
 public:
  explicit ShortAddress(const Topology& topology) : topology_(topology) {}
  std::string operator()(FunctionIndex i) const {
    std::string text = ToString(topology_[i].address);
    return topology_[i].address.domain == 0 ? text.substr(5) : text;
  }

 private:
  const Topology& topology_;
};

std::string NameOf(const Judgement& judgement, FunctionIndex i) {
  std::string phrase = DevicePhrase(judgement, i);
  size_t blank = phrase.find(' ');
  return blank == std::string::npos ? "" : phrase.substr(blank + 1);
}

// "nvme0 Samsung ...": what the host calls it comes first.
std::string NodesAndName(const Judgement& judgement, FunctionIndex i) {
  std::string text;
  const auto& nodes = judgement.topology[i].record->nodes;
  if (nodes.known())
    for (const DeviceNode& node : nodes.value()) text += node.name + " ";
  return text + NameOf(judgement, i);
}

std::string_view KindOf(const Judgement& judgement, FunctionIndex i) {
  return DeviceKindName(judgement.kinds[i]);
}

void WriteMatrixHead(const Judgement& judgement, const PagePairs& pairs,
                     std::ostream& out) {
  ShortAddress address(judgement.topology);
  out << "<thead><tr><th scope=col class=corner><span>provider, "
         "below</span><span>client, across</span></th>";
  for (FunctionIndex i : pairs.devices)
    out << "<th scope=col><span><b>" << address(i) << "</b> "
        << KindOf(judgement, i) << "</span></th>";
  out << "</tr></thead>\n";
}

void WriteMatrixRow(const Judgement& judgement, const PagePairs& pairs,
                    size_t row, std::ostream& out) {
  FunctionIndex provider = pairs.devices[row];
  out << "<tr><th scope=row><span><b>"
      << ShortAddress(judgement.topology)(provider) << "</b> "
      << KindOf(judgement, provider) << " <small>"
      << EscapeHtml(NodesAndName(judgement, provider))
      << "</small></span></th>";
  for (size_t column = 0; column < pairs.devices.size(); ++column) {
    MapTypeSet possible =
        pairs.pairs[row * pairs.devices.size() + column].possible;
    out << fmt::format("<td class=\"o{}{}\">{}</td>", LookOf(possible),
                       row == column ? " self" : "", OutcomeWord(possible));
  }
  out << "</tr>\n";
}

void WriteClassRow(const Judgement& judgement, const PairClass& c,
                   std::ostream& out) {
  MapTypeSet shown = Shown(judgement, c);
  const Topology& topology = judgement.topology;
  std::string place(RelationPhrase(c.relation));
  for (const std::string& part : {AcsPhrase(c.acs), DistanceText(c)})
    if (!part.empty() && part != "-") place += ", " + part;
  out << fmt::format(
      "<tr data-p={} data-c={}><td class=nu>{}</td><td class=nw>{} &rarr; "
      "{}</td><td><b class=\"w o{}\">{}</b> {} <small>{}</small></td>"
      "<td class=ex><a href=#f{}>{}</a> &rarr; <a href=#f{}>{}</a></td>"
      "<td class=why><ul>",
      c.provider, c.client, c.pairs, DeviceKindName(c.provider_kind),
      DeviceKindName(c.client_kind), LookOf(shown), OutcomeWord(shown),
      OutcomePhrase(shown), place, c.provider,
      ToString(topology[c.provider].address), c.client,
      ToString(topology[c.client].address));
  for (const Line& line :
       WhyLines(judgement, judgement.Decide(c.provider, c.client)))
    out << "<li>" << EscapeHtml(line.text) << "</li>";
  out << "</ul></td></tr>\n";
}

void WriteClassTable(const Judgement& judgement, const PagePairs& pairs,
                     std::ostream& out) {
  out << "<div class=\"scroll flat\" tabindex=0 role=region "
         "aria-label=\"Table of the classes\"><table class=classes>\n"
         "<thead><tr>";
  for (const char* head : {"pairs", "kinds", "outcome", "one of them", "why"})
    out << "<th scope=col>" << head << "</th>";
  out << "</tr></thead><tbody>\n";
  for (const PairClass& c : pairs.classes) WriteClassRow(judgement, c, out);
  out << "</tbody></table></div>\n";
}

std::string EvidenceText(const Judgement& judgement, const Fact& fact) {
  std::string at = fact.function ? ToString(*fact.function) + " " : "";
  std::string value = FactValue(judgement, fact);
  return fmt::format("{}{} {} ({})", at, FactName(fact.kind),
                     value.empty() ? "not known" : value,
                     WhereOf(judgement, fact));
}

constexpr size_t kMostEvidence = 8;
// A large host has one for each port.
constexpr size_t kMostUnfoldedFindings = 20;

void WriteEvidence(const Judgement& judgement, const CheckItem& item,
                   std::ostream& out) {
  if (item.facts.empty()) return;
  out << "<ul class=ev>";
  for (size_t i = 0; i < item.facts.size() && i < kMostEvidence; ++i)
    out << "<li>" << EscapeHtml(EvidenceText(judgement, item.facts[i]))
        << "</li>";
  if (item.facts.size() > kMostEvidence)
    out << "<li>and " << item.facts.size() - kMostEvidence << " more</li>";
  out << "</ul>";
}

void WriteFinding(const Judgement& judgement, const CheckItem& item,
                  std::ostream& out) {
  std::string_view severity = SeverityName(item.severity);
  out << "<li class=\"finding " << severity << "\"><h3><b class=\"sv "
      << severity << "\">" << severity << "</b> " << item.id << " "
      << EscapeHtml(item.detail) << "</h3><p>" << EscapeHtml(item.text)
      << "</p>";
  if (!item.command_line.empty())
    out << "<p><code>" << EscapeHtml(item.command_line) << "</code></p>";
  WriteEvidence(judgement, item, out);
  out << "<p><b>remedy</b> " << EscapeHtml(item.remedy) << "</p></li>\n";
}

}  // namespace

std::string PageTitle(const Judgement& judgement) {
  const HostSnapshot& snapshot = judgement.snapshot;
  return "p2pcheck: " + (snapshot.source_kind == "live"
                             ? std::string("this host")
                             : snapshot.source_name);
}

void WriteAnswerHtml(const Judgement& judgement, const PagePairs& pairs,
                     const std::vector<Finding>& findings, std::ostream& out) {
  OutcomeCounts counts = CountsOf(judgement, pairs);
  out << "<h1>" << Answer(judgement, counts) << "</h1>\n";
  WriteBar(counts, out);
  WriteCounts(counts, out);
  out << "<p class=sub>Ordered pairs of " << pairs.devices_are << ". "
      << fmt::format("<a href=#findings>{} finding{}</a>.",
                     Grouped(findings.size()), findings.size() == 1 ? "" : "s")
      << "</p>\n";
  WriteOrigin(judgement, out);
  WriteUnknowns(judgement, out);
}

void WritePairsHtml(const Judgement& judgement, const PagePairs& pairs,
                    std::ostream& out) {
  if (pairs.devices.empty()) {
    out << "<p>More than " << kMostMatrixDevices
        << " devices: the pairs stand below by class, each with one of them as "
           "an example. <code>p2pcheck pair PROVIDER CLIENT</code> tells about "
           "any other.</p>\n";
    return;
  }
  out << "<div class=scroll tabindex=0 role=region "
         "aria-label=\"Matrix of the pairs\"><table id=matrix>\n";
  WriteMatrixHead(judgement, pairs, out);
  out << "<tbody>\n";
  for (size_t row = 0; row < pairs.devices.size(); ++row)
    WriteMatrixRow(judgement, pairs, row, out);
  out << "</tbody></table></div>\n";
  if (pairs.left_out > 0)
    out << "<p>Of the virtual functions of a device the first stands here; "
        << pairs.left_out
        << " others are left out.  The classes below count all of them.</p>\n";
}

void WriteClassesHtml(const Judgement& judgement, const PagePairs& pairs,
                      std::ostream& out) {
  out << "<section class=classes-part aria-labelledby=classes-head>\n"
         "<h2 id=classes-head>Pairs by class <small>alike in kinds, place, ACS "
         "and outcome</small></h2>\n";
  if (pairs.classes.empty())
    out << "<p>There are none.</p>\n";
  else
    WriteClassTable(judgement, pairs, out);
  out << "</section>\n";
}

void WriteFindingsHtml(const Judgement& judgement,
                       const std::vector<Finding>& findings,
                       std::ostream& out) {
  if (findings.empty()) {
    out << "<p>None.</p>\n";
    return;
  }
  std::vector<CheckItem> items = MakeCheckItems(judgement, findings);
  out << "<ul class=findings>\n";
  for (size_t i = 0; i < items.size(); ++i) {
    if (i == kMostUnfoldedFindings)
      out << "</ul><details><summary>" << items.size() - i
          << " more</summary><ul class=findings>\n";
    WriteFinding(judgement, items[i], out);
  }
  out << (items.size() > kMostUnfoldedFindings ? "</ul></details>\n"
                                               : "</ul>\n");
}

void WriteHostHtml(const Judgement& judgement, std::ostream& out) {
  const HostSnapshot& snapshot = judgement.snapshot;
  out << "<dl>\n";
  for (const Line& line : HeadLines(judgement))
    WriteFact(line.label, line.text, out);
  WriteFact("command line", Printable(snapshot.host.command_line.value_or("")),
            out);
  WriteFact("source",
            snapshot.source_kind + (snapshot.complete ? "" : ", in part"), out);
  for (const SourceWarning& warning : snapshot.warnings)
    WriteFact("warning", Printable(warning.text), out);
  WriteFact("privileges", PrivilegesText(snapshot), out);
  WriteFact("tool", "p2pcheck " + judgement.tool_version, out);
  WriteFact("rules",
            fmt::format("{} to {}, {}", ToString(judgement.book.oldest()),
                        ToString(judgement.book.newest()),
                        judgement.book.hash().substr(0, 16)),
            out);
  out << "</dl>\n";
}

}  // namespace p2pcheck
