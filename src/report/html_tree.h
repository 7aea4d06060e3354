// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_HTML_TREE_H_
#define P2PCHECK_REPORT_HTML_TREE_H_

#include <ostream>

#include "report/judgement.h"

namespace p2pcheck {

/// The tree as nested lists: a box a host bridge, a row a function (its id is
/// "f" and the function's number), virtual functions folded below their
/// physical one.  Folded where there is much of it.
void WriteTreeHtml(const Judgement& judgement, std::ostream& out);

/// What the marks of the tree mean, with the IOMMU groups that functions
/// share.
void WriteTreeLegendHtml(const Judgement& judgement, std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_HTML_TREE_H_
