// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_CLI_COMMANDS_H_
#define P2PCHECK_CLI_COMMANDS_H_

#include "cli/options.h"
#include "report/matrix.h"

namespace p2pcheck {

// One command a file; each gives the exit status.
int RunSummary(const Options& options);
int RunPair(const Options& options);
int RunReport(const Options& options);
int RunTree(const Options& options);
int RunCmdline(const Options& options);
int RunAcs(const Options& options);
int RunMatrix(const Options& options);
int RunRank(const Options& options);
int RunCliques(const Options& options);
int RunGroups(const Options& options);
int RunRecord(const Options& options);
int RunRules(const Options& options);
int RunExplain(const Options& options);
int RunDiff(const Options& options);
int RunWatch(const Options& options);
int RunAdvise(const Options& options);
int RunCheck(const Options& options);
int RunBars(const Options& options);
int RunDmabuf(const Options& options);
int RunProbe(const Options& options);
int RunSchema(const Options& options);
int RunCompletion(const Options& options);

/// 1 where something is refused, else 2 where something is undecided, else 0.
int StatusOf(const MatrixTally& tally);

}  // namespace p2pcheck

#endif  // P2PCHECK_CLI_COMMANDS_H_
