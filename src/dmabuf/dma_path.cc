// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which dma_map_ops an importer is under (spec/kernel-dmabuf.md 2.4).  A
// group's `type` in sysfs is that of its default domain, the one a kernel
// driver's DMA goes through: "identity" leaves dma-direct, "DMA" and "DMA-FQ"
// are dma-iommu.  No group: no IOMMU in the way.
#include "dmabuf/dma_path.h"

#include <array>

#include "dmabuf/architecture.h"

namespace p2pcheck {
namespace {

// Architectures whose own dma_map_ops have no way to map MMIO (alpha's,
// sparc's and parisc's IOMMUs; Jazz, GART and others too, but those cannot be
// told from here).
bool OpsRefuseMmio(std::string_view architecture) {
  return architecture == "alpha" || architecture.substr(0, 5) == "sparc" ||
         architecture.substr(0, 6) == "parisc";
}

DmaPath PathOfType(const std::string& type) {
  if (type == "identity") return DmaPath::kDirect;
  if (type == "DMA" || type == "DMA-FQ") return DmaPath::kIommu;
  return DmaPath::kUnknown;  // unknown, blocked, unmanaged
}

DmaPath PathOfGroup(const HostSnapshot& snapshot, uint32_t group) {
  auto found = snapshot.groups.find(group);
  if (found == snapshot.groups.end()) return DmaPath::kUnknown;
  return found->second.type.Match(
      PathOfType, [] { return DmaPath::kUnknown; },
      [](ReadFailure) { return DmaPath::kUnknown; });
}

}  // namespace

std::string_view DmaPathName(DmaPath path) {
  static constexpr std::array<std::string_view, 5> kNames = {
      "direct", "iommu", "arch-ops", "refused", "unknown"};
  return kNames[static_cast<size_t>(path)];
}

DmaPath DmaPathOf(const DmabufContext& context, FunctionIndex importer) {
  const HostSnapshot& snapshot = context.topology.snapshot();
  std::string architecture = ArchitectureOf(snapshot).value_or("");
  if (OpsRefuseMmio(architecture)) return DmaPath::kRefused;
  if (architecture.substr(0, 3) == "ppc") return DmaPath::kArchOps;
  return context.topology[importer].record->iommu_group.Match(
      [&](uint32_t group) { return PathOfGroup(snapshot, group); },
      [] { return DmaPath::kDirect; },
      [](ReadFailure) { return DmaPath::kUnknown; });
}

std::vector<DmaPath> PossibleDmaPaths(const DmabufContext& context,
                                      FunctionIndex importer) {
  DmaPath path = DmaPathOf(context, importer);
  if (path != DmaPath::kUnknown) return {path};
  return {DmaPath::kDirect, DmaPath::kIommu};
}

}  // namespace p2pcheck
