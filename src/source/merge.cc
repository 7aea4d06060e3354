// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/merge.h"

#include <algorithm>
#include <iterator>

namespace p2pcheck {
namespace {

void FillInFunction(const FunctionRecord& other, FunctionRecord* base) {
  ForEachField([&](std::string_view, auto field) {
    if ((base->*field).unknown() && !(other.*field).unknown())
      base->*field = other.*field;
  });
  if (base->config.runs().empty() && !other.config.runs().empty())
    base->config = other.config;
}

}  // namespace

void FillIn(const HostSnapshot& other, HostSnapshot* base) {
  std::vector<FunctionRecord> added;
  for (const FunctionRecord& record : other.functions) {
    // Find() looks among the sorted, so new ones are put in last.
    auto* found = const_cast<FunctionRecord*>(base->Find(record.address));
    if (found != nullptr)
      FillInFunction(record, found);
    else
      added.push_back(record);
  }
  std::move(added.begin(), added.end(), std::back_inserter(base->functions));
  std::sort(base->functions.begin(), base->functions.end(),
            [](const FunctionRecord& a, const FunctionRecord& b) {
              return a.address < b.address;
            });
  base->warnings.insert(base->warnings.end(), other.warnings.begin(),
                        other.warnings.end());
}

}  // namespace p2pcheck
