// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_CHECK_FORMATS_H_
#define P2PCHECK_REPORT_CHECK_FORMATS_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "report/check_items.h"
#include "report/judgement.h"

namespace p2pcheck {

// What `check` found, for the programs of others.  One file a format, each
// with the specification that it follows.

/// SARIF 2.1.0 (OASIS, 27 March 2020, with errata 01): one run, a rule for
/// each finding id, a result for each finding.  check_sarif.cc.
void WriteCheckSarif(const Judgement& judgement, const CheckResults& results,
                     std::ostream& out);

/// What a monitoring plugin's exit status says (Monitoring Plugins Development
/// Guidelines, "Plugin Return Codes").
enum class PluginStatus : uint8_t {
  kOk = 0,
  kWarning = 1,
  kCritical = 2,
  kUnknown = 3
};

/// An error is critical; what is undecided is unknown where nothing is worse.
PluginStatus PluginStatusOf(const CheckResults& results);

/// "P2PCHECK WARNING - ...|perfdata", then a line a finding.  A '|' in words
/// becomes '/', because it would start perfdata.  check_nagios.cc.
void WriteCheckNagios(const Judgement& judgement, const CheckResults& results,
                      std::ostream& out);

/// "P2PCHECK UNKNOWN - ..." of a check that could not be made.
std::string NagiosFailure(std::string_view message);

/// Gauges in Prometheus' text exposition format 0.0.4, for the textfile
/// collector of its node exporter.  No series a pair or a function: their
/// number hangs on kinds and ids alone.  `now`: seconds since 1970.
/// check_prometheus.cc.
void WriteCheckPrometheus(const Judgement& judgement,
                          const CheckResults& results, int64_t now,
                          std::ostream& out);

/// Labels as the "local" source of Kubernetes' node-feature-discovery reads
/// them from a file of its features.d: "p2pcheck/NAME=VALUE" lines.
/// check_nfd.cc.
void WriteCheckNfd(const Judgement& judgement, const CheckResults& results,
                   std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_CHECK_FORMATS_H_
