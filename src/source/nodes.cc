// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/nodes.h"

#include <libudev.h>

#include <algorithm>
#include <memory>

#include "source/nesting.h"

namespace p2pcheck {
namespace {

constexpr const char* kSubsystems[] = {"net", "nvme",  "infiniband",
                                       "drm", "accel", "block"};

bool IsSubsystem(std::string_view name) {
  return std::find(std::begin(kSubsystems), std::end(kSubsystems), name) !=
         std::end(kSubsystems);
}

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// nvme0n1, but not the paths of a multipath namespace, nvme0c1n1.
bool IsNvmeNamespace(std::string_view name) {
  return StartsWith(name, "nvme") &&
         name.find('n', 4) != std::string_view::npos &&
         name.find('c') == std::string_view::npos;
}

std::vector<std::string_view> Split(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    size_t end = std::min(path.find('/'), path.size());
    if (end > 0) parts.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

class Lister {
 public:
  Lister(FileSystem* files, int function)
      : files_(files), function_(function) {}

  void Visit(const std::string& path) {
    std::vector<std::string> names;
    if (files_->List(function_, path.c_str(), &names) < 0) return;
    for (const std::string& name : names) {
      std::string below = path + "/" + name;
      if (auto node = NodeAt(below)) nodes_.push_back(*node);
      if (LeadsOn(path, name)) Visit(below);
    }
  }

  NodeList Take() {
    std::sort(nodes_.begin(), nodes_.end());
    return std::move(nodes_);
  }

 private:
  // Two kinds of directory have nodes one level further down.
  static bool LeadsOn(std::string_view path, std::string_view name) {
    return (path == "nvme" && StartsWith(name, "nvme")) ||
           (StartsWith(path, "virtio") && IsSubsystem(name) &&
            path.find('/') == std::string_view::npos);
  }

  FileSystem* files_;
  int function_;
  NodeList nodes_;
};

template <auto kFree>
struct Unref {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Udev = std::unique_ptr<udev, Unref<udev_unref>>;
using Enumerate = std::unique_ptr<udev_enumerate, Unref<udev_enumerate_unref>>;
using Device = std::unique_ptr<udev_device, Unref<udev_device_unref>>;

void AddNode(udev* context, const char* path,
             std::map<PciAddress, NodeList>* nodes) {
  Device device(udev_device_new_from_syspath(context, path));
  if (!device) return;
  udev_device* pci = udev_device_get_parent_with_subsystem_devtype(
      device.get(), "pci", nullptr);
  if (pci == nullptr) return;
  std::string_view function = udev_device_get_syspath(pci);
  std::string_view below = udev_device_get_syspath(device.get());
  auto address = ParsePciAddress(BaseName(function));
  if (!address || !StartsWith(below, function)) return;
  if (auto node = NodeAt(below.substr(function.size())))
    (*nodes)[*address].push_back(*node);
}

}  // namespace

std::optional<DeviceNode> NodeAt(std::string_view path) {
  auto parts = Split(path);
  if (parts.size() == 3 && parts[0] == "nvme" && IsNvmeNamespace(parts[2]))
    return DeviceNode{"block", std::string(parts[2])};
  if (parts.size() == 3 && StartsWith(parts[0], "virtio"))
    parts.erase(parts.begin());
  if (parts.size() != 2 || !IsSubsystem(parts[0])) return std::nullopt;
  bool connector =
      parts[0] == "drm" && parts[1].find('-') != std::string_view::npos;
  if (connector) return std::nullopt;
  return DeviceNode{std::string(parts[0]), std::string(parts[1])};
}

NodeList ListNodes(FileSystem* files, int function,
                   const std::vector<std::string>& names) {
  Lister lister(files, function);
  for (const std::string& name : names)
    if (IsSubsystem(name) || StartsWith(name, "virtio")) lister.Visit(name);
  return lister.Take();
}

bool ListNodesOfHost(std::map<PciAddress, NodeList>* nodes) {
  Udev context(udev_new());
  if (!context) return false;
  Enumerate found(udev_enumerate_new(context.get()));
  if (!found) return false;
  for (const char* subsystem : kSubsystems)
    udev_enumerate_add_match_subsystem(found.get(), subsystem);
  if (udev_enumerate_scan_devices(found.get()) < 0) return false;
  for (udev_list_entry* entry = udev_enumerate_get_list_entry(found.get());
       entry != nullptr; entry = udev_list_entry_get_next(entry))
    AddNode(context.get(), udev_list_entry_get_name(entry), nodes);
  for (auto& [address, list] : *nodes) std::sort(list.begin(), list.end());
  return true;
}

}  // namespace p2pcheck
