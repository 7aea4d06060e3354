// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"
#include "cli/devices.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/session.h"
#include "report/kernel_diff.h"

namespace p2pcheck {

// diff --kernel A B: one host under two kernels.
int RunDiff(const Options& options) {
  if (!options.kernel || options.arguments.size() != 1)
    throw UsageError("diff: give two kernels, as in diff --kernel 6.12 7.3");
  ReadRequest request;
  request.depth = ReadRequest::Depth::kRoute;
  Session session(options, request);
  const Judgement& before = session.judgement();
  Judgement after = before;
  after.question.kernels = {NamedRules(before.book, options.arguments[0])};
  after.kernel = after.question.kernels.front().kernel;
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

}  // namespace p2pcheck
