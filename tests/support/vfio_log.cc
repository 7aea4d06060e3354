// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/vfio_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "support/sketch.h"

namespace p2pcheck {
namespace {

struct PciLine {
  std::string address, vendor, device;
  bool bridge = false;
  unsigned bus = 0;
};

std::string Trimmed(const std::string& line) {
  size_t begin = line.find_first_not_of(" \t");
  size_t end = line.find_last_not_of(" \t\r");
  return begin == std::string::npos ? "" : line.substr(begin, end - begin + 1);
}

bool Starts(const std::string& line, std::string_view with) {
  return line.compare(0, with.size(), with) == 0;
}

std::vector<std::string> Words(const std::string& text, char between) {
  std::vector<std::string> words;
  std::istringstream in(text);
  for (std::string word; std::getline(in, word, between);)
    if (!word.empty()) words.push_back(word);
  return words;
}

PciLine ReadPciLine(const std::string& line) {
  std::vector<std::string> words = Words(line, ' ');
  PciLine pci;
  pci.address = words.at(1);
  pci.vendor = words.at(2).substr(2);
  pci.device = words.at(3).substr(2);
  pci.bridge = Starts(words.at(5), "0x0604");
  pci.bus =
      static_cast<unsigned>(std::stoul(pci.address.substr(5, 2), nullptr, 16));
  return pci;
}

// Port types of QEMU's bridges.
int PortTypeOf(const PciLine& pci) {
  if (!pci.bridge) return pci.bus == 0 ? -1 : 0;
  if (pci.device == "8232") return 5;
  return pci.device == "8233" ? 6 : 4;
}

// Numbers the buses as the firmware does, depth first.
class Numbering {
 public:
  explicit Numbering(const std::vector<PciLine>& lines) : lines_(lines) {
    Visit(0);
  }
  unsigned SecondaryOf(const std::string& address) const {
    return secondary_.at(address);
  }

 private:
  void Visit(unsigned bus) {
    for (const PciLine& line : lines_) {
      if (!line.bridge || line.bus != bus) continue;
      unsigned below = ++last_;
      secondary_[line.address] = below;
      Visit(below);
    }
  }

  const std::vector<PciLine>& lines_;
  std::map<std::string, unsigned> secondary_;
  unsigned last_ = 0;
};

std::string SketchOf(const std::vector<PciLine>& lines, bool zen) {
  std::string text = zen ? "cpu 2 0x17\nroot 0 0\n" : "root 0 0\n";
  Numbering numbering(lines);
  for (const PciLine& pci : lines) {
    text += fmt::format("dev {} id={}:{}", pci.address, pci.vendor, pci.device);
    if (PortTypeOf(pci) >= 0) text += fmt::format(" t={}", PortTypeOf(pci));
    if (pci.bridge)
      text += fmt::format(" sec={:x}", numbering.SecondaryOf(pci.address));
    text += '\n';
  }
  return text;
}

ResourceLine ReadBar(const std::string& line) {
  std::vector<std::string> words = Words(line, ' ');
  auto number = [&](size_t i) {
    return std::strtoull(words.at(i).c_str(), nullptr, 16);
  };
  return {number(1), number(2), number(3)};
}

// "group 7 type DMA"
std::string GroupType(const std::string& line) {
  std::vector<std::string> words = Words(line, ' ');
  return words.at(1) == "none" ? "none" : words.at(3);
}

void AddLine(const std::string& line, VfioLogRun* run) {
  run->lines.push_back(line);
  if (Starts(line, "BAR")) run->bars.at(line.at(3) - '0') = ReadBar(line);
  if (Starts(line, "group ")) run->group_type = GroupType(line);
}

// "t.run=EXPORTER,IMPORTER,..." of the guest's command line, in order.
std::vector<VfioLogRun> RunsOf(const std::string& command_line) {
  std::vector<VfioLogRun> runs;
  for (const std::string& word : Words(command_line, ' ')) {
    if (!Starts(word, "t.run=")) continue;
    std::vector<std::string> names = Words(word.substr(6), ',');
    VfioLogRun run;
    run.exporter = names.front();
    run.importers.assign(names.begin() + 1, names.end());
    run.bars.resize(7);
    runs.push_back(run);
  }
  return runs;
}

// Every function of a guest is under the same default; those of one device,
// which have no ACS, share a group.
void PutGroups(const std::string& type, HostSnapshot* snapshot) {
  uint32_t group = 0;
  const FunctionRecord* before = nullptr;
  for (FunctionRecord& record : snapshot->functions) {
    bool same = before != nullptr &&
                before->address.key() >> 3 == record.address.key() >> 3;
    before = &record;
    if (type == "none") {
      record.iommu_group = Absent{};
      record.iommu = Absent{};
      continue;
    }
    if (!same) ++group;
    record.iommu_group = group;
    record.iommu = std::string("dmar0");
    snapshot->groups[group].type = type;
  }
}

void PutFacts(const VfioLog& log, HostSnapshot* snapshot) {
  HostFacts& host = snapshot->host;
  host.kernel_release = log.kernel;
  host.architecture = std::string("x86_64");
  host.page_size = uint32_t{4096};
  host.command_line = log.command_line;
  host.module_parameters = StringMap{{"vfio.enable_unsafe_noiommu_mode", "Y"}};
  for (FunctionRecord& record : snapshot->functions)
    if (record.vendor.Is(0x1af4)) record.driver = std::string("virtio-pci");
  // QEMU emulated the CPU: no hypervisor keeps the guest's memory from it.
  host.hypervisor = false;
  host.confidential_guest = Absent{};
}

void PutBars(const VfioLogRun& run, HostSnapshot* snapshot) {
  FunctionRecord& record = RecordAt(snapshot, run.exporter);
  record.resource = run.bars;
  record.driver = std::string("vfio-pci");
}

}  // namespace

VfioLog ReadVfioLog(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error(path + ": not there");
  VfioLog log;
  std::vector<PciLine> functions;
  VfioLogRun* run = nullptr;
  bool zen = false;
  for (std::string raw; std::getline(in, raw);) {
    std::string line = Trimmed(raw);
    if (Starts(line, "### cmdline ")) {
      log.command_line = line.substr(12);
      log.runs = RunsOf(log.command_line);
    } else if (Starts(line, "Linux version ")) {
      log.kernel = line.substr(14, line.find('-') - 14);
    } else if (Starts(line, "PCI 0")) {
      functions.push_back(ReadPciLine(line));
    } else if (Starts(line, "== ")) {
      run = run == nullptr ? &log.runs.at(0) : run + 1;
      if (run->exporter != line.substr(3))
        throw std::runtime_error(path + ": another exporter than asked for");
    } else if (Starts(line, "### END")) {
      run = nullptr;
    } else if (Starts(line, "[")) {
      zen = zen || line.find("AMD Zen1") != std::string::npos;
    } else if (run != nullptr && !line.empty()) {
      AddLine(line, run);
    }
  }
  log.snapshot = Sketch(SketchOf(functions, zen));
  PutFacts(log, &log.snapshot);
  PutGroups(log.runs.at(0).group_type, &log.snapshot);
  for (const VfioLogRun& one : log.runs) PutBars(one, &log.snapshot);
  return log;
}

}  // namespace p2pcheck
