// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_ARCHIVE_LIMITS_H_
#define P2PCHECK_SOURCE_ARCHIVE_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace p2pcheck {

// What an archive may cost at most.  Each is several times what the largest
// honest one needs (a host of 13,000 functions with all of its sysfs has some
// 900,000 members); the manual has them too.

/// Members of an archive, read or not.
constexpr size_t kMostMembers = 2'000'000;
/// One file of those that are read: a kernel log, a list of symbols.
constexpr uint64_t kLargestMember = uint64_t{64} << 20;
/// All files that are read, names included.
constexpr uint64_t kMostKept = uint64_t{512} << 20;
/// What comes out of the decompressor for each byte that went in, once
/// kFreeBytes came out: zeros compress 1000 to 1 in gzip, a sysfs whose
/// attributes are padded to pages some 200 to 1.
constexpr uint64_t kMostGrowth = 1000;
constexpr uint64_t kFreeBytes = uint64_t{64} << 20;
/// All that comes out of the decompressor.
constexpr uint64_t kMostUnpacked = uint64_t{16} << 30;
/// Bytes of a member's path and directories it is deep.
constexpr size_t kLongestPath = 4096;
constexpr size_t kDeepestPath = 64;
/// A text that has to be held whole (nvidia-bug-report.log).
constexpr size_t kLongestReport = size_t{512} << 20;
/// An attribute is a page at most; config space is as long.
constexpr uint64_t kLargestAttribute = 64 << 10;

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_ARCHIVE_LIMITS_H_
