// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DMABUF_VFIO_EXPORT_H_
#define P2PCHECK_DMABUF_VFIO_EXPORT_H_

#include <vector>

#include "dmabuf/export.h"

namespace p2pcheck {

/// F3 to F5: the driver takes features, the kernel has this one, and the
/// driver has the operation.  All that PROBE asks.
void CheckVfioFeature(const DmabufContext& context, const ExporterRule* by,
                      StepVerdict* verdict);

/// Whether the kernel claims a BAR, at the export or at open (F11).
Ternary ClaimsBar(const DmabufContext& context);

/// F11: the BAR is there and can be claimed.
void CheckClaim(const DmabufContext& context, FunctionIndex function,
                const Bar& bar, StepVerdict* verdict);

/// F15, F16: it is memory, and of a function whose BARs can be mapped.
void CheckProvider(const DmabufContext& context, FunctionIndex function,
                   const Bar& bar, StepVerdict* verdict);

/// F13 and F18 for the whole BAR: a page fits in it.
void CheckHoldsPage(const DmabufContext& context, const Bar& bar,
                    StepVerdict* verdict);

/// What lets pass and still matters: MSI-X, resizing, what only root sees.
void AddBarNotes(const DmabufContext& context, const Bar& bar,
                 StepVerdict* verdict);

/// The BAR's length as far as whole pages reach.
uint64_t UsableSize(const DmabufContext& context, const Bar& bar);

}  // namespace p2pcheck

#endif  // P2PCHECK_DMABUF_VFIO_EXPORT_H_
