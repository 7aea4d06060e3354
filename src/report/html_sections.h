// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_HTML_SECTIONS_H_
#define P2PCHECK_REPORT_HTML_SECTIONS_H_

#include <ostream>
#include <string>
#include <vector>

#include "report/html_pairs.h"
#include "report/judgement.h"
#include "verdict/check.h"

namespace p2pcheck {

// The parts of the page but the tree, each as it stands without script.

/// "p2pcheck: SOURCE".
std::string PageTitle(const Judgement& judgement);

/// One sentence, a bar of the outcomes, what is not known.
void WriteAnswerHtml(const Judgement& judgement, const PagePairs& pairs,
                     const std::vector<Finding>& findings, std::ostream& out);

/// The matrix; nothing where there are too many devices for one.
void WritePairsHtml(const Judgement& judgement, const PagePairs& pairs,
                    std::ostream& out);

/// Classes of pairs, each with the reasons of one of its pairs: a section.
void WriteClassesHtml(const Judgement& judgement, const PagePairs& pairs,
                      std::ostream& out);

void WriteFindingsHtml(const Judgement& judgement,
                       const std::vector<Finding>& findings, std::ostream& out);

/// Host, kernel, source, privileges, tool and rules.
void WriteHostHtml(const Judgement& judgement, std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_HTML_SECTIONS_H_
