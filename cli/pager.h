// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_CLI_PAGER_H_
#define P2PCHECK_CLI_PAGER_H_

#include <string>

namespace p2pcheck {

/// A program that shows what is longer than the screen: P2PCHECK_PAGER, else
/// PAGER, else `less -FRX` where there is one.
class Pager {
 public:
  Pager() = default;
  ~Pager();
  Pager(const Pager&) = delete;
  Pager& operator=(const Pager&) = delete;

  /// Whether the user wants one: the first of the two variables that is set is
  /// neither empty nor "cat".
  static bool Wanted();

  /// Starts it with this program's standard output as its own, and gives the
  /// descriptor to write to; -1: it could not be started.  From here on
  /// SIGPIPE, SIGINT and SIGQUIT are ignored: the terminal is the pager's.
  int Start();
  bool running() const { return process_ > 0; }

  /// Waits until the user has left it.  False: there is no such program.
  bool Finish();

 private:
  int write_end_ = -1;
  int process_ = -1;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_CLI_PAGER_H_
