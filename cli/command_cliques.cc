// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/commands.h"
#include "cli/devices.h"
#include "cli/output.h"
#include "cli/session.h"
#include "report/clique_report.h"

namespace p2pcheck {
namespace {

void Write(const Judgement& judgement, const Options& options,
           const PeerSets& sets, std::ostream& out) {
  if (options.qemu) return WriteQemuCliques(judgement, sets, out);
  switch (options.format) {
    case Format::kTsv: return WriteCliquesTsv(judgement, sets, out);
    case Format::kJson: return WriteCliquesJson(judgement, sets, out);
    case Format::kText: break;
  }
  WriteCliquesText(judgement, sets, StyleFor(options), out);
}

}  // namespace

int RunCliques(const Options& options) {
  if (options.qemu && options.format != Format::kText)
    throw UsageError("cliques: --qemu has a form of its own");
  Session session(options, {});
  const Judgement& judgement = session.judgement();
  std::vector<std::string> words = options.arguments;
  if (words.empty()) words = {options.qemu ? "gpu" : "endpoint"};
  PeerSets sets = FindPeerSets(judgement, SelectDevices(judgement, words));
  Output output(options.output);
  Write(judgement, options, sets, output.stream());
  output.Finish();
  return StatusOf(sets.tally);
}

}  // namespace p2pcheck
