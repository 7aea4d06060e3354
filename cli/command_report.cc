// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/session.h"
#include "report/bars_report.h"
#include "report/host_report.h"
#include "report/html_page.h"
#include "report/nccl_topology.h"

namespace p2pcheck {
namespace {

void WriteNccl(const Judgement& judgement, const std::string& path) {
  Output output(path == "-" ? std::nullopt : std::optional(path));
  WriteNcclTopology(judgement, output.stream());
  output.Finish();
}

std::vector<Finding> FindingsOf(const Judgement& judgement) {
  return CheckHost({judgement.topology,
                    judgement.book,
                    judgement.question,
                    judgement.kernel,
                    judgement.cpu,
                    judgement.kinds,
                    {}});
}

// What findings and advice need; a text report does without.
ReadRequest RequestFor(const Options& options) {
  ReadRequest request;
  request.details_up_to = kMostFunctionsWithBars;
  if (options.html) request.depth = ReadRequest::Depth::kDetails;
  return request;
}

void WritePage(const Judgement& judgement,
               const std::vector<PairClass>& classes, const std::string& path) {
  Output output(path);
  WriteHtmlPage(judgement, classes, FindingsOf(judgement), output.stream());
  output.Finish();
}

void WriteReport(const Judgement& judgement,
                 const std::vector<PairClass>& classes, const Options& options,
                 std::ostream& out) {
  if (options.html == "-")
    WriteHtmlPage(judgement, classes, FindingsOf(judgement), out);
  else if (options.format == Format::kJson)
    WriteReportJson(judgement, classes, out);
  else
    WriteReportText(judgement, classes, StyleFor(options), out);
}

}  // namespace

int RunReport(const Options& options) {
  if (options.kernel == "next")
    throw UsageError(
        "report: the classes of --kernel next are not computed; pair, matrix "
        "and diff --kernel have it");
  Session session(options, RequestFor(options));
  const Judgement& judgement = session.judgement();
  std::vector<PairClass> classes = ClassifyEndpoints(judgement);
  if (options.html && options.html != "-")
    WritePage(judgement, classes, *options.html);
  if (options.nccl) WriteNccl(judgement, *options.nccl);
  if (options.nccl == "-") return kAllAllowed;
  Output output(options.output);
  WriteReport(judgement, classes, options, output.stream());
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
