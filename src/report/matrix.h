// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_MATRIX_H_
#define P2PCHECK_REPORT_MATRIX_H_

#include <ostream>
#include <vector>

#include "report/judgement.h"

namespace p2pcheck {

/// How the pairs of a matrix fared, for the exit status.
struct MatrixTally {
  uint64_t allowed = 0, refused = 0, undecided = 0;
  void Count(MapTypeSet possible);
};

/// One line a pair as it is decided, nothing kept: provider, client, map_type
/// ("?" where undecided), distance ("-" where there is none), possible; with
/// `paths` a sixth column, path.
MatrixTally WriteMatrixTsv(const Judgement& judgement,
                           const std::vector<FunctionIndex>& devices,
                           bool paths, std::ostream& out);

/// A square: a row a provider, a column a client; with `paths` a second one
/// of path words (PIX, PXB, ...).
MatrixTally WriteMatrixText(const Judgement& judgement,
                            const std::vector<FunctionIndex>& devices,
                            bool paths, const TextStyle& style,
                            std::ostream& out);

/// p2pcheck.matrix/1: an array of verdict objects, and a row of path words a
/// device, streamed.
MatrixTally WriteMatrixJson(const Judgement& judgement,
                            const std::vector<FunctionIndex>& devices,
                            std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_MATRIX_H_
