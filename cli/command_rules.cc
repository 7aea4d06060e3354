// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "base/input_error.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/session.h"
#include "report/rules_report.h"

namespace p2pcheck {

int RunRules(const Options& options) {
  ReadRequest request;
  request.only.emplace();  // The host's facts will do.
  Session session(options, request);
  Output output(options.output);
  if (options.format == Format::kJson)
    WriteRulesJson(session.judgement(), output.stream());
  else
    WriteRulesText(session.judgement(), StyleFor(options), output.stream());
  output.Finish();
  return kAllAllowed;
}

int RunExplain(const Options& options) {
  Output output(options.output);
  TextStyle style = StyleFor(options);
  if (options.arguments.empty()) {
    if (options.format == Format::kJson)
      WriteExplanationListJson(P2PCHECK_VERSION, output.stream());
    else
      WriteExplanationList(style, output.stream());
    output.Finish();
    return kAllAllowed;
  }
  const std::string& id = options.arguments.front();
  bool known = options.format == Format::kJson
                   ? WriteExplanationJson(id, P2PCHECK_VERSION, output.stream())
                   : WriteExplanationText(id, style, output.stream());
  if (!known)
    throw NotFoundError(
        fmt::format("{}: no such id; p2pcheck explain lists them", id));
  output.Finish();
  return kAllAllowed;
}

}  // namespace p2pcheck
