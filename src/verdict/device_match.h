// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_VERDICT_DEVICE_MATCH_H_
#define P2PCHECK_VERDICT_DEVICE_MATCH_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "rules/acs_programming.h"
#include "rules/command_line.h"
#include "topology/topology.h"

namespace p2pcheck {

/// What comes of holding one element of a device list against a function.
enum class MatchOutcome : uint8_t {
  kNoMatch,
  kMatch,
  kError,    ///< the kernel can't parse it: the list ends here
  kUnknown,  ///< hangs on an ID or a bridge that we do not know
};

struct ElementMatch {
  MatchOutcome outcome = MatchOutcome::kNoMatch;
  size_t end = 0;  ///< where in `text` the kernel goes on
};

/// Holds the element at the front of `text` ("0000:00:01.0/00.0;...",
/// "pci:8086:2030;...") against a function, as pci_dev_str_match does (4.20 to
/// 7.3): an element is only read as far as the comparison goes, so one and the
/// same may be an error for this function and no match for another.
ElementMatch MatchElement(const Topology& topology, FunctionIndex function,
                          std::string_view text);

/// What a whole parameter comes to for one function.
struct ParameterMatch {
  enum class Result : uint8_t {
    kNone,          ///< no element matches
    kMatch,         ///< this one does, the first to do so
    kListError,     ///< the list ended at this one, which can't be parsed
    kListEnds,      ///< it ended behind this one: no separator there
    kBadFlags,      ///< config_acs: a character that is not 0, 1 or x
    kFlagsTooLong,  ///< config_acs: 0 or 1 beyond bit 6
    kNoFlags,       ///< config_acs: no '@' in the rest
  };
  Result result = Result::kNone;
  /// The element it is about, in bytes of the value.
  TextSpan element;
  /// Its flags; empty for disable_acs_redir.
  TextSpan flags;
  uint16_t mask = 0;   ///< bits that it sets one way or the other
  uint16_t value = 0;  ///< the way

  bool matches() const { return result == Result::kMatch; }
  friend bool operator==(const ParameterMatch& a, const ParameterMatch& b) {
    return a.result == b.result && a.element == b.element &&
           a.flags == b.flags && a.mask == b.mask && a.value == b.value;
  }
};

/// Walks the value of `disable_acs_redir=` for a function.  Several results
/// where we can't tell which it is; never none.
std::vector<ParameterMatch> MatchDisableAcsRedir(const Topology& topology,
                                                 FunctionIndex function,
                                                 std::string_view value);

/// The same for `config_acs=`, whose elements have flags before a '@'.
/// Kernels that misprogram read the flags of the first one only.
std::vector<ParameterMatch> MatchConfigAcs(const Topology& topology,
                                           FunctionIndex function,
                                           std::string_view value,
                                           AcsParameter variant);

}  // namespace p2pcheck

#endif  // P2PCHECK_VERDICT_DEVICE_MATCH_H_
