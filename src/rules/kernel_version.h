// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_RULES_KERNEL_VERSION_H_
#define P2PCHECK_RULES_KERNEL_VERSION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ternary.h"
#include "snapshot/host_snapshot.h"

namespace p2pcheck {

/// A kernel release by number.  Many distributions hide the third number
/// ("6.1.0-45-amd64" is some 6.1.y), so it can be unknown.
struct KernelVersion {
  uint16_t major = 0;
  uint16_t minor = 0;
  std::optional<uint16_t> patch;

  friend bool operator==(const KernelVersion& a, const KernelVersion& b) {
    return a.major == b.major && a.minor == b.minor && a.patch == b.patch;
  }
};

/// "6.1.176", or "6.1" where the third number is unknown.
std::string ToString(const KernelVersion& version);

/// Reads "6.1" or "6.1.176" (what a user gives to --kernel), whole.
std::optional<KernelVersion> ParseKernelVersion(std::string_view text);

/// What the release string and /proc/version of a host say its kernel is.
/// Unknown (kNotRecorded) where neither is there; kMalformed where they name
/// no version, and for vendor kernels whose number tells nothing about their
/// content (RHEL's ".elN": fixes and tables of later kernels are ported back
/// wholesale).  The third number is taken only where it is the mainline one:
/// not from Debian's or Ubuntu's "6.1.0-45", but from "Debian 6.1.176-1" in
/// /proc/version.  Kernels that Ubuntu builds for one maker's machines
/// ("-nvidia", "-tegra", "-azure") count as the release they are built on;
/// kernel_release.cc says why, and knows the other distributions.
Observed<KernelVersion> KernelVersionOf(const HostFacts& host);

/// Whether a host's release is of those whose number does not tell what their
/// drivers can (spec/kernel-dmabuf.md 0.3): vendor kernels, and beyond those
/// that KernelVersionOf() has no number for SUSE's rolling ones and the ones
/// built for one maker's machines or one cloud.  They carry whole drivers of
/// later releases.  False where no release is recorded.
bool HidesFeatures(const HostFacts& host);

/// An inclusive range of releases.
struct KernelRange {
  KernelVersion from;               ///< patch always known
  std::optional<KernelVersion> to;  ///< none: open; patch unknown: all of it
};

/// Reads "5.18-", "5.2-5.8.*", "7.1.3-7.1.*", "7.0.1-7.0.13", "5.18" (that
/// minor release and its stable ones).
std::optional<KernelRange> ParseKernelRange(std::string_view text);

/// Whether some release lies in both.
bool Overlap(const KernelRange& a, const KernelRange& b);

/// Whether a kernel lies in one of the ranges; unknown where that hangs on a
/// third number we do not have.
Ternary Contains(const std::vector<KernelRange>& ranges,
                 const KernelVersion& version);

/// The same where some releases may have what those of `surely` have.
Ternary Contains(const std::vector<KernelRange>& surely,
                 const std::vector<KernelRange>& perhaps,
                 const KernelVersion& version);

}  // namespace p2pcheck

#endif  // P2PCHECK_RULES_KERNEL_VERSION_H_
