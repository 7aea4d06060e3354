// SPDX-License-Identifier: GPL-2.0-or-later
//
// Hiding a fact only ever widens an export verdict: yes and no stay or become
// unknown, unknown stays, and an errno that was promised is promised still or
// not any more.
//
// Three facts are the exception, where not seeing something is taken for there
// being nothing, and the verdict says so in a note: who sits in a BAR (only
// root sees), whether interrupts are isolated, and whose memory shares a page
// with a BAR.  A refusal may go with such a fact only if that note comes.
//
// And resource_file is no fact in this sense: that the files are missing shows
// a flag of which no kernel tells, where no rule knows of it.
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <sstream>

#include "snapshot/recording.h"
#include "support/bar_case.h"
#include "support/sketch.h"

namespace p2pcheck {
namespace {

struct NamedChange {
  std::string name;
  std::function<void(HostSnapshot*)> apply;
};

void AddFunctionChanges(size_t i, std::vector<NamedChange>* changes) {
  std::string of = " of " + std::to_string(i);
  ForEachField([&](std::string_view name, auto field) {
    if (name == "resource_file") return;
    changes->push_back({std::string(name) + of, [=](HostSnapshot* snapshot) {
                          snapshot->functions[i].*field =
                              ReadFailure::kNotRecorded;
                        }});
  });
  for (uint16_t from : {0, 64})
    changes->push_back({"config" + of, [=](HostSnapshot* snapshot) {
                          HideConfig(&snapshot->functions[i], from);
                        }});
  changes->push_back({"reach" + of, [=](HostSnapshot* snapshot) {
                        snapshot->functions[i].config.set_reach(
                            ReadFailure::kNotRecorded);
                      }});
}

std::vector<NamedChange> ChangesOf(const HostSnapshot& snapshot) {
  std::vector<NamedChange> changes;
  for (size_t i = 0; i < snapshot.functions.size(); ++i)
    AddFunctionChanges(i, &changes);
  ForEachHostField([&](std::string_view name, auto field) {
    changes.push_back({std::string(name), [=](HostSnapshot* s) {
                         s->host.*field = ReadFailure::kNotRecorded;
                       }});
  });
  return changes;
}

// as bound, if bound to vfio-pci, mmap; of BAR 0 to 5 and ROM of each function.
using Answers = std::vector<StepVerdict>;

void AddAnswers(const DmabufContext& context, FunctionIndex i, Answers* out) {
  const Function& function = context.topology[i];
  Observed<std::vector<Bar>> recorded = BarsOf(function);
  std::vector<Bar> bars =
      recorded.known() ? recorded.value() : BarsInConfig(function);
  bars.resize(kBars);
  for (const Bar& bar : bars) {
    out->push_back(ExportAsBound(context, i, bar).verdict);
    out->push_back(ExportByVfio(context, i, bar).verdict);
    out->push_back(JudgeMmap(context, i, bar));
    ExportRequest request;
    request.region = bar.index;
    request.ranges = {{0, 4096}};
    out->push_back(JudgeExportRequest(context, i, request));
  }
}

Answers AllAnswers(const HostSnapshot& snapshot) {
  JudgedBars host(snapshot);
  Answers answers;
  for (FunctionIndex i = 0; i < host.topology.functions().size(); ++i)
    AddAnswers(host.context, i, &answers);
  return answers;
}

// Whether what `before` refuses or doubts may be gone with its fact.
bool IsAssumedAway(const StepVerdict& before, const StepVerdict& after) {
  static constexpr std::pair<DmabufRule, DmabufRule> kAssumptions[] = {
      {DmabufRule::kBarBusy, DmabufRule::kClaimNotVerified},
      {DmabufRule::kNoInterruptIsolation, DmabufRule::kIsolationAssumed},
      {DmabufRule::kBarSmallerThanPage, DmabufRule::kReservesRestOfPage},
  };
  for (auto [refusal, note] : kAssumptions)
    if (before.Has(refusal) && after.Has(note)) return true;
  // The answer to a request carries no notes.
  if (before.Has(DmabufRule::kBarBusy) && !after.Has(DmabufRule::kBarBusy))
    return true;
  return false;
}

bool IsWider(const StepVerdict& before, const StepVerdict& after) {
  if (IsAssumedAway(before, after)) return true;
  if (after.answer() == Ternary::kUnknown) return true;
  if (after.answer() != before.answer()) return false;
  return !after.error() || after.error() == before.error();
}

size_t ExpectWider(const Answers& before, const Answers& after,
                   const std::string& what) {
  EXPECT_EQ(before.size(), after.size());
  for (size_t i = 0; i < before.size(); ++i)
    EXPECT_TRUE(IsWider(before[i], after[i]))
        << what << ": answer " << i << " was " << Said(before[i]) << " ("
        << RulesIn(before[i]) << "), is " << Said(after[i]) << " ("
        << RulesIn(after[i]) << ")";
  return before.size();
}

size_t HideEach(const HostSnapshot& snapshot, const std::string& name) {
  size_t compared = 0;
  Answers before = AllAnswers(snapshot);
  for (const NamedChange& change : ChangesOf(snapshot)) {
    HostSnapshot hidden = snapshot;
    change.apply(&hidden);
    compared += ExpectWider(before, AllAnswers(hidden),
                            name + " without " + change.name);
    if (testing::Test::HasFailure()) break;
  }
  return compared;
}

// Facts one after the other, until eight are gone.
size_t HideMany(const HostSnapshot& snapshot, const std::string& name,
                std::mt19937* random) {
  std::vector<NamedChange> changes = ChangesOf(snapshot);
  HostSnapshot hidden = snapshot;
  Answers before = AllAnswers(hidden);
  std::string what = name + " without";
  size_t compared = 0;
  for (int n = 0; n < 8 && !testing::Test::HasFailure(); ++n) {
    const NamedChange& change = changes[(*random)() % changes.size()];
    change.apply(&hidden);
    what += " " + change.name + ",";
    Answers after = AllAnswers(hidden);
    compared += ExpectWider(before, after, what);
    before = std::move(after);
  }
  return compared;
}

// A case in which something is odd about half of what can be.
class OddCase {
 public:
  explicit OddCase(uint32_t seed) : random_(seed), case_(Kernel()) {
    Function();
    Bars();
    Host();
    Neighbour();
  }
  HostSnapshot Snapshot() { return case_.snapshot(); }

 private:
  template <class T>
  T OneOf(std::initializer_list<T> choices) {
    return *(choices.begin() + random_() % choices.size());
  }
  bool Rarely() { return random_() % 5 == 0; }
  std::string_view Kernel() {
    return OneOf<std::string_view>({"6.12", "6.19", "7.0.5", "7.0.12", "7.1",
                                    "7.2", "7.3", "5.14.0-611.el9"});
  }

  void Function() {
    FunctionRecord& f = case_.function();
    case_.Bind(OneOf<std::string>({"vfio-pci", "nvme", "amdgpu", "qat_vfio_pci",
                                   "mlx5_vfio_pci", "mlx5_core", "i915",
                                   "nvgrace_gpu_vfio_pci"}));
    if (Rarely()) case_.Unbind();
    is_s390_ = Rarely();
    // No s390 host shows bridges, or x86's IOMMUs.
    if (Rarely() && !is_s390_) MakeBridge(&f);
    if (Rarely()) EnableVfs(&f);
    if (Rarely()) f.iommu = Absent{};
    if (f.iommu.absent() && Rarely()) f.iommu_group = Absent{};
    if (Rarely()) f.gpu_memory = Absent{};
    if (Rarely()) f.gpu_memory = MemoryRange{1ull << 40, 1ull << 36};
    if (Rarely()) f.resource_files = Absent{};
    if (Rarely()) f.device = uint16_t{0x0b25};
    if (Rarely()) f.vendor = uint16_t{0x8086};
    f.class_code = OneOf<uint32_t>({0x030000, 0x010802});
    if (is_bridge_) f.class_code = uint32_t{0x060400};
    if (is_s390_) {
      case_.OnS390();
      case_.host().iommu_units = ReadFailure::kNotRecorded;
      case_.host().cpu_vendor = ReadFailure::kNotRecorded;
      case_.SetOption("X86_64", "n");
    }
  }

  // A bridge has two BARs.
  void MakeBridge(FunctionRecord* f) {
    PutWord(&f->config, 0x0e, 1);
    is_bridge_ = true;
  }

  // A PCI Express endpoint whose SR-IOV capability lies beyond what was read.
  static void EnableVfs(FunctionRecord* f) {
    f->sriov_numvfs = uint16_t{4};
    f->config.set_reach(4096);
    PutWord(&f->config, 0x06, 0x0010);
    PutWord(&f->config, 0x34, 0x40);
    PutWord(&f->config, 0x40, 0x0010);
    PutWord(&f->config, 0x42, 0x0002);
  }

  void Bars() {
    if (Rarely()) case_.Resource(0, 0xfe000000, 0xfe0003ff, 0x40200);
    if (Rarely()) case_.Resource(1, 0xe000, 0xe0ff, 0x40101);
    if (Rarely()) case_.Resource(2, 0, 0xffffff, 0x20140204);
    if (Rarely()) case_.Resource(4, 0xfe00000000, 0xfe00ffffff, 0x14220c);
    for (size_t i = 2; is_bridge_ && i < kBars; ++i) case_.Resource(i, 0, 0, 0);
    // Registers as the kernel would have written them.
    ConfigSpace& config = case_.function().config;
    for (uint8_t i = 0; i < kBars; ++i) {
      const ResourceLine& line = case_.function().resource.value()[i];
      bool upper = i > 0 && (case_.function().resource.value()[i - 1].flags &
                             0x100000) != 0;
      if (upper) continue;
      PutDword(&config, static_cast<uint16_t>(0x10 + 4 * i),
               static_cast<uint32_t>(line.start | (line.flags & 0xf)));
      if (i + 1 < kBars && (line.flags & 0x100000) != 0)
        PutDword(&config, static_cast<uint16_t>(0x14 + 4 * i),
                 static_cast<uint32_t>(line.start >> 32));
    }
  }

  void Host() {
    HostFacts& host = case_.host();
    StringMap& parameters = host.module_parameters.value();
    if (Rarely()) parameters["vfio_pci.disable_denylist"] = "Y";
    if (Rarely()) parameters["vfio.enable_unsafe_noiommu_mode"] = "Y";
    if (Rarely()) parameters["iommufd.allow_unsafe_interrupts"] = "Y";
    if (Rarely()) case_.SetOption("PCI_P2PDMA", "n");
    if (Rarely()) case_.SetOption("VFIO_PCI", "n");
    // Each of these leaves interrupts where they are; x86 alone has them.
    bool option = Rarely() && !is_s390_, parameter = Rarely() && !is_s390_;
    if (is_s390_) host.interrupt_remapping = ReadFailure::kNotRecorded;
    if (option) case_.SetOption("IRQ_REMAP", "n");
    if (parameter) host.command_line = std::string("intremap=off");
    if (option || parameter || (Rarely() && !is_s390_))
      host.interrupt_remapping = false;
    if (Rarely())
      host.busy_regions = StringList{OneOf<std::string>(
          {"fe000000-fe0003ff efifb", "fe000000-fe0003ff nvme",
           "fe000000-fe0003ff Reserved", "fe000000-fe0003ff vfio"})};
  }

  void Neighbour() {
    FunctionRecord& other = case_.Add("0000:01:00.1");
    other.iommu_group = OneOf<uint32_t>({1, 2});
    if (random_() % 2 == 0)
      other.driver = OneOf<std::string>({"e1000e", "pcieport", "vfio-pci"});
    if (Rarely()) other.resource.value()[0] = {0xfe000800, 0xfe0008ff, 0x40200};
    // A VF has no VFs.
    bool has_vfs = case_.function().sriov_numvfs.known();
    if (Rarely() && !has_vfs) case_.function().physfn = other.address;
  }

  std::mt19937 random_;
  BarCase case_;
  bool is_bridge_ = false;
  bool is_s390_ = false;
};

TEST(ExportHiding, EachFactOfOddCases) {
  size_t compared = 0;
  for (uint32_t seed = 0; seed < 40 && !HasFailure(); ++seed)
    compared +=
        HideEach(OddCase(seed).Snapshot(), "odd case " + std::to_string(seed));
  std::printf("export verdicts, hiding one fact: %zu compared\n", compared);
  EXPECT_GT(compared, 150'000u);
}

TEST(ExportHiding, ManyFactsOfOddCases) {
  std::mt19937 random(1);
  size_t compared = 0;
  for (uint32_t seed = 100; seed < 700 && !HasFailure(); ++seed)
    compared += HideMany(OddCase(seed).Snapshot(),
                         "odd case " + std::to_string(seed), &random);
  std::printf("export verdicts, hiding many facts: %zu compared\n", compared);
  EXPECT_GT(compared, 150'000u);
}

TEST(ExportHiding, FactsOfHostsUnderVfio) {
  namespace fs = std::filesystem;
  std::mt19937 random(2);
  size_t compared = 0;
  fs::path hosts = fs::path(P2PCHECK_SOURCE_DIR) / "fixtures" / "hosts";
  for (const auto& entry : fs::directory_iterator(hosts)) {
    std::string name = entry.path().filename().string();
    if (name.substr(0, 2) != "v-") continue;
    std::ostringstream text;
    text << std::ifstream(entry.path() / "host.recording").rdbuf();
    HostSnapshot snapshot = ReadRecording(text.str(), name);
    for (int n = 0; n < 2 && !HasFailure(); ++n)
      compared += HideMany(snapshot, name, &random);
  }
  std::printf("export verdicts, recorded hosts: %zu compared\n", compared);
  EXPECT_GT(compared, 30'000u);
}

TEST(ExportHiding, FactsOfSketches) {
  std::mt19937 random(3);
  size_t compared = 0;
  for (int n = 1; n <= 37 && !HasFailure(); ++n) {
    std::string name = (n < 10 ? "P0" : "P") + std::to_string(n);
    compared += HideMany(Sketch(SketchText(name)), name, &random);
  }
  EXPECT_GT(compared, 20'000u);
}

}  // namespace
}  // namespace p2pcheck
