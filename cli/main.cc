// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/core.h>
#include <fmt/format.h>

#include <iostream>
#include <stdexcept>

#include "base/input_error.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/session.h"

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
    case Command::kAdvise: return RunAdvise(options);
    case Command::kCheck: return RunCheck(options);
    case Command::kBars: return RunBars(options);
    case Command::kDmabuf: return RunDmabuf(options);
    case Command::kProbe: return RunProbe(options);
  }
  throw std::logic_error("a command without code");
}

int Tell(const std::exception& error, int status) {
  std::cerr << "p2pcheck: " << error.what() << "\n";
  return status;
}

int Main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  int status = kAllAllowed;
  try {
    auto options = ParseCommandLine(argc, argv, VersionText, &status);
    return options ? Run(*options) : status;
  } catch (const UsageError& error) {
    return Tell(error, kUsage);
  } catch (const InputError& error) {
    return Tell(error, kBadInput);
  } catch (const NotFoundError& error) {
    return Tell(error, kNotFound);
  } catch (const WriteError& error) {
    return Tell(error, kCouldNotWrite);
  } catch (const std::exception& error) {
    std::cerr << "p2pcheck: a bug of ours, please report it:\n";
    return Tell(error, kOurBug);
  }
}

}  // namespace
}  // namespace p2pcheck

int main(int argc, char** argv) { return p2pcheck::Main(argc, argv); }
