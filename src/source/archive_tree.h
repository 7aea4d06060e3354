// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_ARCHIVE_TREE_H_
#define P2PCHECK_SOURCE_ARCHIVE_TREE_H_

#include "source/archive.h"
#include "source/memory_tree.h"

namespace p2pcheck {

/// Puts what is wanted of a tar (wanted_members.h) into `tree`; Next() gave
/// its first member, `member`.
///
/// Archives come from strangers, so what a harmless one never has is refused
/// with an InputError that names the member, whether it is wanted or not: an
/// absolute path or one with "..".  Of what is wanted further: a link that
/// leads out, a device, FIFO or socket, a hard link to nothing, two members of
/// one path that differ, a member below a file or a link, and what exceeds
/// archive_limits.h.  The rest, the greater part of a sosreport, is skipped
/// unlooked at.
void ReadArchiveTree(Archive* archive, const Archive::Member& first,
                     MemoryTree* tree);

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_ARCHIVE_TREE_H_
