// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_CONFIG_BYTES_H_
#define P2PCHECK_SOURCE_CONFIG_BYTES_H_

#include "pci/config_space.h"
#include "source/file_system.h"
#include "source/source.h"

namespace p2pcheck {

/// Reads config space from the `config` file in a function's directory.
/// Whoever calls this made sure that the device is awake.  At depth kVerdict
/// only what the walks to the PCI Express and ACS capabilities ask for: each
/// dword is a cycle on a bus.
///
/// 0, or the negative errno of a file that cannot be opened or read at all.
int ReadConfigBytes(FileSystem* files, int function, bool live,
                    ReadRequest::Depth depth, ConfigSpace* config);

/// Of a sleeping device: how far its config space reaches, which does not
/// wake it, and why none of it is held.
void NoteAsleep(FileSystem* files, int function, bool live,
                ConfigSpace* config);

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_CONFIG_BYTES_H_
