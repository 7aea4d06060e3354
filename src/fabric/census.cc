// SPDX-License-Identifier: GPL-2.0-or-later
#include "fabric/census.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace p2pcheck {
namespace {

auto KeyOf(const Census::Entry& entry) {
  return std::tuple(entry.kind, entry.depth, entry.state);
}

bool Before(const Census::Entry& a, const Census::Entry& b) {
  return KeyOf(a) < KeyOf(b);
}

void Join(Census::Entry* known, const Census::Entry& other) {
  known->count += other.count;
  known->example = std::min(known->example, other.example);
}

}  // namespace

void Census::Add(const Entry& entry) {
  auto at = std::lower_bound(entries_.begin(), entries_.end(), entry, Before);
  if (at != entries_.end() && KeyOf(*at) == KeyOf(entry))
    Join(&*at, entry);
  else
    entries_.insert(at, entry);
}

void Census::Add(const Census& other) {
  if (other.entries_.size() == 1) return Add(other.entries_.front());
  std::vector<Entry> merged;
  merged.reserve(entries_.size() + other.entries_.size());
  std::merge(entries_.begin(), entries_.end(), other.entries_.begin(),
             other.entries_.end(), std::back_inserter(merged), Before);
  entries_.swap(merged);
  JoinAlike();
}

// State is the last part of the key, so that changing states leaves what is
// alike side by side, and what is not in order.
void Census::Pass(Ternary redirects) {
  if (redirects == Ternary::kNo) return;
  for (Entry& entry : entries_) entry.state = Or(entry.state, redirects);
  JoinAlike();
}

void Census::ForgetStates() {
  for (Entry& entry : entries_) entry.state = Ternary::kNo;
  JoinAlike();
}

void Census::JoinAlike() {
  size_t kept = 0;
  for (size_t i = 1; i < entries_.size(); ++i) {
    if (KeyOf(entries_[kept]) == KeyOf(entries_[i]))
      Join(&entries_[kept], entries_[i]);
    else
      entries_[++kept] = entries_[i];
  }
  if (!entries_.empty()) entries_.resize(kept + 1);
}

}  // namespace p2pcheck
