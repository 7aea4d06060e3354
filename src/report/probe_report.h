// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_PROBE_REPORT_H_
#define P2PCHECK_REPORT_PROBE_REPORT_H_

#include <ostream>
#include <string_view>
#include <vector>

#include "probe/ask.h"
#include "probe/compare.h"
#include "probe/plan.h"
#include "report/judgement.h"
#include "report/sentences.h"
#include "report/text.h"

namespace p2pcheck {

/// The finding that an answer of the kernel is not the one we predict.
constexpr std::string_view kProbeDiffers = "probe-differs";

/// What the probe would ask, and, where it was allowed to, what came of it.
struct ProbeFinding {
  bool asked = false;  ///< --yes was given
  std::vector<ProbeTarget> targets;
  std::vector<ProbeAnswer> answers;  ///< one a target; none unless `asked`
  std::vector<ProbeComparison> comparisons;

  size_t Count(Ternary agrees) const;
};

/// What probing means, which functions it would ask or has asked, what they
/// answered beside the prediction, and each difference as a finding.
void WriteProbeText(const Judgement& judgement, const ProbeFinding& found,
                    const TextStyle& style, std::ostream& out);
/// p2pcheck.probe/1.
void WriteProbeJson(const Judgement& judgement, const ProbeFinding& found,
                    std::ostream& out);
/// function status step region length answer predicted errno agrees.
void WriteProbeTsv(const Judgement& judgement, const ProbeFinding& found,
                   std::ostream& out);

/// What `explain` tells of the finding.
const std::vector<Explanation>& ProbeExplanations();

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_PROBE_REPORT_H_
