// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/policy_items.h"

namespace p2pcheck {

const std::vector<Explanation>& PolicyExplanations() {
  static const std::vector<Explanation> kExplanations = {
      {"policy-kernel", "policy: the kernel is none of those required",
       "[kernel] releases lists releases and ranges of them. What counts is "
       "the kernel that the host is judged as: its own, or that of --kernel. "
       "A vendor's kernel whose number tells nothing is undecided.",
       "man 5 p2pcheck-policy"},
      {"policy-p2pdma", "policy: PCI_P2PDMA is not as required",
       "[kernel] p2pdma says whether the kernel has CONFIG_PCI_P2PDMA. It is "
       "read from the configuration, else from the kernel's symbols.",
       "man 5 p2pcheck-policy"},
      {"policy-config", "policy: a kernel option is not as required",
       "[kernel] config has options as OPTION=value, n where one is not set. "
       "Only options that matter to peer-to-peer are recorded; any other is "
       "undecided.",
       "man 5 p2pcheck-policy"},
      {"policy-command-line",
       "policy: a kernel parameter is missing, or there and forbidden",
       "[command_line] required and forbidden name parameters: the name alone, "
       "or name=value, where the value may be one of several with commas "
       "between; of pci= an option, with or without its own value.",
       "man 5 p2pcheck-policy"},
      {"policy-devices", "policy: the number of devices is not as required",
       "[[devices]] counts functions of a kind or ID. Virtual functions count "
       "only with virtual_functions = true. A function whose kind is not known "
       "may be one of them.",
       "man 5 p2pcheck-policy"},
      {"policy-pairs", "policy: pairs are not as required",
       "[[pairs]] demands of ordered pairs, the provider's memory for the "
       "client, what the kernel has to make of them: for every pair, for each "
       "provider (each), each client (each_client), or so many in all (count). "
       "The reasons are those of p2pcheck pair.",
       "man 5 p2pcheck-policy"},
      {"policy-finding", "policy: a finding that it forbids or does not allow",
       "[findings] forbidden names findings that break the policy; with "
       "allowed "
       "every other one does. Where unknown facts may hide such a finding the "
       "policy is undecided.",
       "man 5 p2pcheck-policy"},
      {"policy-acs", "policy: ACS does not have the profile required",
       "[acs] profile = \"isolation\": every GPU, NIC and NVMe is isolated up "
       "to its root bus, as the kernel asks when it forms IOMMU groups. "
       "\"performance\": no function on the path of two of them sends peer "
       "requests upstream. Both at once cannot be.",
       "pci_acs_enabled, pci_bridge_has_acs_redir, 6.1 to 7.3"},
      {"policy-acs-bits",
       "policy: bits of an ACS control word are not as "
       "required",
       "[[ports]] names a port by address, ID or type, and the bits that have "
       "to be on or off. A port without the capability has none on.",
       "man 5 p2pcheck-policy"},
  };
  return kExplanations;
}

}  // namespace p2pcheck
