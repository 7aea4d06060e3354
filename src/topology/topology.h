// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_TOPOLOGY_TOPOLOGY_H_
#define P2PCHECK_TOPOLOGY_TOPOLOGY_H_

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/observed.h"
#include "base/ternary.h"
#include "pci/acs.h"
#include "pci/address.h"
#include "pci/ats.h"
#include "pci/express.h"
#include "snapshot/host_snapshot.h"

namespace p2pcheck {

/// Position of a function in Topology::functions(), or of a host bridge in
/// host_bridges().
using FunctionIndex = uint32_t;
using HostBridgeIndex = uint32_t;
constexpr uint32_t kNoIndex = std::numeric_limits<uint32_t>::max();

/// How a function got its place in the tree.
enum class PlacedBy : uint8_t {
  kSysfs,      ///< by the nesting of sysfs' directories
  kBusNumber,  ///< by the secondary bus number of a bridge, or none has it
  kPhysfn,     ///< as its physical function: a VF has the PF's bridge
  kNowhere,    ///< not placed: what is above it is unknown
};

/// One PCI function, decoded and placed.
struct Function {
  const FunctionRecord* record = nullptr;
  PciAddress address;

  /// The kernel's pci_upstream_bridge(): kNoIndex for a function on a root
  /// bus, and for one placed nowhere.
  FunctionIndex upstream = kNoIndex;
  PlacedBy placed_by = PlacedBy::kNowhere;
  /// kNoIndex where placed nowhere.
  HostBridgeIndex host_bridge = kNoIndex;
  /// Bridges above it; 0 on a root bus.
  uint32_t depth = 0;

  Observed<PciAddress> physfn;  ///< absent: not a VF
  Observed<ExpressCapability> express;
  Observed<AcsCapability> acs;
  /// The type the kernel works with: `express` after the correction of
  /// set_pcie_port_type (spec/kernel-p2p.md 0.5), which turns a mislabelled
  /// port into type 0.  Absent: no PCIe capability.
  Observed<PortType> kernel_type;
  /// Header type 1 or class 0604: it can have functions below it.
  bool is_bridge = false;

  bool placed() const { return placed_by != PlacedBy::kNowhere; }
  bool on_root_bus() const { return placed() && upstream == kNoIndex; }
};

/// A root bus, what the kernel calls a host bridge.
struct HostBridge {
  RootBus bus;
  /// Functions directly on the root bus, VFs included, in the kernel's order
  /// where known, else by address.
  std::vector<FunctionIndex> functions;
  /// The first entry of the kernel's list for the root bus, which is the one
  /// function that the host bridge table is asked about: known, absent (the
  /// list is empty as far as we see), or unknown.
  Observed<FunctionIndex> first;
  /// The VMD endpoint inside which the domain lives; kNoIndex: none.
  FunctionIndex owner = kNoIndex;
};

/// Something that cannot be right about the host's numbers; the rest is
/// judged all the same.
struct TopologyProblem {
  enum class Kind : uint8_t {
    kImpossibleBusNumbers,  ///< subordinate below secondary, and the like
    kBusClaimedTwice,       ///< two bridges lead to one bus
    kParentMissing,         ///< sysfs names a bridge that was not read
    kParentCycle,           ///< nesting that bites its own tail
    kOrphan,                ///< nothing leads to its bus, and it is no root
  };
  Kind kind;
  PciAddress function;
  PciAddress other;  ///< the other bridge, or the missing parent

  friend bool operator==(const TopologyProblem& a, const TopologyProblem& b) {
    return a.kind == b.kind && a.function == b.function && a.other == b.other;
  }
};

/// ACS of a function as it is not, or not yet.
struct AssumedAcs {
  FunctionIndex function = kNoIndex;
  AcsCapability acs;
};

/// The PCIe tree as the kernel has it.  Refers to the snapshot, which must
/// outlive it.
class Topology {
 public:
  const HostSnapshot& snapshot() const { return *snapshot_; }
  /// By address, as the snapshot's.
  const std::vector<Function>& functions() const { return functions_; }
  const std::vector<HostBridge>& host_bridges() const { return host_bridges_; }
  const std::vector<TopologyProblem>& problems() const { return problems_; }

  const Function& operator[](FunctionIndex index) const {
    return functions_[index];
  }
  /// kNoIndex where there is none.
  FunctionIndex Find(const PciAddress& address) const;

  /// The same host with other ACS control words: what-if.
  Topology WithAcs(const std::vector<AssumedAcs>& assumed) const;

  /// Functions whose upstream bridge is this one, by address.
  std::vector<std::vector<FunctionIndex>> Children() const;

 private:
  friend class TopologyBuilder;
  friend class TopologyTestPeer;  // plants damage for CheckTopology's test
  const HostSnapshot* snapshot_ = nullptr;
  std::vector<Function> functions_;
  std::vector<HostBridge> host_bridges_;
  std::vector<TopologyProblem> problems_;
};

/// Builds the tree, in time linear in the number of functions (but for
/// sorting).
///
/// Parents come from sysfs' nesting where it is recorded; else from bus
/// numbers: the function whose secondary bus is this function's.  A bus that
/// no bridge leads to is taken for a root bus unless something on it can't be
/// on one (an endpoint, a switch port); then its functions are placed
/// nowhere.  VFs hang where their PF hangs, whatever bus they show; in a
/// dump they are found through the PF's SR-IOV capability.
Topology BuildTopology(const HostSnapshot& snapshot);

/// Whether the kernel takes this function, which stands on a root bus, for a
/// Root Port.  Where its capabilities can't be read: yes if a port service of
/// a Root Port hangs from it, else unknown.  (A bridge with a link might be a
/// PCIe-to-PCI bridge.)
Ternary IsRootPort(const Function& function);

/// Whether this function has ACS redirect on in the kernel's eyes
/// (pci_bridge_has_acs_redir, 4.20 to 7.3).
Ternary RedirectsP2p(const Function& function);

/// The function's ATS capability.
Observed<AtsCapability> AtsOf(const Function& function);

/// Whether some function of the host is in an IOMMU group: then an IOMMU
/// translates or passes through; unknown where no group was recorded.
Ternary IommuActive(const HostSnapshot& snapshot);

/// Whether the invariants of a topology hold: every upstream is a function
/// with less depth, every placed function has a host bridge, host bridges
/// list their functions once and their first one among them.  Empty, or what is
/// wrong.  (Model check of the `dev` preset.)
std::string CheckTopology(const Topology& topology);

}  // namespace p2pcheck

#endif  // P2PCHECK_TOPOLOGY_TOPOLOGY_H_
