// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_ADVICE_REPORT_H_
#define P2PCHECK_REPORT_ADVICE_REPORT_H_

#include <ostream>
#include <string>
#include <vector>

#include "report/judgement.h"
#include "report/lines.h"
#include "verdict/advise.h"

namespace p2pcheck {

/// IOMMU groups that the change would make one.
struct GroupMerge {
  std::vector<std::string> groups;     ///< "12", or "of 0000:41:00.0"
  std::vector<FunctionIndex> members;  ///< all functions of the new group
};

/// Everything there is to say about a piece of advice.
struct AdviceReport {
  FunctionIndex provider = kNoIndex, client = kNoIndex;
  AdviceGoal goal = AdviceGoal::kDirect;
  Advice advice;
  /// Kernel parameters that reach it with this kernel; empty where none does.
  std::string disable_acs_redir, config_acs;
  /// Why a parameter does not do with this kernel, or what to mind.
  std::vector<std::string> parameter_notes;
  std::vector<std::string> setpci;  ///< only where asked for
  /// False: nobody asked for what follows, which costs a look at all pairs.
  bool costs_asked = true;
  /// Whether groups could be predicted before and after.
  bool groups_known = false;
  std::vector<GroupMerge> merges;
  /// Ordered pairs of gpu, nic, nvme and accelerator: direct now and then.
  uint64_t direct_before = 0, direct_after = 0;
  uint64_t allowed_before = 0, allowed_after = 0;
  /// Where ACS has no say: the first kernels whose rules would allow the pair.
  std::vector<std::string> kernels_that_allow;
};

AdviceReport MakeAdvice(const Judgement& judgement, FunctionIndex provider,
                        FunctionIndex client, AdviceGoal goal, bool setpci);
/// The same without costs and without kernels that allow it: costs the length
/// of the path.
AdviceReport MakeAdviceAlone(const Judgement& judgement, FunctionIndex provider,
                             FunctionIndex client, AdviceGoal goal);
/// Adds what MakeAdviceAlone leaves out.
void AddCosts(const Judgement& judgement, AdviceReport* report);

/// What WriteAdviceText has below its first line.
Lines AdviceLines(const Judgement& judgement, const AdviceReport& report);

void WriteAdviceText(const Judgement& judgement, const AdviceReport& report,
                     const TextStyle& style, std::ostream& out);
/// p2pcheck.advise/1.
void WriteAdviceJson(const Judgement& judgement, const AdviceReport& report,
                     std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_ADVICE_REPORT_H_
