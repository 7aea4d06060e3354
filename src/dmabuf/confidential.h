// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_DMABUF_CONFIDENTIAL_H_
#define P2PCHECK_DMABUF_CONFIDENTIAL_H_

#include <string>

#include "base/ternary.h"
#include "rules/dmabuf_rules.h"
#include "snapshot/host_snapshot.h"

namespace p2pcheck {

/// Whether the host is a guest whose memory its hypervisor cannot read, and
/// of which kind ("tdx", "sev-snp", "cca", "s390-pv", "ppc-svm").
struct ConfidentialGuest {
  Ternary is = Ternary::kUnknown;
  std::string kind;  ///< empty unless known
};

/// spec/kernel-dmabuf.md 7.4.  An x86 guest without evidence stays unknown,
/// for plain SEV leaves no trace that everyone can read.  Elsewhere the
/// places where evidence would stand are conclusive, but for protected KVM
/// guests on arm64, which leave none.
ConfidentialGuest IdentifyConfidential(const HostSnapshot& snapshot);

/// Whether the kernel refuses to map MMIO directly in such a guest (2.7).
Ternary RefusesDirectMmio(const DmabufRules& rules,
                          const ConfidentialGuest& guest);

}  // namespace p2pcheck

#endif  // P2PCHECK_DMABUF_CONFIDENTIAL_H_
