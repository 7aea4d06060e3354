// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_VERDICT_COMMAND_LINE_FINDINGS_H_
#define P2PCHECK_VERDICT_COMMAND_LINE_FINDINGS_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "pci/address.h"
#include "rules/command_line.h"
#include "topology/topology.h"
#include "verdict/acs_boot.h"

namespace p2pcheck {

/// What can be wrong with a kernel command line, or worth knowing of it.
/// Names stand in command_line_findings.cc, words in
/// report/command_line_words.cc.
enum class CommandLineFindingId : uint8_t {
  kListSeparator,       ///< ',' or a blank where a list needs ';'
  kListCut,             ///< looks as if GRUB had cut it at a ';'
  kListStops,           ///< an element the kernel can't parse, or no ';' behind
  kNoSuchFunction,      ///< an element that matches nothing here
  kNoAcsCapability,     ///< it matches only functions without the capability
  kBadFlags,            ///< config_acs: a character that is not 0, 1 or x
  kFlagsTooLong,        ///< config_acs: 0 or 1 beyond bit 6
  kNoFlags,             ///< config_acs: no '@'
  kBitsNotImplemented,  ///< config_acs sets what the capability lacks
  kParameterTooNew,     ///< this kernel does not know the parameter
  kParameterMisread,    ///< this kernel is known to get it wrong
  kBothParameters,      ///< both match one function: config_acs alone counts
  kParameterRepeated,   ///< a later one wins whole
  kIneffective,         ///< the bits at hand are not those asked for
  kUnknownPciOption,    ///< the kernel has no such option of pci=
  kBehindDoubleDash,    ///< behind "--": init's, not the kernel's
  kOpenQuote,           ///< a quote that is never closed
  kAcsInvisible,        ///< pci=nommconf: the kernel sees no ACS
  kOverrideNotMainline,  ///< pcie_acs_override: mainline does not know it
  // From here on: not wrong, but worth knowing.
  kOverridePatched,     ///< pcie_acs_override, and the kernel is patched for it
  kDefaultLost,         ///< other bits fall back to what firmware left
  kIommuDoesNotMatter,  ///< iommu=pt and the like do not turn ACS off
  kNotTaken,            ///< 7.0 on: nothing may take the function, so no effect
  kNoAts,               ///< pci=noats: TB on, ATS off
  kPortsCompat,         ///< pcie_ports=compat: no driver takes the ports
};
constexpr size_t kCommandLineFindings = 25;

/// "list-separator": stable, for scripts and for `explain`.
std::string_view FindingName(CommandLineFindingId id);
/// Whether it is only worth knowing.
bool IsNote(CommandLineFindingId id);

struct CommandLineFinding {
  CommandLineFindingId id;
  /// The part of the command line it is about.
  TextSpan where;
  /// The functions it is about, by address.
  std::vector<PciAddress> functions;
  /// The ACS bits it is about.
  uint16_t bits = 0;

  friend bool operator==(const CommandLineFinding& a,
                         const CommandLineFinding& b) {
    return a.id == b.id && a.where == b.where && a.functions == b.functions &&
           a.bits == b.bits;
  }
};

/// A function that a parameter matches, or may.
struct MatchedFunction {
  FunctionIndex function = kNoIndex;
  AcsAtBoot at_boot;
  AcsAgreement live;  ///< only for the line that was booted
};

/// What a command line means on a host.
struct CommandLineReading {
  /// In the order of the text, what is only worth knowing last.
  std::vector<CommandLineFinding> findings;
  std::vector<MatchedFunction> functions;  ///< by address
  /// Something that matters is not known: the kernel, an ID, the line itself.
  bool undecided = false;

  bool HasProblem() const;
};

/// Reads `next` against the host.  `running` is the kernel that made the
/// control words at hand; `booted` says that it runs with this very line, so
/// that what it asked for can be held against what is there.
CommandLineReading ReadCommandLine(const Topology& topology,
                                   const KernelBoot& running,
                                   const KernelBoot& next, bool booted);

}  // namespace p2pcheck

#endif  // P2PCHECK_VERDICT_COMMAND_LINE_FINDINGS_H_
