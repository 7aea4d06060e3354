// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DMABUF_DMA_PATH_H_
#define P2PCHECK_DMABUF_DMA_PATH_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "dmabuf/export.h"

namespace p2pcheck {

/// How the importer's DMA addresses come about (spec/kernel-dmabuf.md 2.4).
enum class DmaPath : uint8_t {
  kDirect,
  kIommu,    ///< dma-iommu: an IOVA
  kArchOps,  ///< another dma_map_ops that takes MMIO (POWER's TCE)
  kRefused,  ///< another dma_map_ops that refuses MMIO
  kUnknown,
};
/// "direct", "iommu", "arch-ops", "refused", "unknown".
std::string_view DmaPathName(DmaPath path);

/// The path of a function under a kernel driver: its group's default domain,
/// which for a function on a VFIO driver is not the domain in use.
DmaPath DmaPathOf(const DmabufContext& context, FunctionIndex importer);

/// Each path that it may be: the one, or both where that is not known.
std::vector<DmaPath> PossibleDmaPaths(const DmabufContext& context,
                                      FunctionIndex importer);

}  // namespace p2pcheck

#endif  // P2PCHECK_DMABUF_DMA_PATH_H_
