// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/debouncer.h"

#include <gtest/gtest.h>

#include <vector>

#include "source/pci_monitor.h"

namespace p2pcheck {
namespace {

using std::chrono::milliseconds;

constexpr Debouncer::Clock::time_point At(int ms) {
  return Debouncer::Clock::time_point(milliseconds(ms));
}

// When reports are made, where events come at these times.
std::vector<int> Reports(int settle, const std::vector<int>& events) {
  Debouncer debouncer{milliseconds(settle)};
  std::vector<int> reports;
  auto report_until = [&](auto now) {
    auto due = debouncer.Due();
    if (!due || *due > now) return;
    reports.push_back(static_cast<int>(
        std::chrono::duration_cast<milliseconds>(due->time_since_epoch())
            .count()));
    debouncer.Reset();
  };
  for (int event : events) {
    report_until(At(event));
    debouncer.Note(At(event));
  }
  report_until(Debouncer::Clock::time_point::max());
  return reports;
}

TEST(Debouncer, NothingIsNeverDue) {
  EXPECT_FALSE(Debouncer(milliseconds(5)).Due());
}

TEST(Debouncer, ABurstIsOneReportAfterItSettled) {
  EXPECT_EQ(Reports(1000, {0, 300, 900, 1800}), std::vector<int>{2800});
}

TEST(Debouncer, BurstsApartAreReportsApart) {
  EXPECT_EQ(Reports(1000, {0, 300, 5000}), (std::vector<int>{1300, 6000}));
}

TEST(Debouncer, WithoutSettlingEachEventIsAReport) {
  EXPECT_EQ(Reports(0, {1, 2, 3}), (std::vector<int>{1, 2, 3}));
}

// An event every half second, for a minute: ten times the settling is the
// most that the first one waits.
TEST(Debouncer, AStormWithoutEndIsReportedAllTheSame) {
  std::vector<int> storm;
  for (int at = 0; at <= 60'000; at += 500) storm.push_back(at);
  EXPECT_EQ(Reports(1000, storm),
            (std::vector<int>{10'000, 20'000, 30'000, 40'000, 50'000, 60'000,
                              61'000}));
}

// What receiving gave, one after the other, then nothing.
bool Drained(std::vector<Received> events) {
  size_t next = 0;
  return DrainEvents(
      [&] { return next < events.size() ? events[next++] : Received::kNone; });
}

TEST(DrainEvents, LostEventsAreNoSilence) {
  EXPECT_FALSE(Drained({}));
  EXPECT_TRUE(Drained({Received::kEvent}));
  EXPECT_TRUE(Drained({Received::kLost}));
  EXPECT_TRUE(Drained({Received::kLost, Received::kEvent}));
}

}  // namespace
}  // namespace p2pcheck
