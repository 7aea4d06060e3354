// SPDX-License-Identifier: GPL-2.0-or-later
//
//   print_bars SOURCE
//
// The BARs and ROM of every function as BarsOf has them, a line each:
// "0000:03:00.0 0 memory 0xfdc00000 0x4000 64 pref", with "unset" at the end of
// one without address; "0000:03:00.0 unknown" where `resource` was not read.
#include <exception>
#include <iostream>
#include <string>

#include "dmabuf/bar.h"
#include "source/source.h"

namespace p2pcheck {
namespace {

void Print(const Function& function) {
  std::cout << std::hex;
  Observed<std::vector<Bar>> bars = BarsOf(function);
  if (!bars.known()) std::cout << ToString(function.address) << " unknown\n";
  for (const Bar& bar : bars.value_or({})) {
    if (bar.kind == BarKind::kAbsent) continue;
    std::cout << ToString(function.address) << ' ' << int{bar.index} << ' '
              << BarKindName(bar.kind) << " 0x" << bar.start << " 0x"
              << bar.size << (bar.is_64bit ? " 64" : " 32")
              << (bar.prefetchable ? " pref" : " non-pref")
              << (bar.unassigned ? " unset" : "") << '\n';
  }
}

void PrintAll(const std::string& source) {
  ReadRequest request;
  request.depth = ReadRequest::Depth::kDetails;
  HostSnapshot snapshot = ReadSource(source, request);
  Topology topology = BuildTopology(snapshot);
  for (const Function& function : topology.functions()) Print(function);
}

}  // namespace
}  // namespace p2pcheck

int main(int argc, char** argv) try {
  if (argc != 2) throw std::runtime_error("one source is needed");
  p2pcheck::PrintAll(argv[1]);
  return std::cout.flush() ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "print_bars: " << error.what() << "\n";
  return 1;
}
