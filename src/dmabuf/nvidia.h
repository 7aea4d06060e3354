// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DMABUF_NVIDIA_H_
#define P2PCHECK_DMABUF_NVIDIA_H_

#include "dmabuf/import.h"

namespace p2pcheck {

/// nvidia-open's own test, which stands in the place of the kernel's
/// (595.45.04; spec/kernel-dmabuf.md 4.1): some host chipsets are refused with
/// ENOTSUPP unless both functions hang from one PCI switch.
/// NVreg_GrdmaPciTopoCheckOverride 1 allows all, 2 none.
void CheckNvidiaTopology(const DmabufContext& context,
                         const PairQuestion& question, StepVerdict* verdict);

/// Whether it maps peers' memory through the DMA API (the default), or hands
/// out bus offsets: NVreg_DmaRemapPeerMmio=0.
bool NvidiaMapsThroughDmaApi(const DmabufContext& context);

}  // namespace p2pcheck

#endif  // P2PCHECK_DMABUF_NVIDIA_H_
