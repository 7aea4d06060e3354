// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"
#include "cli/devices.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/session.h"
#include "report/acs_report.h"

namespace p2pcheck {

int RunAcs(const Options& options) {
  ReadRequest request;
  // The egress vector.
  request.depth = ReadRequest::Depth::kRoute;
  Session session(options, request);
  const Judgement& judgement = session.judgement();
  std::vector<FunctionIndex> functions;
  if (!options.arguments.empty())
    functions = SelectDevices(judgement, options.arguments);
  Output output(options.output);
  if (options.format == Format::kJson)
    WriteAcsJson(judgement, functions, output.stream());
  else
    WriteAcsText(judgement, functions, StyleFor(options), output.stream());
  output.Finish();
  return kAllAllowed;
}

}  // namespace p2pcheck
