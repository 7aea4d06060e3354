// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_CLI_SESSION_H_
#define P2PCHECK_CLI_SESSION_H_

#include <memory>
#include <stdexcept>
#include <string>

#include "cli/options.h"
#include "report/judgement.h"
#include "rules/rule_set.h"
#include "source/source.h"

namespace p2pcheck {

/// The command line asks for something that makes no sense: exit status 64.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A host that was read, judged by the rules that the options name.  Owns
/// everything a Judgement refers to.
class Session {
 public:
  Session(const Options& options, const ReadRequest& request);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const Judgement& judgement() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// The rules of the options: built in, or those of --rules.
RuleBook LoadRules(const Options& options);

/// The rules of the kernel that a word names: "6.1", a release string, or
/// "next".  Throws UsageError.
RuleSet NamedRules(const RuleBook& book, const std::string& text);

}  // namespace p2pcheck

#endif  // P2PCHECK_CLI_SESSION_H_
