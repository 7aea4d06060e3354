// SPDX-License-Identifier: GPL-2.0-or-later
#include "probe/ask.h"

#include <fmt/format.h>

#include <cerrno>
#include <stdexcept>

namespace p2pcheck {
namespace {

bool IsMissing(int error) { return error == ENOENT || error == ENXIO; }
bool IsDenied(int error) { return error == EACCES || error == EPERM; }

// One function's way through the calls.  Members close in reverse order:
// the function before its group, its group before the container.
class Probing {
 public:
  Probing(VfioKernel* kernel, const ProbeTarget& target,
          const PciAddress& address)
      : kernel_(kernel), target_(target), address_(ToString(address)) {
    answer_.function = target.function;
    answer_.obstacle = target.obstacle;
    answer_.other = target.other;
  }

  ProbeAnswer Run() {
    if (answer_.obstacle || GroupIsOpen()) return answer_;
    if (OpenByNode() || (MayTryGroup() && OpenByGroup())) AskFeature();
    return answer_;
  }

 private:
  // The kernel's own word on whether some process has the group, or a
  // function in it, open.
  bool GroupIsOpen() {
    VfioFile group = Open(GroupPath());
    if (group.error() != EBUSY) return false;
    return !Stop(ProbeObstacle::kInUse, ProbeStep::kOpenGroup, EBUSY);
  }

  bool OpenByNode() {
    VfioFile device = Open("/dev/vfio/devices/" + target_.node);
    if (!device.ok()) return StopAtNode(ProbeStep::kOpenNode, device.error());
    iommufd_ = Open("/dev/iommu");
    if (!iommufd_.ok())
      return StopAtNode(ProbeStep::kOpenIommufd, iommufd_.error());
    int bound = kernel_->BindIommufd(device.get(), iommufd_.get());
    if (bound < 0) return StopAtOpen(ProbeStep::kBind, -bound);
    device_ = std::move(device);
    return true;
  }

  // A missing or forbidden node says nothing about the function.
  bool MayTryGroup() const {
    return answer_.obstacle == ProbeObstacle::kNoNode ||
           answer_.obstacle == ProbeObstacle::kDenied;
  }

  bool OpenByGroup() {
    ProbeAnswer by_node = answer_;
    iommufd_ = VfioFile();
    container_ = Open("/dev/vfio/vfio");
    if (!container_.ok())
      return StopAtGroup(ProbeStep::kOpenContainer, container_.error(),
                         by_node);
    group_ = Open(GroupPath());
    if (!group_.ok())
      return StopAtGroup(ProbeStep::kOpenGroup, group_.error(), by_node);
    return OpenInGroup();
  }

  bool OpenInGroup() {
    answer_.by_group = true;
    int set = kernel_->SetContainer(group_.get(), container_.get());
    if (set < 0) return StopAtOpen(ProbeStep::kSetContainer, -set);
    set = kernel_->SetType1(container_.get());
    if (set < 0) return StopAtOpen(ProbeStep::kSetIommu, -set);
    device_ = VfioFile(kernel_, kernel_->OpenDevice(group_.get(), address_));
    if (!device_.ok())
      return StopAtOpen(ProbeStep::kOpenDevice, device_.error());
    answer_.obstacle.reset();
    return true;
  }

  void AskFeature() {
    answer_.error = 0;
    int probed = kernel_->ProbeDmabuf(device_.get());
    answer_.feature_error = probed < 0 ? -probed : 0;
    if (probed < 0) return;
    for (const ProbeRegion& region : target_.regions)
      answer_.regions.push_back(AskRegion(region));
  }

  RegionAnswer AskRegion(const ProbeRegion& region) {
    RegionAnswer said;
    said.region = region;
    VfioFile dmabuf(kernel_, kernel_->ExportDmabuf(device_.get(), region.index,
                                                   region.length));
    said.export_error = dmabuf.error();
    if (dmabuf.ok() && HaveIoas())
      said.map_error = -kernel_->MapFile(iommufd_.get(), *ioas_, dmabuf.get(),
                                         region.length);
    return said;
  }

  // Goes away with the iommufd.
  bool HaveIoas() {
    if (ioas_) return true;
    uint32_t ioas = 0;
    if (!iommufd_.ok() || kernel_->AllocateIoas(iommufd_.get(), &ioas) < 0)
      return false;
    ioas_ = ioas;
    return true;
  }

  bool Stop(ProbeObstacle obstacle, ProbeStep step, int error) {
    answer_.obstacle = obstacle;
    answer_.step = step;
    answer_.error = error;
    return false;
  }

  bool StopAtNode(ProbeStep step, int error) {
    if (IsMissing(error)) return Stop(ProbeObstacle::kNoNode, step, error);
    if (IsDenied(error)) return Stop(ProbeObstacle::kDenied, step, error);
    return StopAtOpen(step, error);
  }

  // Where neither way goes, the better news is who forbids, not who lacks.
  bool StopAtGroup(ProbeStep step, int error, const ProbeAnswer& by_node) {
    StopAtNode(step, error);
    if (IsMissing(error)) answer_ = by_node;
    return false;
  }

  bool StopAtOpen(ProbeStep step, int error) {
    return Stop(
        error == EBUSY ? ProbeObstacle::kInUse : ProbeObstacle::kRefused, step,
        error);
  }

  std::string GroupPath() const {
    return fmt::format("/dev/vfio/{}", target_.group);
  }
  VfioFile Open(const std::string& path) {
    return VfioFile(kernel_, kernel_->Open(path));
  }

  VfioKernel* kernel_;
  const ProbeTarget& target_;
  const std::string address_;
  ProbeAnswer answer_;
  VfioFile container_, group_, iommufd_, device_;
  std::optional<uint32_t> ioas_;
};

}  // namespace

std::string_view ProbeStepName(ProbeStep step) {
  switch (step) {
    case ProbeStep::kOpenNode: return "open-node";
    case ProbeStep::kOpenIommufd: return "open-iommufd";
    case ProbeStep::kBind: return "bind-iommufd";
    case ProbeStep::kOpenContainer: return "open-container";
    case ProbeStep::kOpenGroup: return "open-group";
    case ProbeStep::kSetContainer: return "set-container";
    case ProbeStep::kSetIommu: return "set-iommu";
    case ProbeStep::kOpenDevice: return "open-device";
    case ProbeStep::kFeature: return "feature";
    case ProbeStep::kExport: return "export";
    case ProbeStep::kMapFile: return "map-file";
  }
  throw std::logic_error("a step without a name");
}

ProbeAnswer AskKernel(VfioKernel* kernel, const ProbeTarget& target,
                      const PciAddress& address) {
  return Probing(kernel, target, address).Run();
}

}  // namespace p2pcheck
