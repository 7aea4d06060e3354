// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_PROBE_ASK_H_
#define P2PCHECK_PROBE_ASK_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "pci/address.h"
#include "probe/plan.h"
#include "probe/vfio_kernel.h"

namespace p2pcheck {

/// The calls of the probe, in order (spec/kernel-dmabuf.md 7.6).
enum class ProbeStep : uint8_t {
  kOpenNode,       ///< /dev/vfio/devices/vfioN
  kOpenIommufd,    ///< /dev/iommu
  kBind,           ///< opens the function
  kOpenContainer,  ///< /dev/vfio/vfio
  kOpenGroup,      ///< /dev/vfio/N
  kSetContainer,
  kSetIommu,
  kOpenDevice,  ///< opens the function
  kFeature,     ///< PROBE
  kExport,      ///< GET of one region
  kMapFile,
};
/// "bind-iommufd": as JSON has it.
std::string_view ProbeStepName(ProbeStep step);

/// What the kernel said of one region; errors are positive errnos, 0: done.
struct RegionAnswer {
  ProbeRegion region;
  int export_error = 0;
  std::optional<int> map_error;  ///< IOMMU_IOAS_MAP_FILE of what it exported
};

/// What the kernel said of one function.
struct ProbeAnswer {
  FunctionIndex function = kNoIndex;
  /// None: the function was opened.
  std::optional<ProbeObstacle> obstacle;
  FunctionIndex other = kNoIndex;  ///< as ProbeTarget has it
  /// Where it did not go on, and why; of kInUse, kNoNode, kDenied, kRefused.
  ProbeStep step = ProbeStep::kOpenNode;
  int error = 0;
  bool by_group = false;             ///< the legacy way, without iommufd
  std::optional<int> feature_error;  ///< PROBE
  /// Empty where PROBE failed: every region would get the same errno.
  std::vector<RegionAnswer> regions;

  bool opened() const { return !obstacle; }
};

/// Asks the kernel about one function, and closes everything again.
///
/// First opens and closes the node of its group: that fails with EBUSY while
/// any function of the group is open, and touches none (vfio_group_fops_open,
/// 6.6 to 7.3).  Then the cdev with iommufd; where one of the two is missing
/// or may not be opened, the group with a type 1 container.  A target with an
/// obstacle is answered with it, without a call.
///
/// Opening resumes, enables and resets the function.  Exporting makes a file;
/// mapping goes into an IOAS without a domain, so into no IOMMU.
ProbeAnswer AskKernel(VfioKernel* kernel, const ProbeTarget& target,
                      const PciAddress& address);

}  // namespace p2pcheck

#endif  // P2PCHECK_PROBE_ASK_H_
