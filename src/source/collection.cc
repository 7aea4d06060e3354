// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/collection.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/input_error.h"
#include "snapshot/recording.h"
#include "source/host_facts.h"
#include "source/lspci_options.h"
#include "source/merge.h"
#include "source/proc_bus_pci.h"
#include "source/sysfs.h"

namespace p2pcheck {
namespace {

bool IsDirectory(FileSystem* files, int directory, const char* path) {
  return OpenDirectory(files, directory, path).ok();
}

// The directories of a collection, open as long as it is read.
struct Places {
  OpenFile root, sys, proc;
  HostTree tree;
};

Places OpenPlaces(FileSystem* files, const std::string& path) {
  Places out;
  out.root = OpenDirectory(files, AT_FDCWD, path.c_str());
  out.sys = OpenDirectory(files, out.root.get(), "sys");
  out.proc = OpenDirectory(files, out.root.get(), "proc");
  out.tree.files = files;
  out.tree.root = out.root.get();
  out.tree.sys = out.sys.get();
  out.tree.proc = out.proc.get();
  out.tree.everything = true;
  return out;
}

// A text that lspci printed.
struct Listing {
  std::string path;
  LspciOptions options;
};

std::vector<Listing> ListingsIn(const HostTree& tree, const std::string& path) {
  std::vector<Listing> out;
  auto names = tree.List(tree.root, path.c_str());
  for (const std::string& name : names.value_or({})) {
    if (name.compare(0, 5, "lspci") != 0) continue;
    LspciOptions options = ParseLspciOptions(name);
    if (!options.tree)
      out.push_back({path == "." ? name : path + "/" + name, options});
  }
  return out;
}

// Those that tell most first.  At the top a sosreport has links to them.
std::vector<Listing> FindListings(const HostTree& tree) {
  std::vector<Listing> out;
  for (const char* path : {"sos_commands/pci", "sos_commands/hardware", "."}) {
    if (out.empty()) out = ListingsIn(tree, path);
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Listing& a, const Listing& b) {
                     return a.options.Rank() > b.options.Rank();
                   });
  return out;
}

// Where lspci failed it said something else.
bool HasFunction(const std::string& text) {
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    std::string word = text.substr(at, std::min(text.find(' ', at), end) - at);
    word = word.substr(0, word.find('/'));
    if (ParsePciAddress(word) || ParseShortPciAddress(word)) return true;
    at = end + 1;
  }
  return false;
}

class CollectionReader {
 public:
  CollectionReader(FileSystem* files, const std::string& path,
                   const std::string& name)
      : places_(OpenPlaces(files, path)), name_(name) {}

  const HostTree& tree() const { return places_.tree; }

  void AddProcBusPci() {
    HostSnapshot raw = ReadProcBusPci(tree(), name_);
    if (raw.functions.empty()) return;
    Add(raw, "proc/bus/pci");
    whole_ = true;
  }

  void AddListings() {
    for (const Listing& listing : FindListings(tree())) {
      std::string text =
          tree().Read(tree().root, listing.path.c_str()).value_or("");
      if (!HasFunction(text)) continue;
      Add(ReadRecording(text, fmt::format("{}({})", name_, listing.path)),
          listing.path);
      whole_ = whole_ || !listing.options.filtered;
    }
  }

  void Add(const HostSnapshot& snapshot, const std::string& part) {
    if (!found_)
      found_ = snapshot;
    else
      FillIn(snapshot, &*found_);
    parts_.push_back(part);
  }

  void AddSysfs(HostSnapshot snapshot, const std::string& part) {
    whole_ = snapshot.complete;
    has_sysfs_ = true;
    Add(snapshot, part);
  }

  HostSnapshot Finish() {
    if (!found_ || found_->functions.empty())
      throw InputError(name_, "no PCI functions found in it");
    HostSnapshot out = std::move(*found_);
    if (!has_sysfs_) out.host = ReadHostFacts(tree());
    out.complete = whole_;
    out.source_name = name_;
    out.source_parts = std::move(parts_);
    AddPartsOfHost(&out);
    return out;
  }

 private:
  // What ReadHostFacts() looks at.
  void AddPartsOfHost(HostSnapshot* out) {
    StringList paths = {"proc/sys/kernel/osrelease",
                        "proc/version",
                        "uname",
                        "proc/hwloc-nofile-info",
                        "proc/cmdline",
                        "proc/cpuinfo",
                        "proc/config.gz",
                        "boot/config-" + out->host.kernel_release.value_or("?"),
                        "proc/kallsyms",
                        "proc/iomem",
                        "proc/interrupts"};
    if (auto log = PlaceOfKernelLog(tree())) paths.push_back(*log);
    for (const std::string& path : paths)
      if (tree().files->SizeOf(tree().root, path.c_str()) > 0)
        out->source_parts.push_back(path);
  }

  Places places_;
  const std::string name_;
  std::optional<HostSnapshot> found_;
  bool has_sysfs_ = false;
  bool whole_ = false;  // every function is there
  StringList parts_;
};

std::string KindOf(const HostTree& tree, bool sysfs) {
  if (IsDirectory(tree.files, tree.root, "sos_commands")) return "sosreport";
  if (tree.files->SizeOf(tree.root, "proc/hwloc-nofile-info") >= 0)
    return "hwloc-topology";
  return sysfs ? "sysfs-tree" : "listings";
}

}  // namespace

bool HasSysfs(FileSystem* files, const std::string& path) {
  OpenFile root = OpenDirectory(files, AT_FDCWD, path.c_str());
  return IsDirectory(files, root.get(), "sys/bus/pci/devices") ||
         IsDirectory(files, root.get(), "bus/pci/devices");
}

bool HasListings(FileSystem* files, const std::string& path) {
  Places places = OpenPlaces(files, path);
  const HostTree& tree = places.tree;
  return IsDirectory(files, tree.root, "sos_commands") ||
         IsDirectory(files, tree.proc, "bus/pci") ||
         !ListingsIn(tree, ".").empty();
}

std::vector<std::string> FindHosts(MemoryTree* tree) {
  std::vector<std::string> level = {"."}, found;
  while (found.empty() && !level.empty()) {
    std::vector<std::string> below;
    for (const std::string& path : level) {
      if (HasSysfs(tree, path) || HasListings(tree, path))
        found.push_back(path);
      for (const std::string& name : tree->DirectoriesIn(path))
        below.push_back(path == "." ? name : path + "/" + name);
    }
    level = std::move(below);
  }
  return found;
}

HostSnapshot ReadCollection(FileSystem* files, const std::string& path,
                            const std::string& name,
                            const ReadRequest& request) {
  CollectionReader reader(files, path, name);
  const HostTree& tree = reader.tree();
  bool sysfs = HasSysfs(files, path);
  bool is_whole = IsDirectory(files, tree.root, "sys/bus/pci/devices");
  if (sysfs)
    reader.AddSysfs(ReadSysfsWith({files, false}, path, request),
                    is_whole ? "sys/bus/pci/devices" : "bus/pci/devices");
  std::string kind = KindOf(tree, sysfs);
  // A copy of a whole sysfs needs nobody's help, and one who reads the
  // functions asked for only is not given others.
  if (!sysfs || (kind == "sosreport" && !request.only)) {
    reader.AddProcBusPci();
    reader.AddListings();
  }
  HostSnapshot out = reader.Finish();
  out.source_kind = kind;
  return out;
}

}  // namespace p2pcheck
