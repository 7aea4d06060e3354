// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/function_reader.h"

#include <fmt/format.h>

#include <cerrno>

#include "pci/express.h"
#include "source/config_bytes.h"
#include "source/nesting.h"
#include "source/nodes.h"

namespace p2pcheck {
namespace {

void ReadPlace(const SysfsTree& tree, FunctionDirectory* directory,
               FunctionRecord* record, FunctionNotes* notes) {
  std::string target;
  int error = ReadLinkText(tree.files, tree.devices, directory->name().c_str(),
                           &target);
  // A plain directory, as a copy may have: nobody knows where it was.
  if (error == -EINVAL) return;
  if (error < 0) {
    record->parent = directory->Note(error);
    return;
  }
  auto nesting = ParseNesting(target, record->address);
  if (!nesting) {
    record->parent = directory->Malformed("its link", target);
    return;
  }
  record->parent = nesting->parent;
  notes->nested_root_buses = std::move(nesting->nested);
}

// The files that hold the IDs, where `uevent` was not copied.
void ReadIdFiles(FunctionDirectory* directory, FunctionRecord* record) {
  record->vendor = directory->Number<uint16_t>("vendor", 16);
  record->device = directory->Number<uint16_t>("device", 16);
  record->class_code = directory->Number<uint32_t>("class", 16);
  record->subsystem_vendor =
      directory->Number<uint16_t>("subsystem_vendor", 16);
  record->subsystem_device =
      directory->Number<uint16_t>("subsystem_device", 16);
  record->driver = directory->LinkName("driver");
}

// `uevent` has in one file what the kernel took the function for.
void ReadIdentity(FunctionDirectory* directory, FunctionRecord* record) {
  Observed<std::string_view> text = directory->Text("uevent");
  Uevent uevent;
  if (text.known()) uevent = ParseUevent(text.value());
  if (!uevent.vendor || !uevent.class_code || !uevent.subsystem_vendor) {
    if (text.known()) directory->Malformed("uevent", text.value());
    return ReadIdFiles(directory, record);
  }
  record->vendor = *uevent.vendor;
  record->device = *uevent.device;
  record->class_code = *uevent.class_code;
  record->subsystem_vendor = *uevent.subsystem_vendor;
  record->subsystem_device = *uevent.subsystem_device;
  if (uevent.driver.empty())
    record->driver = Absent{};
  else
    record->driver = std::string(uevent.driver);
}

void ReadGroup(FunctionDirectory* directory, FunctionRecord* record) {
  Observed<std::string> name = directory->LinkName("iommu_group");
  record->iommu_group = name.Match(
      [&](const std::string& text) -> Observed<uint32_t> {
        auto number = ParseUnsigned(text, 10);
        if (number && *number <= UINT32_MAX)
          return static_cast<uint32_t>(*number);
        return directory->Malformed("iommu_group", text);
      },
      []() -> Observed<uint32_t> { return Absent{}; },
      [](ReadFailure why) -> Observed<uint32_t> { return why; });
}

void ReadConfig(FunctionDirectory* directory, FunctionRecord* record) {
  const SysfsTree& tree = directory->tree();
  ConfigSpace* config = &record->config;
  if (IsAsleep(*record))
    return NoteAsleep(tree.files, directory->get(), tree.live, config);
  int error = ReadConfigBytes(tree.files, directory->get(), tree.live,
                              tree.depth, config);
  if (IsMissing(error) && !tree.live)
    config->set_rest(ReadFailure::kNotRecorded);
  else if (error < 0)
    config->set_rest(directory->Note(error));
  else if (config->rest() == ReadFailure::kVanished)
    directory->Note(-ENODEV);
}

// The file has the kernel's view; config space the same number in a byte that
// was read anyway.
void ReadRevision(FunctionDirectory* directory, FunctionRecord* record) {
  Observed<uint8_t> byte = record->config.Byte(0x08);
  if (byte.known() && !directory->tree().details()) {
    record->revision = byte;
    return;
  }
  record->revision = directory->Number<uint8_t>("revision", 16);
  if (record->revision.absent() && byte.known()) record->revision = byte;
}

// A virtual function has no vendor ID in its config space (SR-IOV 1.1,
// 3.4.1.1), and no other function is without.
void ReadPhysicalFunction(FunctionDirectory* directory,
                          FunctionRecord* record) {
  Observed<uint16_t> vendor = record->config.Word(0x00);
  bool physical = vendor.known() && vendor.value() != 0xffff;
  if (physical && !directory->tree().details())
    record->physfn = Absent{};
  else
    record->physfn = directory->LinkedFunction("physfn");
}

template <class T>
Observed<T> AbsentOrAsleep(bool absent) {
  if (absent) return Absent{};
  return ReadFailure::kAsleep;
}

// The kernel reads registers to answer these, which wakes the device or gives
// ones, so of a sleeping one only whether it has them is asked.
void NoteSleepingLink(FunctionDirectory* directory, FunctionRecord* record) {
  bool none = IsMissing(static_cast<int>(
      directory->files()->SizeOf(directory->get(), "max_link_speed")));
  record->current_link_speed = AbsentOrAsleep<uint16_t>(none);
  record->current_link_width = AbsentOrAsleep<uint8_t>(none);
  record->max_link_speed = record->current_link_speed;
  record->max_link_width = record->current_link_width;
}

// Also tells whether a function is PCI Express where config space cannot.
void ReadLink(FunctionDirectory* directory, FunctionRecord* record) {
  if (IsAsleep(*record)) return NoteSleepingLink(directory, record);
  record->max_link_speed =
      directory->Parsed<uint16_t>("max_link_speed", ParseLinkSpeed);
  record->current_link_speed =
      directory->Parsed<uint16_t>("current_link_speed", ParseLinkSpeed);
  record->max_link_width =
      directory->Parsed<uint8_t>("max_link_width", ParseLinkWidth);
  record->current_link_width =
      directory->Parsed<uint8_t>("current_link_width", ParseLinkWidth);
}

bool LinkIsInConfig(const ConfigSpace& space) {
  HeldConfig config(space);
  return !DecodeExpress(config).unknown();
}

void ReadNodes(FunctionDirectory* directory, FunctionRecord* record) {
  record->nodes =
      ListNodes(directory->files(), directory->get(), directory->List("."));
}

// A field that looked absent may have been missed because everything was.
void DoubtAbsences(FunctionRecord* record) {
  ForEachField([&](std::string_view, auto field) {
    if ((record->*field).absent()) record->*field = ReadFailure::kVanished;
  });
}

// Each kernel has `uevent` for each function, so a look at it proves that
// nothing went away while it was read.  So do bytes of config space, which
// come last, where nothing was asked after them.
void CheckStillThere(bool asked_more, FunctionDirectory* directory,
                     FunctionRecord* record) {
  if (!directory->tree().live) return;
  bool bytes_came = !record->config.runs().empty() &&
                    record->config.rest() != ReadFailure::kVanished;
  if (!asked_more && bytes_came) return;
  int64_t size = directory->files()->SizeOf(directory->get(), "uevent");
  if (size < 0) directory->Note(static_cast<int>(size));
  if (!directory->vanished()) return;
  DoubtAbsences(record);
  directory->Warn("vanished while it was read");
}

void FailAll(ReadFailure why, FunctionRecord* record) {
  ForEachField([&](std::string_view name, auto field) {
    if (name != "parent") record->*field = why;
  });
  record->config.set_rest(why);
}

// A directory that cannot be opened.
void NoteUnopened(FunctionDirectory* directory, FunctionRecord* record) {
  bool live = directory->tree().live;
  if (!IsMissing(directory->error())) {
    directory->Warn(fmt::format("its directory cannot be opened (errno {})",
                                -directory->error()));
    FailAll(FailureOf(directory->error()), record);
  } else if (live) {
    directory->Warn("vanished while it was read");
    FailAll(ReadFailure::kVanished, record);
  } else {
    directory->Warn("its link leads nowhere");
  }
}

}  // namespace

bool IsAsleep(const FunctionRecord& record) {
  return record.runtime_status.Is("suspended") ||
         record.runtime_status.Is("suspending") ||
         record.power_state.Is("D3cold");
}

void ReadFunction(const SysfsTree& tree, const PciAddress& address,
                  bool with_nodes, FunctionRecord* record,
                  FunctionNotes* notes) {
  record->address = address;
  FunctionDirectory directory(tree, address, notes);
  ReadPlace(tree, &directory, record, notes);
  if (directory.error() < 0) return NoteUnopened(&directory, record);
  ReadIdentity(&directory, record);
  ReadGroup(&directory, record);
  record->power_state = directory.Word("power_state");
  record->runtime_status = directory.Word("power/runtime_status");
  if (tree.details()) ReadDetails(&directory, record);
  if (with_nodes) ReadNodes(&directory, record);
  ReadConfig(&directory, record);
  ReadRevision(&directory, record);
  ReadPhysicalFunction(&directory, record);
  bool ask_link = tree.details() || !LinkIsInConfig(record->config);
  if (ask_link) ReadLink(&directory, record);
  CheckStillThere(ask_link, &directory, record);
}

}  // namespace p2pcheck
