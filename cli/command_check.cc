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

int StatusOf(const std::vector<CheckItem>& items) {
  int status = kAllAllowed;
  for (const CheckItem& item : items) {
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
           const std::vector<CheckItem>& items, std::ostream& out) {
  switch (options.check_format) {
    case CheckFormat::kJson: return WriteCheckJson(judgement, items, out);
    case CheckFormat::kSarif: return WriteCheckSarif(judgement, items, out);
    case CheckFormat::kNagios: return WriteCheckNagios(judgement, items, out);
    case CheckFormat::kNfd: return WriteCheckNfd(judgement, items, out);
    case CheckFormat::kPrometheus:
      return WriteCheckPrometheus(judgement, items, std::time(nullptr), out);
    case CheckFormat::kText: break;
  }
  WriteCheckText(judgement, items, StyleFor(options), out);
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
  std::vector<CheckItem> items = MakeCheckItems(judgement, findings);
  Output output(options.output, AccessOf(options.check_format));
  Write(options, judgement, items, output.stream());
  output.Finish();
  return options.check_format == CheckFormat::kNagios
             ? static_cast<int>(PluginStatusOf(items))
             : StatusOf(items);
}

}  // namespace p2pcheck
