// SPDX-License-Identifier: GPL-2.0-or-later
//
// The parts of the page that need no browser; tests/html has the browser.
#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "report/advice_report.h"
#include "report/html_escape.h"
#include "report/html_hash.h"
#include "report/html_page.h"
#include "report/html_texts.h"
#include "report/page_assets.h"
#include "report/pair_report.h"
#include "support/judged_host.h"
#include "support/sketch.h"

namespace p2pcheck {
namespace {

constexpr const char* kGone = "\xef\xbf\xbd";

TEST(EscapeHtml, LeavesNothingThatEndsATextOrAnAttribute) {
  EXPECT_EQ(EscapeHtml("<img src='x' onerror=\"a\">&"),
            "&lt;img src=&#39;x&#39; onerror=&quot;a&quot;&gt;&amp;");
  EXPECT_EQ(EscapeHtml("ConnectX\xc2\xae-7"), "ConnectX\xc2\xae-7");
}

TEST(EscapeHtml, ReplacesWhatCannotBeShownAndWhatReorders) {
  for (const char* bad : {"\x1b", "\n", "\x7f", "\xc2\x9b", "\xe2\x80\xae",
                          "\xe2\x81\xa6", "\xe2\x80\x8f", "\xff", "\xc0"})
    EXPECT_EQ(EscapeHtml(std::string("a") + bad + "b"),
              std::string("a") + kGone + "b");
  EXPECT_EQ(EscapeHtml(std::string_view("a\0b", 3)),
            std::string("a") + kGone + "b");
  // Their neighbours stay.
  for (const char* good : {"\xc2\xa0", "\xe2\x80\x90", "\xe2\x86\x92"})
    EXPECT_EQ(EscapeHtml(good), good);
}

TEST(ScriptData, NeverEndsTheScript) {
  std::ostringstream out;
  ScriptDataBuffer buffer(out);
  std::ostream data(&buffer);
  data << "{\"a\":\"</script><!--<script>\"}" << std::flush;
  EXPECT_EQ(out.str(), "{\"a\":\"\\u003c/script>\\u003c!--\\u003cscript>\"}");
  data.put('<');
  EXPECT_EQ(out.str().substr(out.str().size() - 6), "\\u003c");
}

// The two hashes that everybody knows: of nothing and of "abc" (FIPS 180-2).
TEST(PolicyHash, IsTheBase64OfSha256) {
  EXPECT_EQ(PolicyHash(""),
            "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  EXPECT_EQ(PolicyHash("abc"),
            "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
}

// What the page's script does with a line.
class PageReader {
 public:
  PageReader(const JudgedHost& host, const PageTexts& texts) : host_(host) {
    std::ostringstream out;
    {
      JsonWriter json(out);
      json.BeginObject();
      texts.Write(json);
      json.EndObject();
    }
    Read(out.str());
  }

  std::string LineText(uint32_t number) const {
    const std::vector<uint32_t>& line = lines_[number];
    std::string text;
    size_t next = 2;
    for (char c : texts_[line[1]])
      text += c == '\x01' ? ToString(host_.topology()[line[next++]].address)
                          : std::string(1, c);
    EXPECT_EQ(next, line.size());
    return texts_[line[0]] + ": " + text;
  }

 private:
  // Enough of JSON for these two arrays.
  void Read(const std::string& json) {
    size_t at = json.find('['), end = json.find("\"lines\"");
    while ((at = json.find('"', at)) < end) {
      std::string text;
      for (++at; json[at] != '"'; ++at) {
        if (json.compare(at, 6, "\\u0001") == 0) {
          text += '\x01';
          at += 5;
        } else {
          if (json[at] == '\\') ++at;
          text += json[at];
        }
      }
      texts_.push_back(text);
      ++at;
    }
    for (at = json.find("[[", end) + 1; json[at] == '[';) {
      size_t close = json.find(']', at);
      std::istringstream numbers(json.substr(at + 1, close - at - 1));
      lines_.emplace_back();
      for (std::string number; std::getline(numbers, number, ',');)
        lines_.back().push_back(static_cast<uint32_t>(std::stoul(number)));
      at = json.find_first_of("[]", close + 1);
    }
  }

  const JudgedHost& host_;
  std::vector<std::string> texts_;
  std::vector<std::vector<uint32_t>> lines_;
};

// Every sentence of every pair goes in and comes out again.
TEST(PageTexts, GiveBackEverySentence) {
  JudgedHost host(Fixture("examples/made-up-8gpu.recording"));
  PageTexts texts(host.topology());
  std::vector<std::pair<uint32_t, std::string>> expected;
  auto add = [&](const Lines& lines) {
    for (const Line& line : lines)
      expected.emplace_back(texts.Add(line),
                            std::string(line.label) + ": " + line.text);
  };
  WayWriter ways(host.judgement());
  for (FunctionIndex p : host.Endpoints()) {
    for (FunctionIndex c : host.Endpoints()) {
      Verdict verdict = host.judgement().Decide(p, c);
      add(WhyLines(host.judgement(), verdict));
      add(ways.LinesOf(verdict));
    }
  }
  FunctionIndex gpu = host.At("29:00.0");
  add(AdviceLines(host.judgement(),
                  MakeAdvice(host.judgement(), gpu, host.At("2a:00.0"),
                             AdviceGoal::kDirect, true)));
  add({{"odd", "0000:29:00.0.0000:2a:00.0, x0000:29:00.0 00000:29:00.0"},
       {"odd", "0000:29:00.0"},
       {"odd", "ffff:29:00.0: 0000:29:00.00"}});
  PageReader reader(host, texts);
  for (const auto& [number, text] : expected)
    EXPECT_EQ(reader.LineText(number), text);
  EXPECT_GT(expected.size(), 1000u);
}

// A hole that a host wrote itself must not shift the others.
TEST(PageTexts, AHostCannotMakeHoles) {
  JudgedHost host(Fixture("examples/made-up-8gpu.recording"));
  PageTexts texts(host.topology());
  uint32_t number = texts.Add(Line{"x", "a\x01 0000:29:00.0"});
  EXPECT_EQ(PageReader(host, texts).LineText(number), "x: a? 0000:29:00.0");
}

std::string PageOf(const JudgedHost& host) {
  std::ostringstream out;
  WriteHtmlPage(host.judgement(), {}, {}, out);
  return out.str();
}

TEST(HtmlPage, EveryFunctionHasOneRow) {
  JudgedHost host(Fixture("examples/made-up-8gpu.recording"));
  std::string page = PageOf(host);
  for (FunctionIndex i = 0; i < host.topology().functions().size(); ++i) {
    std::string row = "<li id=f" + std::to_string(i) + " ";
    size_t at = page.find(row);
    ASSERT_NE(at, page.npos) << i;
    EXPECT_EQ(page.find(row, at + 1), page.npos) << i;
  }
}

// Virtual functions are folded below their physical one, or stand alone where
// that is placed nowhere.
TEST(HtmlPage, VirtualFunctionsHaveARowWhereverTheirDeviceIs) {
  std::string text =
      "root 0 0\ndev 0000:00:01.0 id=8086:1901 t=4 sec=1\n"
      "dev 0000:01:00.0 id=15b3:1021 t=0\n";
  for (int i = 1; i < 8; ++i)
    text += "dev 0000:01:00." + std::to_string(i) +
            " id=15b3:101e t=0 vf=0000:01:00.0\n";
  for (bool orphan : {false, true}) {
    HostSnapshot snapshot = Sketch(text);
    if (orphan) {
      snapshot.functions.erase(snapshot.functions.begin());
      for (FunctionRecord& record : snapshot.functions)
        record.parent = ReadFailure::kNotRecorded;
    }
    JudgedHost host(std::move(snapshot));
    std::string page = PageOf(host);
    for (FunctionIndex i = 0; i < host.topology().functions().size(); ++i)
      EXPECT_NE(page.find("<li id=f" + std::to_string(i) + " "), page.npos)
          << i << " " << orphan;
  }
}

TEST(HtmlPage, AllowsItsOwnStyleAndScriptAndNothingElse) {
  JudgedHost host(Fixture("examples/made-up-8gpu.recording"));
  std::string page = PageOf(host);
  PageAssets assets = EmbeddedPage();
  std::string policy = "content=\"default-src 'none'; style-src '" +
                       PolicyHash(assets.css) + "'; script-src '" +
                       PolicyHash(assets.js) +
                       "'; base-uri 'none'; form-action 'none'\"";
  EXPECT_NE(page.find(policy), page.npos);
  EXPECT_NE(page.find("<style>" + std::string(assets.css) + "</style>"),
            page.npos);
  EXPECT_EQ(page.find("unsafe-inline"), page.npos);
  EXPECT_EQ(page.find(" style="), page.npos);
  EXPECT_EQ(page.find("{{"), page.npos);
}

}  // namespace
}  // namespace p2pcheck
