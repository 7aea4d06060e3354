// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/fake_vfio.h"

#include <fmt/format.h>

#include <stdexcept>

namespace p2pcheck {
namespace {
constexpr uint32_t kIoas = 7;
constexpr const char* kNode = "/dev/vfio/";
}  // namespace

int FakeVfio::Said(const std::string& call) {
  calls_.push_back(call);
  auto found = errors_.find(call);
  return found == errors_.end() ? 0 : -found->second;
}

int FakeVfio::NewFile(const std::string& name) {
  open_[++next_] = name;
  return next_;
}

void FakeVfio::Expect(int file, const std::string& prefix) const {
  auto found = open_.find(file);
  if (found == open_.end() || found->second.rfind(prefix, 0) != 0)
    throw std::logic_error(fmt::format("{} is not an open {}", file, prefix));
}

int FakeVfio::Open(const std::string& path) {
  int said = Said("open " + path);
  return said < 0 ? said : NewFile(path);
}

void FakeVfio::Close(int file) {
  auto found = open_.find(file);
  if (found == open_.end()) {
    ++bad_closes_;
    return;
  }
  closed_.push_back(found->second);
  open_.erase(found);
}

int FakeVfio::BindIommufd(int device, int iommufd) {
  Expect(device, "/dev/vfio/devices/");
  Expect(iommufd, "/dev/iommu");
  return Said("bind");
}

int FakeVfio::SetContainer(int group, int container) {
  Expect(group, kNode);
  Expect(container, "/dev/vfio/vfio");
  return Said("set-container");
}

int FakeVfio::SetType1(int container) {
  Expect(container, "/dev/vfio/vfio");
  return Said("set-type1");
}

int FakeVfio::OpenDevice(int group, const std::string& address) {
  Expect(group, kNode);
  int said = Said("get-device " + address);
  return said < 0 ? said : NewFile("device");
}

int FakeVfio::ProbeDmabuf(int device) {
  if (open_.at(device) != "device") Expect(device, "/dev/vfio/devices/");
  return Said("probe");
}

int FakeVfio::ExportDmabuf(int device, uint32_t region, uint64_t length) {
  if (open_.at(device) != "device") Expect(device, "/dev/vfio/devices/");
  int said = Said(fmt::format("export {} {:#x}", region, length));
  return said < 0 ? said : NewFile("dma-buf");
}

int FakeVfio::AllocateIoas(int iommufd, uint32_t* ioas) {
  Expect(iommufd, "/dev/iommu");
  *ioas = kIoas;
  return Said("alloc-ioas");
}

int FakeVfio::MapFile(int iommufd, uint32_t ioas, int file, uint64_t length) {
  Expect(iommufd, "/dev/iommu");
  Expect(file, "dma-buf");
  if (ioas != kIoas) throw std::logic_error("not the IOAS that was allocated");
  return Said(fmt::format("map-file {:#x}", length));
}

}  // namespace p2pcheck
