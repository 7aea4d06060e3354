// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/proc_bus_pci.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include "snapshot/recording.h"
#include "source/attributes.h"

namespace p2pcheck {
namespace {

constexpr size_t kConventional = 256, kExtended = 4096;

struct RawFunction {
  PciAddress address;
  std::string bytes;
};

// "00" and "1f.3", "0001:00" and "1f.3".
std::optional<PciAddress> AddressIn(const std::string& bus,
                                    const std::string& function) {
  bool has_domain = bus.find(':') != bus.npos;
  return ParsePciAddress((has_domain ? "" : "0000:") + bus + ":" + function);
}

std::vector<RawFunction> ReadRaw(const HostTree& tree) {
  std::vector<RawFunction> out;
  for (const std::string& bus : tree.List(tree.proc, "bus/pci").value_or({})) {
    std::string path = "bus/pci/" + bus;
    for (const std::string& name :
         tree.List(tree.proc, path.c_str()).value_or({})) {
      auto address = AddressIn(bus, name);
      if (!address) continue;
      std::string bytes;
      ReadFile(tree.files, tree.proc, (path + "/" + name).c_str(), &bytes);
      out.push_back({*address, bytes.substr(0, kExtended)});
    }
  }
  return out;
}

// The rows lspci -xxxx prints: one reader decides what bytes mean.
std::string DumpOf(const std::vector<RawFunction>& functions) {
  std::string out;
  for (const RawFunction& function : functions) {
    out += ToString(function.address) + " \n";
    for (size_t at = 0; at < function.bytes.size(); ++at) {
      if (at % 16 == 0) fmt::format_to(std::back_inserter(out), "{:02x}:", at);
      fmt::format_to(std::back_inserter(out), " {:02x}",
                     static_cast<uint8_t>(function.bytes[at]));
      if (at % 16 == 15) out += '\n';
    }
    out += "\n\n";
  }
  return out;
}

bool IsSettled(const ConfigSpace& config) {
  return config.rest() == ReadFailure::kUnreachable;
}

// Root reads to the end, anybody else to 64 or 128.
void SetReach(const std::vector<RawFunction>& functions, HostSnapshot* host) {
  std::map<PciAddress, size_t> sizes;
  for (const RawFunction& function : functions)
    sizes[function.address] = function.bytes.size();
  for (FunctionRecord& record : host->functions) {
    size_t size = sizes[record.address];
    if (IsSettled(record.config)) continue;
    if (size == kConventional || size == kExtended)
      record.config.set_reach(static_cast<uint16_t>(size));
  }
}

// "0108\t10de2330\t1f\t...": bus and devfn, IDs, the interrupt, 14 numbers
// about BARs, and the driver or nothing.
struct Line {
  uint16_t place, vendor, device;
  std::string driver;
};

std::optional<Line> ParseLine(std::string_view text) {
  std::vector<std::string_view> fields;
  for (size_t at = 0; at <= text.size();) {
    size_t end = std::min(text.find('\t', at), text.size());
    fields.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  constexpr size_t kFields = 18;
  if (fields.size() != kFields || fields[0].size() != 4 ||
      fields[1].size() != 8)
    return std::nullopt;
  auto place = ParseUnsigned(fields[0], 16);
  auto ids = ParseUnsigned(fields[1], 16);
  if (!place || !ids) return std::nullopt;
  return Line{static_cast<uint16_t>(*place), static_cast<uint16_t>(*ids >> 16),
              static_cast<uint16_t>(*ids), std::string(Trim(fields.back()))};
}

// Lines by bus and devfn; without those that are there twice.
std::map<uint16_t, Line> ReadLines(const HostTree& tree) {
  std::map<uint16_t, Line> out;
  std::set<uint16_t> twice;
  std::string text = tree.Read(tree.proc, "bus/pci/devices").value_or("");
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    auto line = ParseLine(std::string_view(text).substr(at, end - at));
    if (line && !out.emplace(line->place, *line).second)
      twice.insert(line->place);
    at = end + 1;
  }
  for (uint16_t place : twice) out.erase(place);
  return out;
}

void UseLine(const Line& line, FunctionRecord* record) {
  if (!record->vendor.known()) record->vendor = line.vendor;
  if (!record->device.known()) record->device = line.device;
  if (line.driver.empty())
    record->driver = Absent{};
  else
    record->driver = line.driver;
}

void UseLines(const std::map<uint16_t, Line>& lines, HostSnapshot* host) {
  auto place_of = [](const PciAddress& address) {
    return static_cast<uint16_t>(address.bus << 8 | address.devfn);
  };
  std::map<uint16_t, int> functions_at;
  for (const FunctionRecord& record : host->functions)
    ++functions_at[place_of(record.address)];
  for (FunctionRecord& record : host->functions) {
    auto line = lines.find(place_of(record.address));
    if (line != lines.end() && functions_at[line->first] == 1)
      UseLine(line->second, &record);
  }
}

}  // namespace

HostSnapshot ReadProcBusPci(const HostTree& tree, const std::string& name) {
  std::vector<RawFunction> functions = ReadRaw(tree);
  if (functions.empty()) return {};
  HostSnapshot host = ReadRecording(DumpOf(functions), name + "(proc/bus/pci)");
  SetReach(functions, &host);
  UseLines(ReadLines(tree), &host);
  return host;
}

}  // namespace p2pcheck
