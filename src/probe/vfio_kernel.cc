// SPDX-License-Identifier: GPL-2.0-or-later
#include "probe/vfio_kernel.h"

#include <utility>

namespace p2pcheck {

VfioKernel::~VfioKernel() = default;

VfioFile& VfioFile::operator=(VfioFile&& other) noexcept {
  if (this == &other) return *this;
  Close();
  kernel_ = std::exchange(other.kernel_, nullptr);
  given_ = std::exchange(other.given_, -9);
  return *this;
}

void VfioFile::Close() {
  if (kernel_ && ok()) kernel_->Close(given_);
  kernel_ = nullptr;
}

}  // namespace p2pcheck
