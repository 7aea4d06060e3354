// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <string_view>

#include "base/input_error.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "report/check_formats.h"
#include "report/sentences.h"

namespace p2pcheck {
namespace {

std::string VersionText() {
  RuleBook book = RuleBook::Embedded();
  return fmt::format(
      "p2pcheck {}\nlibraries: {}\nrules: {}, kernels {} to {}, pending {}",
      P2PCHECK_VERSION, P2PCHECK_LIBRARIES, book.hash(),
      ToString(book.oldest()), ToString(book.newest()),
      ToString(book.pending()));
}

int Run(const Options& options) {
  SetTextOutput(options);
  switch (options.command) {
    case Command::kSummary: return RunSummary(options);
    case Command::kPair: return RunPair(options);
    case Command::kReport: return RunReport(options);
    case Command::kTree: return RunTree(options);
    case Command::kCmdline: return RunCmdline(options);
    case Command::kAcs: return RunAcs(options);
    case Command::kMatrix: return RunMatrix(options);
    case Command::kRank: return RunRank(options);
    case Command::kCliques: return RunCliques(options);
    case Command::kGroups: return RunGroups(options);
    case Command::kRecord: return RunRecord(options);
    case Command::kRules: return RunRules(options);
    case Command::kExplain: return RunExplain(options);
    case Command::kDiff: return RunDiff(options);
    case Command::kWatch: return RunWatch(options);
    case Command::kAdvise: return RunAdvise(options);
    case Command::kCheck: return RunCheck(options);
    case Command::kBars: return RunBars(options);
    case Command::kDmabuf: return RunDmabuf(options);
    case Command::kProbe: return RunProbe(options);
    case Command::kSchema: return RunSchema(options);
    case Command::kCompletion: return RunCompletion(options);
  }
  throw std::logic_error("a command without code");
}

// Whether a monitoring system waits for the answer, as far as can be told of
// a command line that may make no sense.
bool AnswersNagios(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (word == "--format=nagios") return true;
    if (word == "nagios" && std::string_view(argv[i - 1]) == "--format")
      return true;
  }
  return false;
}

// Line by line without what controls a terminal: names and files are in it.
std::string PrintableLines(std::string_view text) {
  std::string out;
  for (;;) {
    size_t end = std::min(text.find('\n'), text.size());
    out += Printable(text.substr(0, end));
    if (end == text.size()) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

// Tells an error where it is looked for, and gives the exit status.
class ErrorTeller {
 public:
  explicit ErrorTeller(bool nagios) : nagios_(nagios) {}

  int Tell(const std::exception& error, int status) const {
    Progress::End();
    std::cerr << "p2pcheck: " << PrintableLines(error.what()) << "\n";
    if (!nagios_) return status;
    std::cout << NagiosFailure(error.what()) << std::flush;
    return static_cast<int>(PluginStatus::kUnknown);
  }

 private:
  bool nagios_;
};

int Main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  ErrorTeller teller(AnswersNagios(argc, argv));
  int status = kAllAllowed;
  try {
    auto options = ParseCommandLine(argc, argv, VersionText, &status);
    return options ? Run(*options) : status;
  } catch (const UsageError& error) {
    return teller.Tell(error, kUsage);
  } catch (const InputError& error) {
    return teller.Tell(error, kBadInput);
  } catch (const NotFoundError& error) {
    return teller.Tell(error, kNotFound);
  } catch (const WriteError& error) {
    return teller.Tell(error, kCouldNotWrite);
  } catch (const std::exception& error) {
    Progress::End();
    std::cerr << "p2pcheck: a bug of ours, please report it:\n";
    return teller.Tell(error, kOurBug);
  }
}

}  // namespace
}  // namespace p2pcheck

int main(int argc, char** argv) { return p2pcheck::Main(argc, argv); }
