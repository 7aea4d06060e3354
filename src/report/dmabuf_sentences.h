// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_DMABUF_SENTENCES_H_
#define P2PCHECK_REPORT_DMABUF_SENTENCES_H_

#include <string>
#include <string_view>
#include <vector>

#include "dmabuf/step.h"
#include "report/sentences.h"

namespace p2pcheck {

// All words about BARs and dma-bufs: dmabuf_sentences.cc has a sentence a
// rule, dmabuf_explanations.cc what `explain` tells of it.

/// One reason as a sentence, with what it rests on: "the VFIO driver
/// mlx5_vfio_pci has no DMABUF operation".
std::string DmabufSentence(const StepReason& reason);

/// A remark that says neither why nor how: what was assumed, what cannot be
/// seen, what a size rests on.
bool IsRemark(const StepReason& reason);

/// The reasons, those that differ in their detail alone as one: "(VFIO_PCI,
/// PCI_P2PDMA)".
std::vector<StepReason> MergedReasons(const StepVerdict& verdict);

/// "16 KiB", "32 GiB", "36 bytes": exact, in the largest unit that fits.
std::string SizeText(uint64_t bytes);

/// A fact that would decide a step which is open.
struct DmabufFact {
  std::string_view fact;   ///< "page_size"
  std::string_view where;  ///< "getconf PAGESIZE"
  std::string_view who;    ///< who may read it
};
/// What an open reason waits for; null where nothing that is read decides it.
const DmabufFact* MissingFactOf(DmabufRule rule);

/// What `explain` tells of every DmabufRule, in order, and of the matters
/// that no rule names.  (kKernelUnknown is explained with the verdicts.)
std::vector<Explanation> DmabufExplanations();

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_DMABUF_SENTENCES_H_
