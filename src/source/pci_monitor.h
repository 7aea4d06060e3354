// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_PCI_MONITOR_H_
#define P2PCHECK_SOURCE_PCI_MONITOR_H_

#include <functional>
#include <memory>
#include <optional>

#include "source/debouncer.h"

namespace p2pcheck {

/// What one receive from the kernel's socket gave.
enum class Received {
  kEvent,
  kLost,  ///< ENOBUFS: there was no room for events, and some are gone
  kNone,
};

/// Receives until there is nothing; whether anything happened.  Events that
/// were lost count: one of them may have been about what is watched.
bool DrainEvents(const std::function<Received()>& receive);

/// Waits for the kernel's own events about PCI functions: added, removed,
/// bound to a driver or unbound.  Not udev's, which come after its rules ran
/// and not at all where it does not run.  While one exists, SIGINT and SIGTERM
/// do not end the program but the waiting.
class PciMonitor {
 public:
  /// Throws NotFoundError where the kernel's events cannot be had.  Events
  /// from here on are kept, so make it before the first look at the host.
  PciMonitor();
  ~PciMonitor();
  PciMonitor(const PciMonitor&) = delete;
  PciMonitor& operator=(const PciMonitor&) = delete;

  enum class Outcome {
    kEvents,   ///< something happened, or events were lost
    kTimeOut,  ///< `until` passed
    kStopped,  ///< SIGINT or SIGTERM
  };
  /// Waits for the next event, and takes all there are.
  Outcome Wait(std::optional<Debouncer::Clock::time_point> until);

  /// Waits for events and until they settle, or for `until`.
  Outcome WaitForBurst(Debouncer debouncer,
                       std::optional<Debouncer::Clock::time_point> until);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_PCI_MONITOR_H_
