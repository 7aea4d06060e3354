// SPDX-License-Identifier: GPL-2.0-or-later
//
// What every rule and map type means and what to do about it, for `explain`.
// Sources name the kernel function and the versions in which it was read;
// details in the project's specification of the kernel's behaviour.
#include "report/command_line_words.h"
#include "report/dmabuf_sentences.h"
#include "report/groups_report.h"
#include "report/policy_items.h"
#include "report/probe_report.h"
#include "report/sentences.h"

namespace p2pcheck {

namespace {

const std::vector<Explanation>& VerdictExplanations() {
  static const std::vector<Explanation> kExplanations = {
      {"BUS_ADDR", "direct, by the peer's bus address",
       "The client is given the address at which the provider's memory "
       "appears on the bus. A switch below the root complex delivers it; "
       "neither the CPU nor the IOMMU takes part.\n"
       "Drivers that map peer memory as a resource (xe, amdgpu, habanalabs) "
       "use their normal DMA address even so: with a translating IOMMU their "
       "traffic goes up to the root complex.",
       "enum pci_p2pdma_map_type, calc_map_type_and_dist, 5.14 to 7.3"},
      {"THRU_HOST_BRIDGE", "through the host bridge",
       "The pair is mapped like ordinary DMA: by IOVA where an IOMMU "
       "translates, else by physical address. The request climbs to the root "
       "complex and comes down again; the kernel trusts this CPU or host "
       "bridge to route it.\n"
       "It works, at the cost of bandwidth and latency. A path that ACS sends "
       "upstream can be made direct by turning the redirect off at the ports "
       "listed: pci=disable_acs_redir=A;B (quote the ';' in GRUB). That joins "
       "IOMMU groups.",
       "calc_map_type_and_dist, 5.14 to 7.3"},
      {"NOT_SUPPORTED", "the kernel refuses",
       "A driver that asks the kernel gets an error (-EREMOTEIO when mapping a "
       "scatter list, a negative distance otherwise) and copies through system "
       "memory or gives up.\n"
       "nvidia-peermem and NVIDIA's open kernel modules do not ask p2pdma: "
       "GPUDirect RDMA through them may work where this says no.",
       "calc_map_type_and_dist, pci_p2pdma_map_type, 5.14 to 7.3"},
      {"p2pdma-not-built-in", "the kernel has no PCI_P2PDMA",
       "CONFIG_PCI_P2PDMA is off: every pair is refused whatever the "
       "topology. Debian's 6.1 and 6.12 kernels are built so.\n"
       "Use a kernel with CONFIG_PCI_P2PDMA=y. The verdict under would_be is "
       "what the same version says with it.",
       "stubs of include/linux/pci-p2pdma.h, 6.1 to 7.3"},
      {"no-p2pdma-yet", "the kernel is older than p2pdma",
       "p2pdma came with 4.20.", "history"},
      {"place-unknown", "a function has no known place in the tree",
       "No bridge was seen that leads to its bus, or the one that sysfs names "
       "was not read, so its path to others is not known.\n"
       "A dump of all functions (lspci -xxxx, not lspci -s) or a recording has "
       "what is missing.",
       "pci_upstream_bridge, 6.1 to 7.3"},
      {"no-common-bridge", "no bridge is above both",
       "The two sit below different root ports, host bridges or domains. ACS "
       "is not asked then; only the CPU and the host bridge table count.",
       "calc_map_type_and_dist, 5.14 to 7.3"},
      {"no-acs-redirect", "nothing on the path redirects",
       "No function from the provider up to and including the common ancestor, "
       "and none from the client up to below it, has P2P Request Redirect, P2P "
       "Completion Redirect or P2P Egress Control on. Ports above the common "
       "ancestor do not count.",
       "pci_bridge_has_acs_redir, calc_map_type_and_dist, 4.20 to 7.3"},
      {"acs-redirect", "ACS sends peer requests upstream",
       "At least one function on the path has ReqRedir, CmpltRedir or "
       "EgressCtrl on. The kernel turns ReqRedir and CmpltRedir on at boot "
       "where an IOMMU is in use, also with iommu=pt.\n"
       "To go direct, boot with pci=disable_acs_redir= and the listed ports, "
       "separated by ';' (quote it in GRUB). The price: the devices behind "
       "them share an IOMMU group.",
       "pci_bridge_has_acs_redir, 4.20 to 7.3; PCIe 6.0, 6.12"},
      {"acs-unknown", "ACS could not be read",
       "The ACS control word lies beyond the first 64 bytes of config space, "
       "which is all that an ordinary user gets; or the device sleeps, or does "
       "not answer. A function that could not be read might redirect.\n"
       "Run as root (CAP_SYS_ADMIN in the initial user namespace).",
       "sysfs config, 6.1 to 7.3"},
      {"acs-redirect-refused", "kernels before 5.4 refuse redirected paths",
       "Until 5.4 a path that redirects was refused without looking at the "
       "host bridge.",
       "history"},
      {"no-common-bridge-refused",
       "kernels before 5.2 refuse pairs without a common bridge",
       "Until 5.2 both devices had to be below one switch or root port.",
       "history"},
      {"iommu-active-refused", "5.2 and 5.3 refuse while an IOMMU is active",
       "These two accepted the way through a Zen host bridge only without an "
       "IOMMU.",
       "history"},
      {"iommu-unknown", "whether an IOMMU is active is not known",
       "5.2 and 5.3 refuse the way through the host bridge while one is.",
       "history"},
      {"cpu-supported", "the CPU vouches for every host bridge",
       "On AMD family 17h (Zen) and newer the kernel accepts the way through "
       "any host bridge, between sockets and domains too. It asks the CPU, not "
       "the host bridge: a virtual machine with an EPYC CPU model passes "
       "whatever is below it. Hygon does not count as AMD.",
       "cpu_supports_p2pdma, 5.9 to 7.3"},
      {"cpu-not-supported", "the CPU does not vouch for host bridges",
       "Only AMD from family 17h (23) on does; on every other CPU the host "
       "bridge itself must be in the kernel's table.",
       "cpu_supports_p2pdma, 5.9 to 7.3"},
      {"cpu-unknown", "the CPU is not known",
       "The source has no /proc/cpuinfo, and no function proves the CPU. On "
       "AMD Zen or newer no pair is refused.",
       "cpu_supports_p2pdma, 5.9 to 7.3"},
      {"host-bridge-listed", "the kernel lists the host bridge",
       "The first function of the root bus is in the kernel's table of host "
       "bridges that route peer traffic.",
       "host_bridge_whitelist, 5.4 to 7.3"},
      {"host-bridge-not-listed", "the kernel does not list the host bridge",
       "The kernel looks up vendor and device of the first function of the "
       "root bus, and this one is not in its table (Intel client chipsets, "
       "most ARM servers, POWER). The hardware may or may not route peer "
       "traffic: on some it corrupts data silently.\n"
       "Put both devices below one switch or root port without ACS redirect, "
       "or use a newer kernel if p2pcheck rules --kernel lists it there.",
       "host_bridge_whitelist, 5.4 to 7.3"},
      {"host-bridge-needs-same", "listed, but only for one host bridge",
       "Sandy Bridge-E and Haswell-EP host bridges are trusted only for two "
       "devices below the same one. Move a device to a slot of the same "
       "socket's root complex.",
       "host_bridge_whitelist, flag REQ_SAME_HOST_BRIDGE, 5.4 to 7.3"},
      {"host-bridge-not-eligible",
       "the root bus starts with a function that does not count",
       "Only the first function of a root bus is looked up, and only if it is "
       "device 00.0 or (from 5.19 on) a Root Port. After remove and rescan a "
       "function stands last in its bus, so removing 00.0 breaks this until "
       "reboot.",
       "pci_host_bridge_dev, 5.14 to 7.3"},
      {"host-bridge-unknown", "how the host bridge fares is not known",
       "The identity or type of the first function of the root bus, or the "
       "kernel's exact release, is not known.",
       "pci_host_bridge_dev, host_bridge_whitelist, 5.4 to 7.3"},
      {"kernel-unknown", "kernels disagree, and which one it is is not known",
       "The source does not say which kernel runs, or a vendor's kernel is "
       "named whose number tells nothing about its content. The set is the "
       "union of what every kernel from 5.14 on would say; by_kernel has each. "
       "Name one with --kernel.\n"
       "Of BARs and dma-bufs: no symbol shows what this kernel does, and "
       "kernels that it may be disagree.",
       "spec, version matrix"},
      {"no-p2pdma", "finding: the kernel has no PCI_P2PDMA",
       "Every pair is refused, whatever the topology. Boot a kernel with "
       "CONFIG_PCI_P2PDMA=y (Debian: from 6.13.7 on).",
       "CONFIG_PCI_P2PDMA, 4.20 to 7.3"},
      {"acs-redirect-on-path",
       "finding: a port sends pairs of gpu, nic or nvme upstream",
       "The kernel counts the port as redirecting for every pair whose path "
       "passes it: such a pair goes through the host bridge or is refused. "
       "p2pcheck advise names the parameter that turns it off, and the IOMMU "
       "groups that join then.",
       "pci_bridge_has_acs_redir, 4.20 to 7.3"},
      {"host-bridge-not-listed-on-path",
       "finding: pairs need a host bridge that the kernel does not trust",
       "Neither the CPU vouches for host bridges nor is this one in the "
       "kernel's table (or it is, but not for two host bridges). Put the "
       "devices below one switch or root port, or see p2pcheck advise for "
       "kernels that list it.",
       "host_bridge_whitelist, 5.4 to 7.3"},
      {"groups-differ", "finding: IOMMU groups do not follow from ACS as it is",
       "Groups are made at boot and never again. ACS that was changed since "
       "(setpci, a firmware tool) leaves them as they were: devices that look "
       "isolated may reach each other, or the other way round. "
       "p2pcheck groups has each function.",
       "pci_device_group, 6.1 to 7.3"},
      {"command-line-problem",
       "finding: a PCI or IOMMU parameter is ignored or without effect",
       "p2pcheck cmdline shows the part, what the kernel makes of it, and what "
       "to write instead.",
       "pci_setup, pci_dev_str_match, 4.20 to 7.3"},
      {"link-below-maximum",
       "finding: a switch's uplink runs below what both ends can do",
       "All devices below the switch share this link. Endpoints lower their "
       "own link when idle and are not reported; a switch's uplink does not.",
       "PCIe 6.0, 7.5.3, Link Status"},
      {"route-across-sockets",
       "finding: pairs are allowed between two NUMA nodes",
       "The traffic crosses the link between sockets: slower, and on some "
       "platforms very slow for reads. Pair devices of one node.",
       "sysfs numa_node"},
      {"gates-disagree",
       "finding: the hardware does not do what the kernel thinks",
       "The kernel's verdict counts every function of a path that redirects; "
       "the hardware asks the one port at which a TLP meets its peer. The row "
       "(D1 to D30) says in which way they part; p2pcheck pair shows the "
       "physical route of requests and completions beside the verdict.",
       "PCIe 6.0, 6.12; calc_map_type_and_dist, 5.14 to 7.3"},
      {"device-asleep", "finding: a device sleeps and was not judged",
       "Reading its config space would have woken it. What it would say about "
       "ACS is not known; pairs it takes part in may be undecided.",
       "sysfs power/runtime_status, power_state"},
      {"unknown-for-privileges", "finding: root could tell more",
       "An ordinary user reads 64 bytes of config space, and ACS lies behind "
       "them.",
       "sysfs config, 6.1 to 7.3"},
      {"translation-blocked", "Translation Blocking stops an ATS client",
       "Only in --kernel next: the unmerged series refuses a pair whose client "
       "has ATS on and climbs through a port with Translation Blocking on, "
       "because the hardware drops its translated requests there.",
       "unmerged series \"evaluate ACS at divergence ports only\""},
  };
  return kExplanations;
}

}  // namespace

const std::vector<Explanation>& Explanations() {
  static const std::vector<Explanation> kAll = [] {
    std::vector<Explanation> all = VerdictExplanations();
    const auto& more = CommandLineExplanations();
    all.insert(all.end(), more.begin(), more.end());
    for (const Explanation& group : GroupExplanations()) all.push_back(group);
    for (const Explanation& dmabuf : DmabufExplanations())
      all.push_back(dmabuf);
    for (const Explanation& probe : ProbeExplanations()) all.push_back(probe);
    for (const Explanation& policy : PolicyExplanations())
      all.push_back(policy);
    return all;
  }();
  return kAll;
}

}  // namespace p2pcheck
