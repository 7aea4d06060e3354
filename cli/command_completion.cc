// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <map>

#include "base/input_error.h"
#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/session.h"
#include "report/json_schemas.h"
#include "report/sentences.h"
#include "verdict/check.h"

namespace p2pcheck {
namespace {

/// A word and what it is.
using Offer = std::pair<std::string, std::string>;
using Offers = std::vector<Offer>;

bool Begins(const std::string& word, const std::string& prefix) {
  return word.compare(0, prefix.size(), prefix) == 0;
}

// Addresses as sysfs has them; where the prefix is of none, short ones.
void OfferAddresses(const Judgement& judgement, const std::string& prefix,
                    Offers* offers) {
  const Topology& topology = judgement.topology;
  Offers full, brief;
  for (FunctionIndex i = 0; i < topology.functions().size(); ++i) {
    std::string phrase = DevicePhrase(judgement, i);
    std::string address = ToString(topology[i].address);
    std::string name = phrase.substr(std::min(address.size() + 1,  //
                                              phrase.size()));
    if (Begins(address, prefix)) full.emplace_back(address, name);
    address.erase(0, address.find(':') + 1);
    if (Begins(address, prefix)) brief.emplace_back(address, name);
  }
  const Offers& chosen = full.empty() ? brief : full;
  offers->insert(offers->end(), chosen.begin(), chosen.end());
}

Offers OfDevices(const Options& options) {
  Session session(options, {});
  const Judgement& judgement = session.judgement();
  Offers offers;
  OfferAddresses(judgement, options.prefix, &offers);
  for (const Function& f : judgement.topology.functions())
    for (const DeviceNode& node : f.record->nodes.value_or({}))
      offers.emplace_back(Printable(node.name), ToString(f.address));
  for (DeviceKind kind : {DeviceKind::kGpu, DeviceKind::kNic, DeviceKind::kNvme,
                          DeviceKind::kAccelerator, DeviceKind::kBridge})
    offers.emplace_back(DeviceKindName(kind), "");
  offers.emplace_back("endpoint", "all but bridges");
  offers.emplace_back("all", "");
  return offers;
}

Offers OfIds(const Options&) {
  Offers offers;
  for (const Explanation& explanation : Explanations())
    offers.emplace_back(explanation.id, explanation.title);
  return offers;
}

Offers OfFindings(const Options& options) {
  Offers offers;
  for (const Offer& offer : OfIds(options))
    if (FindingFromName(offer.first)) offers.push_back(offer);
  return offers;
}

Offers OfSchemas(const Options&) {
  Offers offers;
  for (const JsonSchema& schema : JsonSchemas())
    offers.emplace_back(schema.name, schema.command);
  return offers;
}

// The host's facts will do: which driver uses it how is the kernel's matter.
Offers OfUses(const Options& options) {
  ReadRequest request;
  request.only.emplace();
  Session session(options, request);
  Offers offers;
  for (const ImporterRule& importer : session.judgement().dmabuf.importers)
    offers.emplace_back(importer.id, importer.name);
  return offers;
}

// Those at which something changes.
Offers OfKernels(const Options& options) {
  RuleBook book = LoadRules(options);
  Offers offers = {{ToString(book.oldest()), "the oldest in the rules"}};
  for (const RuleSet& rules : book.ForUnknownKernel())
    offers.emplace_back(ToString(rules.kernel), rules.label);
  offers.emplace_back(ToString(book.newest()), "the newest in the rules");
  offers.emplace_back("next", "the newest with what was pending");
  return offers;
}

Offers OfAssumptions(const Options&) {
  return {{"acs=off:", "ADDRESS"},
          {"acs=0x1d:", "ADDRESS"},
          {"cmdline=", "a kernel command line"},
          {"config=PCI_P2PDMA=y", ""},
          {"cpu=AuthenticAMD:0x19", ""},
          {"driver=vfio-pci:", "DEVICES"},
          {"iommu=off", ""},
          {"iommu=identity", ""},
          {"iommu=dma", ""},
          {"kernel=", "VERSION"}};
}

using Lister = Offers (*)(const Options&);
using Script = std::string (*)(const std::vector<CommandShape>&);

void WriteOffers(const Offers& offers, const std::string& prefix,
                 std::ostream& out) {
  for (const auto& [word, what] : offers)
    if (Begins(word, prefix))
      out << word << (what.empty() ? "" : "\t") << what << "\n";
}

}  // namespace

int RunCompletion(const Options& options) {
  static const std::map<std::string, Script> kScripts = {
      {"bash", BashCompletion},
      {"zsh", ZshCompletion},
      {"fish", FishCompletion}};
  static const std::map<std::string, Lister> kListers = {
      {"devices", OfDevices},   {"ids", OfIds},   {"findings", OfFindings},
      {"schemas", OfSchemas},   {"uses", OfUses}, {"kernels", OfKernels},
      {"assume", OfAssumptions}};
  const std::string& what = options.completion;
  auto script = kScripts.find(what);
  auto lister = kListers.find(what);
  if (script == kScripts.end() && lister == kListers.end())
    throw UsageError(fmt::format("completion {}: bash, zsh or fish", what));
  Output output(options.output);
  if (script != kScripts.end())
    output.stream() << script->second(DescribeCommandLine());
  else
    WriteOffers(lister->second(options), options.prefix, output.stream());
  output.Finish();
  return kAllAllowed;
}

}  // namespace p2pcheck
