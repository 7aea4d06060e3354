// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_PROBE_VFIO_KERNEL_H_
#define P2PCHECK_PROBE_VFIO_KERNEL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace p2pcheck {

/// The calls by which the probe asks a kernel, and no others: whatever is not
/// here, the probe cannot do.  Each gives what the kernel gave (a descriptor,
/// or 0), or a negative errno.  Virtual, so that a test can answer.
class VfioKernel {
 public:
  VfioKernel() = default;
  VfioKernel(const VfioKernel&) = delete;
  VfioKernel& operator=(const VfioKernel&) = delete;
  virtual ~VfioKernel();

  /// Opens a node below /dev for reading and writing.  Touches no device:
  /// neither a VFIO node nor a group's opens the function behind it.
  virtual int Open(const std::string& path) = 0;
  virtual void Close(int file) = 0;

  /// VFIO_DEVICE_BIND_IOMMUFD.  Opens the function: resumes, enables and
  /// resets it.
  virtual int BindIommufd(int device, int iommufd) = 0;
  /// VFIO_GROUP_SET_CONTAINER and VFIO_SET_IOMMU for type 1, version 2.
  virtual int SetContainer(int group, int container) = 0;
  virtual int SetType1(int container) = 0;
  /// VFIO_GROUP_GET_DEVICE_FD: a descriptor.  Opens the function.
  virtual int OpenDevice(int group, const std::string& address) = 0;

  /// VFIO_DEVICE_FEATURE, PROBE|GET of the DMA-BUF feature.
  virtual int ProbeDmabuf(int device) = 0;
  /// The same, GET: a descriptor of the first `length` bytes of a region.
  virtual int ExportDmabuf(int device, uint32_t region, uint64_t length) = 0;

  /// IOMMU_IOAS_ALLOC; no domain is ever attached to what it makes.
  virtual int AllocateIoas(int iommufd, uint32_t* ioas) = 0;
  /// IOMMU_IOAS_MAP_FILE, the first `length` bytes.
  virtual int MapFile(int iommufd, uint32_t ioas, int file,
                      uint64_t length) = 0;
};

/// The kernel that runs this program.
std::unique_ptr<VfioKernel> RunningKernel();

/// A descriptor that closes itself.
class VfioFile {
 public:
  VfioFile() = default;
  /// Takes what a call gave: a descriptor, or a negative errno.
  VfioFile(VfioKernel* kernel, int given) : kernel_(kernel), given_(given) {}
  VfioFile(VfioFile&& other) noexcept { *this = std::move(other); }
  VfioFile& operator=(VfioFile&& other) noexcept;
  ~VfioFile() { Close(); }

  bool ok() const { return given_ >= 0; }
  int get() const { return given_; }
  /// A positive errno; 0 where ok().
  int error() const { return given_ < 0 ? -given_ : 0; }

 private:
  void Close();

  VfioKernel* kernel_ = nullptr;
  int given_ = -9;  // EBADF
};

}  // namespace p2pcheck

#endif  // P2PCHECK_PROBE_VFIO_KERNEL_H_
