// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DMABUF_BUSY_H_
#define P2PCHECK_DMABUF_BUSY_H_

#include <string>

#include "dmabuf/export.h"

namespace p2pcheck {

/// Somebody's claim on part of a BAR.
struct BusyPart {
  /// Whether it would still be there when a VFIO driver opens the function;
  /// no where nobody claims anything, or nobody may see it.
  Ternary stays = Ternary::kNo;
  std::string name;  ///< "efifb", as /proc/iomem has it
};

/// The claim inside a BAR that is most in the way.
BusyPart BusyInside(const DmabufContext& context, FunctionIndex function,
                    const Bar& bar);

}  // namespace p2pcheck

#endif  // P2PCHECK_DMABUF_BUSY_H_
