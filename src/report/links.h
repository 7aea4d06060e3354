// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_LINKS_H_
#define P2PCHECK_REPORT_LINKS_H_

#include <string>

#include "topology/topology.h"

namespace p2pcheck {

/// The link of a function as it runs now, "x16 32GT/s"; empty where there is
/// none or it is not known.  sysfs' word first, then the PCIe capability's.
std::string CurrentLink(const Function& function);
/// The same at most: "x16 32GT/s".
std::string BestLink(const Function& function);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_LINKS_H_
