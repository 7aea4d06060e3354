// SPDX-License-Identifier: GPL-2.0-or-later
//
// The fabric core on synthetic hosts, beside what it is measured against:
// memset of as many bytes, and the plain walk.  tests/bench/run prints the
// ratios.  One row of the matrix is 16 KiB for 16,384 functions; all of it 256
// MiB for outcomes and 512 MiB for distances.
#include <benchmark/benchmark.h>

#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <thread>

#include "bench/synthetic_host.h"
#include "fabric/fabric.h"
#include "fabric/pair_classes.h"
#include "pci/acs.h"
#include "rules/rule_set.h"
#include "verdict/decide.h"

namespace p2pcheck {
namespace {

constexpr uint32_t kMatrix = 16384;
constexpr uint32_t kClasses = 65536;

// How ACS is set, beside what the synthetic host has (all ports redirect).
enum class Ports { kRedirect, kClear, kMixed, kUnread, kEndpoints };

const char* Name(Ports ports) {
  switch (ports) {
    case Ports::kRedirect: return "all ports redirect";
    case Ports::kClear: return "no port redirects";
    case Ports::kMixed: return "every function at random";
    case Ports::kUnread: return "read by a user";
    case Ports::kEndpoints: return "every second endpoint, no port";
  }
  return "?";
}

AcsCapability RandomAcs(std::mt19937* random) {
  AcsCapability acs;
  acs.capability = 0x5f;
  acs.control = (*random)() % 2 ? 0x1d : 0;
  return acs;
}

Topology WithPorts(const Topology& topology, Ports ports) {
  std::mt19937 random(16384);
  std::vector<AssumedAcs> assumed;
  for (FunctionIndex i = 0; i < topology.functions().size(); ++i) {
    bool endpoint = !topology[i].is_bridge;
    if (ports == Ports::kMixed || (ports == Ports::kEndpoints && endpoint)) {
      assumed.push_back({i, RandomAcs(&random)});
    } else if (topology[i].acs.known()) {
      AcsCapability acs = topology[i].acs.value();
      acs.control = 0;
      if (ports == Ports::kUnread) acs.control_known = 0;
      assumed.push_back({i, acs});
    }
  }
  return topology.WithAcs(assumed);
}

struct World {
  World(uint32_t functions, Ports ports)
      : host(SyntheticHost(functions)), topology(BuildTopology(host)) {
    if (ports != Ports::kRedirect) topology = WithPorts(topology, ports);
    RuleBook book = RuleBook::Embedded();
    question.kernels = {book.For(*ParseKernelVersion("6.12.95"))};
    question.p2pdma_built_in = Ternary::kYes;
    cpu = IdentifyCpu(host, book);
    for (const FunctionRecord& record : host.functions)
      kinds.push_back(KindOf(book.kinds(), record));
  }

  Fabric Build() const {
    return Fabric(topology, {question.kernels, cpu, Ternary::kYes});
  }

  HostSnapshot host;
  Topology topology;
  KernelQuestion question;
  CpuIdentity cpu;
  std::vector<DeviceKind> kinds;
};

const World& WorldOf(uint32_t functions, Ports ports = Ports::kRedirect) {
  static std::map<std::pair<uint32_t, Ports>, std::unique_ptr<World>> worlds;
  auto& slot = worlds[{functions, ports}];
  if (!slot) slot = std::make_unique<World>(functions, ports);
  return *slot;
}

// Every page touched once, so that nobody pays for that.
template <class T>
T* Room(size_t count) {
  static std::vector<T> room;
  if (room.size() < count) room.assign(count, 1);
  return room.data();
}

constexpr size_t kPairs = size_t{kMatrix} * kMatrix;

void Finish(benchmark::State& state, size_t pairs) {
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(pairs));
}

void Memset(benchmark::State& state) {
  auto bytes = static_cast<size_t>(state.range(0)) * kPairs;
  auto* outcomes = Room<uint8_t>(kPairs);
  auto* distances = Room<uint16_t>(kPairs);
  for (auto _ : state) {
    std::memset(outcomes, 1, kPairs);
    if (bytes > kPairs) std::memset(distances, 1, bytes - kPairs);
    benchmark::ClobberMemory();
  }
  Finish(state, kPairs);
}

void Outcomes(benchmark::State& state) {
  auto ports = static_cast<Ports>(state.range(0));
  Fabric fabric = WorldOf(kMatrix, ports).Build();
  auto* out = Room<uint8_t>(kPairs);
  for (auto _ : state) {
    fabric.Outcomes(fabric.All(), fabric.All(), out);
    benchmark::ClobberMemory();
  }
  state.SetLabel(Name(ports));
  Finish(state, kPairs);
}

void OutcomesAndDistances(benchmark::State& state) {
  auto ports = static_cast<Ports>(state.range(0));
  Fabric fabric = WorldOf(kMatrix, ports).Build();
  auto* out = Room<uint8_t>(kPairs);
  auto* distances = Room<uint16_t>(kPairs);
  for (auto _ : state) {
    fabric.OutcomesAndDistances(fabric.All(), fabric.All(), out, distances);
    benchmark::ClobberMemory();
  }
  state.SetLabel(Name(ports));
  Finish(state, kPairs);
}

// So many rows, shared out evenly.
template <class Work>
void ByThreads(benchmark::State& state, uint32_t rows, const Work& work) {
  auto threads = static_cast<uint32_t>(state.range(0));
  for (auto _ : state) {
    std::vector<std::thread> running;
    for (uint32_t t = 0; t < threads; ++t)
      running.emplace_back(
          work, FabricRange{rows / threads * t, rows / threads * (t + 1)});
    for (std::thread& thread : running) thread.join();
  }
  Finish(state, size_t{rows} * rows);
}

// What the machine's memory takes: no writer of a whole matrix is faster.
void MemsetByThreads(benchmark::State& state) {
  auto* out = Room<uint8_t>(kPairs);
  ByThreads(state, kMatrix, [&](FabricRange rows) {
    std::memset(out + size_t{rows.begin} * kMatrix, 1,
                size_t{rows.size()} * kMatrix);
  });
}

void OutcomesByThreads(benchmark::State& state) {
  Fabric fabric = WorldOf(kMatrix).Build();
  auto* out = Room<uint8_t>(kPairs);
  ByThreads(state, kMatrix, [&](FabricRange rows) {
    fabric.Outcomes(rows, fabric.All(), out + size_t{rows.begin} * kMatrix);
  });
}

// Each thread into one buffer of 4 rows again and again, as one does who
// looks at the rows and goes on: without the machine's memory.  4.3 billion
// pairs, so that starting the threads counts for nothing.
void BlocksByThreads(benchmark::State& state) {
  constexpr uint32_t kRows = 4;
  Fabric fabric = WorldOf(kClasses).Build();
  ByThreads(state, kClasses, [&](FabricRange rows) {
    std::vector<uint8_t> block(size_t{kRows} * kClasses);
    for (FabricIndex p = rows.begin; p < rows.end; p += kRows) {
      fabric.Outcomes({p, p + kRows}, fabric.All(), block.data());
      benchmark::ClobberMemory();
    }
  });
}

std::pair<FunctionIndex, FunctionIndex> NextPair(std::mt19937* random) {
  return {(*random)() % kMatrix, (*random)() % kMatrix};
}

constexpr size_t kSample = 4096;

void PlainWalk(benchmark::State& state) {
  const World& world = WorldOf(kMatrix);
  std::mt19937 random(1);
  for (auto _ : state)
    for (size_t i = 0; i < kSample; ++i) {
      auto [p, c] = NextPair(&random);
      benchmark::DoNotOptimize(
          Decide(world.topology, world.question, world.cpu, p, c).possible);
    }
  Finish(state, kSample);
}

void OnePair(benchmark::State& state) {
  Fabric fabric = WorldOf(kMatrix).Build();
  std::mt19937 random(1);
  for (auto _ : state)
    for (size_t i = 0; i < kSample; ++i) {
      auto [p, c] = NextPair(&random);
      benchmark::DoNotOptimize(fabric.ScoreOf(p, c));
    }
  Finish(state, kSample);
}

// The same on the way of one root bus, where there is something to climb.
void OnePairOfOneBus(benchmark::State& state) {
  Fabric fabric = WorldOf(kMatrix).Build();
  FabricRange bus = fabric.RootBus(0);
  std::mt19937 random(1);
  for (auto _ : state)
    for (size_t i = 0; i < kSample; ++i)
      benchmark::DoNotOptimize(fabric.Score(bus.begin + random() % bus.size(),
                                            bus.begin + random() % bus.size()));
  Finish(state, kSample);
}

void BuildIndex(benchmark::State& state) {
  auto functions = static_cast<uint32_t>(state.range(0));
  const World& world = WorldOf(functions);
  for (auto _ : state) benchmark::DoNotOptimize(world.Build().size());
  Finish(state, functions);
}

void ClassSummary(benchmark::State& state) {
  auto functions = static_cast<uint32_t>(state.range(0));
  const World& world = WorldOf(functions);
  std::vector<bool> all(functions, true);
  for (auto _ : state)
    benchmark::DoNotOptimize(
        ClassifyPairs({world.topology, world.question.kernels, world.cpu,
                       world.kinds, all})
            .size());
  Finish(state, functions);
}

constexpr auto kMs = benchmark::kMillisecond;
BENCHMARK(Memset)->Arg(1)->Arg(3)->Unit(kMs);
BENCHMARK(Outcomes)->DenseRange(0, 4)->Unit(kMs);
BENCHMARK(OutcomesAndDistances)->DenseRange(0, 4)->Unit(kMs);
BENCHMARK(MemsetByThreads)->Arg(1)->Arg(2)->UseRealTime()->Unit(kMs);
BENCHMARK(OutcomesByThreads)->Arg(1)->Arg(2)->UseRealTime()->Unit(kMs);
BENCHMARK(BlocksByThreads)->Arg(1)->Arg(2)->UseRealTime()->Unit(kMs);
BENCHMARK(PlainWalk)->Unit(kMs);
BENCHMARK(OnePair)->Unit(kMs);
BENCHMARK(OnePairOfOneBus)->Unit(kMs);
BENCHMARK(BuildIndex)->Arg(kMatrix)->Arg(kClasses)->Unit(kMs);
BENCHMARK(ClassSummary)->Arg(kMatrix)->Arg(kClasses)->Unit(kMs);

}  // namespace
}  // namespace p2pcheck

BENCHMARK_MAIN();
