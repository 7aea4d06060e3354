// SPDX-License-Identifier: GPL-2.0-or-later
//
// Kernel command lines of any content, held against a small host and every
// kind of kernel: no place points outside of the text, what firmware left
// only narrows what is known, and nothing crashes.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "rules/rule_set.h"
#include "topology/topology.h"
#include "verdict/command_line_findings.h"

namespace p2pcheck {
namespace {

// A root port with ACS, a switch port below it, and an endpoint.
FunctionRecord Port(PciAddress address, uint8_t type, uint16_t device) {
  FunctionRecord record;
  record.address = address;
  record.vendor = 0x8086;
  record.device = device;
  record.driver = std::string("pcieport");
  record.removable = Absent{};
  uint8_t bytes[4096] = {};
  bytes[0x06] = 0x10;
  bytes[0x0e] = 1;
  bytes[0x19] = bytes[0x1a] = static_cast<uint8_t>(address.bus + 1);
  bytes[0x34] = 0x40;
  bytes[0x40] = 0x10;
  bytes[0x42] = static_cast<uint8_t>(type << 4);
  bytes[0x100] = 0x0d;
  bytes[0x102] = 1;
  bytes[0x104] = 0x5f;
  bytes[0x106] = 0x1d;
  record.config.set_reach(uint16_t{4096});
  record.config.Put(0, bytes, sizeof(bytes));
  return record;
}

HostSnapshot SmallHost() {
  HostSnapshot snapshot;
  snapshot.host.architecture = std::string("x86_64");
  snapshot.host.acpi_tables = StringList{"DMAR"};
  snapshot.functions.push_back(Port({0, 0, 0x08}, 4, 0x1901));
  snapshot.functions.push_back(Port({0, 0, 0xe0}, 4, 0xa110));
  snapshot.functions.push_back(Port({0, 1, 0x00}, 6, 0x1902));
  return snapshot;
}

void CheckSpans(const CommandLine& line, const CommandLineReading& reading) {
  for (const CommandLineFinding& finding : reading.findings)
    if (finding.where.begin > finding.where.end ||
        finding.where.end > line.text().size())
      std::abort();
}

void CheckFirmware(const Topology& topology, const KernelBoot& boot) {
  FirmwareAcs left;
  left.word = {0x11, kAcsKernelBits};
  for (FunctionIndex i = 0; i < topology.functions().size(); ++i) {
    auto open = PredictAcs(topology, boot, i);
    auto known = PredictAcs(topology, boot, i, left);
    if (!open.known() || !known.known()) continue;
    AcsBits a = open.value().control, b = known.value().control;
    if ((a.known & ~b.known) || (a.known & (a.value ^ b.value))) std::abort();
  }
}

void Try(const std::string& text) {
  static const RuleBook book = RuleBook::Embedded();
  static const HostSnapshot snapshot = SmallHost();
  static const Topology topology = BuildTopology(snapshot);
  CommandLine line(text);
  for (KernelVersion version : {KernelVersion{6, 1, 176},
                                {6, 12, 0},
                                {6, 12, std::nullopt},
                                {7, 3, 4}}) {
    KernelBoot boot = NamedKernel(book, version, line);
    for (bool booted : {false, true})
      CheckSpans(line, ReadCommandLine(topology, boot, boot, booted));
    CheckFirmware(topology, boot);
  }
}

}  // namespace
}  // namespace p2pcheck

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  p2pcheck::Try(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
