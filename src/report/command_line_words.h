// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_COMMAND_LINE_WORDS_H_
#define P2PCHECK_REPORT_COMMAND_LINE_WORDS_H_

#include <string>
#include <string_view>
#include <vector>

#include "report/judgement.h"
#include "report/sentences.h"
#include "verdict/command_line_findings.h"

namespace p2pcheck {

// All words about kernel command lines and ACS bits stand here, once.

/// A finding as a sentence: what, where, and what follows from it.
std::string FindingSentence(const Judgement& judgement, const CommandLine& line,
                            const CommandLineFinding& finding);

/// What a finding means and what to do, for `explain`.
const std::vector<Explanation>& CommandLineExplanations();

/// What a parameter of the command line does that PCI, the IOMMU or peer DMA
/// feel; empty for all others.
std::string_view ParameterPhrase(std::string_view name, std::string_view value);
/// The same for an option of `pci=`.
std::string_view PciOptionPhrase(std::string_view name);

/// What one bit of the ACS control word means for peer requests, on or off.
std::string_view AcsBitPhrase(uint16_t bit, bool on);

/// "0x001d", or with a '?' for each hex digit of which a bit is not known:
/// "0x00??".
std::string AcsBitsText(const AcsBits& bits);
/// "ReqRedir on, SrcValid ?": bits that are on and bits that are not known.
std::string AcsBitsNames(const AcsBits& bits, uint16_t implemented);

/// How the kernel comes to set ACS, in words: "turns ACS on by itself".
std::string_view RequestPhrase(Ternary requested);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_COMMAND_LINE_WORDS_H_
