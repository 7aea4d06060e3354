// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_POLICY_ITEMS_H_
#define P2PCHECK_REPORT_POLICY_ITEMS_H_

#include <string>
#include <vector>

#include "policy/check_policy.h"
#include "report/check_items.h"
#include "report/judgement.h"
#include "report/sentences.h"

namespace p2pcheck {

/// What a requirement demands, as a clause: "there are 8 gpu".
std::string RequirementSentence(const Requirement& requirement);

/// The outcomes of a policy in words; what is not met becomes findings.
PolicySummary SummarizePolicy(const Policy& policy,
                              const std::vector<PolicyOutcome>& outcomes);
std::vector<CheckItem> MakePolicyItems(
    const Judgement& judgement, const std::vector<PolicyOutcome>& outcomes);

/// What the findings of policies mean, for `explain`.
const std::vector<Explanation>& PolicyExplanations();

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_POLICY_ITEMS_H_
