// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_CLI_OPTIONS_H_
#define P2PCHECK_CLI_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace p2pcheck {

enum class Command {
  kSummary,  ///< no command
  kPair,
  kReport,
  kTree,
  kMatrix,
  kGroups,
  kRecord,
  kRules,
  kExplain,
  kDiff,
  kWatch,
  kAdvise,
  kCheck,
  kCmdline,
  kAcs,
  kRank,
  kCliques,
  kBars,
  kDmabuf,
  kProbe,
  kSchema,
  kCompletion,
};

enum class Format { kText, kJson, kTsv };
/// Those of check --format.
enum class CheckFormat { kText, kJson, kSarif, kNagios, kPrometheus, kNfd };
enum class ColorWhen { kAuto, kAlways, kNever };

/// The command line, parsed.
struct Options {
  Command command = Command::kSummary;
  std::vector<std::string> arguments;

  std::optional<std::string> from;
  std::optional<std::string> kernel;
  std::optional<std::string> rules;
  std::vector<std::string> assume;
  std::optional<std::string> output;
  Format format = Format::kText;
  ColorWhen color = ColorWhen::kAuto;
  bool names = true;
  bool pager = true;
  bool cross_check = false;

  // advise
  std::string goal = "direct";
  bool setpci = false;

  // matrix: path words beside the verdicts.  cliques: QEMU's options.
  bool paths = false;
  bool qemu = false;

  // report: where NCCL's topology goes
  std::optional<std::string> nccl;
  // and the page
  std::optional<std::string> html;

  // watch: when a burst of events is over, in ms; when to end
  uint32_t settle = 1000;
  bool once = false;
  std::optional<uint32_t> watch_seconds;

  // probe: do it
  bool yes = false;

  // check: its own formats; lists of ids, commas between
  CheckFormat check_format = CheckFormat::kText;
  std::vector<std::string> only, skip;
  std::optional<std::string> policy;

  // dmabuf: how the importer uses it; OFFSET+LENGTH each
  std::optional<std::string> use;
  std::vector<std::string> ranges;

  // completion: a shell or a list, and what its words have to begin with
  std::string completion, prefix;

  std::vector<std::string> argv;  ///< as given, without the program's name
};

}  // namespace p2pcheck

#endif  // P2PCHECK_CLI_OPTIONS_H_
