// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_BARS_REPORT_H_
#define P2PCHECK_REPORT_BARS_REPORT_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "dmabuf/export.h"
#include "dmabuf/vfio_gates.h"
#include "report/judgement.h"

namespace p2pcheck {

/// What verdicts about BARs are asked of; worth keeping for many functions.
struct BarContext {
  explicit BarContext(const Judgement& judgement);
  BarContext(const BarContext&) = delete;
  BarContext& operator=(const BarContext&) = delete;

  GroupMembers groups;
  DmabufContext dmabuf;
};

/// The answer that a line about a BAR shows: that of the driver that has the
/// function where it is an exporter of this BAR, else what vfio-pci would say.
struct ShownExport {
  const BarExport* exported = nullptr;
  bool hypothetical = false;  ///< nobody exports it today: if vfio-pci had it
  /// "amdgpu", "vfio-pci", "vfio-pci?" where hypothetical.
  std::string by;
};
ShownExport ShownOf(const BarVerdicts& bar);

/// Memory BARs (0 to 5) by the answer shown; what may be one counts too.
struct BarTally {
  uint64_t exported = 0, refused = 0, open = 0;
  void Count(const BarVerdicts& bar);
};

/// "0" to "5", "rom".
std::string BarName(const Bar& bar);
/// "mem32", "mem64", "io", "rom", "absent", "neither", "?".
std::string_view KindWord(const Bar& bar);
/// Bytes it can be resized to, smallest first; empty: not resizable, or not
/// known.
std::vector<uint64_t> ResizableSizes(const Bar& bar);

/// Hosts with more functions get a report without BARs: reading what their
/// verdicts need takes several times as long as all the rest.
constexpr size_t kMostFunctionsWithBars = 1024;

class JsonWriter;
/// `report`: the key "bars" of a function, one small object a BAR; null where
/// the host is too large.
void WriteBarsOfFunction(const BarContext& context, FunctionIndex function,
                         JsonWriter& json);
/// `report`: a line for each function of a kind that pairs: how many of its
/// memory BARs can be exported, by whom, and why not.
void WriteBarsSection(const Judgement& judgement, const TextStyle& style,
                      std::ostream& out);

/// Per function a head line, a table of its BARs, and why.
BarTally WriteBarsText(const Judgement& judgement,
                       const std::vector<FunctionIndex>& functions,
                       const TextStyle& style, std::ostream& out);
/// p2pcheck.bars/1
BarTally WriteBarsJson(const Judgement& judgement,
                       const std::vector<FunctionIndex>& functions,
                       std::ostream& out);
/// function bar start size flags export by reason errno
BarTally WriteBarsTsv(const Judgement& judgement,
                      const std::vector<FunctionIndex>& functions,
                      std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_BARS_REPORT_H_
