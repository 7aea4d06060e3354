// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "source/function_reader.h"

// What depth kEverything adds.  Neither `vpd` nor anything that wakes a
// sleeping device is read.

namespace p2pcheck {
namespace {

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// The N of PREFIX N SUFFIX.
std::optional<uint64_t> NumberIn(std::string_view name, std::string_view prefix,
                                 std::string_view suffix) {
  if (name.size() <= prefix.size() + suffix.size()) return std::nullopt;
  if (!StartsWith(name, prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  if (name.substr(name.size() - suffix.size()) != suffix) return std::nullopt;
  name.remove_suffix(suffix.size());
  return ParseUnsigned(name, 10);
}

void ReadNumbers(FunctionDirectory* directory, FunctionRecord* record) {
  record->numa_node = directory->Parsed<int32_t>(
      "numa_node", [](std::string_view text) -> Observed<int32_t> {
        auto value = ParseSigned(text);
        if (!value || *value < INT32_MIN || *value > INT32_MAX)
          return ReadFailure::kMalformed;
        return static_cast<int32_t>(*value);
      });
  record->enable = directory->Number<uint8_t>("enable", 10);
  record->dma_mask_bits = directory->Number<uint8_t>("dma_mask_bits", 10);
  record->consistent_dma_mask_bits =
      directory->Number<uint8_t>("consistent_dma_mask_bits", 10);
  record->ari_enabled = directory->Parsed<bool>(
      "ari_enabled", [](std::string_view text) -> Observed<bool> {
        if (text != "0" && text != "1") return ReadFailure::kMalformed;
        return text == "1";
      });
}

void ReadSriov(FunctionDirectory* directory, FunctionRecord* record) {
  record->sriov_totalvfs = directory->Number<uint16_t>("sriov_totalvfs", 10);
  record->sriov_numvfs = directory->Number<uint16_t>("sriov_numvfs", 10);
  record->sriov_offset = directory->Number<uint16_t>("sriov_offset", 10);
  record->sriov_stride = directory->Number<uint16_t>("sriov_stride", 10);
}

void ReadVirtualFunctions(FunctionDirectory* directory,
                          const std::vector<std::string>& names,
                          FunctionRecord* record) {
  AddressMap found;
  for (const std::string& name : names) {
    auto number = NumberIn(name, "virtfn", "");
    if (!number || *number > UINT16_MAX) continue;
    auto address = directory->LinkedFunction(name.c_str());
    if (address.known())
      found[static_cast<uint16_t>(*number)] = address.value();
  }
  if (found.empty())
    record->virtfns = Absent{};
  else
    record->virtfns = std::move(found);
}

// "resource2_resize" has the sizes BAR 2 can have; the kernel reads a register
// to answer.
void ReadResizable(FunctionDirectory* directory,
                   const std::vector<std::string>& names,
                   FunctionRecord* record) {
  StringList found;
  for (const std::string& name : names) {
    auto bar = NumberIn(name, "resource", "_resize");
    if (!bar) continue;
    if (IsAsleep(*record)) {
      record->resizable = ReadFailure::kAsleep;
      return;
    }
    auto sizes = directory->Number<uint64_t>(name.c_str(), 16);
    if (sizes.known())
      found.push_back(fmt::format("{}:0x{:x}", *bar, sizes.value()));
    if (sizes.unknown()) {
      record->resizable = sizes.failure();
      return;
    }
  }
  if (found.empty())
    record->resizable = Absent{};
  else
    record->resizable = std::move(found);
}

// The first of three that is not known says why.
template <class A, class B, class C>
Observed<P2pMemory> WhyNot(const Observed<A>& a, const Observed<B>& b,
                           const Observed<C>& c) {
  if (a.unknown()) return a.failure();
  if (b.unknown()) return b.failure();
  if (c.unknown()) return c.failure();
  return ReadFailure::kNotRecorded;  // one file of three is missing
}

void ReadPeerMemory(FunctionDirectory* directory, FunctionRecord* record) {
  auto size = directory->Number<uint64_t>("p2pmem/size", 10);
  auto available = directory->Number<uint64_t>("p2pmem/available", 10);
  auto published = directory->Number<uint8_t>("p2pmem/published", 10);
  if (size.known() && available.known() && published.known())
    record->p2pmem =
        P2pMemory{size.value(), available.value(), published.value() != 0};
  else if (size.absent() && available.absent() && published.absent())
    record->p2pmem = Absent{};
  else
    record->p2pmem = WhyNot(size, available, published);
}

void ReadResource(FunctionDirectory* directory, FunctionRecord* record) {
  record->resource = directory->Parsed<ResourceList>(
      "resource", [](std::string_view text) -> Observed<ResourceList> {
        if (auto lines = ParseResource(text)) return *lines;
        return ReadFailure::kMalformed;
      });
}

// The kernel makes "resource2" for a BAR that user space may map.  Names are
// enough: reading one would read the device.
void ReadResourceFiles(const std::vector<std::string>& names,
                       FunctionRecord* record) {
  StringList found;
  for (const std::string& name : names)
    if (auto bar = NumberIn(name, "resource", ""))
      found.push_back(fmt::format("{}", *bar));
  if (found.empty())
    record->resource_files = Absent{};
  else
    record->resource_files = std::move(found);
}

// "vfio-dev/vfio3" exists exactly while a VFIO driver has the function.
void ReadVfio(FunctionDirectory* directory, FunctionRecord* record) {
  record->vfio_dev = Absent{};
  for (const std::string& name : directory->List("vfio-dev"))
    if (NumberIn(name, "vfio", "")) record->vfio_dev = name;
}

// "0000:00:1c.0:pcie002", one for each service of a port.
void ReadPortServices(FunctionDirectory* directory,
                      const std::vector<std::string>& names,
                      FunctionRecord* record) {
  StringList found;
  std::string prefix = directory->name() + ":";
  for (const std::string& name : names)
    if (StartsWith(name, prefix + "pcie"))
      found.push_back(name.substr(prefix.size()));
  if (found.empty())
    record->port_services = Absent{};
  else
    record->port_services = std::move(found);
}

}  // namespace

void ReadDetails(FunctionDirectory* directory, FunctionRecord* record) {
  std::vector<std::string> names = directory->List(".");
  ReadNumbers(directory, record);
  ReadSriov(directory, record);
  ReadVirtualFunctions(directory, names, record);
  ReadResource(directory, record);
  ReadResourceFiles(names, record);
  ReadResizable(directory, names, record);
  ReadPeerMemory(directory, record);
  ReadVfio(directory, record);
  ReadPortServices(directory, names, record);
  record->iommu = directory->LinkName("iommu");
  record->removable = directory->Word("removable");
}

}  // namespace p2pcheck
