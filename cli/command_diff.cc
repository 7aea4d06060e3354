// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"
#include "cli/devices.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/session.h"
#include "report/bars_report.h"
#include "report/host_diff_report.h"
#include "report/kernel_diff.h"

namespace p2pcheck {
namespace {

// diff --kernel A B: one host under two kernels.
int DiffKernels(const Options& options) {
  ReadRequest request;
  request.depth = ReadRequest::Depth::kRoute;
  request.details_up_to = kMostFunctionsWithBars;
  Session session(options, request);
  const Judgement& before = session.judgement();
  Judgement after = before;
  after.question.kernels = {NamedRules(before.book, options.arguments[0])};
  after.kernel = after.question.kernels.front().kernel;
  after.dmabuf =
      after.book.DmabufRulesOf(after.kernel, true, after.snapshot.host);
  std::vector<FunctionIndex> devices =
      SelectDevices(before, std::string("endpoint"));
  Output output(options.output);
  uint64_t changes =
      options.format == Format::kJson
          ? WriteKernelDiffJson(before, after, devices, output.stream())
          : WriteKernelDiffText(before, after, devices, StyleFor(options),
                                output.stream());
  output.Finish();
  return changes > 0 ? kSomethingNot : kAllAllowed;
}

Options Reading(const Options& options, const std::string& source) {
  Options reading = options;
  reading.from = source;
  return reading;
}

int StatusOf(Difference difference) {
  switch (difference) {
    case Difference::kNone: return kAllAllowed;
    case Difference::kOnlyKnowledge: return kUndecided;
    case Difference::kChanged: break;
  }
  return kSomethingNot;
}

// diff OLD NEW: two readings.
int DiffSources(const Options& options) {
  const std::string& old_source = options.arguments[0];
  const std::string& new_source = options.arguments[1];
  if (options.from)
    throw UsageError("diff: --from and two sources; the two are enough");
  if (old_source == "-" && new_source == "-")
    throw UsageError("diff: standard input can be one of the two only");
  ReadRequest request;
  request.depth = ReadRequest::Depth::kDetails;
  Session old_session(Reading(options, old_source), request);
  Session new_session(Reading(options, new_source), request);
  const Judgement& before = old_session.judgement();
  const Judgement& after = new_session.judgement();
  HostDiff diff = CompareHosts(SideOf(before), SideOf(after), after.book);
  Output output(options.output);
  if (options.format == Format::kJson)
    WriteHostDiffJson(before, after, diff, output.stream());
  else
    WriteHostDiffText(before, after, diff, StyleFor(options), output.stream());
  output.Finish();
  return StatusOf(diff.difference());
}

}  // namespace

int RunDiff(const Options& options) {
  if (options.arguments.size() == 2) return DiffSources(options);
  if (!options.kernel)
    throw UsageError(
        "diff: give two sources, or two kernels, as in diff --kernel 6.12 7.3");
  return DiffKernels(options);
}

}  // namespace p2pcheck
