// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_ROUTE_WORDS_H_
#define P2PCHECK_REPORT_ROUTE_WORDS_H_

#include <ostream>
#include <string>

#include "report/json_writer.h"
#include "report/judgement.h"
#include "report/text.h"
#include "verdict/gates.h"
#include "verdict/route.h"

namespace p2pcheck {

/// "requests go direct below 0000:01:00.0, decided at 0000:02:10.0".
std::string RouteSentence(const Judgement& judgement, const Route& route);

/// Where the kernel and the hardware part, for a person.
std::string GateSentence(const Judgement& judgement, const GateFinding& gate);

/// Holds verdicts of a host to its hardware.
GateComparer GateComparerOf(const Judgement& judgement);
/// The routes of a pair and what they disagree in with its verdict.  Both
/// functions must be placed.
Lines RouteLines(const Judgement& judgement, const GateComparer& gates,
                 const Verdict& verdict);
/// "routes": an object a TLP kind, and "gates_disagree".
void WriteRoutesJson(const Judgement& judgement, const Verdict& verdict,
                     JsonWriter& json);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_ROUTE_WORDS_H_
