// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/command_line_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "pci/acs.h"
#include "report/acs_report.h"
#include "report/command_line_words.h"
#include "report/json_writer.h"
#include "report/sentences.h"
#include "report/text.h"
#include "report/verdict_json.h"
#include "verdict/command_line_findings.h"

namespace p2pcheck {
namespace {

// A command line, the kernels around it, and what came of reading it.
struct Reading {
  KernelBoot running, next;
  bool booted = false;  // the running kernel was given this very line
  CommandLineReading result;

  const CommandLine* line() const {
    return next.command_line.known() ? &next.command_line.value() : nullptr;
  }
  CommandLineOutcome Outcome() const {
    if (result.HasProblem()) return CommandLineOutcome::kFindings;
    return result.undecided ? CommandLineOutcome::kUndecided
                            : CommandLineOutcome::kClean;
  }
};

Reading Read(const Judgement& judgement,
             const std::optional<std::string>& text) {
  Reading reading;
  reading.running = RunningKernel(judgement.snapshot, judgement.book);
  reading.next = reading.running;
  bool own_text = !text || judgement.snapshot.host.command_line.Is(*text);
  reading.booted = own_text && !judgement.kernel_named_by_user;
  if (!reading.booted) {
    Observed<CommandLine> line = reading.running.command_line;
    if (text) line = CommandLine(*text);
    reading.next = NamedKernel(judgement.book, judgement.kernel, line);
  }
  FindRequests(judgement.snapshot, &reading.running);
  FindRequests(judgement.snapshot, &reading.next);
  reading.result = ReadCommandLine(judgement.topology, reading.running,
                                   reading.next, reading.booted);
  return reading;
}

// What the kernel does by itself, as far as all entries agree.
Ternary Requested(const Judgement& judgement, const Reading& reading) {
  const auto& functions = judgement.topology.functions();
  for (FunctionIndex i = 0; i < functions.size(); ++i)
    if (functions[i].acs.known())
      return PredictAcsChange(judgement.topology, reading.running, reading.next,
                              i)
          .value()
          .requested;
  return Ternary::kUnknown;
}

// The words of the line that a finding stands in.
TextSpan WordsAround(const CommandLine& line, const TextSpan& where) {
  TextSpan around = where;
  for (const KernelParameter& parameter : line.parameters())
    if (parameter.word.begin <= where.end &&
        where.begin <= parameter.word.end) {
      around.begin = std::min(around.begin, parameter.word.begin);
      around.end = std::max(around.end, parameter.word.end);
    }
  return around;
}

// A list can be longer than a terminal is wide: what surrounds the caret.
TextSpan Window(TextSpan around, const TextSpan& where, size_t width) {
  if (around.size() <= width) return around;
  size_t before = width / 3;
  size_t begin =
      where.begin > around.begin + before ? where.begin - before : around.begin;
  return {begin, std::min(begin + width, around.end)};
}

class TextWriter {
 public:
  TextWriter(const Judgement& judgement, const Reading& reading,
             const TextStyle& style, std::ostream& out)
      : judgement_(judgement), reading_(reading), style_(style), out_(out) {}

  void Run() {
    WriteHead();
    if (!reading_.line()) return;
    WriteParameters();
    for (const CommandLineFinding& finding : reading_.result.findings)
      WriteFinding(finding);
    WriteFunctions();
    if (reading_.result.findings.empty()) out_ << "no finding\n";
    if (reading_.result.undecided)
      WriteLabelled("open", OpenPhrase(), style_, out_);
  }

 private:
  const CommandLine& line() const { return *reading_.line(); }

  void WriteHead() {
    std::string head = "kernel " + KernelPhrase(judgement_);
    if (reading_.booted) head += ", booted with this line";
    out_ << Painted(head, Paint::kHead, style_) << "\n";
    if (!reading_.line()) {
      out_ << "the source has no kernel command line; give one as STRING\n";
      return;
    }
    WriteLabelled("", RequestPhrase(Requested(judgement_, reading_)), style_,
                  out_);
  }

  std::string_view OpenPhrase() const {
    if (reading_.next.programming.empty())
      return "the rules at hand do not say how kernels set ACS";
    if (reading_.next.programming.size() > 1)
      return "how this kernel sets ACS hangs on its exact release, which is "
             "not known";
    return "whether an element matches a function could not be told: not all "
           "of the host is known";
  }

  void WriteParameters() {
    TextTable table;
    for (const KernelParameter& parameter : line().parameters()) {
      std::string_view phrase =
          ParameterPhrase(line().Text(parameter.name), line().Value(parameter));
      if (!phrase.empty() && !parameter.for_init)
        table.AddRow(
            {Printable(line().Text(parameter.word)), std::string(phrase)});
    }
    for (const PciOption& option : line().pci_options()) {
      std::string_view phrase = PciOptionPhrase(line().Text(option.name));
      if (!phrase.empty())
        table.AddRow({"pci=" + Printable(line().Text(option.name)),
                      std::string(phrase)});
    }
    if (!table.empty()) table.Write(2, style_, out_);
  }

  void WriteFinding(const CommandLineFinding& finding) {
    TextSpan words = WordsAround(line(), finding.where);
    TextSpan shown = Window(words, finding.where, style_.width - 4);
    std::string echoed = Printable(line().Text(shown));
    size_t column = finding.where.begin - shown.begin;
    size_t carets = std::max<size_t>(finding.where.size(), 1);
    carets = std::min(
        carets, std::max<size_t>(shown.end - shown.begin, column + 1) - column);
    out_ << "\n  " << echoed << "\n  " << std::string(column, ' ')
         << Painted(std::string(carets, '^'), PaintOfFinding(finding), style_)
         << "\n";
    std::string name(FindingName(finding.id));
    WriteLabelled(
        IsNote(finding.id) ? "note" : "finding",
        FindingSentence(judgement_, line(), finding) + " [" + name + "]",
        style_, out_);
  }

  static Paint PaintOfFinding(const CommandLineFinding& finding) {
    return IsNote(finding.id) ? Paint::kUnsure : Paint::kBad;
  }

  void WriteFunctions() {
    if (reading_.result.functions.empty()) return;
    out_ << "\nfunctions that a parameter matches\n";
    TextTable table;
    table.AddRow({"", "can", "is", "at boot", ""});
    for (const MatchedFunction& matched : reading_.result.functions)
      AddFunction(matched, &table);
    table.Write(2, style_, out_);
  }

  void AddFunction(const MatchedFunction& matched, TextTable* table) {
    const Function& f = judgement_.topology[matched.function];
    const AcsCapability& acs = f.acs.value();
    std::string agreement;
    if (reading_.booted && matched.live.agrees == Ternary::kYes)
      agreement = "agrees";
    if (reading_.booted && matched.live.agrees == Ternary::kNo)
      agreement = "differs: " + AcsBitNames(matched.live.differs);
    if (!matched.at_boot.Matched()) agreement = "may match";
    table->AddRow({ToString(f.address), fmt::format("0x{:04x}", acs.capability),
                   fmt::format("0x{:04x}", acs.control),
                   AcsBitsText(matched.at_boot.control) + " " +
                       AcsBitsNames(matched.at_boot.control, acs.implemented()),
                   agreement});
  }

  const Judgement& judgement_;
  const Reading& reading_;
  const TextStyle& style_;
  std::ostream& out_;
};

void WriteSpan(const TextSpan& span, JsonWriter& json) {
  json.Field("begin", static_cast<uint64_t>(span.begin));
  json.Field("end", static_cast<uint64_t>(span.end));
}

void WritePhrase(std::string_view phrase, JsonWriter& json) {
  json.Key("meaning");
  phrase.empty() ? json.Null() : json.String(phrase);
}

void WriteParameters(const CommandLine& line, JsonWriter& json) {
  json.Key("parameters").BeginArray();
  for (const KernelParameter& parameter : line.parameters()) {
    json.BeginObject();
    json.Field("name", line.Text(parameter.name));
    json.Key("value");
    parameter.value ? json.String(line.Text(*parameter.value)) : json.Null();
    WriteSpan(parameter.word, json);
    json.Field("for_init", parameter.for_init);
    WritePhrase(
        ParameterPhrase(line.Text(parameter.name), line.Value(parameter)),
        json);
    json.EndObject();
  }
  json.EndArray().Key("pci_options").BeginArray();
  for (const PciOption& option : line.pci_options()) {
    json.BeginObject();
    json.Field("name", line.Text(option.name));
    json.Key("value");
    option.value ? json.String(line.Text(*option.value)) : json.Null();
    WriteSpan(option.whole, json);
    WritePhrase(PciOptionPhrase(line.Text(option.name)), json);
    json.EndObject();
  }
  json.EndArray();
}

void WriteFindings(const Judgement& judgement, const CommandLine& line,
                   const CommandLineReading& reading, JsonWriter& json) {
  for (const CommandLineFinding& finding : reading.findings) {
    json.BeginObject();
    json.Field("id", FindingName(finding.id));
    json.Field("severity", IsNote(finding.id) ? "note" : "warning");
    WriteSpan(finding.where, json);
    json.Field("at", line.Text(finding.where));
    json.Key("functions").BeginArray();
    for (const PciAddress& address : finding.functions)
      json.String(ToString(address));
    json.EndArray();
    json.Key("bits");
    finding.bits ? json.Hex(finding.bits, 4) : json.Null();
    json.Field("text", FindingSentence(judgement, line, finding));
    json.EndObject();
  }
}

void WriteMatches(std::string_view key,
                  const std::vector<ParameterMatch>& matches,
                  std::string_view value, JsonWriter& json) {
  json.Key(key).BeginArray();
  for (const ParameterMatch& match : matches)
    if (match.matches()) json.String(match.element.In(value));
  json.EndArray();
}

void WriteMatched(const Judgement& judgement, const CommandLine& line,
                  const MatchedFunction& matched, JsonWriter& json) {
  const Function& f = judgement.topology[matched.function];
  json.BeginObject();
  json.Field("address", ToString(f.address));
  json.Key("capability").Hex(f.acs.value().capability, 4);
  json.Key("control").Hex(f.acs.value().control, 4);
  json.Key("at_boot");
  WriteAcsBits(matched.at_boot.control, json);
  json.Field("applied", matched.at_boot.applied);
  json.Field("agrees", matched.live.agrees);
  json.Key("differs").Hex(matched.live.differs, 4);
  WriteMatches("disable_acs_redir", matched.at_boot.disable_acs_redir,
               line.Text(line.disable_acs_redir().value_or(TextSpan{})), json);
  WriteMatches("config_acs", matched.at_boot.config_acs,
               line.Text(line.config_acs().value_or(TextSpan{})), json);
  json.EndObject();
}

}  // namespace

CommandLineOutcome WriteCommandLineText(const Judgement& judgement,
                                        const std::optional<std::string>& text,
                                        const TextStyle& style,
                                        std::ostream& out) {
  Reading reading = Read(judgement, text);
  TextWriter(judgement, reading, style, out).Run();
  return reading.Outcome();
}

CommandLineOutcome WriteCommandLineJson(const Judgement& judgement,
                                        const std::optional<std::string>& text,
                                        std::ostream& out) {
  Reading reading = Read(judgement, text);
  JsonWriter json(out);
  BeginDocument(judgement, "p2pcheck.cmdline/1", json);
  const CommandLine* line = reading.line();
  json.Key("command_line");
  line ? json.String(line->text()) : json.Null();
  json.Field("booted", reading.booted);
  json.Field("kernel_asks_for_acs",
             line ? Requested(judgement, reading) : Ternary::kUnknown);
  json.Field("undecided", reading.result.undecided);
  WriteParameters(line ? *line : CommandLine(), json);
  json.Key("findings").BeginArray();
  if (line) WriteFindings(judgement, *line, reading.result, json);
  json.EndArray().Key("functions").BeginArray();
  for (const MatchedFunction& matched : reading.result.functions)
    WriteMatched(judgement, *line, matched, json);
  json.EndArray().EndObject();
  return reading.Outcome();
}

}  // namespace p2pcheck
