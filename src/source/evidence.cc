// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/evidence.h"

#include <algorithm>
#include <set>
#include <string>

namespace p2pcheck {
namespace {

enum class Kind { kFile, kLink, kDirectory };

Kind KindOf(std::string_view field) {
  static const std::set<std::string_view> kLinks = {
      "driver", "iommu_group", "iommu", "physfn", "virtfn"};
  static const std::set<std::string_view> kDirectories = {
      "p2pmem", "vfio_dev", "port_service", "runtime_status"};
  if (kLinks.count(field)) return Kind::kLink;
  return kDirectories.count(field) ? Kind::kDirectory : Kind::kFile;
}

// Whether one of the first functions has an entry that only a copy of
// everything would have.
bool SomeHas(const SysfsTree& tree, const std::vector<FunctionRecord>& all,
             std::initializer_list<const char*> names) {
  constexpr size_t kEnough = 32;
  for (size_t i = 0; i < std::min(all.size(), kEnough); ++i)
    for (const char* name : names) {
      std::string path = ToString(all[i].address) + "/" + name;
      char target[8];
      bool is_link = tree.files->ReadLink(tree.devices, path.c_str(), target,
                                          sizeof target) > 0;
      if (is_link || tree.files->SizeOf(tree.devices, path.c_str()) >= 0)
        return true;
    }
  return false;
}

// Proved without the tree's help.
bool IsProved(const FunctionRecord& record, std::string_view field) {
  Observed<uint16_t> vendor = record.config.Word(0x00);
  if (field == "physfn") return vendor.known() && vendor.value() != 0xffff;
  return false;
}

template <class Field>
void Judge(std::string_view name, Field field, bool copied_whole,
           std::vector<FunctionRecord>* functions) {
  if (copied_whole) return;
  bool some_has = std::any_of(
      functions->begin(), functions->end(),
      [&](const FunctionRecord& record) { return (record.*field).known(); });
  if (some_has) return;
  for (FunctionRecord& record : *functions)
    if ((record.*field).absent() && !IsProved(record, name))
      record.*field = ReadFailure::kNotRecorded;
}

// A host without a single disk, network card or display is unlikely, so where
// no node is seen the directories that lead to them were left out.
void JudgeNodes(std::vector<FunctionRecord>* functions) {
  bool some_has = std::any_of(functions->begin(), functions->end(),
                              [](const FunctionRecord& record) {
                                return !record.nodes.value_or({}).empty();
                              });
  if (some_has) return;
  for (FunctionRecord& record : *functions)
    if (record.nodes.known()) record.nodes = ReadFailure::kNotRecorded;
}

}  // namespace

void JudgeAbsences(const SysfsTree& tree,
                   std::vector<FunctionRecord>* functions) {
  const auto& all = *functions;
  bool files = SomeHas(tree, all, {"broken_parity_status"});
  bool links = SomeHas(tree, all, {"subsystem"});
  bool directories = SomeHas(tree, all, {"power", "link", "pci_bus"});
  // `uevent` names the driver, so where that was copied no link is missed.
  bool uevents = SomeHas(tree, all, {"uevent"});
  ForEachField([&](std::string_view name, auto field) {
    Kind kind = KindOf(name);
    bool whole = kind == Kind::kFile   ? files
                 : kind == Kind::kLink ? links
                                       : directories;
    if (name == "driver" && uevents) whole = true;
    // They cannot be read, so even a copy of everything may lack them.
    if (name == "resource_file") whole = false;
    Judge(name, field, whole, functions);
  });
  JudgeNodes(functions);
}

}  // namespace p2pcheck
