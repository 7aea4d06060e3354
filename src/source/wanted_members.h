// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_WANTED_MEMBERS_H_
#define P2PCHECK_SOURCE_WANTED_MEMBERS_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace p2pcheck {

/// What becomes of a member of an archive, by its path.
enum class Wanted : uint8_t {
  kNo,     ///< nobody asks for it
  kName,   ///< that it is there is all that is asked
  kSmall,  ///< its contents too, if it has no more than an attribute
  kWhole,  ///< its contents too
};

/// By a normalised path ("host/sys/bus/pci/devices"), which may have any
/// directories in front of those of the host.
Wanted WantedOf(std::string_view path);

/// `path` without "." and doubled or last '/'.  What is wrong with it, a
/// phrase for an error message, stands in `wrong`: it is absolute, has ".."
/// or is too long or too deep.
std::string NormalPath(std::string_view path, std::string_view* wrong);

/// Whether a link at `path` (normalised) leads out of the tree: an absolute
/// target, or more ".." than directories above.
bool LeadsOut(std::string_view path, std::string_view target);

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_WANTED_MEMBERS_H_
