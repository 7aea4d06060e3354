// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"
#include "cli/devices.h"
#include "cli/output.h"
#include "cli/session.h"
#include "report/pair_judge.h"
#include "report/pair_report.h"

namespace p2pcheck {

int RunPair(const Options& options) {
  ReadRequest request;
  request.depth = ReadRequest::Depth::kRoute;
  request.only = options.arguments;
  Session session(options, request);
  const Judgement& judgement = session.judgement();
  FunctionIndex provider = SelectDevice(judgement, options.arguments[0]);
  FunctionIndex client = SelectDevice(judgement, options.arguments[1]);
  PairJudge judge(judgement);
  Verdict there = judge.Decide(provider, client);
  Verdict back = judge.Decide(client, provider);
  Output output(options.output);
  if (options.format == Format::kJson)
    WritePairJson(judgement, there, back, output.stream());
  else
    WritePairText(judgement, there, back, StyleFor(options), output.stream());
  output.Finish();
  MatrixTally tally;
  tally.Count(there.possible);
  tally.Count(back.possible);
  return StatusOf(tally);
}

}  // namespace p2pcheck
