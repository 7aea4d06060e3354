// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_EXPORT_DIFF_H_
#define P2PCHECK_REPORT_EXPORT_DIFF_H_

#include <cstdint>
#include <ostream>
#include <vector>

#include "dmabuf/export.h"
#include "report/json_writer.h"
#include "report/judgement.h"

namespace p2pcheck {

/// A BAR that is exported as a DMABUF under one of two judgements of a host
/// and not under the other, or by another exporter, or refused with another
/// errno: as bound, or if vfio-pci had the function.
struct ExportChange {
  BarVerdicts before, after;
};

/// The BARs of `functions`, in their order.  Empty on hosts of more than
/// kMostFunctionsWithBars functions, of which BARs are not read.
std::vector<ExportChange> CompareExports(
    const Judgement& before, const Judgement& after,
    const std::vector<FunctionIndex>& functions);

/// Two lines a BAR: what it was and what it is, with the reason.
void WriteExportChanges(const Judgement& before, const Judgement& after,
                        const std::vector<ExportChange>& changes,
                        const std::string& from, const std::string& to,
                        const TextStyle& style, std::ostream& out);

/// "exports": function, bar, and as_bound and if_vfio_pci of each side; null
/// where BARs are not read.
void WriteExportChangesJson(const Judgement& judgement,
                            const std::vector<ExportChange>& changes,
                            JsonWriter& json);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_EXPORT_DIFF_H_
