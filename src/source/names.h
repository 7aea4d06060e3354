// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_NAMES_H_
#define P2PCHECK_SOURCE_NAMES_H_

#include <memory>
#include <string>

#include "snapshot/host_snapshot.h"

namespace p2pcheck {

/// Names from pci.ids, through libpci; no network, no hwdb.
class DeviceNames {
 public:
  DeviceNames();
  ~DeviceNames();
  DeviceNames(const DeviceNames&) = delete;
  DeviceNames& operator=(const DeviceNames&) = delete;

  /// "NVIDIA Corporation GH100 [H100 SXM5 80GB]"; empty where the IDs are not
  /// known or not in pci.ids.
  std::string NameOf(const FunctionRecord& function);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_NAMES_H_
