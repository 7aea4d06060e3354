// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace p2pcheck {
namespace {

void Tell(std::string_view text) {
  // Nobody to tell a failure to.
  (void)!write(STDERR_FILENO, text.data(), text.size());
}

// A thread that sleeps until it is told to stop, or until there is something
// to tell.
class Line {
 public:
  explicit Line(const char* what) : what_(what), thread_([this] { Run(); }) {}

  ~Line() {
    {
      std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_one();
    thread_.join();
    if (shown_) Tell("\r\x1b[K");
  }

 private:
  void Run() {
    using namespace std::chrono_literals;
    auto begin = std::chrono::steady_clock::now();
    std::unique_lock lock(mutex_);
    auto next = begin + 500ms;
    while (!wake_.wait_until(lock, next, [this] { return stop_; })) {
      shown_ = true;
      auto seconds = std::chrono::duration_cast<std::chrono::seconds>(
                         std::chrono::steady_clock::now() - begin)
                         .count();
      Tell(seconds == 0 ? fmt::format("\r{} ...", what_)
                        : fmt::format("\r{} ... {} s", what_, seconds));
      next += 500ms;
    }
  }

  const char* what_;
  bool stop_ = false, shown_ = false;  // guarded by mutex_
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;  // last: it uses the others
};

Line* line = nullptr;

}  // namespace

void Progress::Begin(const char* what) {
  End();
  if (isatty(STDERR_FILENO)) line = new Line(what);
}

void Progress::End() {
  delete line;
  line = nullptr;
}

}  // namespace p2pcheck
