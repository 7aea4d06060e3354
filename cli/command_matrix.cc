// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"
#include "cli/devices.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/session.h"
#include "report/matrix.h"

namespace p2pcheck {
namespace {

MatrixTally Write(const Judgement& judgement, const Options& options,
                  const std::vector<FunctionIndex>& devices,
                  std::ostream& out) {
  switch (options.format) {
    case Format::kTsv:
      return WriteMatrixTsv(judgement, devices, options.paths, out);
    case Format::kJson: return WriteMatrixJson(judgement, devices, out);
    case Format::kText: break;
  }
  return WriteMatrixText(judgement, devices, options.paths, StyleFor(options),
                         out);
}

}  // namespace

int RunMatrix(const Options& options) {
  Session session(options, {});
  const Judgement& judgement = session.judgement();
  std::vector<std::string> words = options.arguments;
  if (words.empty()) words = {"endpoint"};
  std::vector<FunctionIndex> devices = SelectDevices(judgement, words);
  Output output(options.output);
  MatrixTally tally = Write(judgement, options, devices, output.stream());
  output.Finish();
  return StatusOf(tally);
}

int StatusOf(const MatrixTally& tally) {
  if (tally.refused > 0) return kSomethingNot;
  return tally.undecided > 0 ? kUndecided : kAllAllowed;
}

}  // namespace p2pcheck
