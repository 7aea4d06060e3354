// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_GROUPS_REPORT_H_
#define P2PCHECK_REPORT_GROUPS_REPORT_H_

#include <ostream>
#include <vector>

#include "report/judgement.h"
#include "report/sentences.h"
#include "verdict/group_comparison.h"

namespace p2pcheck {

/// The groups of a host as predicted, beside those published.
struct GroupsFinding {
  GroupPrediction prediction;
  GroupComparison comparison;
};
GroupsFinding FindGroups(const Judgement& judgement);

/// Groups side by side for a person, then what differs and why.
void WriteGroupsText(const Judgement& judgement, const GroupsFinding& found,
                     const TextStyle& style, std::ostream& out);
/// p2pcheck.groups/1
void WriteGroupsJson(const Judgement& judgement, const GroupsFinding& found,
                     std::ostream& out);
/// function, published, predicted, agree.  published: number, "-" for none,
/// "?" for not known.  predicted: the published number where they agree, else
/// one that no published group has; "-", "?" where it is open.  agree: yes, no
/// or "?".
void WriteGroupsTsv(const Judgement& judgement, const GroupsFinding& found,
                    std::ostream& out);

/// Why groups are not predicted; empty where they are.
std::string GroupStatusSentence(GroupStatus status);
/// One cause of a difference as a sentence.
std::string GroupReasonSentence(const Judgement& judgement,
                                const GroupReason& reason);
/// What `explain` tells about the reasons and states of groups.
std::vector<Explanation> GroupExplanations();

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_GROUPS_REPORT_H_
