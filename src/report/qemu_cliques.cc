// SPDX-License-Identifier: GPL-2.0-or-later
//
// vfio-pci of QEMU (2.11 on) has the property x-nv-gpudirect-clique: NVIDIA's
// driver in a guest, which does not see the host's topology, takes GPUs of the
// same number for ones that reach each other.  The number has four bits, QEMU
// accepts it for NVIDIA's display devices only and checks nothing else (commit
// message of "vfio/pci: Add NVIDIA GPUDirect Cliques support", 2017).
//
// A GPU has one number, sets may overlap: the largest set gets one, and what
// is left of the others the next, as long as two are left.
#include <fmt/format.h>

#include <algorithm>

#include "report/clique_report.h"
#include "report/sentences.h"

namespace p2pcheck {
namespace {

constexpr uint16_t kNvidia = 0x10de;
constexpr size_t kCliqueIds = 16;

bool IsNvidiaGpu(const Judgement& judgement, FunctionIndex i) {
  return judgement.kinds[i] == DeviceKind::kGpu &&
         judgement.topology[i].record->vendor.Is(kNvidia);
}

using Group = std::vector<FunctionIndex>;

void Remove(const Group& taken, Group* from) {
  from->erase(std::remove_if(from->begin(), from->end(),
                             [&](FunctionIndex i) {
                               return std::find(taken.begin(), taken.end(),
                                                i) != taken.end();
                             }),
              from->end());
}

// Apart from each other, largest first.
std::vector<Group> Partition(const std::vector<PeerSet>& sets) {
  std::vector<Group> left;
  for (const PeerSet& set : sets) left.push_back(set.members);
  std::vector<Group> parts;
  while (!left.empty()) {
    auto largest = std::max_element(
        left.begin(), left.end(),
        [](const Group& a, const Group& b) { return a.size() < b.size(); });
    if (largest->size() < 2) break;
    Group taken = *largest;
    for (Group& group : left) Remove(taken, &group);
    parts.push_back(std::move(taken));
  }
  return parts;
}

void WriteOption(const Judgement& judgement, FunctionIndex gpu, size_t id,
                 std::ostream& out) {
  out << fmt::format("-device vfio-pci,host={},x-nv-gpudirect-clique={}\n",
                     ToString(judgement.topology[gpu].address), id);
}

}  // namespace

void WriteQemuCliques(const Judgement& judgement, const PeerSets& sets,
                      std::ostream& out) {
  Group gpus = sets.devices;
  gpus.erase(std::remove_if(
                 gpus.begin(), gpus.end(),
                 [&](FunctionIndex i) { return !IsNvidiaGpu(judgement, i); }),
             gpus.end());
  std::vector<Group> parts = Partition(FindPeerSets(judgement, gpus).surely);
  Group without = gpus;
  for (size_t id = 0; id < parts.size() && id < kCliqueIds; ++id) {
    for (FunctionIndex gpu : parts[id]) WriteOption(judgement, gpu, id, out);
    Remove(parts[id], &without);
  }
  for (FunctionIndex gpu : without)
    out << "# " << ToString(judgement.topology[gpu].address)
        << (parts.size() > kCliqueIds ? ": no number is left, or no partner\n"
                                      : ": no partner, so no clique\n");
  if (gpus.empty()) out << "# no NVIDIA GPU among the devices\n";
}

}  // namespace p2pcheck
