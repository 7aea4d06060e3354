// SPDX-License-Identifier: GPL-2.0-or-later
#include <iostream>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/session.h"
#include "snapshot/recording.h"
#include "source/source.h"

namespace p2pcheck {

int RunRecord(const Options& options) {
  if (!options.assume.empty())
    throw UsageError(
        "record: a recording holds what was seen, so --assume "
        "does not go with it");
  ReadRequest request;
  request.depth = ReadRequest::Depth::kEverything;
  HostSnapshot snapshot = ReadSource(options.from, request);
  for (const SourceWarning& warning : snapshot.warnings)
    std::cerr << "p2pcheck: " << warning.text << "\n";
  Output output(options.output);
  WriteRecording(snapshot, output.stream());
  output.Finish();
  return kAllAllowed;
}

}  // namespace p2pcheck
