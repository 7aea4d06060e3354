// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_PROBE_VFIO_ABI_H_
#define P2PCHECK_PROBE_VFIO_ABI_H_

#include <cstddef>
#include <cstdint>

namespace p2pcheck {

// What we say to VFIO and iommufd, laid out as kernels 6.6 to 7.3 read it
// (spec/kernel-dmabuf.md 1.2 and 3).  Our own structures: the headers of
// distributions that we build on are older than the calls.

/// VFIO_DEVICE_FEATURE_DMA_BUF, kernel 6.19.
constexpr uint32_t kFeatureDmabuf = 11;

/// What VFIO_DEVICE_FEATURE takes for it: one range of one region.  `argsz`
/// covers all of it.  A PROBE sends the first two words alone.
struct DmabufFeature {
  uint32_t argsz = sizeof(DmabufFeature);
  uint32_t flags = 0;  ///< feature, and GET or PROBE
  uint32_t region_index = 0;
  uint32_t open_flags = 0;  ///< of the new file: O_RDWR, O_CLOEXEC
  uint32_t dmabuf_flags = 0;
  uint32_t range_count = 1;
  uint64_t offset = 0;
  uint64_t length = 0;
};
constexpr uint32_t kFeatureHeaderSize = 8;
static_assert(sizeof(DmabufFeature) == kFeatureHeaderSize + 16 + 16);
static_assert(offsetof(DmabufFeature, region_index) == kFeatureHeaderSize);
static_assert(offsetof(DmabufFeature, offset) == kFeatureHeaderSize + 16);

/// VFIO_DEVICE_BIND_IOMMUFD, kernel 6.6; the token since 6.17.
struct BindIommufd {
  uint32_t argsz = sizeof(BindIommufd);
  uint32_t flags = 0;
  int32_t iommufd = -1;
  uint32_t device_id = 0;  ///< out
  uint64_t token = 0;
};
static_assert(sizeof(BindIommufd) == 24);
static_assert(offsetof(BindIommufd, iommufd) == 8);

/// IOMMU_IOAS_ALLOC.
struct AllocateIoas {
  uint32_t size = sizeof(AllocateIoas);
  uint32_t flags = 0;
  uint32_t ioas = 0;  ///< out
};
static_assert(sizeof(AllocateIoas) == 12);

/// IOMMU_IOAS_MAP_FILE, kernel 6.13; takes VFIO's dma-bufs since 6.19.
struct MapFile {
  uint32_t size = sizeof(MapFile);
  uint32_t flags = 0;
  uint32_t ioas = 0;
  int32_t file = -1;
  uint64_t start = 0;
  uint64_t length = 0;
  uint64_t iova = 0;  ///< out, unless asked for
};
static_assert(sizeof(MapFile) == 40);
static_assert(offsetof(MapFile, start) == 16);
constexpr uint32_t kMapWriteable = 2, kMapReadable = 4;

// Both have the letter ';'.  VFIO counts from 100, iommufd from 0x80; the
// numbers of calls that old headers have are <linux/vfio.h>'s.
constexpr int kBindIommufdNumber = 100 + 18;
constexpr int kAllocateIoasNumber = 0x81;
constexpr int kMapFileNumber = 0x8f;

}  // namespace p2pcheck

#endif  // P2PCHECK_PROBE_VFIO_ABI_H_
