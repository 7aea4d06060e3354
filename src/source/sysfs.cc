// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/sysfs.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <thread>

#include "base/input_error.h"
#include "source/evidence.h"
#include "source/function_reader.h"
#include "source/host_facts.h"
#include "source/nodes.h"
#include "source/selection.h"

namespace p2pcheck {
namespace {

// The directories of a host that are read from.
struct Roots {
  OpenFile root, sys, proc, devices;
};

// `path` may be a sysfs by itself.  One that is called "sys" has the rest of
// its host beside it.
void OpenBareSysfs(FileSystem* files, const std::string& path, Roots* out) {
  out->sys = OpenDirectory(files, AT_FDCWD, path.c_str());
  out->devices = OpenDirectory(files, out->sys.get(), "bus/pci/devices");
  std::string_view name = path;
  while (!name.empty() && name.back() == '/') name.remove_suffix(1);
  if (BaseName(name) == "sys")
    out->root = OpenDirectory(files, out->sys.get(), "..");
}

Roots OpenRoots(FileSystem* files, const std::string& root) {
  Roots out;
  std::string path = root.empty() ? "/" : root;
  out.root = OpenDirectory(files, AT_FDCWD, path.c_str());
  if (IsMissing(out.root.error()))
    throw NotFoundError(path + ": no such directory");
  out.sys = OpenDirectory(files, out.root.get(), "sys");
  out.devices = OpenDirectory(files, out.sys.get(), "bus/pci/devices");
  if (!out.devices.ok() && !root.empty()) OpenBareSysfs(files, path, &out);
  out.proc = OpenDirectory(files, out.root.get(), "proc");
  return out;
}

SysfsTree TreeOf(const SysfsOptions& options, const Roots& roots,
                 const ReadRequest& request) {
  return {options.files, roots.sys.get(), roots.devices.get(), options.live,
          request.depth};
}

HostTree HostTreeOf(const SysfsOptions& options, const Roots& roots,
                    const std::string& root, bool details) {
  HostTree out;
  out.files = options.files;
  out.root = roots.root.get();
  out.sys = roots.sys.get();
  out.proc = roots.proc.get();
  out.live = options.live;
  out.this_host = root.empty();
  out.everything = details;
  return out;
}

// A machine without PCI has no bus/pci; a directory without is something else.
void CheckListed(int error, const std::string& root, HostSnapshot* out) {
  if (error == 0) return;
  if (!root.empty() && IsMissing(error))
    throw InputError(root,
                     "has neither sys/bus/pci/devices nor "
                     "bus/pci/devices");
  if (!root.empty())
    throw InputError(root, fmt::format("bus/pci/devices cannot be listed "
                                       "(errno {})",
                                       -error));
  out->warnings.push_back({"/sys/bus/pci/devices: cannot be listed"});
}

Selection Select(const SysfsTree& tree, const ReadRequest& request,
                 const std::string& root, HostSnapshot* out) {
  Selection selection;
  int error = request.only
                  ? SelectOnly(tree, *request.only, &selection, &out->warnings)
                  : SelectAll(tree, &selection, &out->warnings);
  if (tree.devices >= 0) CheckListed(error, root, out);
  out->complete = selection.complete;
  return selection;
}

// Asks libudev where this is the host's own sysfs.
bool AddNodesFromUdev(HostSnapshot* out) {
  std::map<PciAddress, NodeList> nodes;
  if (!ListNodesOfHost(&nodes)) return false;
  for (FunctionRecord& record : out->functions)
    record.nodes = nodes[record.address];
  return true;
}

// Most of the time goes into the kernel's path walks, so a large host is read
// by two threads: 13,000 functions take 0.20 s, with one 0.24 s.
template <class ReadOne>
void ForEachIndex(size_t count, ReadOne&& read_one) {
  constexpr size_t kWorthAThread = 512;
  size_t half = count < kWorthAThread ? 0 : count / 2;
  auto read_range = [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) read_one(i);
  };
  std::thread other;
  if (half > 0) other = std::thread(read_range, 0, half);
  read_range(half, count);
  if (half > 0) other.join();
}

void ReadFunctions(const SysfsTree& tree, const Selection& selection,
                   bool all_nodes, HostSnapshot* out) {
  std::vector<PciAddress> addresses(selection.addresses.begin(),
                                    selection.addresses.end());
  std::vector<FunctionNotes> notes(addresses.size());
  out->functions.resize(addresses.size());
  ForEachIndex(addresses.size(), [&](size_t i) {
    bool nodes = all_nodes || selection.with_nodes.count(addresses[i]) > 0;
    ReadFunction(tree, addresses[i], nodes, &out->functions[i], &notes[i]);
  });
  for (FunctionNotes& note : notes) {
    for (const auto& [bus, function] : note.nested_root_buses)
      out->nested_root_buses.emplace(bus, function);
    std::move(note.warnings.begin(), note.warnings.end(),
              std::back_inserter(out->warnings));
  }
}

// Bytes beyond what any user may read were given, or refused.
Observed<bool> JudgePrivilege(const std::vector<FunctionRecord>& functions) {
  Observed<bool> out;
  for (const FunctionRecord& record : functions) {
    bool card_bus = (record.config.Byte(0x0e).value_or(0) & 0x7f) == 2;
    const auto& runs = record.config.runs();
    size_t end =
        runs.empty() ? 0 : runs.back().offset + runs.back().bytes.size();
    if (end > (card_bus ? 128 : 64)) return true;
    if (record.config.rest() == ReadFailure::kPermissionDenied) out = false;
  }
  return out;
}

}  // namespace

HostSnapshot ReadSysfsWith(const SysfsOptions& options, const std::string& root,
                           const ReadRequest& request) {
  Roots roots = OpenRoots(options.files, root);
  SysfsTree tree = TreeOf(options, roots, request);
  HostSnapshot out;
  out.source_kind = options.live ? "live" : "sysfs-tree";
  out.source_name = root.empty() ? "/" : root;
  CheckListed(roots.devices.error(), root, &out);
  Selection selection = Select(tree, request, root, &out);
  if (selection.addresses.size() <= request.details_up_to)
    tree.depth = std::max(tree.depth, ReadRequest::Depth::kDetails);
  bool all_nodes = tree.details() || selection.all_nodes;
  bool ask_udev = all_nodes && root.empty();
  ReadFunctions(tree, selection, all_nodes && !ask_udev, &out);
  if (ask_udev) AddNodesFromUdev(&out);
  if (!tree.live) JudgeAbsences(tree, &out.functions);
  HostTree host = HostTreeOf(options, roots, root, tree.details());
  out.host = ReadHostFacts(host);
  out.host.privileged = JudgePrivilege(out.functions);
  if (tree.details()) out.groups = ReadIommuGroups(host);
  return out;
}

HostSnapshot ReadSysfs(const std::string& root, const ReadRequest& request) {
  FileSystem files;
  bool live = root.empty() || root == "/";
  return ReadSysfsWith({&files, live}, live ? "" : root, request);
}

}  // namespace p2pcheck
