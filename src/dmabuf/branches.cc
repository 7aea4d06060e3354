// SPDX-License-Identifier: GPL-2.0-or-later
#include "dmabuf/branches.h"

#include <algorithm>
#include <optional>

namespace p2pcheck {
namespace {

bool AllAre(const std::vector<StepVerdict>& branches, Ternary answer) {
  return std::all_of(
      branches.begin(), branches.end(),
      [&](const StepVerdict& b) { return b.answer() == answer; });
}

// The errno that every branch gives, or 0.
int CommonError(const std::vector<StepVerdict>& branches) {
  std::optional<int> first = branches.front().error();
  for (const StepVerdict& branch : branches)
    if (branch.error() != first) return 0;
  return first.value_or(0);
}

StepVerdict Softened(StepVerdict verdict) {
  for (StepReason& reason : verdict.reasons)
    if (reason.says == Ternary::kNo) reason.says = Ternary::kUnknown;
  return verdict;
}

}  // namespace

void AddReasons(const StepVerdict& from, StepVerdict* to) {
  std::vector<StepReason>& all = to->reasons;
  for (const StepReason& reason : from.reasons)
    if (std::find(all.begin(), all.end(), reason) == all.end())
      all.push_back(reason);
}

StepVerdict CombineBranches(const std::vector<StepVerdict>& branches,
                            StepReason open) {
  if (branches.size() == 1) return branches.front();
  StepVerdict combined;
  bool all_no = AllAre(branches, Ternary::kNo);
  if (!AllAre(branches, Ternary::kYes)) {
    open.says = Ternary::kUnknown;
    open.error = all_no ? CommonError(branches) : 0;
    combined.Add(std::move(open));
  }
  for (const StepVerdict& branch : branches)
    AddReasons(all_no ? branch : Softened(branch), &combined);
  return combined;
}

}  // namespace p2pcheck
