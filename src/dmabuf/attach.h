// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DMABUF_ATTACH_H_
#define P2PCHECK_DMABUF_ATTACH_H_

#include "dmabuf/import.h"

namespace p2pcheck {

/// Whether the exporter lets the importer attach and, where it pins, pin
/// (spec/kernel-dmabuf.md 2.2 for VFIO, 4 for the others).
StepVerdict JudgeAttach(const DmabufContext& context,
                        const PairQuestion& question);

/// What may end a map before its addresses count: a revoked dma-buf (A6), and
/// the pin that the core adds by itself while DMABUF_MOVE_NOTIFY is off (A5).
StepVerdict JudgeBeforeMap(const DmabufContext& context,
                           const PairQuestion& question);

/// Adds a refusal with ENODEV where the dma-buf is revoked now (A2, A6): the
/// VFIO device was closed, or its user turned memory decoding off, which
/// counts for all but VFs.
void CheckRevoked(const DmabufContext& context, const PairQuestion& question,
                  StepVerdict* verdict);

/// Whether the core pins every attachment, dynamic ones too.
Ternary CorePinsAll(const DmabufContext& context);

/// Whether an importer pins what it attaches to.
bool Pins(ImporterKind kind);

/// Whether the exporter takes VFIO's ways: its revocation and its pins.
bool ExportsByVfio(const PairQuestion& question);

}  // namespace p2pcheck

#endif  // P2PCHECK_DMABUF_ATTACH_H_
