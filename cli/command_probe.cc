// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include "cli/commands.h"
#include "cli/devices.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/session.h"
#include "probe/ask.h"
#include "probe/compare.h"
#include "probe/plan.h"
#include "report/bars_report.h"
#include "report/probe_report.h"

namespace p2pcheck {
namespace {

// Only what the kernel itself shows, here and now, may decide what is opened.
void CheckOptions(const Options& options) {
  if (options.from)
    throw UsageError(
        "--from: probe asks the kernel that runs here, a recorded host cannot "
        "answer; bars and dmabuf predict");
  if (!options.assume.empty())
    throw UsageError(
        "--assume: probe asks the kernel that runs here, nothing can be "
        "assumed of it");
}

void Ask(const Judgement& judgement, ProbeFinding* found) {
  std::unique_ptr<VfioKernel> kernel = RunningKernel();
  BarContext context(judgement);
  for (const ProbeTarget& target : found->targets) {
    found->answers.push_back(AskKernel(
        kernel.get(), target, judgement.topology[target.function].address));
    auto compared = CompareProbe(context.dmabuf, found->answers.back());
    found->comparisons.insert(found->comparisons.end(), compared.begin(),
                              compared.end());
  }
  found->asked = true;
}

void Write(const Judgement& judgement, const ProbeFinding& found,
           const Options& options, std::ostream& out) {
  switch (options.format) {
    case Format::kTsv: return WriteProbeTsv(judgement, found, out);
    case Format::kJson: return WriteProbeJson(judgement, found, out);
    case Format::kText: break;
  }
  WriteProbeText(judgement, found, StyleFor(options), out);
}

int StatusOf(const ProbeFinding& found) {
  if (found.Count(Ternary::kNo) > 0) return kSomethingNot;
  bool open = std::any_of(found.answers.begin(), found.answers.end(),
                          [](const ProbeAnswer& a) { return !a.opened(); });
  return open || found.Count(Ternary::kUnknown) > 0 ? kUndecided : kAllAllowed;
}

}  // namespace

int RunProbe(const Options& options) {
  CheckOptions(options);
  ReadRequest request;
  // The whole host: a group's other members count.
  request.depth = ReadRequest::Depth::kDetails;
  Session session(options, request);
  const Judgement& judgement = session.judgement();
  ProbeFinding found;
  found.targets = PlanProbe(
      judgement.topology, judgement.dmabuf.group_safe_drivers,
      options.arguments.empty() ? VfioFunctions(judgement.topology)
                                : SelectDevices(judgement, options.arguments));
  // First: an output that cannot be written is no reason to reset anything.
  Output output(options.output);
  if (options.yes) Ask(judgement, &found);
  Write(judgement, found, options, output.stream());
  output.Finish();
  return StatusOf(found);
}

}  // namespace p2pcheck
