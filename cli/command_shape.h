// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_CLI_COMMAND_SHAPE_H_
#define P2PCHECK_CLI_COMMAND_SHAPE_H_

#include <string>
#include <vector>

namespace p2pcheck {

// The command line as data, for whoever has to tell others what it takes.

/// What a value, or an argument, may be.
struct ValueShape {
  std::string name;                ///< "SOURCE"; empty: there is none
  std::vector<std::string> words;  ///< all that it may be; empty: any
};

struct OptionShape {
  std::vector<std::string> names;  ///< "-o", "--output"
  ValueShape value;
  std::string help;
};

struct CommandShape {
  std::string name, help;
  ValueShape argument;  ///< of each of its arguments
  std::vector<OptionShape> options;
};

/// The program itself, whose options all commands take, then the commands in
/// the order of --help; of what CLI11 is told, so it cannot be out of date.
std::vector<CommandShape> DescribeCommandLine();

}  // namespace p2pcheck

#endif  // P2PCHECK_CLI_COMMAND_SHAPE_H_
