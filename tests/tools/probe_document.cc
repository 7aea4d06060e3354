// SPDX-License-Identifier: GPL-2.0-or-later
//
//   probe_document RECORDING [CALL ERRNO]...
//
// What `probe endpoint --yes --json` would print on that host, were its kernel
// one that does whatever is asked, but for the CALLs (as FakeVfio writes them:
// "export 0 0x1000"), which fail.
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>

#include "probe/ask.h"
#include "probe/compare.h"
#include "probe/plan.h"
#include "report/bars_report.h"
#include "report/probe_report.h"
#include "source/source.h"
#include "support/fake_vfio.h"
#include "support/judged_host.h"

namespace p2pcheck {
namespace {

ProbeFinding Ask(const JudgedHost& host, FakeVfio* kernel) {
  const Judgement& judgement = host.judgement();
  ProbeFinding found;
  found.asked = true;
  found.targets = PlanProbe(
      host.topology(), judgement.dmabuf.group_safe_drivers, host.Endpoints());
  BarContext context(judgement);
  for (const ProbeTarget& target : found.targets) {
    found.answers.push_back(
        AskKernel(kernel, target, host.topology()[target.function].address));
    for (auto& compared : CompareProbe(context.dmabuf, found.answers.back()))
      found.comparisons.push_back(std::move(compared));
  }
  return found;
}

void Run(int argc, char** argv) {
  if (argc % 2 != 0) throw std::runtime_error("RECORDING [CALL ERRNO]...");
  ReadRequest request;
  request.depth = ReadRequest::Depth::kDetails;
  JudgedHost host(ReadSource(std::string(argv[1]), request));
  FakeVfio kernel;
  for (int i = 2; i < argc; i += 2)
    kernel.Fail(argv[i], std::atoi(argv[i + 1]));
  WriteProbeJson(host.judgement(), Ask(host, &kernel), std::cout);
}

}  // namespace
}  // namespace p2pcheck

int main(int argc, char** argv) try {
  p2pcheck::Run(argc, argv);
  return std::cout.flush() ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "probe_document: " << error.what() << "\n";
  return 1;
}
