// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/session.h"
#include "report/bars_report.h"
#include "report/host_report.h"
#include "report/nccl_topology.h"

namespace p2pcheck {
namespace {

void WriteNccl(const Judgement& judgement, const std::string& path) {
  Output output(path == "-" ? std::nullopt : std::optional(path));
  WriteNcclTopology(judgement, output.stream());
  output.Finish();
}

}  // namespace

int RunReport(const Options& options) {
  if (options.kernel == "next")
    throw UsageError(
        "report: the classes of --kernel next are not computed; pair, matrix "
        "and diff --kernel have it");
  ReadRequest request;
  request.details_up_to = kMostFunctionsWithBars;
  Session session(options, request);
  const Judgement& judgement = session.judgement();
  if (options.nccl) WriteNccl(judgement, *options.nccl);
  if (options.nccl == "-") return kAllAllowed;
  std::vector<PairClass> classes = ClassifyEndpoints(judgement);
  Output output(options.output);
  if (options.format == Format::kJson)
    WriteReportJson(judgement, classes, output.stream());
  else
    WriteReportText(judgement, classes, StyleFor(options), output.stream());
  output.Finish();
  return StatusOf(TallyOf(judgement, classes));
}

int RunSummary(const Options& options) {
  if (options.kernel == "next")
    throw UsageError("--kernel next: for pair, matrix and diff --kernel");
  Session session(options, {});
  const Judgement& judgement = session.judgement();
  Output output(options.output);
  WriteSummaryText(judgement, ClassifyEndpoints(judgement), StyleFor(options),
                   output.stream());
  output.Finish();
  return kAllAllowed;
}

}  // namespace p2pcheck
