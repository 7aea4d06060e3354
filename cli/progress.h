// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_CLI_PROGRESS_H_
#define P2PCHECK_CLI_PROGRESS_H_

namespace p2pcheck {

/// A line on the terminal of standard error that says what takes so long: it
/// appears after half a second, counts the seconds, and is erased by whoever
/// has something to print.  Without a terminal there is none.
class Progress {
 public:
  /// Starts to wait; `what`, a literal, is what is done.
  static void Begin(const char* what);
  /// Erases the line, for good.  May be called at any time, more than once.
  static void End();
};

}  // namespace p2pcheck

#endif  // P2PCHECK_CLI_PROGRESS_H_
