// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_CLI_EXIT_STATUS_H_
#define P2PCHECK_CLI_EXIT_STATUS_H_

namespace p2pcheck {

/// What the program's exit status says.
enum ExitStatus : int {
  kAllAllowed = 0,    ///< everything asked for is allowed
  kSomethingNot = 1,  ///< something is not
  kUndecided = 2,     ///< nothing fails, but something is undecided
  kUsage = 64,
  kBadInput = 65,
  kNotFound = 66,  ///< no such file or device
  kOurBug = 70,
  kCouldNotWrite = 74,
};

}  // namespace p2pcheck

#endif  // P2PCHECK_CLI_EXIT_STATUS_H_
