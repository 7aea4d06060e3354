// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/session.h"
#include "report/groups_report.h"

namespace p2pcheck {
namespace {

void Write(const Judgement& judgement, const GroupsFinding& found,
           const Options& options, std::ostream& out) {
  switch (options.format) {
    case Format::kTsv: return WriteGroupsTsv(judgement, found, out);
    case Format::kJson: return WriteGroupsJson(judgement, found, out);
    case Format::kText: break;
  }
  WriteGroupsText(judgement, found, StyleFor(options), out);
}

}  // namespace

int RunGroups(const Options& options) {
  ReadRequest request;
  // Which unit serves a function, and the types of groups.
  request.depth = ReadRequest::Depth::kDetails;
  Session session(options, request);
  GroupsFinding found = FindGroups(session.judgement());
  Output output(options.output);
  Write(session.judgement(), found, options, output.stream());
  output.Finish();
  if (found.comparison.Count(Ternary::kNo) > 0) return kSomethingNot;
  return found.comparison.Count(Ternary::kUnknown) > 0 ? kUndecided
                                                       : kAllAllowed;
}

}  // namespace p2pcheck
