// SPDX-License-Identifier: GPL-2.0-or-later
//
// What real kernels answered to `probe --yes` in a guest, held to our
// predictions again: fixtures/probe, made by tests/kernel/probe/run.  The fake
// kernel gives each answer that was written down; a recording gives the facts.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "dmabuf/step.h"
#include "probe/compare.h"
#include "snapshot/recording.h"
#include "support/fake_vfio.h"
#include "support/judge.h"

namespace p2pcheck {
namespace {

namespace fs = std::filesystem;

// One row of a TSV: cells by the names of its first line.
using Row = std::map<std::string, std::string>;

std::vector<std::string> CellsOf(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream in(line);
  for (std::string cell; std::getline(in, cell, '\t');) cells.push_back(cell);
  return cells;
}

std::vector<Row> RowsOf(const fs::path& path) {
  std::ifstream in(path);
  std::vector<Row> rows;
  std::vector<std::string> names;
  for (std::string line; std::getline(in, line);) {
    std::vector<std::string> cells = CellsOf(line);
    if (names.empty()) {
      names = cells;
      continue;
    }
    Row row;
    for (size_t i = 0; i < cells.size(); ++i) row[names[i]] = cells[i];
    rows.push_back(row);
  }
  return rows;
}

// The errno of that name.
int ErrorNamed(const std::string& name) {
  for (int error = 1; error < 600; ++error)
    if (ErrnoName(error) == name) return error;
  throw std::runtime_error("no errno " + name);
}

// How FakeVfio writes the call that a row is about.
std::string CallOf(const Row& row) {
  const std::string& step = row.at("step");
  if (step == "bind-iommufd") return "bind";
  if (step == "open-device") return "get-device " + row.at("function");
  if (step == "feature") return "probe";
  if (step == "map-file") return "map-file " + row.at("length");
  return "export " + row.at("region") + " " + row.at("length");
}

HostSnapshot SnapshotOf(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return ReadRecording(text.str(), path.string());
}

std::vector<fs::path> Guests() {
  std::vector<fs::path> found;
  fs::path all = fs::path(P2PCHECK_SOURCE_DIR) / "fixtures/probe";
  for (const auto& entry : fs::directory_iterator(all))
    if (entry.is_directory()) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

// One guest: its facts, and what its kernel said.
class Guest {
 public:
  explicit Guest(const fs::path& path)
      : host_(SnapshotOf(path / "host.recording")),
        rows_(RowsOf(path / "probe.tsv")),
        rules_(Rules().DmabufRulesOf(KernelVersionOf(host_.snapshot().host),
                                     false, host_.snapshot().host)) {}

  DmabufContext context() const {
    const auto& config = host_.snapshot().host.config;
    return {host_.topology(), rules_,
            config.known() ? &config.value() : nullptr, false};
  }
  const std::vector<Row>& rows() const { return rows_; }

  // What is said of a function now, row by row as the TSV has it.
  std::vector<std::string> Ask(const ProbeTarget& target) const {
    const Function& function = host_.topology()[target.function];
    FakeVfio kernel;
    bool by_group = false;
    for (const Row& row : rows_) {
      if (row.at("function") != ToString(function.address)) continue;
      by_group = by_group || row.at("step") == "open-device";
      if (row.at("answer") != "ok" && row.at("answer") != "-")
        kernel.Fail(CallOf(row), ErrorNamed(row.at("answer")));
    }
    if (by_group) kernel.Fail("open /dev/iommu", 2);
    return Lines(
        CompareProbe(context(), AskKernel(&kernel, target, function.address)));
  }

  // The same, as the kernel's answers were written down.
  std::vector<std::string> Written(FunctionIndex function) const {
    std::vector<std::string> lines;
    for (const Row& row : rows_)
      if (row.at("function") == ToString(host_.topology()[function].address) &&
          row.at("status") == "asked")
        lines.push_back(Line(row.at("step"), row.at("region"), row.at("answer"),
                             row.at("agrees")));
    return lines;
  }

  std::vector<ProbeTarget> Targets() const {
    return PlanProbe(host_.topology(), rules_.group_safe_drivers,
                     VfioFunctions(host_.topology()));
  }

 private:
  static std::string Line(std::string_view step, std::string_view region,
                          std::string_view answer, std::string_view agrees) {
    return fmt::format("{} {}: {}, agrees {}", step, region, answer, agrees);
  }

  static std::vector<std::string> Lines(
      const std::vector<ProbeComparison>& all) {
    std::vector<std::string> lines;
    for (const ProbeComparison& c : all)
      lines.push_back(Line(ProbeStepName(c.step),
                           c.region ? fmt::format("{}", c.region->index) : "-",
                           c.answered == 0 ? "ok" : ErrnoName(c.answered),
                           c.agrees == Ternary::kYes  ? "yes"
                           : c.agrees == Ternary::kNo ? "no"
                                                      : "?"));
    return lines;
  }

  Host host_;
  std::vector<Row> rows_;
  DmabufRules rules_;
};

TEST(ProbeReplay, EveryAnswerOfARealKernelIsAsPredicted) {
  size_t answers = 0, functions = 0;
  for (const fs::path& path : Guests()) {
    SCOPED_TRACE(path.filename().string());
    Guest guest(path);
    for (const ProbeTarget& target : guest.Targets()) {
      std::vector<std::string> said = guest.Ask(target);
      EXPECT_EQ(said, guest.Written(target.function));
      for (const std::string& line : said)
        EXPECT_NE(line.find("agrees yes"), std::string::npos) << line;
      answers += said.size();
      functions += !said.empty();
    }
  }
  EXPECT_GE(answers, 90u);
  std::printf("%zu answers about %zu functions\n", answers, functions);
}

// A kernel with other rules is noticed.
TEST(ProbeReplay, ADifferentAnswerIsADifference) {
  Guest guest(Guests().front());
  for (const ProbeTarget& target : guest.Targets()) {
    if (target.obstacle) continue;
    FakeVfio kernel;  // that exports everything, even what is not there
    size_t differ = 0;
    for (const ProbeComparison& c : CompareProbe(
             guest.context(), AskKernel(&kernel, target, PciAddress())))
      differ += c.agrees == Ternary::kNo && c.step == ProbeStep::kExport;
    EXPECT_GT(differ, 0u);
  }
}

}  // namespace
}  // namespace p2pcheck
