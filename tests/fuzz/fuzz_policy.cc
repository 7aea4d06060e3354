// SPDX-License-Identifier: GPL-2.0-or-later
//
// Policies of any content: read or refused with an InputError, never anything
// else.  What is read has words for each requirement, and a host that nothing
// is known of, or that has nothing, gets an answer to each.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/input_error.h"
#include "policy/check_policy.h"
#include "report/policy_items.h"
#include "rules/rule_set.h"

namespace p2pcheck {
namespace {

// One function of which everything is unknown, and one that is a GPU.
HostSnapshot TwoFunctions() {
  HostSnapshot snapshot;
  snapshot.functions.resize(2);
  snapshot.functions[0].address = {0, 1, 0};
  FunctionRecord& gpu = snapshot.functions[1];
  gpu.address = {0, 2, 0};
  gpu.vendor = uint16_t{0x10de};
  gpu.device = uint16_t{0x2330};
  gpu.class_code = uint32_t{0x030200};
  return snapshot;
}

class FuzzedHost {
 public:
  explicit FuzzedHost(HostSnapshot snapshot)
      : snapshot_(std::move(snapshot)),
        topology_(BuildTopology(snapshot_)),
        judgement_(snapshot_, topology_, Book()) {
    judgement_.question.kernels = Book().ForUnknownKernel();
    judgement_.cpu = IdentifyCpu(snapshot_, Book());
    for (const FunctionRecord& record : snapshot_.functions)
      judgement_.kinds.push_back(KindOf(Book().kinds(), record));
  }

  void Hold(const Policy& policy) const {
    const Judgement& j = judgement_;
    CheckInput input{j.topology, j.book,  j.question, j.kernel,
                     j.cpu,      j.kinds, {}};
    std::vector<Finding> findings = CheckHost(input);
    auto outcomes = CheckPolicy(policy, {input, findings, nullptr, {}});
    SummarizePolicy(policy, outcomes);
    for (const CheckItem& item : MakePolicyItems(j, outcomes))
      if (item.text.empty() || item.policy_line == 0) std::abort();
  }

 private:
  static const RuleBook& Book() {
    static const RuleBook kBook = RuleBook::Embedded();
    return kBook;
  }

  HostSnapshot snapshot_;
  Topology topology_;
  Judgement judgement_;
};

void TryText(std::string text) {
  static const FuzzedHost kEmpty{HostSnapshot()};
  static const FuzzedHost kTwo{TwoFunctions()};
  try {
    Policy policy = ReadPolicy("fuzz.toml", std::move(text));
    if (policy.requirements.empty()) std::abort();
    kEmpty.Hold(policy);
    kTwo.Hold(policy);
  } catch (const InputError&) {
  }
}

}  // namespace
}  // namespace p2pcheck

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  p2pcheck::TryText(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
