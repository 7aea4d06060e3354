// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_KERNEL_DIFF_H_
#define P2PCHECK_REPORT_KERNEL_DIFF_H_

#include <ostream>
#include <vector>

#include "report/judgement.h"

namespace p2pcheck {

/// The ordered pairs of `devices` whose set of outcomes is not the same under
/// two kernels, and their BARs of which the export as a DMABUF is not, as they
/// are found; gives the number of both.
uint64_t WriteKernelDiffText(const Judgement& before, const Judgement& after,
                             const std::vector<FunctionIndex>& devices,
                             const TextStyle& style, std::ostream& out);

/// p2pcheck.kernel-diff/1.
uint64_t WriteKernelDiffJson(const Judgement& before, const Judgement& after,
                             const std::vector<FunctionIndex>& devices,
                             std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_KERNEL_DIFF_H_
