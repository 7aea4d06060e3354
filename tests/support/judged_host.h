// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_TESTS_SUPPORT_JUDGED_HOST_H_
#define P2PCHECK_TESTS_SUPPORT_JUDGED_HOST_H_

#include <string>
#include <string_view>
#include <vector>

#include "report/judgement.h"
#include "support/judge.h"

namespace p2pcheck {

/// A host with what renderers need, as the command line makes it; no names.
class JudgedHost {
 public:
  explicit JudgedHost(HostSnapshot snapshot);
  JudgedHost(const JudgedHost&) = delete;
  JudgedHost& operator=(const JudgedHost&) = delete;

  const Judgement& judgement() const { return judgement_; }
  const Topology& topology() const { return host_.topology(); }
  FunctionIndex At(std::string_view address) const { return host_.At(address); }
  /// By address: all that are no bridges, or all of a kind.
  std::vector<FunctionIndex> Endpoints() const;
  std::vector<FunctionIndex> OfKind(DeviceKind kind) const;

 private:
  Host host_;
  Judgement judgement_;
};

/// The recording fixtures/NAME.
HostSnapshot Fixture(const std::string& name);

}  // namespace p2pcheck

#endif  // P2PCHECK_TESTS_SUPPORT_JUDGED_HOST_H_
