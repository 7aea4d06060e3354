// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_POLICY_POLICY_H_
#define P2PCHECK_POLICY_POLICY_H_

#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pci/address.h"
#include "pci/express.h"
#include "rules/device_kind.h"
#include "rules/kernel_version.h"
#include "rules/map_type.h"
#include "rules/rule_table.h"
#include "verdict/check.h"

namespace p2pcheck {

// What every host of a fleet has to be, as a file says it: man p2pcheck-policy.
// Each requirement is met by a host, broken, or undecided.

/// Functions that a requirement is about: all of a kind, or of an ID.
struct DeviceChoice {
  std::string word;  ///< as the file has it: "gpu", "10de:2330"
  std::optional<DeviceKind> kind;
  std::optional<DeviceId> id;
  bool virtual_functions = false;  ///< count them, too
};

/// [kernel] releases: the kernel in question is one of these.
struct KernelRequirement {
  std::vector<KernelRange> ranges;
  std::string text;  ///< as the file has them
};

/// [kernel] p2pdma: whether PCI_P2PDMA is built in.
struct P2pdmaRequirement {
  bool wanted = true;
};

/// [kernel] config: "OPTION=value"; "n" where the option is not set.
struct ConfigRequirement {
  std::string option, value;
};

/// [command_line] required, forbidden: "intel_iommu=on", "pci=noats".
struct ParameterRequirement {
  std::string text;
  bool wanted = true;
};

/// [[devices]]: how many there are.
struct DevicesRequirement {
  DeviceChoice choice;
  uint32_t at_least = 0;
  std::optional<uint32_t> at_most;
};

/// [[pairs]]: what the kernel makes of ordered pairs.
struct PairsRequirement {
  enum class Scope : uint8_t {
    kEvery,       ///< every pair is good
    kEach,        ///< each provider has `count` clients with which it is
    kEachClient,  ///< each client has `count` providers
    kInAll,       ///< there are `count` good pairs
  };
  DeviceChoice provider, client;
  MapTypeSet good;
  /// Bytes a second, line rate of the narrowest link of the way.
  std::optional<uint64_t> min_bandwidth;
  Scope scope = Scope::kEvery;
  uint32_t count = 0;
};

/// [findings]: what `check` finds otherwise.
struct FindingsRequirement {
  std::vector<FindingId> ids;
  /// True: nothing but these may be found.  False: none of these may.
  bool only = false;
};

enum class AcsProfile : uint8_t {
  kIsolation,    ///< GPUs, NICs and NVMe have IOMMU groups of their own
  kPerformance,  ///< no port sends pairs of them upstream
};
std::string_view AcsProfileName(AcsProfile profile);

/// [acs] profile.
struct AcsProfileRequirement {
  AcsProfile profile;
};

/// [[ports]]: bits of the ACS control word.
struct AcsBitsRequirement {
  std::string word;  ///< which: "0000:40:01.0", "1000:c030", "root-port"
  std::optional<PciAddress> address;
  std::optional<DeviceId> id;
  std::optional<PortType> type;
  uint16_t on = 0, off = 0;
};

using RequirementContent =
    std::variant<KernelRequirement, P2pdmaRequirement, ConfigRequirement,
                 ParameterRequirement, DevicesRequirement, PairsRequirement,
                 FindingsRequirement, AcsProfileRequirement,
                 AcsBitsRequirement>;

struct Requirement {
  size_t line = 0;  ///< where it stands in the file
  RequirementContent content;
};

/// A stable id for each sort of requirement: what `check` calls its findings.
constexpr std::string_view kPolicyFindings[] = {
    "policy-kernel",       "policy-p2pdma",  "policy-config",
    "policy-command-line", "policy-devices", "policy-pairs",
    "policy-finding",      "policy-acs",     "policy-acs-bits"};
static_assert(std::size(kPolicyFindings) ==
              std::variant_size_v<RequirementContent>);
inline std::string_view PolicyFindingName(const Requirement& requirement) {
  return kPolicyFindings[requirement.content.index()];
}

struct Policy {
  std::string file;                       ///< the name it was read by
  std::string name;                       ///< what it calls itself, or empty
  std::vector<Requirement> requirements;  ///< by line
};

/// Reads the text of a policy.  Throws InputError, with the line and a caret,
/// where it is no TOML, has a key or word that nobody knows, or requires
/// nothing.
Policy ReadPolicy(std::string file, std::string text);

}  // namespace p2pcheck

#endif  // P2PCHECK_POLICY_POLICY_H_
