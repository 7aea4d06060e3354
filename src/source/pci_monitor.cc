// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/pci_monitor.h"

#include <libudev.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

#include "base/input_error.h"

namespace p2pcheck {
namespace {

using Clock = Debouncer::Clock;

// A host of some thousand functions that is rescanned sends megabytes.  More
// than the limit of the system is for root; the rest keep that.
constexpr int kBufferBytes = 16 << 20;

sigset_t StopSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

// For poll: -1 without an end, and rounded up so as not to spin.
int MillisecondsUntil(std::optional<Clock::time_point> until) {
  if (!until) return -1;
  auto left =
      std::chrono::ceil<std::chrono::milliseconds>(*until - Clock::now())
          .count();
  if (left <= 0) return 0;
  return left > std::numeric_limits<int>::max()
             ? std::numeric_limits<int>::max()
             : static_cast<int>(left);
}

}  // namespace

class PciMonitor::Impl {
 public:
  Impl() : udev_(udev_new()) {
    if (udev_) monitor_ = udev_monitor_new_from_netlink(udev_, "kernel");
    if (!monitor_ || udev_monitor_filter_add_match_subsystem_devtype(
                         monitor_, "pci", nullptr) < 0) {
      Close();
      throw NotFoundError("the kernel's events cannot be listened to");
    }
    udev_monitor_set_receive_buffer_size(monitor_, kBufferBytes);
    if (udev_monitor_enable_receiving(monitor_) < 0) {
      Close();
      throw NotFoundError("the kernel's events cannot be listened to");
    }
    sigset_t stop = StopSignals();
    sigprocmask(SIG_BLOCK, &stop, &old_mask_);
    signals_ = signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
  }
  ~Impl() {
    if (signals_ >= 0) close(signals_);
    sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
    Close();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Outcome Wait(std::optional<Clock::time_point> until) {
    for (;;) {
      pollfd waiting[] = {{signals_, POLLIN, 0},
                          {udev_monitor_get_fd(monitor_), POLLIN, 0}};
      int ready = poll(waiting, 2, MillisecondsUntil(until));
      if (ready < 0 && errno != EINTR)
        throw NotFoundError("the kernel's events ended");
      // Taken, so that it does not end the program when it is let through.
      signalfd_siginfo info;
      if (ready > 0 && waiting[0].revents &&
          read(signals_, &info, sizeof info) > 0)
        return Outcome::kStopped;
      if (ready > 0 && waiting[1].revents &&
          DrainEvents([this] { return Receive(); }))
        return Outcome::kEvents;
      if (until && Clock::now() >= *until) return Outcome::kTimeOut;
    }
  }

 private:
  Received Receive() {
    errno = 0;
    udev_device* device = udev_monitor_receive_device(monitor_);
    if (!device) return errno == ENOBUFS ? Received::kLost : Received::kNone;
    udev_device_unref(device);
    return Received::kEvent;
  }

  void Close() {
    if (monitor_) udev_monitor_unref(monitor_);
    if (udev_) udev_unref(udev_);
    monitor_ = nullptr;
    udev_ = nullptr;
  }

  udev* udev_ = nullptr;
  udev_monitor* monitor_ = nullptr;
  int signals_ = -1;
  sigset_t old_mask_{};
};

bool DrainEvents(const std::function<Received()>& receive) {
  bool any = false;
  for (Received got = receive(); got != Received::kNone; got = receive())
    any = true;
  return any;
}

PciMonitor::PciMonitor() : impl_(std::make_unique<Impl>()) {}
PciMonitor::~PciMonitor() = default;

PciMonitor::Outcome PciMonitor::Wait(std::optional<Clock::time_point> until) {
  return impl_->Wait(until);
}

PciMonitor::Outcome PciMonitor::WaitForBurst(
    Debouncer debouncer, std::optional<Clock::time_point> until) {
  for (;;) {
    auto due = debouncer.Due();
    bool burst = due && (!until || *due < *until);
    Outcome outcome = Wait(burst ? due : until);
    if (outcome == Outcome::kStopped) return outcome;
    if (outcome == Outcome::kTimeOut) return due ? Outcome::kEvents : outcome;
    debouncer.Note(Clock::now());
    due = debouncer.Due();
    if (due && *due <= Clock::now()) return Outcome::kEvents;
  }
}

}  // namespace p2pcheck
