// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_RULES_RULE_FILES_H_
#define P2PCHECK_RULES_RULE_FILES_H_

#include <string>
#include <vector>

namespace p2pcheck {

/// One file of rules: its name without a path, and all of its text.
struct RuleFile {
  std::string name;
  std::string text;
};

/// The files built into the program, sorted by name.  The build writes this
/// function (rules/embed.cmake).
std::vector<RuleFile> EmbeddedRuleFiles();

/// The *.toml of a directory, sorted by name.  Throws NotFoundError where
/// there is no such directory, InputError where it holds none.  Rules are the
/// program's own data, not a host's: so this one reader lives here, not in
/// src/source.
std::vector<RuleFile> ReadRuleFiles(const std::string& directory);

/// SHA-256, in hex, over name, NUL, text, NUL of each file.
std::string HashRuleFiles(const std::vector<RuleFile>& files);

}  // namespace p2pcheck

#endif  // P2PCHECK_RULES_RULE_FILES_H_
