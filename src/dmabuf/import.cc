// SPDX-License-Identifier: GPL-2.0-or-later
#include "dmabuf/import.h"

#include <cerrno>

#include "dmabuf/attach.h"
#include "dmabuf/map.h"

namespace p2pcheck {
namespace {

// iommufd attaches with a device of its own, so nothing of the importing
// function counts, and maps by a private agreement with VFIO.
PairVerdict ImportByIommufd(const DmabufContext& context,
                            const PairQuestion& question) {
  PairVerdict verdict;
  if (ExportsByVfio(question)) {
    CheckRevoked(context, question, &verdict.attach);
  } else {
    StepReason reason;
    reason.rule = DmabufRule::kIommufdNotVfio;
    reason.says = Ternary::kNo;
    reason.error = EOPNOTSUPP;
    verdict.attach.Add(std::move(reason));
  }
  IommufdQuestion asked;
  asked.pair = question;
  verdict.map = JudgeIommufd(context, asked);
  return verdict;
}

bool CanExport(const ExporterRule* by) {
  return by != nullptr && by->way != ExporterWay::kVfioNoDmabuf &&
         by->way != ExporterWay::kVfioNoFeatures &&
         by->way != ExporterWay::kNotBar;
}

}  // namespace

PairVerdict JudgeImport(const DmabufContext& context,
                        const PairQuestion& question) {
  bool can_export = CanExport(question.exported.by);
  if (can_export && question.use != nullptr && question.use->own_device)
    return ImportByIommufd(context, question);
  PairVerdict verdict;
  verdict.path = DmaPathOf(context, question.importer);
  verdict.attach = JudgeAttach(context, question);
  verdict.map = can_export ? JudgeMap(context, question, &verdict.system_memory)
                           : verdict.attach;
  return verdict;
}

}  // namespace p2pcheck
