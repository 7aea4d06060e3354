// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_CLIQUE_REPORT_H_
#define P2PCHECK_REPORT_CLIQUE_REPORT_H_

#include <ostream>
#include <vector>

#include "report/judgement.h"
#include "report/matrix.h"

namespace p2pcheck {

/// Devices of which each may reach each other one.
struct PeerSet {
  std::vector<FunctionIndex> members;  ///< by address
  bool direct = false;                 ///< every pair is BUS_ADDR for sure
};

/// What cliques answers.
struct PeerSets {
  std::vector<FunctionIndex> devices;  ///< that were asked about
  /// Sets in which every ordered pair is allowed whatever the unknown facts
  /// are; largest first.
  std::vector<PeerSet> surely;
  /// The same where each undecided pair is taken as allowed; empty where that
  /// makes no difference.
  std::vector<PeerSet> possibly;
  bool complete = true;  ///< false: there are more sets than kMostSets
  /// Devices that are in no sure set of two.
  std::vector<FunctionIndex> alone;
  MatrixTally tally;  ///< over ordered pairs of two devices
};

constexpr size_t kMostSets = 1000;

PeerSets FindPeerSets(const Judgement& judgement,
                      const std::vector<FunctionIndex>& devices,
                      size_t most = kMostSets);

void WriteCliquesText(const Judgement& judgement, const PeerSets& sets,
                      const TextStyle& style, std::ostream& out);
/// A line a member: "certainty set size direct device".
void WriteCliquesTsv(const Judgement& judgement, const PeerSets& sets,
                     std::ostream& out);
/// p2pcheck.cliques/1.
void WriteCliquesJson(const Judgement& judgement, const PeerSets& sets,
                      std::ostream& out);

/// The clique of each NVIDIA GPU in the sense of vfio-pci's
/// x-nv-gpudirect-clique, one -device option a line; others as comments.
void WriteQemuCliques(const Judgement& judgement, const PeerSets& sets,
                      std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_CLIQUE_REPORT_H_
