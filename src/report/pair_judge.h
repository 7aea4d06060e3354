// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_PAIR_JUDGE_H_
#define P2PCHECK_REPORT_PAIR_JUDGE_H_

#include <optional>
#include <stdexcept>
#include <vector>

#include "fabric/fabric.h"
#include "fabric/pair_classes.h"
#include "report/judgement.h"

namespace p2pcheck {

/// The two cores of ours differ about a pair, or the classes about how many
/// there are: a bug.  Exit status 70.
class CrossCheckError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Answers for pairs of one host: scores from the fabric core, which is fast,
/// verdicts from Decide, which says why.  With Judgement::cross_check each is
/// asked of both, and a difference throws CrossCheckError.
class PairJudge {
 public:
  explicit PairJudge(const Judgement& judgement) : judgement_(judgement) {}

  PairScore Score(FunctionIndex provider, FunctionIndex client);
  Verdict Decide(FunctionIndex provider, FunctionIndex client);

  /// Of an outcome that was read from a block of the matrix.
  void Hold(FunctionIndex provider, FunctionIndex client, MapTypeSet possible);

  /// The index over the host, built when it is first needed.
  const Fabric& fabric();

 private:
  void Compare(const Verdict& verdict, const PairScore& score) const;

  const Judgement& judgement_;
  std::optional<Fabric> fabric_;
};

/// Counts the pairs of the classes' selection one by one, through both cores,
/// and throws CrossCheckError where the classes say otherwise.  Does nothing
/// without Judgement::cross_check; where that is kCheap, nothing on hosts of
/// more than a few hundred such functions.
void CrossCheckClasses(const Judgement& judgement,
                       const std::vector<bool>& selected,
                       const std::vector<PairClass>& classes);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_PAIR_JUDGE_H_
