// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_TESTS_SUPPORT_IMPORT_CASE_H_
#define P2PCHECK_TESTS_SUPPORT_IMPORT_CASE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dmabuf/import.h"
#include "rules/dmabuf_rules.h"
#include "snapshot/host_snapshot.h"
#include "support/sketch.h"

namespace p2pcheck {

/// A worked case of spec/kernel-dmabuf.md 9: an exporter 01:00.0 with a 16 MiB
/// BAR at 0xfe00000000, an importer 02:00.0 below another root port, x86_64
/// without a hypervisor, 4 KiB pages, every option on.  What a case says
/// otherwise is set by name; the map type is an input.
class ImportCase {
 public:
  explicit ImportCase(std::string_view kernel);

  ImportCase& Exporter(std::string_view id);  ///< as rules/exporters.toml
  ImportCase& Importer(std::string_view id);  ///< as rules/importers.toml
  ImportCase& Types(MapTypeSet types);
  /// The importer's group type; "none": it is in no group.
  ImportCase& Group(std::string_view type);
  ImportCase& Mask(uint8_t bits);
  ImportCase& CommandLine(std::string_view text);
  ImportCase& Config(std::string_view option, std::string_view value);
  ImportCase& BarAt(uint64_t start, uint64_t size);
  ImportCase& Ranges(std::vector<DmabufRange> ranges);
  ImportCase& Guest(std::string_view kind);
  ImportCase& Architecture(std::string_view name);

  PairVerdict Ask() const;
  StepVerdict Attach() const { return Ask().attach; }
  StepVerdict Map() const { return Ask().map; }
  /// MAP_FILE of what the question has; `asked` but for its pair.
  StepVerdict MapFile(IommufdQuestion asked = {}) const;
  StepVerdict MapPages() const;

  /// Calls `use(context, question)` with all of it built.
  template <class Use>
  auto With(Use use) const;

  /// To be changed where the setters above do not reach.
  HostSnapshot snapshot;
  PairQuestion question;
  StringMap config;
  bool has_config = true;
  bool named = true;

 private:
  const DmabufRules& RulesOfKernel() const;

  std::string kernel_, exporter_ = "vfio-pci", importer_ = "dynamic";
};

/// The rules of a kernel that the user named.
DmabufRules DmabufRulesOf(std::string_view kernel);

/// The entry of that id; throws where there is none, so that a case never
/// tests nothing.
const ExporterRule& ExporterOf(const DmabufRules& rules, std::string_view id);
const ImporterRule& ImporterOf(const DmabufRules& rules, std::string_view id);

/// "no EINVAL: map-type-refused": the answer, its errno if one is sure, and
/// every rule but plain notes; what tests compare and print.
std::string Summary(const StepVerdict& verdict);

template <class Use>
auto ImportCase::With(Use use) const {
  const DmabufRules& rules = RulesOfKernel();
  Topology topology = BuildTopology(snapshot);
  DmabufContext context{topology, rules, has_config ? &config : nullptr, named};
  PairQuestion asked = question;
  asked.exporter = topology.Find(AddressOf("01:00.0"));
  asked.importer = topology.Find(AddressOf("02:00.0"));
  asked.exported.by = &ExporterOf(rules, exporter_);
  asked.use = &ImporterOf(rules, importer_);
  return use(context, asked);
}

}  // namespace p2pcheck

#endif  // P2PCHECK_TESTS_SUPPORT_IMPORT_CASE_H_
