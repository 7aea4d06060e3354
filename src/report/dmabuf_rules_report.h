// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_DMABUF_RULES_REPORT_H_
#define P2PCHECK_REPORT_DMABUF_RULES_REPORT_H_

#include <ostream>

#include "report/json_writer.h"
#include "report/judgement.h"
#include "rules/dmabuf_rules.h"

namespace p2pcheck {

/// What the kernel asked about does with BARs and dma-bufs: the last part of
/// the `rules` command, grouped so that it stays a screen.
void WriteDmabufRulesText(const DmabufRules& rules, const TextStyle& style,
                          std::ostream& out);

/// The same with sources, as one object.
void WriteDmabufRulesJson(const DmabufRules& rules, JsonWriter& json);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_DMABUF_RULES_REPORT_H_
