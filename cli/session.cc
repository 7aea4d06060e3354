// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <optional>

#include "cli/assume.h"
#include "cli/progress.h"
#include "report/sentences.h"
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
    std::cerr << "p2pcheck: " << Printable(warning.text) << "\n";
}

// --kernel, or --assume kernel=: the last word has it.
std::optional<std::string> NamedKernelWord(const Options& options) {
  std::optional<std::string> word = options.kernel;
  for (const std::string& text : options.assume)
    if (text.rfind("kernel=", 0) == 0) word = text.substr(7);
  return word;
}

bool AssumesConfig(const Options& options) {
  return std::any_of(
      options.assume.begin(), options.assume.end(),
      [](const std::string& text) { return text.rfind("config=", 0) == 0; });
}

}  // namespace

class Session::Impl {
 public:
  Impl(const Options& options, const ReadRequest& request)
      : book_(LoadRules(options)),
        snapshot_(Read(options, book_, request)),
        topology_(AssumeAcs(options.assume, book_, KernelOf(options, snapshot_),
                            BuildTopology(snapshot_))),
        judgement_(snapshot_, topology_, book_) {
#ifdef P2PCHECK_MODEL_CHECKS
    std::string wrong = CheckTopology(topology_);
    if (!wrong.empty()) throw std::logic_error("topology: " + wrong);
#endif
    Progress::Begin("p2pcheck: judging");
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
    judgement_.assumed_command_line = AssumedCommandLine(options.assume);
    judgement_.tool_version = P2PCHECK_VERSION;
#ifdef P2PCHECK_MODEL_CHECKS
    judgement_.cross_check = CrossCheck::kCheap;
#endif
    if (options.cross_check) judgement_.cross_check = CrossCheck::kAll;
  }

  const Judgement& judgement() const { return judgement_; }

 private:
  static HostSnapshot Read(const Options& options, const RuleBook& book,
                           const ReadRequest& request) {
    Progress::Begin(options.from ? "p2pcheck: reading the source"
                                 : "p2pcheck: reading this host");
    HostSnapshot snapshot = ReadSource(options.from, request);
    if (!snapshot.warnings.empty()) Progress::End();
    WarnOf(snapshot);
    AssumeFacts(options.assume, book, &snapshot);
    return snapshot;
  }

  // The version that is asked about; of "next" the release it builds on.
  Observed<KernelVersion> KernelOf(const Options& options,
                                   const HostSnapshot& snapshot) const {
    auto named = NamedKernelWord(options);
    return named ? Observed<KernelVersion>(NamedRules(book_, *named).kernel)
                 : KernelVersionOf(snapshot.host);
  }

  std::vector<RuleSet> KernelsOf(const Options& options) {
    if (auto named = NamedKernelWord(options))
      return {NamedRules(book_, *named)};
    Observed<KernelVersion> kernel = KernelVersionOf(snapshot_.host);
    if (!kernel.known()) return book_.ForUnknownKernel();
    return {book_.For(kernel.value())};
  }

  void PickKernel(const Options& options) {
    judgement_.kernel_named_by_user = NamedKernelWord(options).has_value();
    KernelQuestion& question = judgement_.question;
    question.kernels = KernelsOf(options);
    if (question.kernels.size() == 1)
      judgement_.kernel = question.kernels.front().kernel;
    // The configuration that was read is the running kernel's, not that of
    // one the user names; an assumed one is meant for the one named.
    bool foreign = judgement_.kernel_named_by_user && !AssumesConfig(options);
    question.p2pdma_built_in =
        foreign ? Ternary::kUnknown : P2pdmaBuiltIn(snapshot_);
    judgement_.dmabuf = book_.DmabufRulesOf(
        judgement_.kernel, judgement_.kernel_named_by_user, snapshot_.host);
    PickConfig(options);
  }

  // The options that verdicts about BARs go by; of a kernel that the user
  // names those that he assumed, and no others.
  void PickConfig(const Options& options) {
    if (judgement_.kernel_named_by_user)
      config_ = AssumedConfig(options.assume);
    else if (snapshot_.host.config.known())
      config_ = snapshot_.host.config.value();
    else
      return;
    judgement_.kernel_config = &config_;
  }

  RuleBook book_;
  HostSnapshot snapshot_;
  StringMap config_;
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
