// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_COMMAND_LINE_REPORT_H_
#define P2PCHECK_REPORT_COMMAND_LINE_REPORT_H_

#include <optional>
#include <ostream>
#include <string>

#include "report/judgement.h"

namespace p2pcheck {

/// How reading a command line came out.
enum class CommandLineOutcome { kClean, kFindings, kUndecided };

/// A kernel command line held against the host: what its parameters do, what
/// is wrong with them, and what each function they match comes to.  Without
/// `text` the one that the host was booted with.
CommandLineOutcome WriteCommandLineText(const Judgement& judgement,
                                        const std::optional<std::string>& text,
                                        const TextStyle& style,
                                        std::ostream& out);
/// The same as p2pcheck.cmdline/1.
CommandLineOutcome WriteCommandLineJson(const Judgement& judgement,
                                        const std::optional<std::string>& text,
                                        std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_COMMAND_LINE_REPORT_H_
