// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/path_words.h"

namespace p2pcheck {

std::string PathWord(const std::optional<PathLevel>& path) {
  return path ? std::string(PathLevelName(*path)) : "?";
}

void WritePathWord(const std::optional<PathLevel>& path, JsonWriter& json) {
  path ? json.String(PathLevelName(*path)) : json.Null();
}

// After the legend of nvidia-smi topo, as src/fabric/path_level.h reads it.
std::string PathLegend() {
  return "as nvidia-smi topo has it: PIX below one switch, PXB below several "
         "switches, PHB through one host bridge, NODE between host bridges of "
         "a NUMA node, SYS between NUMA nodes, ? not known";
}

std::string OutcomeWord(MapTypeSet possible) {
  switch (possible.bits()) {
    case 1: return "no";
    case 2: return "bus";
    case 4: return "thru";
    case 6: return "yes";
    default: return "?";
  }
}

}  // namespace p2pcheck
