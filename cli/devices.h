// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_CLI_DEVICES_H_
#define P2PCHECK_CLI_DEVICES_H_

#include <string>
#include <vector>

#include "report/judgement.h"

namespace p2pcheck {

/// The functions a word of the command line names, by address: an address, a
/// node, an ID, or a kind.  Throws NotFoundError where it names none, with
/// what comes near.
std::vector<FunctionIndex> SelectDevices(const Judgement& judgement,
                                         const std::string& word);

/// The functions that any of the words names, by address, each once.
std::vector<FunctionIndex> SelectDevices(const Judgement& judgement,
                                         const std::vector<std::string>& words);

/// The one function a word names.  Throws NotFoundError for none or several,
/// with the candidates.
FunctionIndex SelectDevice(const Judgement& judgement, const std::string& word);

}  // namespace p2pcheck

#endif  // P2PCHECK_CLI_DEVICES_H_
