// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/command_line_report.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "report/command_line_words.h"
#include "support/judge.h"
#include "verdict/command_line_findings.h"

namespace p2pcheck {
namespace {

HostSnapshot SmallHost() {
  HostSnapshot snapshot = Sketch(
      "root 0 0\n"
      "dev 0000:00:01.0 id=8086:1901 t=4 acs=1f/1d sec=1\n"
      "dev 0000:01:00.0 id=10de:2330 t=0\n");
  snapshot.host.architecture = std::string("x86_64");
  snapshot.host.acpi_tables = StringList{"DMAR"};
  snapshot.host.config =
      StringMap{{"INTEL_IOMMU", "y"}, {"INTEL_IOMMU_DEFAULT_ON", "y"}};
  snapshot.host.command_line = std::string("ro quiet");
  for (FunctionRecord& f : snapshot.functions) f.removable = Absent{};
  return snapshot;
}

struct Written {
  CommandLineOutcome outcome;
  std::string text;
};

Written Write(const std::optional<std::string>& line,
              HostSnapshot snapshot = SmallHost(), bool json = false) {
  Host host(std::move(snapshot));
  Judgement judgement(host.snapshot(), host.topology(), Rules());
  judgement.kernel = KernelVersionOf(host.snapshot().host);
  judgement.question = QuestionOf(host.snapshot());
  judgement.cpu = host.cpu();
  std::ostringstream out;
  TextStyle style;
  auto outcome = json ? WriteCommandLineJson(judgement, line, out)
                      : WriteCommandLineText(judgement, line, style, out);
  return {outcome, out.str()};
}

TEST(CommandLineReport, TheCaretStandsBelowThePart) {
  Written written = Write("pci=disable_acs_redir=00:01.0,00:02.0");
  EXPECT_EQ(written.outcome, CommandLineOutcome::kFindings);
  EXPECT_EQ(
      written.text,
      "kernel 6.12.95\n"
      "           the kernel turns ACS on by itself\n"
      "  pci=disable_acs_redir  turns ReqRedir, CmpltRedir and EgressCtrl "
      "off\n"
      "\n"
      "  pci=disable_acs_redir=00:01.0,00:02.0\n"
      "                               ^\n"
      "  finding  the list ends here: its elements are separated by ';', "
      "and what\n"
      "           follows is something else to the kernel "
      "[list-separator]\n"
      "\n"
      "  pci=disable_acs_redir=00:01.0,00:02.0\n"
      "                        ^^^^^^^\n"
      "  note     0000:00:01.0: SrcValid UpstreamFwd go back to what "
      "firmware left, for\n"
      "           the kernel leaves out its own setting where a parameter "
      "matches\n"
      "           [acs-default-lost]\n"
      "\n"
      "functions that a parameter matches\n"
      "                can     is      at boot\n"
      "  0000:00:01.0  0x001f  0x001d  0x00?? not known: SrcValid "
      "UpstreamFwd\n");
}

TEST(CommandLineReport, OutcomesAreFindingsThenUndecidedThenClean) {
  EXPECT_EQ(Write(std::nullopt).outcome, CommandLineOutcome::kClean);
  EXPECT_EQ(Write("iommu=pt").outcome, CommandLineOutcome::kClean);
  EXPECT_EQ(Write("pci=noacs").outcome, CommandLineOutcome::kFindings);
  HostSnapshot hidden = SmallHost();
  hidden.host.kernel_release = std::string("6.12.0-5-amd64");
  hidden.host.kernel_version = ReadFailure::kNotRecorded;
  EXPECT_EQ(Write("pci=disable_acs_redir=00:01.0", hidden).outcome,
            CommandLineOutcome::kUndecided);
  EXPECT_NE(Write("pci=disable_acs_redir=00:01.0", hidden)
                .text.find("hangs on its exact release"),
            std::string::npos);
  hidden.host.command_line = ReadFailure::kNotRecorded;
  EXPECT_EQ(Write(std::nullopt, hidden).outcome,
            CommandLineOutcome::kUndecided);
}

// A list longer than the terminal is cut around the caret; bytes that are no
// text do not reach it.
TEST(CommandLineReport, LongAndHostileLines) {
  std::string list;
  for (int i = 0; i < 60; ++i) list += "00:01.0;";
  Written written = Write("pci=disable_acs_redir=" + list + "\x1b[31m;x");
  std::istringstream lines(written.text);
  for (std::string line; std::getline(lines, line);)
    EXPECT_LE(line.size(), 80u) << line;
  EXPECT_EQ(written.text.find('\x1b'), written.text.npos);
  for (const char* text : {"", "\"", "pci=", "pci=config_acs=", "--", "=", ","})
    EXPECT_FALSE(Write(text).text.empty()) << text;
}

TEST(CommandLineReport, EveryFindingIsExplained) {
  std::set<std::string_view> explained;
  for (const Explanation& explanation : Explanations())
    EXPECT_TRUE(explained.insert(explanation.id).second) << explanation.id;
  for (size_t i = 0; i < kCommandLineFindings; ++i)
    EXPECT_EQ(
        explained.count(FindingName(static_cast<CommandLineFindingId>(i))), 1u)
        << FindingName(static_cast<CommandLineFindingId>(i));
}

TEST(CommandLineReport, UnknownBitsAreNeverZero) {
  EXPECT_EQ(AcsBitsText({0x1d, 0x7f}), "0x001d");
  EXPECT_EQ(AcsBitsText({0x11, 0x7d}), "0x001?");
  EXPECT_EQ(AcsBitsText({0, 0}), "0x00??");
  EXPECT_EQ(AcsBitsNames({0x04, 0x7d}, 0x1f), "ReqRedir, not known: TransBlk");
  EXPECT_EQ(AcsBitsNames({0, 0x7f}, 0x1f), "none");
}

TEST(CommandLineReport, JsonHasUnknownAsNull) {
  HostSnapshot hidden = SmallHost();
  hidden.host.command_line = ReadFailure::kNotRecorded;
  Written written = Write(std::nullopt, hidden, true);
  EXPECT_NE(written.text.find("\"kernel_asks_for_acs\": null"),
            written.text.npos)
      << written.text;
}

}  // namespace
}  // namespace p2pcheck
