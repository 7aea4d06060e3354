// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/session.h"
#include "report/command_line_report.h"

namespace p2pcheck {
namespace {

int StatusOf(CommandLineOutcome outcome) {
  switch (outcome) {
    case CommandLineOutcome::kClean: return kAllAllowed;
    case CommandLineOutcome::kFindings: return kSomethingNot;
    case CommandLineOutcome::kUndecided: return kUndecided;
  }
  return kOurBug;
}

}  // namespace

int RunCmdline(const Options& options) {
  Session session(options, {});
  std::optional<std::string> text;
  if (!options.arguments.empty()) text = options.arguments.front();
  Output output(options.output);
  CommandLineOutcome outcome =
      options.format == Format::kJson
          ? WriteCommandLineJson(session.judgement(), text, output.stream())
          : WriteCommandLineText(session.judgement(), text, StyleFor(options),
                                 output.stream());
  output.Finish();
  return StatusOf(outcome);
}

}  // namespace p2pcheck
