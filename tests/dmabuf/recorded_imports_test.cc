// SPDX-License-Identifier: GPL-2.0-or-later
//
// What kernels 7.2 and 7.3 did with VFIO's dma-bufs on the hosts in
// fixtures/hosts that have a dmabuf.txt: each BAR's export, its MAP_FILE with
// memory on and off, and its import by every function of the host with a
// 64-bit mask (a dynamic importer).  The map type of a pair is our own
// verdict on the recording, so an import is compared from end to end.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "snapshot/recording.h"
#include "support/import_case.h"
#include "support/judge.h"

namespace p2pcheck {
namespace {

constexpr size_t kFewestImports = 1000;
constexpr uint64_t kHalfPage = 2048;

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// "attach=0 map=-22 ..." as name and value.
std::map<std::string, std::string> Pairs(std::istringstream& words) {
  std::map<std::string, std::string> pairs;
  for (std::string word; words >> word;) {
    size_t equals = word.find('=');
    if (equals != std::string::npos)
      pairs[word.substr(0, equals)] = word.substr(equals + 1);
  }
  return pairs;
}

// "0" or the name of the errno that the verdict promises; else all of it.
std::string AsNumber(const StepVerdict& verdict) {
  if (verdict.answer() == Ternary::kYes) return "0";
  auto error = verdict.error();
  if (verdict.answer() == Ternary::kNo && error) return std::to_string(-*error);
  return Summary(verdict);
}

// Bytes of the first entry (spec/kernel-dmabuf.md 2.6): all, or 4 GiB less a
// page; before that was fixed 4 GiB less a byte, or none.
uint64_t FirstEntry(uint64_t size, const StepVerdict& map) {
  constexpr uint64_t kMost = 0xfffff000;
  if (map.Has(DmabufRule::kLengthTruncated)) return 0;
  if (map.Has(DmabufRule::kLengthUnaligned)) return 0xffffffff;
  return std::min(size, kMost);
}

class RecordedHost {
 public:
  explicit RecordedHost(const std::filesystem::path& folder)
      : folder_(folder),
        host_(ReadRecording(ReadFile(folder / "host.recording"),
                            (folder / "host.recording").string())),
        rules_(RulesOfHost(host_.snapshot())) {}

  void Compare();

  size_t exports = 0, map_files = 0, imports = 0, addresses = 0;
  std::vector<std::string> differences;
  /// For the test of the test.
  MapTypeSet instead;
  DmabufRules& rules() { return rules_; }

 private:
  static DmabufRules RulesOfHost(const HostSnapshot& snapshot) {
    return Rules().DmabufRulesOf(KernelVersionOf(snapshot.host), false,
                                 snapshot.host);
  }
  DmabufContext Context() const {
    return {host_.topology(), rules_, nullptr, true};
  }
  void Expect(const std::string& line, const std::string& kernel,
              const std::string& ours) {
    if (kernel != ours)
      differences.push_back(folder_.filename().string() + ": " + line +
                            ": kernel " + kernel + ", we " + ours);
  }
  void CompareBar(const std::string& line);
  void CompareImport(const std::string& line);
  PairQuestion Question(const std::string& exporter, size_t bar) const;

  std::filesystem::path folder_;
  Host host_;
  DmabufRules rules_;
};

PairQuestion RecordedHost::Question(const std::string& exporter,
                                    size_t bar) const {
  PairQuestion asked;
  asked.exporter = host_.At(exporter);
  asked.bar = BarsOf(host_[exporter]).value().at(bar);
  asked.exported.by = &ExporterOf(rules_, "vfio-pci");
  asked.exported.start = asked.bar.start;
  asked.exported.size = asked.bar.size;
  asked.use = &ImporterOf(rules_, "dynamic");
  asked.mask_bits = 64;
  asked.memory_enabled = Ternary::kYes;
  return asked;
}

// "V BDF BAR size=.. rflags=.. probe=RC get=RC get_odd=RC map=RC map_off=RC"
void RecordedHost::CompareBar(const std::string& line) {
  std::istringstream words(line);
  std::string tag, exporter;
  size_t bar = 0;
  words >> tag >> exporter >> bar;
  std::map<std::string, std::string> answers = Pairs(words);
  PairQuestion pair = Question(exporter, bar);
  ExportRequest request;
  request.region = static_cast<uint32_t>(bar);
  request.ranges = {{0, pair.bar.size}};
  auto export_answer = [&] {
    ++exports;
    return AsNumber(JudgeExportRequest(Context(), pair.exporter, request));
  };
  Expect(line, answers["get"], export_answer());
  request.ranges = {{0, kHalfPage}};
  Expect(line, answers["get_odd"], export_answer());
  request.probe = true;
  Expect(line, answers["probe"], export_answer());
  IommufdQuestion asked;
  pair.importer = pair.exporter;  // into its own IOAS
  asked.pair = pair;
  for (const char* column : {"map", "map_off"}) {
    if (answers[column] == "-") continue;
    if (column == std::string("map_off"))
      asked.pair.memory_enabled = Ternary::kNo;
    asked.iova = uint64_t{1} << 37;
    ++map_files;
    Expect(line, answers[column], AsNumber(JudgeIommufd(Context(), asked)));
  }
}

// "M EXPORTER BAR IMPORTER attach=RC map=RC nents=N dma=0x.. len=0x.."
void RecordedHost::CompareImport(const std::string& line) {
  std::istringstream words(line);
  std::string tag, exporter, importer;
  size_t bar = 0;
  words >> tag >> exporter >> bar >> importer;
  std::map<std::string, std::string> answers = Pairs(words);
  PairQuestion asked = Question(exporter, bar);
  asked.importer = host_.At(importer);
  asked.map_type = host_.Ask(exporter, importer).possible;
  if (!instead.empty()) asked.map_type = instead;
  PairVerdict verdict = JudgeImport(Context(), asked);
  ++imports;
  Expect(line, answers["attach"], AsNumber(verdict.attach));
  Expect(line, answers["map"], AsNumber(verdict.map));
  if (answers["map"] != "0") return;
  ++addresses;
  uint64_t address = std::stoull(answers["dma"], nullptr, 16);
  uint64_t length = std::stoull(answers["len"], nullptr, 16);
  bool translated = verdict.map.Has(DmabufRule::kThroughIommu);
  Expect(line, address == asked.bar.start ? "own address" : "IOVA",
         translated ? "IOVA" : "own address");
  EXPECT_EQ(length, FirstEntry(asked.bar.size, verdict.map)) << line;
}

void RecordedHost::Compare() {
  std::istringstream text(ReadFile(folder_ / "dmabuf.txt"));
  for (std::string line; std::getline(text, line);) {
    if (line.compare(0, 2, "V ") == 0) CompareBar(line);
    if (line.compare(0, 2, "M ") == 0) CompareImport(line);
  }
}

std::vector<std::filesystem::path> RecordedHosts() {
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(
           std::filesystem::path(P2PCHECK_SOURCE_DIR) / "fixtures/hosts"))
    if (std::filesystem::exists(entry.path() / "dmabuf.txt"))
      folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  return folders;
}

TEST(RecordedImports, AreAsTheKernelAnswered) {
  size_t exports = 0, map_files = 0, imports = 0, addresses = 0;
  for (const std::filesystem::path& folder : RecordedHosts()) {
    RecordedHost host(folder);
    host.Compare();
    for (const std::string& difference : host.differences)
      ADD_FAILURE() << difference;
    exports += host.exports;
    map_files += host.map_files;
    imports += host.imports;
    addresses += host.addresses;
  }
  std::printf(
      "%zu hosts: %zu export calls, %zu MAP_FILEs, %zu imports (%zu with their "
      "address) compared\n",
      RecordedHosts().size(), exports, map_files, imports, addresses);
  EXPECT_GT(imports, kFewestImports);
  EXPECT_GT(exports, 250u);
  EXPECT_GT(map_files, 40u);
  EXPECT_GT(addresses, 400u);
}

// Wrong map types, or a kernel that is wrong, must not pass.
TEST(RecordedImports, AWrongWorldIsNoticed) {
  for (MapTypeSet types : {kNot, kBus, kThru}) {
    size_t differences = 0;
    for (const std::filesystem::path& folder : RecordedHosts()) {
      RecordedHost host(folder);
      host.instead = types;
      host.Compare();
      differences += host.differences.size();
    }
    EXPECT_GT(differences, 100u) << ToString(types);
  }
  RecordedHost host(RecordedHosts().front());
  host.rules().features[KernelFeature::kVfioDmabuf].present = Ternary::kNo;
  host.Compare();
  EXPECT_GT(host.differences.size(), 0u);
}

}  // namespace
}  // namespace p2pcheck
