// SPDX-License-Identifier: GPL-2.0-or-later
//
// The parts of a report that do not touch the machine, on synthetic hosts:
// how fast a dump is read, and that the tree and the classes of pairs stay
// linear up to 100,000 functions.
#include <benchmark/benchmark.h>

#include <map>
#include <sstream>

#include "bench/synthetic_host.h"
#include "fabric/pair_classes.h"
#include "report/host_report.h"
#include "snapshot/recording.h"

namespace p2pcheck {
namespace {

// Made once a size: a host of 100,000 functions takes a second.
const HostSnapshot& HostOf(size_t functions) {
  static std::map<size_t, HostSnapshot> hosts;
  auto [slot, fresh] = hosts.try_emplace(functions);
  if (fresh) slot->second = SyntheticHost(functions);
  return slot->second;
}

size_t SizeOf(const benchmark::State& state) {
  return static_cast<size_t>(state.range(0));
}

void Finish(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetComplexityN(state.range(0));
}

void ReadDump(benchmark::State& state) {
  std::ostringstream out;
  WriteDump(HostOf(SizeOf(state)), out);
  std::string text = out.str();
  for (auto _ : state)
    benchmark::DoNotOptimize(ReadRecording(text, "bench").functions.size());
  state.SetBytesProcessed(state.iterations() *
                          static_cast<int64_t>(text.size()));
}

void ReadOwnRecording(benchmark::State& state) {
  std::ostringstream out;
  WriteRecording(HostOf(SizeOf(state)), out);
  std::string text = out.str();
  for (auto _ : state)
    benchmark::DoNotOptimize(ReadRecording(text, "bench").functions.size());
  state.SetBytesProcessed(state.iterations() *
                          static_cast<int64_t>(text.size()));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void BuildTree(benchmark::State& state) {
  const HostSnapshot& host = HostOf(SizeOf(state));
  for (auto _ : state)
    benchmark::DoNotOptimize(BuildTopology(host).functions().size());
  Finish(state);
}

// What a renderer is given, as the program makes it.
struct Judged {
  explicit Judged(const HostSnapshot& host)
      : book(RuleBook::Embedded()),
        topology(BuildTopology(host)),
        judgement(host, topology, book) {
    judgement.kernel = *ParseKernelVersion("6.12.95");
    judgement.question.kernels = {book.For(judgement.kernel.value())};
    judgement.cpu = IdentifyCpu(host, book);
    for (const FunctionRecord& record : host.functions)
      judgement.kinds.push_back(KindOf(book.kinds(), record));
  }
  RuleBook book;
  Topology topology;
  Judgement judgement;
};

void Classify(benchmark::State& state) {
  Judged judged(HostOf(SizeOf(state)));
  for (auto _ : state)
    benchmark::DoNotOptimize(ClassifyEndpoints(judged.judgement).size());
  Finish(state);
}

void WriteJson(benchmark::State& state) {
  Judged judged(HostOf(SizeOf(state)));
  auto classes = ClassifyEndpoints(judged.judgement);
  for (auto _ : state) {
    std::ostringstream out;
    WriteReportJson(judged.judgement, classes, out);
    benchmark::DoNotOptimize(out.str().size());
  }
  Finish(state);
}

void DecideOnePair(benchmark::State& state) {
  Judged judged(HostOf(SizeOf(state)));
  FunctionIndex last = static_cast<FunctionIndex>(SizeOf(state) - 1);
  for (auto _ : state)
    benchmark::DoNotOptimize(judged.judgement.Decide(last - 1, last).possible);
}

void ReadRules(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(RuleBook::Embedded().hash());
}

void Sizes(benchmark::internal::Benchmark* benchmark) {
  for (int64_t functions : {1000, 4000, 13000, 100000})
    benchmark->Arg(functions);
  benchmark->Unit(benchmark::kMillisecond)->Complexity(benchmark::oN);
}

BENCHMARK(ReadDump)->Arg(13000)->Unit(benchmark::kMillisecond);
BENCHMARK(ReadOwnRecording)->Arg(13000)->Unit(benchmark::kMillisecond);
BENCHMARK(BuildTree)->Apply(Sizes);
BENCHMARK(Classify)->Apply(Sizes);
BENCHMARK(WriteJson)->Arg(13000)->Unit(benchmark::kMillisecond);
BENCHMARK(DecideOnePair)->Arg(13000);
BENCHMARK(ReadRules)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace p2pcheck

BENCHMARK_MAIN();
