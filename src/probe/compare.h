// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_PROBE_COMPARE_H_
#define P2PCHECK_PROBE_COMPARE_H_

#include <optional>
#include <vector>

#include "base/ternary.h"
#include "dmabuf/export.h"
#include "dmabuf/step.h"
#include "probe/ask.h"

namespace p2pcheck {

/// One question to the kernel: what we say it answers, and what it did.
struct ProbeComparison {
  FunctionIndex function = kNoIndex;
  /// kBind and what else opens the function, kFeature, kExport, kMapFile.
  ProbeStep step = ProbeStep::kBind;
  std::optional<ProbeRegion> region;  ///< of kExport and kMapFile
  /// Of this step alone: what an earlier one has shown does not count again.
  StepVerdict predicted;
  int answered = 0;  ///< a positive errno; 0: done
  /// kNo: one of the two is wrong, a finding.  kUnknown: we did not know, or
  /// the answer may be about another process.
  Ternary agrees = Ternary::kUnknown;
};

/// Holds what the kernel said of a function to what our rules say, step by
/// step.  Empty where it was not asked.
///
/// A prediction without a certain errno agrees with every errno.  A function
/// that we would have opened and the kernel did not proves nothing: another
/// process may have it (EINVAL, EPERM), or a BAR is not claimed, which nobody
/// sees.
std::vector<ProbeComparison> CompareProbe(const DmabufContext& context,
                                          const ProbeAnswer& answer);

}  // namespace p2pcheck

#endif  // P2PCHECK_PROBE_COMPARE_H_
