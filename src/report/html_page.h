// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_HTML_PAGE_H_
#define P2PCHECK_REPORT_HTML_PAGE_H_

#include <ostream>
#include <vector>

#include "fabric/pair_classes.h"
#include "report/judgement.h"
#include "verdict/check.h"

namespace p2pcheck {

/// The whole host as one file for a browser: answer, pairs, tree, classes,
/// findings.  It loads nothing, and its policy (CSP, by hashes of its own style
/// and script) forbids it to.  All of it stands there without script, as
/// tables and lists; with script pairs can be chosen and their way is drawn.
/// The same host gives the same bytes.
void WriteHtmlPage(const Judgement& judgement,
                   const std::vector<PairClass>& classes,
                   const std::vector<Finding>& findings, std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_HTML_PAGE_H_
