// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_DOCUMENT_PARTS_H_
#define P2PCHECK_REPORT_DOCUMENT_PARTS_H_

#include "report/json_writer.h"
#include "report/judgement.h"

namespace p2pcheck {

/// The keys source, host, kernel and privileges, as BeginDocument has them,
/// into an object that is open.
void WriteHostKeys(const Judgement& judgement, JsonWriter& json);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_DOCUMENT_PARTS_H_
