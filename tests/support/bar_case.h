// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_TESTS_SUPPORT_BAR_CASE_H_
#define P2PCHECK_TESTS_SUPPORT_BAR_CASE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "dmabuf/export.h"
#include "dmabuf/vfio_gates.h"
#include "snapshot/host_snapshot.h"

namespace p2pcheck {

/// A host with one function to ask about, as the worked cases of
/// spec/kernel-dmabuf.md 9 take it unless they say otherwise: x86_64 with
/// pages of 4 KiB, a mainline kernel with all options on, read by root;
/// 0000:01:00.0 alone in IOMMU group 1, bound to vfio-pci, BAR 0 and 1 as
/// memory of 16 KiB, interrupts remapped, nobody in its memory.
///
/// Change what the case changes, then ask; the first question freezes it.
class BarCase {
 public:
  /// "7.3", "7.0.10"; or a vendor's release.
  explicit BarCase(std::string_view kernel);

  HostSnapshot& snapshot() { return snapshot_; }
  HostFacts& host() { return snapshot_.host; }
  FunctionRecord& function() { return snapshot_.functions[0]; }
  /// Another function of the host.
  FunctionRecord& Add(std::string_view address);

  /// One line of `resource`, both ends and the flags.
  void Resource(size_t line, uint64_t start, uint64_t end, uint64_t flags);
  /// No driver has the function.
  void Unbind();
  void Bind(const std::string& driver);
  void SetOption(const std::string& option, const std::string& value);
  /// On an IBM mainframe.
  void OnS390();

  BarExport AsBound(uint8_t bar = 0);
  BarExport IfVfio(uint8_t bar = 0);
  StepVerdict Mmap(uint8_t bar = 0);
  StepVerdict Ask(const ExportRequest& request);
  std::vector<BarVerdicts> All();
  Ternary NonMappable();
  const DmabufContext& context();

 private:
  Bar At(uint8_t bar);

  HostSnapshot snapshot_;
  std::unique_ptr<Topology> topology_;
  std::unique_ptr<DmabufRules> rules_;
  std::unique_ptr<DmabufContext> context_;
};

/// What the tool asks of a snapshot's own kernel.
struct JudgedBars {
  explicit JudgedBars(const HostSnapshot& snapshot);
  const Topology topology;
  const GroupMembers groups;
  const DmabufContext context;
};

/// "yes", "no EINVAL", "no", "unknown": answer and certain errno.
std::string Said(const StepVerdict& verdict);

/// The rules of a verdict, in order: "msix-inside claim-not-verified".
std::string RulesIn(const StepVerdict& verdict);

}  // namespace p2pcheck

#endif  // P2PCHECK_TESTS_SUPPORT_BAR_CASE_H_
