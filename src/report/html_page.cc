// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/html_page.h"

#include <stdexcept>
#include <string>

#include "report/html_escape.h"
#include "report/html_hash.h"
#include "report/html_pairs.h"
#include "report/html_sections.h"
#include "report/html_tree.h"
#include "report/page_assets.h"

namespace p2pcheck {
namespace {

void WriteAddressesJson(const Topology& topology, JsonWriter& json) {
  json.Key("addresses").BeginArray();
  for (const Function& f : topology.functions())
    json.String(ToString(f.address));
  json.EndArray().Key("upstream").BeginArray();
  for (const Function& f : topology.functions())
    json.Number(f.upstream == kNoIndex ? -1 : int64_t{f.upstream});
  json.EndArray().Key("bus").BeginArray();
  for (const Function& f : topology.functions())
    json.Number(f.host_bridge == kNoIndex ? -1 : int64_t{f.host_bridge});
  json.EndArray().Key("buses").BeginArray();
  for (const HostBridge& bridge : topology.host_bridges())
    json.String(ToString(bridge.bus));
  json.EndArray();
}

void WriteData(const Judgement& judgement, const PagePairs& pairs,
               std::ostream& out) {
  ScriptDataBuffer buffer(out);
  std::ostream escaped(&buffer);
  JsonWriter json(escaped);
  json.BeginObject();
  WriteAddressesJson(judgement.topology, json);
  WritePagePairs(pairs, json);
  json.EndObject();
}

class PageWriter {
 public:
  PageWriter(const Judgement& judgement, const std::vector<PairClass>& classes,
             const std::vector<Finding>& findings, std::ostream& out)
      : judgement_(judgement),
        findings_(findings),
        pairs_(JudgePagePairs(judgement, classes)),
        out_(out) {}

  // The frame, with {{NAME}} replaced.
  void Run() {
    std::string_view rest = assets_.html;
    for (size_t at; (at = rest.find("{{")) != rest.npos;) {
      out_ << rest.substr(0, at);
      size_t end = rest.find("}}", at);
      Put(rest.substr(at + 2, end - at - 2));
      rest.remove_prefix(end + 2);
    }
    out_ << rest;
  }

 private:
  void Put(std::string_view name) {
    if (name == "STYLE_HASH") {
      out_ << PolicyHash(assets_.css);
    } else if (name == "SCRIPT_HASH") {
      out_ << PolicyHash(assets_.js);
    } else if (name == "STYLE") {
      out_ << assets_.css;
    } else if (name == "SCRIPT") {
      out_ << assets_.js;
    } else if (name == "DATA") {
      WriteData(judgement_, pairs_, out_);
    } else {
      PutSection(name);
    }
  }

  void PutSection(std::string_view name) {
    if (name == "TITLE") {
      out_ << EscapeHtml(PageTitle(judgement_));
    } else if (name == "ANSWER") {
      WriteAnswerHtml(judgement_, pairs_, findings_, out_);
    } else if (name == "PAIRS") {
      WritePairsHtml(judgement_, pairs_, out_);
    } else if (name == "TREE") {
      WriteTreeHtml(judgement_, out_);
    } else if (name == "TREE_LEGEND") {
      WriteTreeLegendHtml(judgement_, out_);
    } else if (name == "CLASSES_IN_PLACE_OF_MATRIX") {
      if (pairs_.devices.empty()) WriteClassesHtml(judgement_, pairs_, out_);
    } else if (name == "CLASSES_BESIDE_MATRIX") {
      if (!pairs_.devices.empty()) WriteClassesHtml(judgement_, pairs_, out_);
    } else if (name == "FINDINGS") {
      WriteFindingsHtml(judgement_, findings_, out_);
    } else if (name == "HOST") {
      WriteHostHtml(judgement_, out_);
    } else {
      throw std::logic_error("page.html: no such part: " + std::string(name));
    }
  }

  const Judgement& judgement_;
  const std::vector<Finding>& findings_;
  PagePairs pairs_;
  PageAssets assets_ = EmbeddedPage();
  std::ostream& out_;
};

}  // namespace

void WriteHtmlPage(const Judgement& judgement,
                   const std::vector<PairClass>& classes,
                   const std::vector<Finding>& findings, std::ostream& out) {
  PageWriter(judgement, classes, findings, out).Run();
}

}  // namespace p2pcheck
