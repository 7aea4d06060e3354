// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_TESTS_SUPPORT_FAKE_VFIO_H_
#define P2PCHECK_TESTS_SUPPORT_FAKE_VFIO_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "probe/vfio_kernel.h"

namespace p2pcheck {

/// A kernel that answers as it is told, writes down what it is asked, and
/// knows which descriptors are still open.  Unless told otherwise all succeed.
class FakeVfio final : public VfioKernel {
 public:
  /// The call so written in calls() fails with this errno from now on.
  void Fail(const std::string& call, int error) { errors_[call] = error; }

  /// "open /dev/iommu", "bind", "set-container", "set-type1",
  /// "get-device 0000:01:00.0", "probe", "export 2 0x1000", "alloc-ioas",
  /// "map-file 0x1000": in order, without what was closed.
  const std::vector<std::string>& calls() const { return calls_; }
  /// Descriptors that nobody has closed.
  size_t open_files() const { return open_.size(); }
  /// What was closed twice, or was never open.
  size_t bad_closes() const { return bad_closes_; }
  /// Paths, in the order in which they were closed ("device" and "dma-buf"
  /// for what calls gave).
  const std::vector<std::string>& closed() const { return closed_; }

  int Open(const std::string& path) override;
  void Close(int file) override;
  int BindIommufd(int device, int iommufd) override;
  int SetContainer(int group, int container) override;
  int SetType1(int container) override;
  int OpenDevice(int group, const std::string& address) override;
  int ProbeDmabuf(int device) override;
  int ExportDmabuf(int device, uint32_t region, uint64_t length) override;
  int AllocateIoas(int iommufd, uint32_t* ioas) override;
  int MapFile(int iommufd, uint32_t ioas, int file, uint64_t length) override;

 private:
  int Said(const std::string& call);
  int NewFile(const std::string& name);
  // Throws where a descriptor is not the open file of that kind.
  void Expect(int file, const std::string& prefix) const;

  std::map<std::string, int> errors_;
  std::vector<std::string> calls_, closed_;
  std::map<int, std::string> open_;
  int next_ = 100;
  size_t bad_closes_ = 0;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_TESTS_SUPPORT_FAKE_VFIO_H_
