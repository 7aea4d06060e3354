// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_DMABUF_REPORT_H_
#define P2PCHECK_REPORT_DMABUF_REPORT_H_

#include <ostream>

#include "report/dmabuf_finding.h"

namespace p2pcheck {

/// Export, attach and map, each with its verdict, reasons and errno; then
/// warnings, what is missing, and the other ways: iommufd, type1, pages.
void WriteDmabufText(const Judgement& judgement, const DmabufFinding& finding,
                     const TextStyle& style, std::ostream& out);
/// p2pcheck.dmabuf/1
void WriteDmabufJson(const Judgement& judgement, const DmabufFinding& finding,
                     std::ostream& out);
/// exporter bar importer use step answer reason errno: a line a step, those
/// of the other ways behind, with "-" for the use.
void WriteDmabufTsv(const Judgement& judgement, const DmabufFinding& finding,
                    std::ostream& out);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_DMABUF_REPORT_H_
