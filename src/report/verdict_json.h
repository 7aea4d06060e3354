// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_VERDICT_JSON_H_
#define P2PCHECK_REPORT_VERDICT_JSON_H_

#include <string_view>

#include "report/json_writer.h"
#include "report/judgement.h"

namespace p2pcheck {

/// The verdict object of the interface, the same in every command.
void WriteVerdict(const Judgement& judgement, const Verdict& verdict,
                  JsonWriter& json);

/// A key and the addresses of functions.
void WriteAddresses(std::string_view key, const Judgement& judgement,
                    const std::vector<FunctionIndex>& functions,
                    JsonWriter& json);

/// ["BUS_ADDR", "NOT_SUPPORTED"]: a set in the kernel's order.
void WriteMapTypes(MapTypeSet set, JsonWriter& json);

/// Opens the top level object and writes what every output begins with:
/// schema, tool, argv, source, host, kernel, rules, assumed, privileges,
/// unknowns.  The caller adds its own keys and closes the object.
void BeginDocument(const Judgement& judgement, std::string_view schema,
                   JsonWriter& json);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_VERDICT_JSON_H_
