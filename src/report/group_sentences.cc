// SPDX-License-Identifier: GPL-2.0-or-later
//
// All words about IOMMU groups, once.
#include <fmt/format.h>

#include "report/groups_report.h"

namespace p2pcheck {
namespace {

// "0000:02:08.0, 0000:02:10.0 and 3 more"
std::string Listed(const Judgement& judgement,
                   const std::vector<FunctionIndex>& functions) {
  constexpr size_t kMost = 4;
  std::string text;
  for (size_t i = 0; i < functions.size() && i < kMost; ++i)
    text += fmt::format("{}{}", i == 0 ? "" : ", ",
                        ToString(judgement.topology[functions[i]].address));
  if (functions.size() > kMost)
    text += fmt::format(" and {} more", functions.size() - kMost);
  return text;
}

}  // namespace

std::string GroupStatusSentence(GroupStatus status) {
  switch (status) {
    case GroupStatus::kPredicted: return "";
    case GroupStatus::kNoIommu:
      return "no IOMMU serves any function of this host, so there are no "
             "groups";
    case GroupStatus::kNoIommuMode:
      return "no IOMMU is active: the published groups are those of VFIO's "
             "no-IOMMU mode and isolate nothing";
    case GroupStatus::kOtherDriver:
      return "the IOMMU driver of this architecture does not form groups by "
             "ACS; they are shown as published";
    case GroupStatus::kAcsAfterGroups:
      return "this stable release forms groups before it switches ACS on; "
             "they are shown as published";
    case GroupStatus::kNoRules:
      return "the rules at hand have no table of ACS quirks (acs_quirk), so "
             "groups are not predicted";
  }
  return "";
}

std::string GroupReasonSentence(const Judgement& judgement,
                                const GroupReason& reason) {
  std::string who = Listed(judgement, reason.functions);
  switch (reason.id) {
    case GroupReasonId::kAcsClearedAfterBoot:
      return fmt::format(
          "the published groups follow if ACS was on when they were formed, at "
          "{}: it was switched off since (setpci, a reset, firmware); groups "
          "are never formed again",
          who);
    case GroupReasonId::kAcsSetAfterBoot:
      return fmt::format(
          "the published groups follow if ACS was off when they were formed, "
          "at {}: it was switched on since",
          who);
    case GroupReasonId::kAcsOverride:
      return fmt::format(
          "pcie_acs_override= is on the command line, and a kernel with that "
          "patch takes functions for isolated that are not{}{}",
          who.empty() ? "" : ": ", who);
    case GroupReasonId::kProcessingOrder:
      return "the published groups follow if functions were taken before the "
             "ports above them: what is above and has no group yet is not "
             "joined";
    case GroupReasonId::kQuirkUnknown:
      return fmt::format(
          "the published groups follow if the kernel takes {} for isolated by "
          "its IDs, which no rule here says",
          who);
    case GroupReasonId::kAcsAfterGroups:
      return "this may be one of the stable releases that form groups before "
             "they switch ACS on";
    case GroupReasonId::kFirmwareAliases:
      return "AMD's firmware table (IVRS) may say that functions share "
             "requester IDs; only root can read it";
  }
  return "";
}

std::vector<Explanation> GroupExplanations() {
  return {
      {"acs-cleared-after-boot", "ACS was on when groups were formed",
       "IOMMU groups are formed once, when the IOMMU first sees a function. "
       "With every implemented ACS bit on, the published groups follow; with "
       "the bits as they are now, larger ones would. Something cleared bits "
       "since: usually a setpci script of a GPUDirect guide.\n"
       "The published groups promise an isolation that the hardware no longer "
       "gives: do not hand such functions to different guests.",
       "pci_device_group, 6.1 to 7.3"},
      {"acs-set-after-boot", "ACS was off when groups were formed",
       "With every ACS bit off, the published groups follow; the bits as they "
       "are now would make smaller ones. Groups are never split afterwards: "
       "reboot with the same bits set by config_acs= to get the smaller ones.",
       "pci_device_group, 6.1 to 7.3"},
      {"pcie-acs-override", "the ACS override patch",
       "pcie_acs_override= is not part of the mainline kernel (Proxmox VE, "
       "Unraid, zen and others carry it). It makes functions without ACS count "
       "as isolated: groups become smaller, and nothing else changes. Neither "
       "registers nor routes nor p2pdma's verdicts do, so the isolation is "
       "claimed, not given.",
       "out-of-tree patch; appended to the table of pci_dev_specific_acs_"
       "enabled"},
      {"group-order", "functions were taken before their ports",
       "A function joins the group of a bridge above it only if the bridge has "
       "one already. Where firmware describes the IOMMU (virtio, SMMU), "
       "kernels up to 6.14 formed groups as drivers bound, so an endpoint "
       "could come first and stay apart from its own port.",
       "pci_device_group, 6.1 to 7.3; seen on virtio-iommu with 6.1, 6.12"},
      {"acs-quirk-unknown", "an isolation that the rules do not know",
       "If some functions counted as isolated, the published groups would "
       "follow. Distributions add entries to the kernel's quirk table, and new "
       "kernels bring new ones: rules/acs_quirks.toml has those of mainline.",
       "pci_dev_specific_acs_enabled, 6.1.176 to 7.3.4"},
      {"acs-after-groups", "a stable release that forms groups too early",
       "Some stable releases took over half of a change of 7.0: groups are "
       "formed before ACS is on, so they are larger than the registers "
       "suggest. 6.1.165 to 6.1.168 and 6.12.75 to 6.12.82 do; of 5.10, 5.15 "
       "and 6.6 the numbers are not known. Update the kernel.",
       "changelogs of 6.1.169, 6.12.83"},
      {"firmware-aliases", "aliases from AMD's firmware table",
       "The IVRS table can say that one function sends with the requester ID "
       "of another of its bus; the two then share a group. Only root can read "
       "the table, and p2pcheck does not.",
       "amd_iommu, 6.1 to 7.3"},
      {"no-iommu", "no IOMMU, no groups",
       "No function is in an IOMMU group: there is no IOMMU, or it is off.",
       "sysfs iommu_group"},
      {"no-iommu-mode", "VFIO's no-IOMMU groups",
       "VFIO can be told to work without an IOMMU; it makes a group for each "
       "device then. They isolate nothing.",
       "vfio, enable_unsafe_noiommu_mode"},
      {"groups-by-driver", "groups that do not follow from ACS",
       "On s390 each function is a group of its own; on PowerPC servers "
       "firmware's partitionable endpoints are groups. ACS has no say there.",
       "device_group of the s390, powernv and pseries drivers"},
      {"no-group-rules", "rules without a quirk table",
       "The rule directory given with --rules has no [[acs_quirk]] table. "
       "Without it groups would come out too large.",
       "rules/acs_quirks.toml"},
  };
}

}  // namespace p2pcheck
