// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"
#include "cli/devices.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/session.h"
#include "report/bars_report.h"

namespace p2pcheck {
namespace {

BarTally Write(const Judgement& judgement,
               const std::vector<FunctionIndex>& functions,
               const Options& options, std::ostream& out) {
  switch (options.format) {
    case Format::kTsv: return WriteBarsTsv(judgement, functions, out);
    case Format::kJson: return WriteBarsJson(judgement, functions, out);
    case Format::kText: break;
  }
  return WriteBarsText(judgement, functions, StyleFor(options), out);
}

}  // namespace

int RunBars(const Options& options) {
  ReadRequest request;
  // The whole host: whether VFIO opens a function hangs on its group's others.
  request.depth = ReadRequest::Depth::kDetails;
  Session session(options, request);
  const Judgement& judgement = session.judgement();
  std::vector<FunctionIndex> functions =
      options.arguments.empty() ? SelectDevices(judgement, "endpoint")
                                : SelectDevices(judgement, options.arguments);
  Output output(options.output);
  BarTally tally = Write(judgement, functions, options, output.stream());
  output.Finish();
  if (tally.refused > 0) return kSomethingNot;
  return tally.open > 0 ? kUndecided : kAllAllowed;
}

}  // namespace p2pcheck
