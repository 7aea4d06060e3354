// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <set>

#include "cli/commands.h"
#include "cli/devices.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/session.h"
#include "report/check_formats.h"
#include "report/check_report.h"
#include "report/policy_items.h"
#include "source/text_file.h"

namespace p2pcheck {
namespace {

// "a,b" of every --only (--skip).  An id nobody knows would pass silently for
// a check that never fails, so it is an error.
std::set<FindingId> Ids(const std::vector<std::string>& lists,
                        std::string_view option) {
  std::set<FindingId> ids;
  for (std::string_view list : lists) {
    while (!list.empty()) {
      size_t comma = std::min(list.find(','), list.size());
      auto id = FindingFromName(list.substr(0, comma));
      if (!id)
        throw UsageError(fmt::format("{} {}: no such finding", option,
                                     list.substr(0, comma)));
      ids.insert(*id);
      list.remove_prefix(std::min(comma + 1, list.size()));
    }
  }
  return ids;
}

int StatusOf(const CheckResults& results) {
  int status = kAllAllowed;
  for (const CheckItem& item : results.items) {
    if (item.severity != Severity::kUndecided) return kSomethingNot;
    status = kUndecided;
  }
  return status;
}

// Who reads these files is not who writes them.
Output::Access AccessOf(CheckFormat format) {
  return format == CheckFormat::kPrometheus || format == CheckFormat::kNfd
             ? Output::Access::kAllRead
             : Output::Access::kUmask;
}

void Write(const Options& options, const Judgement& judgement,
           const CheckResults& results, std::ostream& out) {
  switch (options.check_format) {
    case CheckFormat::kJson: return WriteCheckJson(judgement, results, out);
    case CheckFormat::kSarif: return WriteCheckSarif(judgement, results, out);
    case CheckFormat::kNagios: return WriteCheckNagios(judgement, results, out);
    case CheckFormat::kNfd: return WriteCheckNfd(judgement, results, out);
    case CheckFormat::kPrometheus:
      return WriteCheckPrometheus(judgement, results, std::time(nullptr), out);
    case CheckFormat::kText: break;
  }
  WriteCheckText(judgement, results, StyleFor(options), out);
}

std::vector<FunctionIndex> AskedOf(const Options& options,
                                   const Judgement& judgement) {
  if (options.arguments.empty()) return {};
  return SelectDevices(judgement, options.arguments);
}

// The line that counts: assumed, or the host's own.
Observed<CommandLine> CommandLineOf(const Judgement& judgement) {
  if (judgement.assumed_command_line)
    return CommandLine(*judgement.assumed_command_line);
  return judgement.snapshot.host.command_line.Map(
      [](const std::string& text) { return CommandLine(text); });
}

void AddPolicy(const Judgement& judgement, const Policy& policy,
               const CheckInput& input, const std::vector<Finding>& findings,
               CheckResults* results) {
  std::vector<PolicyOutcome> outcomes = CheckPolicy(
      policy,
      {input, findings, judgement.kernel_config, CommandLineOf(judgement)});
  results->policy = SummarizePolicy(policy, outcomes);
  results->items = MakePolicyItems(judgement, outcomes);
}

// Without what --only and --skip leave out.
std::vector<Finding> Wanted(const Options& options,
                            std::vector<Finding> findings) {
  std::set<FindingId> only = Ids(options.only, "--only");
  std::set<FindingId> skip = Ids(options.skip, "--skip");
  findings.erase(std::remove_if(findings.begin(), findings.end(),
                                [&](const Finding& f) {
                                  return skip.count(f.id) ||
                                         (!only.empty() && !only.count(f.id));
                                }),
                 findings.end());
  return findings;
}

CheckResults ResultsOf(const Options& options, const Judgement& judgement,
                       const std::optional<Policy>& policy) {
  CheckInput input{
      judgement.topology,         judgement.book, judgement.question,
      judgement.kernel,           judgement.cpu,  judgement.kinds,
      AskedOf(options, judgement)};
  std::vector<Finding> findings = Wanted(options, CheckHost(input));
  CheckResults results;
  results.found = MakeCheckItems(judgement, findings);
  results.items = results.found;
  if (policy) AddPolicy(judgement, *policy, input, findings, &results);
  return results;
}

}  // namespace

int RunCheck(const Options& options) {
  Wanted(options, {});  // Ids that nobody knows, before anything is read.
  std::optional<Policy> policy;
  if (options.policy)
    policy = ReadPolicy(*options.policy, ReadTextFile(*options.policy));
  ReadRequest request;
  request.depth = ReadRequest::Depth::kDetails;
  Session session(options, request);
  const Judgement& judgement = session.judgement();
  CheckResults results = ResultsOf(options, judgement, policy);
  Output output(options.output, AccessOf(options.check_format));
  Write(options, judgement, results, output.stream());
  output.Finish();
  return options.check_format == CheckFormat::kNagios
             ? static_cast<int>(PluginStatusOf(results))
             : StatusOf(results);
}

}  // namespace p2pcheck
