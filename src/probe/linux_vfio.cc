// SPDX-License-Identifier: GPL-2.0-or-later
//
// The probe's system calls.  Beside src/source the only file that opens a
// device, and the only one that calls ioctl().
#include <fcntl.h>
#include <linux/vfio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "probe/vfio_abi.h"
#include "probe/vfio_kernel.h"

namespace p2pcheck {
namespace {

// The structures of the calls that old headers lack have the size that the
// numbers of new ones do not tell: _IO() carries none.
constexpr unsigned long kBindIommufd = _IO(';', kBindIommufdNumber);
constexpr unsigned long kAllocateIoas = _IO(';', kAllocateIoasNumber);
constexpr unsigned long kMapFile = _IO(';', kMapFileNumber);

int Result(int given) { return given < 0 ? -errno : given; }

class LinuxVfio final : public VfioKernel {
 public:
  int Open(const std::string& path) override {
    return Result(open(path.c_str(), O_RDWR | O_CLOEXEC));
  }

  void Close(int file) override { close(file); }

  int BindIommufd(int device, int iommufd) override {
    struct BindIommufd bind;
    bind.iommufd = iommufd;
    return Result(ioctl(device, kBindIommufd, &bind));
  }

  int SetContainer(int group, int container) override {
    return Result(ioctl(group, VFIO_GROUP_SET_CONTAINER, &container));
  }

  int SetType1(int container) override {
    return Result(ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU));
  }

  int OpenDevice(int group, const std::string& address) override {
    return Result(ioctl(group, VFIO_GROUP_GET_DEVICE_FD, address.c_str()));
  }

  int ProbeDmabuf(int device) override {
    DmabufFeature feature;
    feature.argsz = kFeatureHeaderSize;
    feature.flags =
        VFIO_DEVICE_FEATURE_PROBE | VFIO_DEVICE_FEATURE_GET | kFeatureDmabuf;
    return Result(ioctl(device, VFIO_DEVICE_FEATURE, &feature));
  }

  int ExportDmabuf(int device, uint32_t region, uint64_t length) override {
    DmabufFeature feature;
    feature.flags = VFIO_DEVICE_FEATURE_GET | kFeatureDmabuf;
    feature.region_index = region;
    feature.open_flags = O_RDWR | O_CLOEXEC;
    feature.length = length;
    return Result(ioctl(device, VFIO_DEVICE_FEATURE, &feature));
  }

  int AllocateIoas(int iommufd, uint32_t* ioas) override {
    struct AllocateIoas allocate;
    int given = Result(ioctl(iommufd, kAllocateIoas, &allocate));
    *ioas = allocate.ioas;
    return given;
  }

  int MapFile(int iommufd, uint32_t ioas, int file, uint64_t length) override {
    struct MapFile map;
    map.flags = kMapWriteable | kMapReadable;
    map.ioas = ioas;
    map.file = file;
    map.length = length;
    return Result(ioctl(iommufd, kMapFile, &map));
  }
};

}  // namespace

std::unique_ptr<VfioKernel> RunningKernel() {
  return std::make_unique<LinuxVfio>();
}

}  // namespace p2pcheck
