// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "source/nesting.h"

namespace p2pcheck {
namespace {

// Written as sysfs writes it, so the name leads back to its directory.
std::optional<PciAddress> AddressNamed(const std::string& name) {
  auto address = ParsePciAddress(name);
  if (!address || ToString(*address) != name) return std::nullopt;
  return address;
}

class Selector {
 public:
  Selector(const SysfsTree& tree, Selection* out) : tree_(tree), out_(out) {}

  // False where only reading everything will do.
  bool Add(const std::string& name) {
    if (auto address = ParsePciAddress(name)) return AddFunction(*address);
    if (auto address = ParseShortPciAddress(name)) return AddShort(*address);
    bool id_or_path = name.find_first_of(":/") != std::string::npos;
    return !id_or_path && !IsKind(name) && AddNode(name);
  }

 private:
  static bool IsKind(const std::string& name) {
    static const std::set<std::string_view> kKinds = {
        "gpu", "nic", "nvme", "accelerator", "bridge", "endpoint", "all"};
    return kKinds.count(name) > 0;
  }

  bool Exists(const PciAddress& address) const {
    return tree_.files->SizeOf(tree_.devices, ToString(address).c_str()) >= 0;
  }

  // The domain is known only after a look at all names.
  bool AddShort(const PciAddress& address) {
    std::vector<std::string> names;
    if (tree_.files->List(tree_.devices, ".", &names) < 0) return false;
    bool placed = true;
    for (const std::string& name : names) {
      auto found = AddressNamed(name);
      if (found && found->bus == address.bus && found->devfn == address.devfn)
        placed = AddFunction(*found) && placed;
    }
    return placed;
  }

  bool AddNode(const std::string& name) {
    if (tree_.files->SizeOf(tree_.sys, "class") < 0) {
      out_->all_nodes = true;
      return false;
    }
    for (const char* subsystem :
         {"net", "nvme", "infiniband", "drm", "accel", "block"}) {
      auto path = fmt::format("class/{}/{}", subsystem, name);
      std::string target;
      if (ReadLinkText(tree_.files, tree_.sys, path.c_str(), &target) < 0)
        continue;
      auto owner = OwnerInPath(target);
      if (!owner) continue;
      out_->with_nodes.insert(*owner);
      if (!AddFunction(*owner)) return false;
    }
    return true;
  }

  // The function, what it is nested in, and its physical function, from which
  // alone the bus of a virtual one is known.
  bool AddFunction(const PciAddress& address) {
    std::string name = ToString(address), target;
    int error = ReadLinkText(tree_.files, tree_.devices, name.c_str(), &target);
    if (IsMissing(error)) return true;  // the caller tells
    auto nesting = ParseNesting(target, address);
    if (error < 0 || !nesting) return false;
    out_->addresses.insert(address);
    out_->addresses.insert(nesting->above.begin(), nesting->above.end());
    for (const std::string& path : nesting->root_paths) AddRootBus(path);
    AddPhysicalFunction(name);
    return true;
  }

  void AddPhysicalFunction(const std::string& name) {
    std::string target;
    std::string path = name + "/physfn";
    if (ReadLinkText(tree_.files, tree_.devices, path.c_str(), &target) < 0)
      return;
    auto physical = AddressNamed(std::string(BaseName(target)));
    if (physical && Exists(*physical)) out_->addresses.insert(*physical);
  }

  void AddRootBus(const std::string& path) {
    if (!root_buses_.insert(path).second) return;
    std::vector<std::string> names;
    tree_.files->List(tree_.devices, path.c_str(), &names);
    for (const std::string& name : names)
      if (auto address = AddressNamed(name)) out_->addresses.insert(*address);
  }

  const SysfsTree& tree_;
  Selection* out_;
  std::set<std::string> root_buses_;
};

}  // namespace

int SelectAll(const SysfsTree& tree, Selection* out,
              std::vector<SourceWarning>* warnings) {
  out->complete = true;
  std::vector<std::string> names;
  int error = tree.files->List(tree.devices, ".", &names);
  for (const std::string& name : names) {
    if (auto address = AddressNamed(name))
      out->addresses.insert(*address);
    else
      warnings->push_back({fmt::format(
          "bus/pci/devices: \"{}\" is not the address of a function", name)});
  }
  return error;
}

int SelectOnly(const SysfsTree& tree, const std::vector<std::string>& only,
               Selection* out, std::vector<SourceWarning>* warnings) {
  Selector selector(tree, out);
  bool placed =
      std::all_of(only.begin(), only.end(),
                  [&](const std::string& name) { return selector.Add(name); });
  if (!placed) return SelectAll(tree, out, warnings);
  out->complete = false;
  return 0;
}

}  // namespace p2pcheck
