// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/watch_report.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <sstream>

#include "report/host_diff_report.h"
#include "report/host_report.h"
#include "report/sentences.h"
#include "report/text.h"
#include "report/verdict_json.h"

namespace p2pcheck {
namespace {

constexpr uint64_t kMostPairsInLine = 1000;

// UTC, as logs of several hosts are put together by.
std::string TimeText(std::time_t time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(time));
}

// A document on one line: what breaks lines in it is only its layout, since
// in strings they are escaped.
void WriteOneLine(const std::string& document, std::ostream& out) {
  bool indent = false;
  for (char c : document) {
    if (c == '\n') indent = true;
    if (indent && (c == '\n' || c == ' ')) continue;
    indent = false;
    out << c;
  }
  out << "\n";
}

void BeginLine(const Judgement& judgement, std::string_view event,
               std::time_t time, JsonWriter& json) {
  BeginDocument(judgement, "p2pcheck.watch/1", json);
  json.Field("event", event).Field("time", TimeText(time));
}

}  // namespace

void WriteWatchStartText(const Judgement& judgement,
                         const std::vector<PairClass>& classes,
                         std::time_t time, const TextStyle& style,
                         std::ostream& out) {
  MatrixTally tally = TallyOf(judgement, classes);
  out << Painted(TimeText(time), Paint::kHead, style) << "\n";
  WriteLabelled(
      "start",
      fmt::format("{} functions, kernel {}; of {} ordered pairs {} are "
                  "allowed, {} not, {} undecided",
                  judgement.snapshot.functions.size(), KernelPhrase(judgement),
                  tally.allowed + tally.refused + tally.undecided,
                  tally.allowed, tally.refused, tally.undecided),
      style, out);
}

void WriteWatchStartJson(const Judgement& judgement,
                         const std::vector<PairClass>& classes,
                         std::time_t time, std::ostream& out) {
  MatrixTally tally = TallyOf(judgement, classes);
  std::ostringstream document;
  {
    JsonWriter json(document);
    BeginLine(judgement, "start", time, json);
    json.Key("pairs").BeginObject();
    json.Field("allowed", tally.allowed).Field("refused", tally.refused);
    json.Field("undecided", tally.undecided).EndObject().EndObject();
  }
  WriteOneLine(document.str(), out);
}

void WriteWatchChangeText(const Judgement& before, const Judgement& after,
                          const HostDiff& diff, std::time_t time,
                          const TextStyle& style, std::ostream& out) {
  out << "\n" << Painted(TimeText(time), Paint::kHead, style) << "\n";
  WriteDiffSections(before, after, diff, style, out);
}

void WriteWatchChangeJson(const Judgement& before, const Judgement& after,
                          const HostDiff& diff, std::time_t time,
                          std::ostream& out) {
  std::ostringstream document;
  {
    JsonWriter json(document);
    BeginLine(after, "change", time, json);
    WriteDiffKeys(before, after, diff, kMostPairsInLine, json);
    json.EndObject();
  }
  WriteOneLine(document.str(), out);
}

}  // namespace p2pcheck
