// SPDX-License-Identifier: GPL-2.0-or-later
//
// What kernels 7.2 and 7.3 did with VFIO's dma-bufs on the hosts in
// fixtures/hosts that have a dmabuf.txt: each BAR's export, its MAP_FILE with
// memory on and off, and its import by every function of the host with a
// 64-bit mask (a dynamic importer); of each function's largest BAR exports
// with odd arguments, and imports of every kind with several masks.  The map
// type of a pair is our own verdict on the recording, so an import is
// compared from end to end.
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

constexpr size_t kFewestImports = 2000;
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

// The exports that tests/kernel/guest asks for by name.
ExportRequest OddRequest(const std::string& name, uint32_t bar, uint64_t size) {
  constexpr uint64_t kPage = 4096;
  const DmabufRange page{0, kPage};
  const std::map<std::string, std::vector<DmabufRange>> kRanges = {
      {"one-page", {page}},
      {"last-page", {{size - kPage, kPage}}},
      {"past-end", {{0, size + kPage}}},
      {"at-end", {{size, kPage}}},
      {"no-length", {{0, 0}}},
      {"odd-offset", {{kHalfPage, kPage}}},
      {"odd-length", {{0, kHalfPage}}},
      {"offset-huge", {{uint64_t{1} << 63, uint64_t{1} << 62}}},
      {"offset-wraps", {{0 - kPage, kPage}}},
      {"length-huge", {{0, uint64_t{1} << 63}}},
      {"two-ranges", {page, {kPage, kPage}}},
      {"overlapping", {page, {kPage, kPage}, page}},
      {"flags", {page}},
      {"no-ranges", {}},
      {"rom-region", {page}},
      {"config-region", {page}},
      {"no-region", {page}}};
  const std::map<std::string, uint32_t> kRegions = {
      {"rom-region", 6}, {"config-region", 7}, {"no-region", 9}};
  ExportRequest request;
  request.region = kRegions.count(name) ? kRegions.at(name) : bar;
  request.flags = name == "flags" ? 1 : 0;
  request.ranges = kRanges.at(name);
  return request;
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
  void CompareOddExport(const std::string& line);
  void CompareDynamic(const std::string& line);
  void CompareKind(const std::string& line);
  void CompareImport(const std::string& line, PairQuestion asked,
                     const std::string& importer,
                     std::map<std::string, std::string> answers);
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

// "E BDF BAR NAME=RC"
void RecordedHost::CompareOddExport(const std::string& line) {
  std::istringstream words(line);
  std::string tag, exporter, answer;
  size_t bar = 0;
  words >> tag >> exporter >> bar >> answer;
  size_t equals = answer.find('=');
  PairQuestion pair = Question(exporter, bar);
  ExportRequest request = OddRequest(answer.substr(0, equals),
                                     static_cast<uint32_t>(bar), pair.bar.size);
  ++exports;
  Expect(line, answer.substr(equals + 1),
         AsNumber(JudgeExportRequest(Context(), pair.exporter, request)));
}

// "M EXPORTER BAR IMPORTER attach=RC map=RC nents=N dma=0x.. len=0x.."
void RecordedHost::CompareDynamic(const std::string& line) {
  std::istringstream words(line);
  std::string tag, exporter, importer;
  size_t bar = 0;
  words >> tag >> exporter >> bar >> importer;
  CompareImport(line, Question(exporter, bar), importer, Pairs(words));
}

// "A EXPORTER BAR IMPORTER KIND MASK attach=RC [pin=RC] map=RC ..."
void RecordedHost::CompareKind(const std::string& line) {
  static const std::map<std::string, const char*> kKinds = {
      {"dynamic", "dynamic"},
      {"static", "static"},
      {"no-peer", "static"},  // fails where a static one does
      {"pin", "pinned"},
      {"pin-revoke", "pinned-revocable"}};
  std::istringstream words(line);
  std::string tag, exporter, importer, kind;
  size_t bar = 0;
  int mask = 0;
  words >> tag >> exporter >> bar >> importer >> kind >> mask;
  PairQuestion asked = Question(exporter, bar);
  asked.use = &ImporterOf(rules_, kKinds.at(kind));
  asked.mask_bits = static_cast<uint8_t>(mask);
  std::map<std::string, std::string> answers = Pairs(words);
  if (answers["attach"] == "0" && answers.count("pin") != 0)
    answers["attach"] = answers["pin"];
  CompareImport(line, asked, importer, std::move(answers));
}

void RecordedHost::CompareImport(const std::string& line, PairQuestion asked,
                                 const std::string& importer,
                                 std::map<std::string, std::string> answers) {
  const PciAddress& exporter = host_.topology()[asked.exporter].address;
  asked.importer = host_.At(importer);
  asked.map_type = host_.Ask(ToString(exporter), importer).possible;
  if (!instead.empty()) asked.map_type = instead;
  PairVerdict verdict = JudgeImport(Context(), asked);
  ++imports;
  Expect(line, answers["attach"], AsNumber(verdict.attach));
  if (answers["map"] == "-") return;
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
    if (line.compare(0, 2, "E ") == 0) CompareOddExport(line);
    if (line.compare(0, 2, "M ") == 0) CompareDynamic(line);
    if (line.compare(0, 2, "A ") == 0) CompareKind(line);
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
  EXPECT_GT(exports, 900u);
  EXPECT_GT(map_files, 40u);
  EXPECT_GT(addresses, 700u);
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
