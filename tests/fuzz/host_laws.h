// SPDX-License-Identifier: GPL-2.0-or-later
//
// What holds of every host that a source gives, whatever the source was.
#ifndef P2PCHECK_TESTS_FUZZ_HOST_LAWS_H_
#define P2PCHECK_TESTS_FUZZ_HOST_LAWS_H_

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>

#include "base/input_error.h"
#include "report/host_report.h"
#include "report/judgement.h"
#include "rules/rule_set.h"
#include "snapshot/recording.h"
#include "snapshot/serial_number.h"
#include "topology/topology.h"

namespace p2pcheck {

inline void Expect(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", law);
  std::abort();
}

inline std::string Recorded(const HostSnapshot& host) {
  std::ostringstream out;
  WriteRecording(host, out);
  return out.str();
}

// One kernel, for speed: which one it is concerns no source.
inline void Render(const HostSnapshot& host, const Topology& topology) {
  static const RuleBook book = RuleBook::Embedded();
  static const RuleSet rules = book.For(*ParseKernelVersion("6.12"));
  Judgement judgement(host, topology, book);
  judgement.question.kernels = {rules};
  judgement.kernel = rules.kernel;
  judgement.cpu = IdentifyCpu(host, book);
  for (const FunctionRecord& record : host.functions)
    judgement.kinds.push_back(KindOf(book.kinds(), record));
  std::ostringstream out;
  auto classes = ClassifyEndpoints(judgement);
  WriteReportJson(judgement, classes, out);
  WriteReportText(judgement, classes, {}, out);
  for (char c : out.str())
    Expect(c == '\n' || static_cast<unsigned char>(c) >= 0x20,
           "no control character reaches the output");
}

// The tree holds together, what is recorded reads back, and the report is
// written without control characters.  An InputError in here is a finding:
// our own text must be readable.
inline void ExpectHostHolds(HostSnapshot host) try {
  Topology topology = BuildTopology(host);
  Expect(CheckTopology(topology).empty(), "the tree holds together");
  if (host.functions.size() <= 32) Render(host, topology);
  HostSnapshot again = ReadRecording(Recorded(host), "again");
  for (FunctionRecord& record : host.functions)
    WipeSerialNumbers(&record.config);
  Expect(SameFacts(host, again), "what was written reads back the same");
} catch (const InputError& error) {
  Expect(false, error.what());
}

}  // namespace p2pcheck

#endif  // P2PCHECK_TESTS_FUZZ_HOST_LAWS_H_
