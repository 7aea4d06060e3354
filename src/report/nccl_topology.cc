// SPDX-License-Identifier: GPL-2.0-or-later
//
// NCCL's topology file (src/graph/xml.cc and topo.cc of NCCL as of 2026; that
// the file is read is documented under NCCL_TOPO_FILE):
//
//   <system version="1">
//     <cpu numaid="0" arch="x86_64" vendor="AuthenticAMD" familyid="25" ...>
//       <pci busid="0000:3f:00.0" class="0x060400" link_speed="32.0 GT/s PCIe"
//            link_width="16">                     a switch: its upstream port
//         <pci busid="0000:41:00.0" class="0x030200" .../>    a GPU or a NIC
//
// A cpu is a NUMA node (-1: not known).  Of the bridges only upstream ports
// stand there, as NCCL itself climbs two levels a step; root and downstream
// ports do not.  GPUs, NICs and NVSwitches (class 0680) stand in it; virtual
// functions do not, as NCCL stops at 256 nodes.
//
// What is not known is left out: NCCL reads attributes that are missing from
// the running host, as it does `affinity` and the <gpu> and <net> inside.  The
// link is what both ends can do at most, as NCCL takes it, because devices
// slow their links down while nothing runs.  Speeds are spelt as sysfs does,
// since NCCL compares texts.  familyid and modelid are the kernel's numbers,
// which NCCL knows beside the older ones it computed (0xaf for family 19h).
#include "report/nccl_topology.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "fabric/bandwidth.h"

namespace p2pcheck {
namespace {

constexpr uint32_t kNvSwitchClass = 0x068000;
constexpr size_t kNcclNodes = 256;  // NCCL_TOPO_XML_MAX_NODES

std::string Escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '"': out += "&quot;"; break;
      default:
        // Control characters have no place in XML 1.0.
        out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return out;
}

class NcclWriter {
 public:
  NcclWriter(const Judgement& judgement, std::ostream& out)
      : judgement_(judgement),
        topology_(judgement.topology),
        links_(topology_),
        out_(out) {}

  void Write() {
    PlaceAll();
    out_ << "<system version=\"1\">\n";
    if (placed_.size() + roots_.size() >= kNcclNodes)
      out_ << "  <!-- more nodes than the " << kNcclNodes
           << " that NCCL reads -->\n";
    for (const auto& [node, functions] : roots_) WriteCpu(node, functions);
    out_ << "</system>\n";
  }

 private:
  bool Wanted(FunctionIndex i) const {
    DeviceKind kind = judgement_.kinds[i];
    return (kind == DeviceKind::kGpu || kind == DeviceKind::kNic ||
            topology_[i].record->class_code.Is(kNvSwitchClass)) &&
           topology_[i].placed() && !topology_[i].physfn.known();
  }

  bool IsSwitch(FunctionIndex i) const {
    return topology_[i].kernel_type.Is(PortType::kUpstreamPort);
  }

  // Hangs a function below the next switch above it, and that below its own,
  // up to the NUMA node; what hangs already is left where it is.
  void Place(FunctionIndex i) {
    if (!placed_.insert(i).second) return;
    FunctionIndex above = topology_[i].upstream;
    while (above != kNoIndex && !IsSwitch(above))
      above = topology_[above].upstream;
    if (above == kNoIndex) {
      roots_[topology_[i].record->numa_node.value_or(-1)].push_back(i);
      return;
    }
    below_[above].push_back(i);
    Place(above);
  }

  void PlaceAll() {
    // By address, so children are in the order that NCCL keeps.
    for (FunctionIndex i = 0; i < topology_.functions().size(); ++i)
      if (Wanted(i)) Place(i);
  }

  void Attribute(std::string_view name, std::string_view value) {
    out_ << ' ' << name << "=\"" << Escaped(value) << '"';
  }

  template <class T>
  void HexAttribute(std::string_view name, const Observed<T>& value,
                    int digits) {
    if (value.known())
      Attribute(name, fmt::format("0x{:0{}x}", value.value(), digits));
  }

  template <class T>
  void NumberAttribute(std::string_view name, const Observed<T>& value) {
    if (value.known()) Attribute(name, fmt::format("{}", value.value()));
  }

  void ArchitectureAttribute() {
    const Observed<std::string>& known = judgement_.cpu.architecture;
    if (!known.known()) return;
    std::string name = known.value();
    if (name == "aarch64") name = "arm64";
    if (name == "ppc64le") name = "ppc64";
    Attribute("arch", name);
  }

  void WriteCpu(int32_t node, const std::vector<FunctionIndex>& functions) {
    out_ << "  <cpu";
    Attribute("numaid", fmt::format("{}", node));
    ArchitectureAttribute();
    if (judgement_.cpu.vendor.known())
      Attribute("vendor", judgement_.cpu.vendor.value());
    NumberAttribute("familyid", judgement_.cpu.family);
    NumberAttribute("modelid", judgement_.snapshot.host.cpu_model);
    out_ << ">\n";
    for (FunctionIndex i : functions) WritePci(i, 4);
    out_ << "  </cpu>\n";
  }

  void LinkAttributes(FunctionIndex i) {
    const Hop& hop = links_.Above(i);
    if (!hop.best) return;
    Attribute("link_speed", fmt::format("{}.{} GT/s PCIe", hop.best->speed / 10,
                                        hop.best->speed % 10));
    Attribute("link_width", fmt::format("{}", hop.best->lanes));
  }

  void WritePci(FunctionIndex i, int indent) {
    const FunctionRecord& record = *topology_[i].record;
    out_ << std::string(static_cast<size_t>(indent), ' ') << "<pci";
    Attribute("busid", ToString(topology_[i].address));
    HexAttribute("class", record.class_code, 6);
    HexAttribute("vendor", record.vendor, 4);
    HexAttribute("device", record.device, 4);
    HexAttribute("subsystem_vendor", record.subsystem_vendor, 4);
    HexAttribute("subsystem_device", record.subsystem_device, 4);
    LinkAttributes(i);
    auto children = below_.find(i);
    if (children == below_.end()) {
      out_ << "/>\n";
      return;
    }
    out_ << ">\n";
    for (FunctionIndex child : children->second) WritePci(child, indent + 2);
    out_ << std::string(static_cast<size_t>(indent), ' ') << "</pci>\n";
  }

  const Judgement& judgement_;
  const Topology& topology_;
  LinkTable links_;
  std::ostream& out_;
  std::set<FunctionIndex> placed_;
  std::map<int32_t, std::vector<FunctionIndex>> roots_;
  std::map<FunctionIndex, std::vector<FunctionIndex>> below_;
};

}  // namespace

void WriteNcclTopology(const Judgement& judgement, std::ostream& out) {
  NcclWriter(judgement, out).Write();
}

}  // namespace p2pcheck
