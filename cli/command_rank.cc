// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"
#include "cli/devices.h"
#include "cli/output.h"
#include "cli/session.h"
#include "report/rank.h"

namespace p2pcheck {
namespace {

void Write(const Judgement& judgement, const Options& options,
           FunctionIndex device, const std::vector<Partner>& partners,
           std::ostream& out) {
  switch (options.format) {
    case Format::kTsv: return WriteRankTsv(judgement, partners, out);
    case Format::kJson: return WriteRankJson(judgement, device, partners, out);
    case Format::kText: break;
  }
  WriteRankText(judgement, device, partners, StyleFor(options), out);
}

}  // namespace

int RunRank(const Options& options) {
  ReadRequest request;
  request.depth = ReadRequest::Depth::kRoute;
  Session session(options, request);
  const Judgement& judgement = session.judgement();
  FunctionIndex device = SelectDevice(judgement, options.arguments[0]);
  std::vector<std::string> words(options.arguments.begin() + 1,
                                 options.arguments.end());
  if (words.empty()) words = {"endpoint"};
  std::vector<Partner> partners =
      RankPartners(judgement, device, SelectDevices(judgement, words));
  Output output(options.output);
  Write(judgement, options, device, partners, output.stream());
  output.Finish();
  return StatusOf(TallyOf(partners));
}

}  // namespace p2pcheck
