// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_RULES_RULE_BOOK_LOADER_H_
#define P2PCHECK_RULES_RULE_BOOK_LOADER_H_

#include <map>
#include <string>
#include <vector>

#include "rules/rule_set.h"
#include "rules/rule_table.h"

namespace p2pcheck {

/// Makes a RuleBook of rule files.  Any table may stand in any file; what two
/// entries say of the same thing and the same kernels is an error, and so is
/// a kernel without an algorithm.
class RuleBookLoader {
 public:
  /// `name` stands for all files together in messages.
  static RuleBook Load(const std::vector<RuleFile>& files,
                       const std::string& name);

 private:
  // Where something was said before, and of which kernels.
  struct Said {
    std::vector<KernelRange> kernels;
    std::string where;
  };

  void ReadFile(const RuleFile& file);
  void ReadMember(const TomlDocument& document, const TomlMember& member);
  void ReadEntry(const TomlDocument& document, const std::string& name,
                 const TomlValue& table);
  void ReadCoverage(const RuleTable& table);
  void ReadAlgorithm(const RuleTable& table);
  void ReadHostBridges(const RuleTable& table);
  void ReadCpu(const RuleTable& table);
  void ReadDieFunctions(const RuleTable& table);
  void ReadKinds(const RuleTable& table);
  void ReadCrossing(const RuleTable& table);

  // What IOMMU groups hang on (group_rules_loader.cc).  False: another table.
  bool ReadGroupEntry(const TomlDocument& document, const std::string& name,
                      const TomlValue& table);
  void ReadAcsQuirks(const RuleTable& table);
  void ReadDmaAliases(const RuleTable& table);
  void ReadBridgeFlags(const RuleTable& table);
  void ReadAcsCapabilities(const RuleTable& table);
  void ReadGroupTiming(const RuleTable& table);
  void ReadAcsProgramming(const RuleTable& table);

  // BARs and dma-bufs (dmabuf_rules_loader.cc).  False: another table.
  bool ReadDmabufEntry(const TomlDocument& document, const std::string& name,
                       const TomlValue& table);
  void ReadKernelFeature(const RuleTable& table);
  void ReadExporter(const RuleTable& table);
  void ReadImporter(const RuleTable& table);
  void ReadFunctionIds(const RuleTable& table, const std::string& what,
                       std::vector<RuleBook::Versioned<FunctionIdRule>>* rules);
  void ReadConfidential(const RuleTable& table);
  void ReadGroupSafe(const RuleTable& table);

  template <class Rule>
  RuleBook::Versioned<Rule> ReadVersions(const RuleTable& table, Rule rule) {
    RuleBook::Versioned<Rule> entry{std::move(rule), {}, {}};
    ReadKernels(table, &entry.kernels, &entry.unsure);
    return entry;
  }
  void ReadKernels(const RuleTable& table, std::vector<KernelRange>* kernels,
                   std::vector<KernelRange>* unsure);
  // What is true of every kernel; the releases that have an entry, or may.
  static std::vector<KernelRange> EveryKernel() {
    return {KernelRange{{0, 0, 0}, std::nullopt}};
  }
  template <class Rule>
  static std::vector<KernelRange> PerhapsIn(
      const RuleBook::Versioned<Rule>& entry) {
    std::vector<KernelRange> kernels = entry.kernels;
    kernels.insert(kernels.end(), entry.unsure.begin(), entry.unsure.end());
    return kernels;
  }
  void SayOnce(const RuleTable& table, std::string_view key,
               const std::string& what, std::vector<KernelRange> kernels);
  void CheckTables(const std::string& name) const;
  void CheckAlgorithms(const std::string& name) const;
  void CheckCoverage(const std::string& name) const;
  void CheckDieFunctions(const std::string& name) const;
  void CheckAcsProgramming(const std::string& name) const;
  void CheckKernelFeatures(const std::string& name) const;

  RuleBook book_;
  std::multimap<std::string, Said> said_;
  std::map<std::string, std::string> tables_;  // name => where it stands first
};

}  // namespace p2pcheck

#endif  // P2PCHECK_RULES_RULE_BOOK_LOADER_H_
