// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_DMABUF_JSON_H_
#define P2PCHECK_REPORT_DMABUF_JSON_H_

#include <optional>
#include <string_view>
#include <vector>

#include "dmabuf/export.h"
#include "dmabuf/step.h"
#include "report/json_writer.h"

namespace p2pcheck {

/// The reason that settles an answer: the first refusal, else the first open
/// one; null where the answer is yes.
const StepReason* DecidingReason(const StepVerdict& verdict);

/// "EINVAL"; "-" where there is none or it is not certain.
std::string_view ErrnoText(const StepVerdict& verdict);

/// "yes", "no", "?".
std::string_view AnswerText(Ternary answer);

/// A step: answer, errno, reasons, missing.
void WriteStep(const StepVerdict& verdict, JsonWriter& json);
/// The keys of a step, into an object that is open.
void WriteStepFields(const StepVerdict& verdict, JsonWriter& json);

/// by, then the step, then what a dma-buf of the whole BAR spans.
void WriteExport(const BarExport& exported, JsonWriter& json);

/// bar, kind, start, size, flags, ... of a BAR, into an object that is open.
void WriteBarFields(const Bar& bar, JsonWriter& json);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_DMABUF_JSON_H_
