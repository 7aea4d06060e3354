// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/session.h"
#include "report/tree.h"

namespace p2pcheck {

int RunTree(const Options& options) {
  ReadRequest request;
  // ATS.
  request.depth = ReadRequest::Depth::kRoute;
  Session session(options, request);
  Output output(options.output);
  if (options.format == Format::kJson)
    WriteTreeJson(session.judgement(), output.stream());
  else
    WriteTreeText(session.judgement(), StyleFor(options), output.stream());
  output.Finish();
  return kAllAllowed;
}

}  // namespace p2pcheck
