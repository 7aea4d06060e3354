// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_TREE_H_
#define P2PCHECK_REPORT_TREE_H_

#include <ostream>

#include "report/judgement.h"

namespace p2pcheck {

/// The PCIe tree as the kernel has it: a line a function, with its port type,
/// ACS, link, group, driver and name.
void WriteTreeText(const Judgement& judgement, const TextStyle& style,
                   std::ostream& out);

/// The same as p2pcheck.tree/1: host bridges and functions, flat, each with
/// its upstream bridge.
void WriteTreeJson(const Judgement& judgement, std::ostream& out);

class JsonWriter;
/// The "host_bridges" and "functions" arrays, which the report has too.
void WriteHostBridgesJson(const Judgement& judgement, JsonWriter& json);
/// With `bars`: what each BAR is and who exports it.
void WriteFunctionsJson(const Judgement& judgement, bool bars,
                        JsonWriter& json);

/// "RP", "USP", "DSP", "EP", "VF", ...
std::string PortWord(const Function& function);

/// How a host bridge stands in the kernel's table, in words.
std::string HostBridgePhrase(const Judgement& judgement, HostBridgeIndex index);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_TREE_H_
