// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_TESTS_SUPPORT_SKETCH_H_
#define P2PCHECK_TESTS_SUPPORT_SKETCH_H_

#include <string>
#include <string_view>

#include "snapshot/host_snapshot.h"

namespace p2pcheck {

/// How much of a sketched host its reader was shown.
struct SketchOptions {
  /// As a mailed `lspci -xxxx` dump has it: no nesting, no physfn, no groups,
  /// no CPU, no kernel; config space is all there is.
  bool as_dump = false;
  /// As an ordinary user reads it: 64 bytes of config space.
  bool as_user = false;
};

/// Makes the snapshot of a host from a few lines:
///
///     cpu 2 0x19                 AMD family 0x19 (9: Hygon; default: Intel)
///     root 0 0                   a root bus: domain and bus, hex
///     dev 0000:00:01.0 id=8086:1901 t=4 acs=5f/1d sec=1
///     dev 0000:01:00.0 id=10de:2330 t=0
///
/// A `dev` line gives address and IDs, then as it needs: `t` the PCIe port
/// type (without it the function is conventional), `mf` multifunction, `acs`
/// capability and control words, `sptctl` the dword control at +8 of Intel's
/// older PCHs, `sec` the secondary bus, `vf` the physical function, `real` the
/// VMD endpoint in which its domain lives, `p2p` a pool of peer memory.  What
/// the kernel adds, beyond the grammar of the worked cases: `driver=nvme`,
/// `group=12`, `numa=1`, `node=nvme:nvme0`, `link=32x16` (GT/s and lanes; else
/// 16x16), `mps=256` (Max_Payload_Size; else 128).  The lines stand in order of
/// registration; '#' begins a comment. Of the host: `kernel RELEASE`
/// (else 6.12.95), `cmdline TEXT`, `model TEXT`.
///
/// Config space is made byte by byte as hardware has it, the ACS capability
/// behind another one, subordinate bus numbers and an SR-IOV capability where
/// they follow from the rest.
///
/// Throws std::runtime_error with the line that makes no sense.
HostSnapshot Sketch(std::string_view text, const SketchOptions& options = {});

/// The text of fixtures/cases/sketches/NAME.sketch.
std::string SketchText(std::string_view name);

/// Hides all of a function's config space from `offset` on.
void HideConfig(FunctionRecord* record, uint16_t offset,
                ReadFailure why = ReadFailure::kPermissionDenied);

/// The record of that address ("0000:01:00.0" or "01:00.0"); throws where
/// there is none.
FunctionRecord& RecordAt(HostSnapshot* snapshot, std::string_view address);

/// Writes a word into config space that is held.
void PutWord(ConfigSpace* config, uint16_t offset, uint16_t value);
void PutDword(ConfigSpace* config, uint16_t offset, uint32_t value);

/// Reads "0000:01:00.0" or "01:00.0"; throws where it is neither.
PciAddress AddressOf(std::string_view text);

}  // namespace p2pcheck

#endif  // P2PCHECK_TESTS_SUPPORT_SKETCH_H_
