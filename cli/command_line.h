// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_CLI_COMMAND_LINE_H_
#define P2PCHECK_CLI_COMMAND_LINE_H_

#include <functional>
#include <optional>
#include <string>

#include "cli/options.h"

namespace p2pcheck {

/// Parses the command line.  None: there is nothing more to do (help or
/// version was printed), and `*status` is the exit status.  Throws UsageError.
/// The only code that knows CLI11.
std::optional<Options> ParseCommandLine(
    int argc, char** argv, const std::function<std::string()>& version,
    int* status);

}  // namespace p2pcheck

#endif  // P2PCHECK_CLI_COMMAND_LINE_H_
