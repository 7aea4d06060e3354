// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/session.h"

#include <fmt/format.h>

#include <iostream>
#include <optional>

#include "source/names.h"
#include "topology/topology.h"

namespace p2pcheck {
namespace {

// "6.1", "6.1.176", or a release string as uname gives it.
KernelVersion NamedKernel(const std::string& text) {
  if (auto version = ParseKernelVersion(text)) return *version;
  HostFacts facts;
  facts.kernel_release = text;
  Observed<KernelVersion> version = KernelVersionOf(facts);
  if (!version.known())
    throw UsageError(fmt::format(
        "--kernel {}: no kernel version (6.1, 6.1.176, 6.8.12-4-pve)", text));
  return version.value();
}

void WarnOf(const HostSnapshot& snapshot) {
  for (const SourceWarning& warning : snapshot.warnings)
    std::cerr << "p2pcheck: " << warning.text << "\n";
}

}  // namespace

class Session::Impl {
 public:
  Impl(const Options& options, const ReadRequest& request)
      : book_(LoadRules(options)),
        snapshot_(Read(options, request)),
        topology_(BuildTopology(snapshot_)),
        judgement_(snapshot_, topology_, book_) {
#ifdef P2PCHECK_MODEL_CHECKS
    std::string wrong = CheckTopology(topology_);
    if (!wrong.empty()) throw std::logic_error("topology: " + wrong);
#endif
    PickKernel(options);
    judgement_.cpu = IdentifyCpu(snapshot_, book_);
    for (const FunctionRecord& record : snapshot_.functions)
      judgement_.kinds.push_back(KindOf(book_.kinds(), record));
    if (options.names)
      judgement_.name_of = [this](const FunctionRecord& record) {
        return names_.NameOf(record);
      };
    judgement_.argv = options.argv;
    judgement_.assumed = options.assume;
    judgement_.tool_version = P2PCHECK_VERSION;
  }

  const Judgement& judgement() const { return judgement_; }

 private:
  static HostSnapshot Read(const Options& options, const ReadRequest& request) {
    HostSnapshot snapshot = ReadSource(options.from, request);
    WarnOf(snapshot);
    ApplyAssumptions(options.assume, &snapshot);
    return snapshot;
  }

  std::vector<RuleSet> KernelsOf(const Options& options) {
    if (options.kernel) return {NamedRules(book_, *options.kernel)};
    Observed<KernelVersion> kernel = KernelVersionOf(snapshot_.host);
    if (!kernel.known()) return book_.ForUnknownKernel();
    return {book_.For(kernel.value())};
  }

  void PickKernel(const Options& options) {
    judgement_.kernel_named_by_user = options.kernel.has_value();
    KernelQuestion& question = judgement_.question;
    question.kernels = KernelsOf(options);
    if (question.kernels.size() == 1)
      judgement_.kernel = question.kernels.front().kernel;
    // The configuration that was read is the running kernel's, not that of
    // one the user names; an assumed one is meant for the one named.
    question.p2pdma_built_in = options.kernel && options.assume.empty()
                                   ? Ternary::kUnknown
                                   : P2pdmaBuiltIn(snapshot_);
  }

  RuleBook book_;
  HostSnapshot snapshot_;
  Topology topology_;
  DeviceNames names_;
  Judgement judgement_;
};

Session::Session(const Options& options, const ReadRequest& request)
    : impl_(new Impl(options, request)) {}
Session::~Session() = default;

const Judgement& Session::judgement() const { return impl_->judgement(); }

RuleSet NamedRules(const RuleBook& book, const std::string& text) {
  return text == "next" ? book.Next() : book.For(NamedKernel(text));
}

RuleBook LoadRules(const Options& options) {
  return options.rules ? RuleBook::Load(*options.rules) : RuleBook::Embedded();
}

}  // namespace p2pcheck
