// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_CLI_COMPLETION_H_
#define P2PCHECK_CLI_COMPLETION_H_

#include <string>
#include <vector>

#include "cli/command_shape.h"

namespace p2pcheck {

// Scripts that complete our command line in a shell.  Options, commands and
// words that are always the same stand in the script; for devices, ids and
// the like it asks `p2pcheck completion LIST [--from SOURCE] -- PREFIX`, which
// prints "WORD<tab>what it is", a line each.

std::string BashCompletion(const std::vector<CommandShape>& shapes);
std::string ZshCompletion(const std::vector<CommandShape>& shapes);
std::string FishCompletion(const std::vector<CommandShape>& shapes);

/// How a value is completed.
struct Completer {
  enum class How {
    kNone,
    kFiles,
    kFolders,
    kWords,  ///< those of the shape
    kAsk,    ///< `p2pcheck completion LIST`
  };
  How how = How::kNone;
  std::string list;
};
Completer CompleterOf(const ValueShape& value);

/// Options of a command alone that take a value, and those of the program.
std::vector<OptionShape> AllOptions(const std::vector<CommandShape>& shapes);

/// "a b c"
std::string JoinWords(const std::vector<std::string>& words,
                      const std::string& between = " ");

}  // namespace p2pcheck

#endif  // P2PCHECK_CLI_COMPLETION_H_
