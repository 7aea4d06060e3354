// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_PROBE_WORDS_H_
#define P2PCHECK_REPORT_PROBE_WORDS_H_

#include <string>

#include "report/probe_report.h"

namespace p2pcheck {

/// Why a function is left alone, or was not opened, as a sentence.
std::string ObstacleSentence(const Judgement& judgement,
                             const ProbeTarget& target);
std::string ObstacleSentence(const Judgement& judgement,
                             const ProbeTarget& target,
                             const ProbeAnswer& answer);

/// "ok", "EINVAL", "errno 71".
std::string AnswerWord(int error);

/// What a comparison is of: "PROBE", "export of BAR 2 (16 MiB)".
std::string StepPhrase(const ProbeComparison& compared);

/// A difference: "0000:01:00.0: export of BAR 2 (16 MiB): the kernel says
/// EINVAL, predicted was ok".
std::string DifferenceSentence(const Judgement& judgement,
                               const ProbeComparison& compared);

/// "ok", "EINVAL (bar-is-io)", "refused (...)", "? (page-size-unknown)".
std::string PredictionWord(const StepVerdict& predicted);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_PROBE_WORDS_H_
