// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_SENTENCES_H_
#define P2PCHECK_REPORT_SENTENCES_H_

#include <string>
#include <string_view>
#include <vector>

#include "report/judgement.h"
#include "verdict/verdict.h"

namespace p2pcheck {

// All words about verdicts stand here, once; text, JSON and `explain` use the
// same ones.

/// "allowed, direct below a switch", ...: what an outcome means to a person.
std::string OutcomePhrase(MapTypeSet possible);

/// One reason as a sentence, with the addresses and values it rests on.
std::string ReasonSentence(const Judgement& judgement, const Verdict& verdict,
                           const Reason& reason);

/// What is missing, and who could tell: "ACS of 0000:02:08.0 (config space
/// beyond 64 bytes; root can read it)".
std::string MissingSentence(const Judgement& judgement, const Fact& fact);

/// Who or what would make an unknown known: "root can read it".
std::string_view RemedyFor(ReadFailure failure);
/// Why it is unknown: "the recording has no line for it".
std::string_view CauseOf(ReadFailure failure);

/// Where a fact was looked for: "config space, ACS control at 0x14e".
std::string WhereOf(const Judgement& judgement, const Fact& fact);
/// "acs_control", "cpu", ...
std::string_view FactName(FactKind kind);
/// The value as JSON has it: "0x001d", "8086:2030", "AuthenticAMD family 25".
std::string FactValue(const Judgement& judgement, const Fact& fact);

/// What the whole output does not know, one sentence each.
std::vector<std::string> Unknowns(const Judgement& judgement);

/// "6.8", "every kernel from 5.14 to 7.3", with what there is to say about it.
std::string KernelPhrase(const Judgement& judgement);
/// Remarks on the kernel that belong beside every verdict: pending, newer
/// than the rules, known from history only.
std::vector<std::string> KernelRemarks(const Judgement& judgement);

/// "0000:41:00.0 NVIDIA H100 SXM5": address and name, made safe to print.
std::string DevicePhrase(const Judgement& judgement, FunctionIndex function);

/// "A, B and C"; of more than `most` the first ones and how many more.
std::string Joined(const std::vector<std::string>& words,
                   size_t most = static_cast<size_t>(-1));
/// The same of the addresses of functions.
std::string JoinedAddresses(const Judgement& judgement,
                            const std::vector<FunctionIndex>& functions,
                            size_t most = static_cast<size_t>(-1));

/// Text without control characters, for names that come from the host.
std::string Printable(std::string_view text);

/// What a rule, a finding or a map type means and what to do about it.
struct Explanation {
  std::string_view id;
  std::string_view title;
  std::string_view text;    ///< paragraphs, one line each
  std::string_view source;  ///< kernel function and versions
};
/// All of them: every RuleId and every MapType, in that order.
const std::vector<Explanation>& Explanations();

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_SENTENCES_H_
