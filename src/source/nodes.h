// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_NODES_H_
#define P2PCHECK_SOURCE_NODES_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "snapshot/host_snapshot.h"
#include "source/file_system.h"

namespace p2pcheck {

/// The node that a directory below a function's own is, if it is one that
/// moves the function's data: "net/eth0", "virtio0/net/eth0", "drm/card1",
/// "nvme/nvme0", "nvme/nvme0/nvme0n1", "infiniband/mlx5_0".  Not what hangs
/// from a further bus below (USB, SCSI), nor connectors and partitions.
std::optional<DeviceNode> NodeAt(std::string_view path_below_function);

/// The nodes of a function, found in its directory.  `names` are the names in
/// it.
NodeList ListNodes(FileSystem* files, int function,
                   const std::vector<std::string>& names);

/// The nodes of this host by function, asked of libudev.  False where libudev
/// does not answer.
bool ListNodesOfHost(std::map<PciAddress, NodeList>* nodes);

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_NODES_H_
