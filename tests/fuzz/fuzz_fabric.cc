// SPDX-License-Identifier: GPL-2.0-or-later
//
// Forests of any form, with any state of ACS and of host bridges, under any
// kernel: the fabric core says of every pair what Decide says, as a cell of
// the whole matrix, of a block of it, and by itself.
//
// Input: kernel, CPU, the corner of a block; then three bytes a function: what
// it hangs below, ACS, and IDs.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "fabric/fabric.h"
#include "verdict/decide.h"

namespace p2pcheck {
namespace {

constexpr size_t kMost = 40;

class Input {
 public:
  Input(const uint8_t* data, size_t size) : at_(data), end_(data + size) {}
  uint8_t Byte() { return at_ < end_ ? *at_++ : 0; }
  bool empty() const { return at_ >= end_; }

 private:
  const uint8_t *at_, *end_;
};

const std::vector<KernelQuestion>& Questions() {
  static const RuleBook book = RuleBook::Embedded();
  static const std::vector<KernelQuestion> questions = [] {
    std::vector<KernelQuestion> out;
    for (uint16_t minor : {19, 20})
      out.push_back({{book.For({4, minor, std::nullopt})}, Ternary::kYes});
    for (uint16_t minor : {1, 2, 4, 13, 14, 19})
      out.push_back({{book.For({5, minor, std::nullopt})}, Ternary::kYes});
    out.push_back({{book.For({6, 12, std::nullopt})}, Ternary::kUnknown});
    out.push_back({{book.For({6, 12, std::nullopt})}, Ternary::kNo});
    out.push_back({{book.For({9, 9, std::nullopt})}, Ternary::kYes});
    out.push_back({{book.Next()}, Ternary::kYes});
    out.push_back({book.ForUnknownKernel(), Ternary::kUnknown});
    return out;
  }();
  return questions;
}

CpuIdentity Cpu(uint8_t code) {
  CpuIdentity cpu;
  cpu.architecture = std::string("x86_64");
  if (code % 3 == 0) return cpu;
  cpu.vendor = std::string(code % 3 == 1 ? "AuthenticAMD" : "GenuineIntel");
  cpu.family = uint32_t{0x19};
  return cpu;
}

// Function i stands at bus i, so that its address tells nothing; the one that
// a host bridge is known by stands at 00.0.
FunctionRecord Record(size_t i, uint8_t above, uint8_t ids) {
  static constexpr uint16_t kDevices[] = {0x3c00, 0x2030, 0x1237, 0x09a2};
  FunctionRecord record;
  record.address = {0, static_cast<uint8_t>(i),
                    static_cast<uint8_t>(ids & 0x80 ? 8 : 0)};
  record.physfn = Absent{};
  if (ids & 0x40) record.vendor = uint16_t{0x8086};
  record.device = kDevices[ids % 4];
  size_t choice = above % (i + 4);
  if (choice < i)
    record.parent = ParentLink{false, {}, {}};  // filled in below
  else if (choice < i + 3)
    record.parent = ParentLink{
        true, {}, {0, static_cast<uint8_t>(choice == i ? 0 : choice - i + 99)}};
  else
    record.parent = ReadFailure::kPermissionDenied;
  return record;
}

struct Forest {
  HostSnapshot snapshot;
  std::vector<AssumedAcs> acs;
};

Forest Grow(Input* input) {
  Forest forest;
  auto& functions = forest.snapshot.functions;
  while (!input->empty() && functions.size() < kMost) {
    size_t i = functions.size();
    uint8_t above = input->Byte(), control = input->Byte(), ids = input->Byte();
    functions.push_back(Record(i, above, ids));
    auto& parent = functions.back().parent;
    if (parent.known() && !parent.value().is_root_bus)
      parent.value().bridge = functions[above % (i + 4)].address;
    AssumedAcs assumed;
    assumed.function = static_cast<FunctionIndex>(i);
    assumed.acs.capability = 0x7f;
    assumed.acs.control = control & 0x7f;
    if (control & 0x80) assumed.acs.control_known = ids;
    forest.acs.push_back(assumed);
  }
  return forest;
}

[[noreturn]] void Differ(const Topology& topology, const Verdict& verdict,
                         const char* where) {
  std::fprintf(stderr, "%s of %s %s differs from Decide's %d\n", where,
               ToString(topology[verdict.provider].address).c_str(),
               ToString(topology[verdict.client].address).c_str(),
               verdict.possible.bits());
  std::abort();
}

// A block and where it lies.
struct Block {
  Block(const Fabric& fabric, FabricRange rows, FabricRange columns)
      : providers(rows),
        clients(columns),
        outcomes(size_t{rows.size()} * columns.size()),
        distances(outcomes.size()) {
    fabric.OutcomesAndDistances(providers, clients, outcomes.data(),
                                distances.data());
  }

  bool Has(FabricIndex p, FabricIndex c) const {
    return p >= providers.begin && p < providers.end && c >= clients.begin &&
           c < clients.end;
  }
  bool Says(FabricIndex p, FabricIndex c, const Verdict& verdict) const {
    size_t at =
        size_t{p - providers.begin} * clients.size() + (c - clients.begin);
    return outcomes[at] == verdict.possible.bits() &&
           distances[at] == verdict.distance.value_or(Fabric::kNoDistance);
  }

  FabricRange providers, clients;
  std::vector<uint8_t> outcomes;
  std::vector<uint16_t> distances;
};

FabricRange RangeOf(uint8_t from, uint8_t to, uint32_t size) {
  FabricIndex a = from % (size + 1), b = to % (size + 1);
  return {std::min(a, b), std::max(a, b)};
}

void Compare(const Topology& topology, const KernelQuestion& question,
             const CpuIdentity& cpu, const uint8_t* corners) {
  Fabric fabric(topology, {question.kernels, cpu, question.p2pdma_built_in});
  Block all(fabric, fabric.All(), fabric.All());
  Block part(fabric, RangeOf(corners[0], corners[1], fabric.size()),
             RangeOf(corners[2], corners[3], fabric.size()));
  for (FabricIndex p = 0; p < fabric.size(); ++p) {
    for (FabricIndex c = 0; c < fabric.size(); ++c) {
      Verdict verdict = Decide(topology, question, cpu, fabric.FunctionAt(p),
                               fabric.FunctionAt(c));
      PairScore score = fabric.Score(p, c);
      if (!(score == PairScore{verdict.possible, verdict.distance}))
        Differ(topology, verdict, "the score");
      if (!all.Says(p, c, verdict)) Differ(topology, verdict, "the matrix");
      if (part.Has(p, c) && !part.Says(p, c, verdict))
        Differ(topology, verdict, "a block");
    }
  }
}

}  // namespace
}  // namespace p2pcheck

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace p2pcheck;
  Input input(data, size);
  const KernelQuestion& question =
      Questions()[input.Byte() % Questions().size()];
  CpuIdentity cpu = Cpu(input.Byte());
  uint8_t corners[4];
  for (uint8_t& corner : corners) corner = input.Byte();
  Forest forest = Grow(&input);
  Topology topology = BuildTopology(forest.snapshot).WithAcs(forest.acs);
  Compare(topology, question, cpu, corners);
  return 0;
}
