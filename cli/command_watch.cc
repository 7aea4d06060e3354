// SPDX-License-Identifier: GPL-2.0-or-later
#include <chrono>
#include <ctime>
#include <memory>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "report/bars_report.h"
#include "report/host_diff_report.h"
#include "report/host_report.h"
#include "report/watch_report.h"
#include "source/pci_monitor.h"

namespace p2pcheck {
namespace {

using Clock = Debouncer::Clock;

// Reads the host again for each burst of events, and tells what is not as it
// was.
class Watch {
 public:
  explicit Watch(const Options& options)
      : options_(options), style_(StyleFor(options)) {
    // More than that costs seconds each time.
    request_.details_up_to = kMostFunctionsWithBars;
    if (options.watch_seconds)
      until_ = Clock::now() + std::chrono::seconds(*options.watch_seconds);
  }

  int Run() {
    // First, so that nothing is missed between the first look and the wait.
    PciMonitor monitor;
    state_ = std::make_unique<Session>(options_, request_);
    TellStart();
    Debouncer debouncer(std::chrono::milliseconds(options_.settle));
    for (;;) {
      switch (monitor.WaitForBurst(debouncer, until_)) {
        case PciMonitor::Outcome::kStopped: return kAllAllowed;
        case PciMonitor::Outcome::kTimeOut: return Status();
        case PciMonitor::Outcome::kEvents: LookAgain(); break;
      }
      if (options_.once && changed_) return Status();
    }
  }

 private:
  int Status() const { return changed_ ? kSomethingNot : kAllAllowed; }

  void TellStart() {
    const Judgement& judgement = state_->judgement();
    auto classes = ClassifyEndpoints(judgement);
    Output output(std::nullopt);
    if (options_.format == Format::kJson)
      WriteWatchStartJson(judgement, classes, std::time(nullptr),
                          output.stream());
    else
      WriteWatchStartText(judgement, classes, std::time(nullptr), style_,
                          output.stream());
    output.Finish();
  }

  // A device that fell asleep meanwhile tells less than before: that is no
  // change.
  void LookAgain() {
    auto now = std::make_unique<Session>(options_, request_);
    const Judgement& before = state_->judgement();
    const Judgement& after = now->judgement();
    HostDiff diff = CompareHosts(SideOf(before), SideOf(after), after.book);
    if (diff.difference() == Difference::kChanged) Tell(before, after, diff);
    state_ = std::move(now);
    Progress::End();
  }

  void Tell(const Judgement& before, const Judgement& after,
            const HostDiff& diff) {
    changed_ = true;
    Output output(std::nullopt);
    if (options_.format == Format::kJson)
      WriteWatchChangeJson(before, after, diff, std::time(nullptr),
                           output.stream());
    else
      WriteWatchChangeText(before, after, diff, std::time(nullptr), style_,
                           output.stream());
    output.Finish();
  }

  const Options& options_;
  TextStyle style_;
  ReadRequest request_;
  std::optional<Clock::time_point> until_;
  std::unique_ptr<Session> state_;
  bool changed_ = false;
};

}  // namespace

int RunWatch(const Options& options) {
  if (options.from)
    throw UsageError("watch: only this host has events, --from has none");
  if (options.output)
    throw UsageError("watch: --output would show nothing before the end");
  if (options.kernel == "next")
    throw UsageError(
        "watch: the classes of --kernel next are not computed; pair, matrix "
        "and diff have it");
  return Watch(options).Run();
}

}  // namespace p2pcheck
