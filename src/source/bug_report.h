// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_BUG_REPORT_H_
#define P2PCHECK_SOURCE_BUG_REPORT_H_

#include <string_view>

#include "source/memory_tree.h"

namespace p2pcheck {

/// Whether a text that begins so is what nvidia-bug-report.sh wrote.
bool IsBugReport(std::string_view beginning);

/// Takes the report apart into the files and listings it was made of: "proc/
/// cmdline" and its like, "dmesg", "uname", and each listing of lspci under
/// the command that made it ("lspci -nnDvvvxxxx"), which is how a collection
/// (collection.h) is read.
///
/// A report is pieces between lines of underscores, each of which starts with
/// what it is: "*** /proc/cmdline" and a line of ls (of old versions the path
/// alone), a command, or "dmesg:" (nvidia-bug-report.sh of the drivers 180 to
/// 580).  What is not asked for is skipped, as are pieces that say that a file
/// was not there.
void SplitBugReport(std::string_view text, MemoryTree* tree);

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_BUG_REPORT_H_
