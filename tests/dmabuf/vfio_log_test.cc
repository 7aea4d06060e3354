// SPDX-License-Identifier: GPL-2.0-or-later
//
// The serial logs of real kernels (7.0 and 7.3) in the shared oracle's dmabuf
// folder, replayed line by line: every ioctl and every import that was
// answered there is asked of us, and answer and errno must be the same.  What
// is no question to a verdict stands in kOutside with its reason; a line that
// is neither fails the test.
#include "support/vfio_log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <sstream>

#include "support/import_case.h"
#include "support/judge.h"

namespace p2pcheck {
namespace {

constexpr uint64_t kPage = 4096;
constexpr size_t kFewestLines = 500;

// Lines that state an answer to something that is no question of ours.
constexpr std::pair<const char*, const char*> kOutside[] = {
    {"bind vfio-pci:", "the bind; the gates of the bind are part of BIND's"},
    {"open cdev:", "opening the node: rights, not the device"},
    {"IOAS_ALLOC:", "no device in it"},
    {"rebind noiommu:", "the bind once more"},
    {"open /dev/vfio/noiommu", "rights"},
    {"SET_CONTAINER", "the group, judged with GET_DEVICE_FD"},
    {"SET_IOMMU", "as SET_CONTAINER"},
    {"mmap of the dma-buf:", "the CPU's mmap of a dma-buf (V23)"},
    {"unmap ", "unmapping"},
    {"MEM=1: unmap", "unmapping"},
    {"MAP_FILE memfd:", "no dma-buf"},
    {"MAP_FILE pipe", "no dma-buf"},
    {"MAP_FILE bad fd:", "no dma-buf"},
    {"ATTACH_PT:", "a domain"},
    {"RESET:", "a reset"},
    {"LOW_POWER_ENTRY:", "a power state"},
    {"LOW_POWER_EXIT:", "a power state"},
    {"in low power: export ok",
     "a revoked buffer that is not marked so: "
     "observed, not to be built on (spec 3)"},
};

// Lines that state no answer.
constexpr const char* kPlain[] = {"BAR",     "cdev",   "group ", "power_state",
                                  "big BAR", "fdinfo", "COMMAND"};

bool Starts(const std::string& line, std::string_view with) {
  return line.compare(0, with.size(), with) == 0;
}

// "ok", "EINVAL", "Bad address", "-22", "0": the number as a positive errno.
int ErrnoOf(const std::string& word) {
  static const std::map<std::string, int> kNames = {
      {"ok", 0},
      {"EINVAL", EINVAL},
      {"ENODEV", ENODEV},
      {"EOVERFLOW", EOVERFLOW},
      {"ENOTTY", ENOTTY},
      {"EOPNOTSUPP", EOPNOTSUPP},
      {"Bad address", EFAULT},
      {"Operation not permitted", EPERM}};
  auto found = kNames.find(word);
  if (found != kNames.end()) return found->second;
  if (word.find_first_not_of("-0123456789") != std::string::npos)
    throw std::runtime_error("not an errno: " + word);
  return -std::stoi(word);
}

std::string AsWord(int error) {
  return error == 0 ? "ok" : std::string(ErrnoName(error));
}

std::string AsWord(const StepVerdict& verdict) {
  if (verdict.answer() == Ternary::kYes) return "ok";
  auto error = verdict.error();
  return verdict.answer() == Ternary::kNo && error ? AsWord(*error)
                                                   : Summary(verdict);
}

// One import that the test program makes, in its order.
struct Import {
  std::string importer, mode;
  int mask = 64;
  std::vector<DmabufRange> ranges;
  Ternary memory = Ternary::kYes;
  bool closed = false;
};

class Replay {
 public:
  Replay(const VfioLog& log, const DmabufRules& rules)
      : log_(log), host_(log.snapshot), rules_(rules) {}

  void Run();

  size_t compared = 0;
  std::map<std::string, size_t> outside;
  std::vector<std::string> differences;

 private:
  DmabufContext Context() const {
    return {host_.topology(), rules_, nullptr, true};
  }
  uint64_t Length() const { return bar_.size; }
  uint64_t Small() const { return std::min<uint64_t>(Length(), 0x10000); }
  void Start(const VfioLogRun& run);
  void ChooseBar(const VfioLogRun& run);
  std::vector<Import> Imports() const;
  void ReadLine(const std::string& line);
  bool ReadOutside(const std::string& line);
  bool ReadExport(const std::string& line);
  bool ReadOpen(const std::string& line);
  bool ReadMapFile(const std::string& line);
  bool ReadImport(const std::string& line);
  void CompareMapped(const std::string& line, const StepVerdict& map,
                     const std::vector<DmabufRange>& ranges);
  PairQuestion Question() const;
  StepVerdict Exported(uint32_t region, std::vector<DmabufRange> ranges,
                       uint32_t flags = 0) const;
  void Compare(const std::string& line, int kernel, const StepVerdict& ours) {
    Expect(line, AsWord(kernel), AsWord(ours));
  }
  void Expect(const std::string& line, const std::string& kernel,
              const std::string& ours);

  const VfioLog& log_;
  const Host host_;
  const DmabufRules& rules_;
  const VfioLogRun* run_ = nullptr;
  Bar bar_;
  std::vector<Import> imports_;
  size_t next_import_ = 0;
};

void Replay::Expect(const std::string& line, const std::string& kernel,
                    const std::string& ours) {
  ++compared;
  if (kernel != ours)
    differences.push_back(line + ": kernel " + kernel + ", we " + ours);
}

// The program's own choice: the largest memory BAR of two pages or more.
void Replay::ChooseBar(const VfioLogRun& run) {
  auto bars = BarsOf(host_[run.exporter]);
  bar_ = Bar();
  for (const Bar& bar : bars.value())
    if (bar.index < 6 && bar.kind == BarKind::kMemory &&
        bar.size >= 2 * kPage && bar.size > bar_.size)
      bar_ = bar;
}

std::vector<Import> Replay::Imports() const {
  std::vector<Import> all;
  std::vector<DmabufRange> small = {{0, Small()}};
  for (const std::string& to : run_->importers)
    for (const char* mode : {"static", "p2pno", "pin", "pinrev", "dyn"})
      all.push_back({to, mode, 64, small});
  for (const std::string& to : run_->importers)
    for (int mask : {32, 28}) all.push_back({to, "dyn", mask, small});
  for (const std::string& to : run_->importers)
    for (int mask : {64, 32})
      if (Length() >= uint64_t{4} << 30)
        all.push_back({to, "dyn", mask, {{0, Length()}}});
  for (const std::string& to : run_->importers)
    all.push_back({to, "dyn", 64, {{0, kPage}, {2 * kPage, kPage}}});
  const std::string& first = run_->importers.front();
  if (run_->group_type != "none") {
    all.push_back({first, "dyn", 64, {{0, 2 * kPage}}, Ternary::kNo});
    all.push_back({first, "dyn", 64, {{0, 2 * kPage}}});
  }
  all.push_back({first, "dyn", 64, small, Ternary::kYes, true});
  return all;
}

void Replay::Start(const VfioLogRun& run) {
  run_ = &run;
  ChooseBar(run);
  imports_ = Imports();
  next_import_ = 0;
}

void Replay::Run() {
  for (const VfioLogRun& run : log_.runs) {
    Start(run);
    for (const std::string& line : run.lines) ReadLine(line);
    bool refused = run.lines.back() == "BIND_IOMMUFD: Operation not permitted";
    EXPECT_TRUE(refused || next_import_ == imports_.size());
  }
}

void Replay::ReadLine(const std::string& line) {
  for (const char* plain : kPlain)
    if (Starts(line, plain)) return;
  if (ReadOutside(line) || ReadExport(line) || ReadOpen(line) ||
      ReadMapFile(line) || ReadImport(line))
    return;
  ADD_FAILURE() << "nobody compares: " << line;
}

bool Replay::ReadOutside(const std::string& line) {
  for (const auto& [name, reason] : kOutside) {
    if (!Starts(line, name)) continue;
    ++outside[std::string(name) + "  (" + reason + ")"];
    return true;
  }
  return false;
}

PairQuestion Replay::Question() const {
  PairQuestion asked;
  asked.exporter = host_.At(run_->exporter);
  asked.importer = host_.At(run_->importers.front());
  asked.bar = bar_;
  asked.exported.by = &ExporterOf(rules_, "vfio-pci");
  asked.exported.start = bar_.start;
  asked.exported.size = bar_.size;
  asked.memory_enabled = Ternary::kYes;
  asked.use = &ImporterOf(rules_, "dynamic");
  return asked;
}

StepVerdict Replay::Exported(uint32_t region, std::vector<DmabufRange> ranges,
                             uint32_t flags) const {
  ExportRequest request;
  request.region = region;
  request.flags = flags;
  request.ranges = std::move(ranges);
  return JudgeExportRequest(Context(), host_.At(run_->exporter), request);
}

// "region 1 size 100 flags 3: one page         -> EINVAL"
bool Replay::ReadExport(const std::string& line) {
  size_t arrow = line.find(" -> ");
  if (arrow == std::string::npos) return false;
  std::string name = line.substr(0, line.find_last_not_of(' ', arrow) + 1);
  int kernel = ErrnoOf(line.substr(arrow + 4));
  if (Starts(name, "region ") && name.find("one page") != std::string::npos) {
    Compare(line, kernel,
            Exported(static_cast<uint32_t>(std::stoi(name.substr(7))),
                     {{0, kPage}}));
    return true;
  }
  uint64_t length = Length();
  uint32_t big = bar_.index;
  DmabufRange page{0, kPage};
  const std::map<std::string, std::function<StepVerdict()>> questions = {
      {"whole BAR",
       [&] {
         return Exported(big, {{0, length}});
       }},
      {"whole BAR + page",
       [&] {
         return Exported(big, {{0, length + kPage}});
       }},
      {"last page",
       [&] {
         return Exported(big, {{length - kPage, kPage}});
       }},
      {"offset = len",
       [&] {
         return Exported(big, {{length, kPage}});
       }},
      {"len 0",
       [&] {
         return Exported(big, {{0, 0}});
       }},
      {"offset 0x800",
       [&] {
         return Exported(big, {{0x800, kPage}});
       }},
      {"len 0x1800",
       [&] {
         return Exported(big, {{0, 0x1800}});
       }},
      {"offset 2^63 len 2^62",
       [&] {
         return Exported(big, {{uint64_t{1} << 63, uint64_t{1} << 62}});
       }},
      {"offset 2^64-4096",
       [&] {
         return Exported(big, {{0 - kPage, kPage}});
       }},
      {"len 2^63",
       [&] {
         return Exported(big, {{0, uint64_t{1} << 63}});
       }},
      {"2 ranges",
       [&] {
         return Exported(big, {page, {kPage, kPage}});
       }},
      {"3 ranges overlapping",
       [&] {
         return Exported(big, {page, {kPage, kPage}, page});
       }},
      {"flags=1", [&] { return Exported(big, {page}, 1); }},
      {"nr_ranges 0", [&] { return Exported(big, {}); }},
      {"flags=1 region 9", [&] { return Exported(9, {page}, 1); }},
      {"region 9 + bad range",
       [&] {
         return Exported(9, {{0, 0}, page});
       }},
  };
  auto found = questions.find(name);
  if (found == questions.end()) return false;
  Compare(line, kernel, found->second());
  return true;
}

// What opens the device, and what is asked before a BAR is.
bool Replay::ReadOpen(const std::string& line) {
  FunctionIndex exporter = host_.At(run_->exporter);
  std::string answer = line.substr(line.find(": ") + 2);
  if (Starts(line, "BIND_IOMMUFD: ") || Starts(line, "GET_DEVICE_FD ")) {
    if (Starts(line, "GET")) answer = line.substr(14);
    Compare(line, ErrnoOf(answer),
            ExportByVfio(Context(), exporter, bar_).verdict);
    return true;
  }
  ExportRequest probe;
  probe.probe = true;
  if (Starts(line, "PROBE before bind: ")) {
    probe.opened = false;
    Compare(line, ErrnoOf(answer),
            JudgeExportRequest(Context(), exporter, probe));
    return true;
  }
  if (Starts(line, "PROBE|GET: ")) {
    Compare(line, ErrnoOf(answer.substr(0, answer.find(' '))),
            JudgeExportRequest(Context(), exporter, probe));
    outside["the rest of the PROBE line  (other features and headers)"] += 5;
    return true;
  }
  if (Starts(line, "mmap BAR")) {
    Compare(line, ErrnoOf(answer), JudgeMmap(Context(), exporter, bar_));
    return true;
  }
  if (Starts(line, "export for import: ok")) {
    Compare(line, 0, Exported(bar_.index, {{0, Small()}}));
    return true;
  }
  if (Starts(line, "MEM=0: export: ")) {
    Compare(line, ErrnoOf(line.substr(15)),
            Exported(bar_.index, {{0, 2 * kPage}}));
    return true;
  }
  return false;
}

// A MAP_FILE line: what of the question is not as in the plain one.
struct MapFileLine {
  const char* name;
  uint64_t start, length, iova;
  bool domain;
  Ternary memory = Ternary::kYes;
  bool two_ranges = false, closed = false;
};

constexpr MapFileLine kMapFiles[] = {
    {"MAP_FILE two pages", 0, 0x2000, 0x100000, false},
    {"MAP_FILE beyond the end", 0, 0x20000, 0x200000, false},
    {"MAP_FILE len 0", 0, 0, 0x500000, false},
    {"MAP_FILE two-range", 0, 0x1000, 0x600000, false, Ternary::kYes, true},
    {"MAP_FILE start 0x800 (no domain)", 0x800, 0x1000, 0x300000, false},
    {"MAP_FILE with domain, two pages", 0, 0x2000, 0x800000, true},
    {"MAP_FILE with domain, start 0x800", 0x800, 0x1000, 0x810000, true},
    {"MAP_FILE with domain, iova 0x820800", 0, 0x1000, 0x820800, true},
    {"MAP_FILE with domain, len 0x800", 0, 0x800, 0x830000, true},
    {"MAP_FILE with domain, iova 0xfee00000", 0, 0x1000, 0xfee00000, true},
    {"MEM=0: MAP_FILE new", 0, 0x1000, 0x900000, true, Ternary::kNo},
    {"MEM=0: MAP_FILE old", 0, 0x1000, 0xa00000, true, Ternary::kNo},
    {"MEM=1: MAP_FILE new", 0, 0x1000, 0x900000, true},
    {"MEM=1: map it again", 0, 0x2000, 0x800000, true},
    {"MAP_FILE after reset", 0, 0x1000, 0xb00000, true},
    // Low power takes memory away as the bit does.
    {"in low power: MAP_FILE old", 0, 0x1000, 0xe00000, true, Ternary::kNo},
    {"MAP_FILE old", 0, 0x1000, 0xf00000, true},
    {"device closed: MAP_FILE", 0, 0x1000, 0xc00000, true, Ternary::kYes, false,
     true},
};

bool Replay::ReadMapFile(const std::string& line) {
  if (Starts(line, "IOAS_MAP of BAR mmap")) {
    bool domain = line.find("(domain)") != std::string::npos;
    Compare(line, ErrnoOf(line.substr(line.find(": ") + 2)),
            JudgeIommufdMmap(domain));
    return true;
  }
  size_t blank = line.rfind(' ');
  std::string name = line.substr(0, blank);
  if (!name.empty() && name.back() == ':') name.pop_back();
  for (const MapFileLine& known : kMapFiles) {
    if (name != known.name) continue;
    IommufdQuestion asked;
    asked.pair = Question();
    asked.pair.ranges = {{0, Small()}};
    if (known.two_ranges) asked.pair.ranges = {{0, kPage}, {2 * kPage, kPage}};
    asked.pair.memory_enabled = known.memory;
    asked.pair.device_closed = known.closed;
    asked.start = known.start;
    asked.length = known.length;
    asked.iova = known.iova;
    asked.domain_attached = known.domain;
    Compare(line, ErrnoOf(line.substr(blank + 1)),
            JudgeIommufd(Context(), asked));
    return true;
  }
  return false;
}

// The kinds of importer that the module plays.  Without peer2peer it fails
// where a static one does.
const char* KindOf(const std::string& mode) {
  if (mode == "static" || mode == "p2pno") return "static";
  if (mode == "pin") return "pinned";
  return mode == "pinrev" ? "pinned-revocable" : "dynamic";
}

// The errno behind a word of an import line; none: it did not come to that.
std::optional<int> Answer(const std::string& line, const std::string& word) {
  size_t at = line.find(word, line.find(": setmask "));
  if (at == std::string::npos) return std::nullopt;
  return -std::stoi(line.substr(at + word.size()));
}

// "import 0000:02:00.0 dyn mask=64: setmask 0 attach 0 map 0 nents 1: ..."
bool Replay::ReadImport(const std::string& line) {
  std::istringstream words(line);
  std::string import, importer, mode, mask;
  words >> import >> importer >> mode >> mask;
  if (import != "import" || next_import_ == imports_.size()) return false;
  const Import& known = imports_[next_import_++];
  EXPECT_EQ(known.importer, importer) << line;
  EXPECT_EQ(known.mode, mode) << line;
  EXPECT_EQ("mask=" + std::to_string(known.mask) + ":", mask) << line;
  PairQuestion asked = Question();
  asked.importer = host_.At(known.importer);
  asked.use = &ImporterOf(rules_, KindOf(known.mode));
  asked.ranges = known.ranges;
  asked.memory_enabled = known.memory;
  asked.device_closed = known.closed;
  asked.mask_bits = static_cast<uint8_t>(known.mask);
  asked.map_type =
      host_.Ask(run_->exporter, known.importer, log_.kernel).possible;
  PairVerdict verdict = JudgeImport(Context(), asked);
  int attach = Answer(line, " attach ").value_or(-1);
  if (attach == 0) attach = Answer(line, " pin ").value_or(0);
  Compare(line, attach, verdict.attach);
  auto map = Answer(line, " map ");
  if (!map) return true;
  Compare(line, *map, verdict.map);
  if (*map == 0) CompareMapped(line, verdict.map, known.ranges);
  return true;
}

// Where the entries point, and that they are whole.
void Replay::CompareMapped(const std::string& line, const StepVerdict& map,
                           const std::vector<DmabufRange>& ranges) {
  size_t entry = line.find(": ", line.find("nents ")) + 2;
  uint64_t address = std::stoull(line.substr(entry), nullptr, 16);
  uint64_t length =
      std::stoull(line.substr(line.find('+', entry) + 1), nullptr, 16);
  Expect(line, length == 0 ? "truncated" : "whole",
         map.Has(DmabufRule::kLengthTruncated) ? "truncated" : "whole");
  Expect(line, length % kPage != 0 ? "unaligned" : "aligned",
         map.Has(DmabufRule::kLengthUnaligned) ? "unaligned" : "aligned");
  if (length == 0) return;
  bool own = address == bar_.start + ranges.front().offset;
  Expect(line, own ? "own address" : "IOVA",
         map.Has(DmabufRule::kThroughIommu) ? "IOVA" : "own address");
}

std::vector<std::filesystem::path> Logs() {
  std::filesystem::path folder = std::filesystem::path(P2PCHECK_SOURCE_DIR) /
                                 "../shared/oracle/dmabuf/logs";
  std::vector<std::filesystem::path> logs;
  if (!std::filesystem::is_directory(folder)) return logs;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    logs.push_back(entry.path());
  std::sort(logs.begin(), logs.end());
  return logs;
}

TEST(VfioLogs, EveryAnswerOfARealKernelIsOurs) {
  if (Logs().empty()) GTEST_SKIP() << "the logs are not here";
  size_t compared = 0, apart = 0;
  std::map<std::string, size_t> outside;
  for (const std::filesystem::path& path : Logs()) {
    SCOPED_TRACE(path.filename().string());
    VfioLog log = ReadVfioLog(path);
    DmabufRules rules = DmabufRulesOf(log.kernel);
    Replay replay(log, rules);
    replay.Run();
    for (const std::string& difference : replay.differences)
      ADD_FAILURE() << difference;
    std::printf("%-12s kernel %-6s %4zu answers compared\n",
                path.filename().c_str(), log.kernel.c_str(), replay.compared);
    compared += replay.compared;
    for (const auto& [name, count] : replay.outside) {
      outside[name] += count;
      apart += count;
    }
  }
  std::printf("%zu answers compared; %zu outside the model:\n", compared,
              apart);
  for (const auto& [name, count] : outside)
    std::printf("%5zu  %s\n", count, name.c_str());
  EXPECT_GE(compared, kFewestLines);
}

// A kernel that is wrong about one feature must not pass.
TEST(VfioLogs, AWrongFeatureIsNoticed) {
  if (Logs().empty()) GTEST_SKIP() << "the logs are not here";
  for (KernelFeature feature :
       {KernelFeature::kRevocableAttach, KernelFeature::kVfioPinRefuses,
        KernelFeature::kMmioMapPhys, KernelFeature::kMultiRangeIovaDefect,
        KernelFeature::kLongMapFixed, KernelFeature::kIommufdDmabuf}) {
    size_t differences = 0;
    for (const std::filesystem::path& path : Logs()) {
      VfioLog log = ReadVfioLog(path);
      DmabufRules rules = DmabufRulesOf(log.kernel);
      Ternary& present = rules.features[feature].present;
      present = present == Ternary::kYes ? Ternary::kNo : Ternary::kYes;
      Replay replay(log, rules);
      replay.Run();
      differences += replay.differences.size();
    }
    EXPECT_GT(differences, 0u) << KernelFeatureName(feature);
  }
}

}  // namespace
}  // namespace p2pcheck
