// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"
#include "cli/devices.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/session.h"
#include "report/advice_report.h"

namespace p2pcheck {
namespace {

// 0: it is so, or a change reaches it; 1: nothing does; 2: not known.
int StatusOfAdvice(const Advice& advice) {
  switch (advice.obstacle) {
    case AdviceObstacle::kNone:
    case AdviceObstacle::kReached: return kAllAllowed;
    case AdviceObstacle::kAcsUnknown:
    case AdviceObstacle::kPlaceUnknown: return kUndecided;
    case AdviceObstacle::kNoCommonBridge:
    case AdviceObstacle::kNoP2pdma: return kSomethingNot;
  }
  return kUndecided;
}

}  // namespace

int RunAdvise(const Options& options) {
  ReadRequest request;
  request.depth = ReadRequest::Depth::kDetails;
  Session session(options, request);
  const Judgement& judgement = session.judgement();
  FunctionIndex provider = SelectDevice(judgement, options.arguments[0]);
  FunctionIndex client = SelectDevice(judgement, options.arguments[1]);
  AdviceGoal goal =
      options.goal == "allowed" ? AdviceGoal::kAllowed : AdviceGoal::kDirect;
  AdviceReport report =
      MakeAdvice(judgement, provider, client, goal, options.setpci);
  Output output(options.output);
  if (options.format == Format::kJson)
    WriteAdviceJson(judgement, report, output.stream());
  else
    WriteAdviceText(judgement, report, StyleFor(options), output.stream());
  output.Finish();
  return StatusOfAdvice(report.advice);
}

}  // namespace p2pcheck
