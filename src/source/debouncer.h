// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_DEBOUNCER_H_
#define P2PCHECK_SOURCE_DEBOUNCER_H_

#include <algorithm>
#include <chrono>
#include <optional>

namespace p2pcheck {

/// Turns a burst of events into one: due when nothing came for a while, or
/// when the first one has waited for ten times as long, so that a storm
/// without end is told of, too.  Knows no clock: the caller tells the time.
class Debouncer {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr int kPatience = 10;

  explicit Debouncer(Clock::duration settle) : settle_(settle) {}

  void Note(Clock::time_point now) {
    if (!first_) first_ = now;
    last_ = now;
  }
  /// When it is due; none: nothing was noted.
  std::optional<Clock::time_point> Due() const {
    if (!first_) return std::nullopt;
    return std::min(last_ + settle_, *first_ + kPatience * settle_);
  }
  void Reset() { first_.reset(); }

 private:
  Clock::duration settle_;
  std::optional<Clock::time_point> first_;
  Clock::time_point last_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_DEBOUNCER_H_
