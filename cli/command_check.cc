// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/commands.h"
#include "cli/devices.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/session.h"
#include "report/check_report.h"

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

int StatusOfFindings(const std::vector<Finding>& findings) {
  int status = kAllAllowed;
  for (const Finding& finding : findings) {
    if (SeverityOf(finding.id) != Severity::kUndecided) return kSomethingNot;
    status = kUndecided;
  }
  return status;
}

}  // namespace

int RunCheck(const Options& options) {
  std::set<FindingId> only = Ids(options.only, "--only");
  std::set<FindingId> skip = Ids(options.skip, "--skip");
  ReadRequest request;
  request.depth = ReadRequest::Depth::kDetails;
  Session session(options, request);
  const Judgement& judgement = session.judgement();
  std::vector<FunctionIndex> asked;
  if (!options.arguments.empty())
    asked = SelectDevices(judgement, options.arguments);
  std::vector<Finding> findings =
      CheckHost({judgement.topology, judgement.book, judgement.question,
                 judgement.kernel, judgement.cpu, judgement.kinds, asked});
  findings.erase(std::remove_if(findings.begin(), findings.end(),
                                [&](const Finding& f) {
                                  return skip.count(f.id) ||
                                         (!only.empty() && !only.count(f.id));
                                }),
                 findings.end());
  Output output(options.output);
  if (options.format == Format::kJson)
    WriteFindingsJson(judgement, findings, output.stream());
  else
    WriteFindingsText(judgement, findings, StyleFor(options), output.stream());
  output.Finish();
  return StatusOfFindings(findings);
}

}  // namespace p2pcheck
