// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DMABUF_SWIOTLB_H_
#define P2PCHECK_DMABUF_SWIOTLB_H_

#include <string>

#include "base/ternary.h"
#include "dmabuf/export.h"

namespace p2pcheck {

/// What a `swiotlb=` value asks for.
enum class SwiotlbForce : uint8_t {
  kNo,
  kYes,
  kFrom73,  ///< "force,track_hiwater": only 7.3 on takes it for force
};

/// A number, another behind a comma (areas), then "force": the first two may
/// be missing.  (setup_io_tlb_npages, 6.1 to 7.3.)
SwiotlbForce ParseSwiotlb(std::string_view value);

/// The command line that counts: assumed, or recorded.
Observed<std::string> CommandLineOf(const DmabufContext& context);

/// Whether the kernel bounces every direct mapping.  No where the command line
/// was not recorded: the caller says that it is an assumption.
Ternary ForcesBounce(const DmabufContext& context);

}  // namespace p2pcheck

#endif  // P2PCHECK_DMABUF_SWIOTLB_H_
