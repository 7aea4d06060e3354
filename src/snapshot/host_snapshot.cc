// SPDX-License-Identifier: GPL-2.0-or-later
#include "snapshot/host_snapshot.h"

#include <algorithm>

namespace p2pcheck {
bool operator==(const FunctionRecord& a, const FunctionRecord& b) {
  bool same = a.address == b.address && a.config == b.config;
  ForEachField([&](std::string_view, auto field) {
    same = same && a.*field == b.*field;
  });
  return same;
}

bool operator==(const HostFacts& a, const HostFacts& b) {
  bool same = true;
  ForEachHostField([&](std::string_view, auto field) {
    same = same && a.*field == b.*field;
  });
  return same;
}

const FunctionRecord* HostSnapshot::Find(const PciAddress& address) const {
  auto found =
      std::lower_bound(functions.begin(), functions.end(), address,
                       [](const FunctionRecord& record, const PciAddress& key) {
                         return record.address < key;
                       });
  if (found == functions.end() || found->address != address) return nullptr;
  return &*found;
}

bool SameFacts(const HostSnapshot& a, const HostSnapshot& b) {
  return a.host == b.host && a.functions == b.functions &&
         a.groups == b.groups && a.nested_root_buses == b.nested_root_buses;
}

}  // namespace p2pcheck
