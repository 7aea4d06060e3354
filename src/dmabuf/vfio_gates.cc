// SPDX-License-Identifier: GPL-2.0-or-later
//
// What stands between a function and its being opened through VFIO
// (spec/kernel-dmabuf.md 1.1; vfio_pci_probe, vfio_pci_core_register_device,
// iommu_group_claim_dma_owner, pci_enable_device; 7.0 to 7.3).
//
// O4 (the boot framebuffer lets go) and O9 (nobody resets it now) cannot be
// seen and count as passed, O5's cache coherency does with a note outside x86,
// O7b with a note where nothing tells how interrupts arrive.
#include "dmabuf/vfio_gates.h"

#include <algorithm>
#include <cerrno>

#include "dmabuf/architecture.h"
#include "dmabuf/kernel_options.h"
#include "pci/capabilities.h"
#include "rules/command_line.h"

namespace p2pcheck {
namespace {

// Whether the header is another than an endpoint's.  A class of bridges to
// buses says so too, any other class the opposite.
Ternary HasBridgeHeader(const FunctionRecord& record) {
  Observed<uint8_t> header = record.config.Byte(0x0e);
  if (header.known()) return ToTernary((header.value() & 0x7f) != 0);
  if (!record.class_code.known()) return Ternary::kUnknown;
  uint32_t sub_class = record.class_code.value() >> 8;
  return ToTernary(sub_class == 0x0604 || sub_class == 0x0607 ||
                   sub_class == 0x0609);
}

// Whether VFs are enabled: what sysfs counts, else VF Enable in the SR-IOV
// capability's control word (SR-IOV 1.1, 3.3.3).
Ternary HasVfsEnabled(const Function& function) {
  const FunctionRecord& record = *function.record;
  if (record.sriov_numvfs.known())
    return ToTernary(record.sriov_numvfs.value() != 0);
  if (record.sriov_numvfs.absent() || function.physfn.known())
    return Ternary::kNo;
  HeldConfig config(record.config);
  Observed<uint16_t> at = FindExtendedCapability(config, kExtCapSriov);
  if (at.absent() || function.express.absent()) return Ternary::kNo;
  if (at.unknown()) return Ternary::kUnknown;
  Observed<uint16_t> control =
      config.Word(static_cast<uint16_t>(at.value() + 8));
  if (!control.known()) return Ternary::kUnknown;
  return ToTernary((control.value() & 1) != 0);
}

Ternary IsDenied(const FunctionRecord& record, const FunctionIdRule& rule) {
  if (record.vendor.known() && record.vendor.value() != rule.vendor)
    return Ternary::kNo;
  if (record.device.known() && record.device.value() != rule.device)
    return Ternary::kNo;
  bool both = record.vendor.known() && record.device.known();
  return both ? rule.in_force : Ternary::kUnknown;
}

class Gates {
 public:
  Gates(const DmabufContext& context, FunctionIndex index)
      : context_(context),
        index_(index),
        function_(context.topology[index]),
        record_(*function_.record),
        host_(context.topology.snapshot().host),
        bound_(BoundToVfio(context, index)) {}

  StepVerdict Check();

 private:
  void CheckBind();
  void CheckModule();
  void CheckHeader();
  void CheckDenylist();
  void CheckVfs();
  void CheckIommu();
  void CheckCoherency();
  void CheckGroup(uint32_t group);
  void CheckMember(FunctionIndex member, bool surely);
  void CheckInterrupts();
  void CheckOpen();
  void CheckToken();
  Ternary InNoiommuGroup() const;
  Ternary NoiommuMode() const;
  Ternary Isolated() const;
  bool SafeBeside(const std::string& driver) const;

  // A refusal of the bind is none where a VFIO driver has the function, and
  // may be none where nobody knows who has it.
  void AddBind(DmabufRule rule, Ternary fails, int error,
               std::string detail = "") {
    if (fails == Ternary::kNo) return;
    bool sure = fails == Ternary::kYes && bound_ == Ternary::kNo;
    verdict_.Add(MakeReason(rule, sure ? Ternary::kNo : Ternary::kUnknown,
                            error, std::move(detail)));
  }

  const DmabufContext& context_;
  const FunctionIndex index_;
  const Function& function_;
  const FunctionRecord& record_;
  const HostFacts& host_;
  const Ternary bound_;
  StepVerdict verdict_;
};

void Gates::CheckModule() {
  Ternary has = OptionOn(context_, "VFIO_PCI");
  if (has == Ternary::kNo)
    AddBind(DmabufRule::kVfioNotBuiltIn, Ternary::kYes, 0, "VFIO_PCI");
  if (has == Ternary::kUnknown)
    AddBind(DmabufRule::kBuiltInUnknown, Ternary::kUnknown, 0, "VFIO_PCI");
}

void Gates::CheckHeader() {
  Ternary bridge = HasBridgeHeader(record_);
  AddBind(bridge == Ternary::kUnknown ? DmabufRule::kHeaderUnknown
                                      : DmabufRule::kIsBridge,
          bridge, EINVAL);
}

void Gates::CheckDenylist() {
  for (const FunctionIdRule& rule : context_.rules.denied) {
    Ternary denied = IsDenied(record_, rule);
    if (denied == Ternary::kNo) continue;
    Ternary lifted = ParameterOn(host_, "vfio_pci.disable_denylist");
    if (lifted == Ternary::kYes) continue;
    AddBind(DmabufRule::kDenied,
            lifted == Ternary::kNo ? denied : Ternary::kUnknown, EINVAL,
            rule.name);
    if (denied == Ternary::kYes) return;
  }
}

void Gates::CheckVfs() {
  Ternary enabled = HasVfsEnabled(function_);
  AddBind(DmabufRule::kVfsEnabled, enabled, EBUSY);
  if (enabled == Ternary::kYes && record_.sriov_numvfs.known())
    verdict_.reasons.back().value = uint64_t{record_.sriov_numvfs.value()};
}

// VFIO without an IOMMU, which the administrator allowed.
Ternary Gates::NoiommuMode() const {
  return ParameterOn(host_, "vfio.enable_unsafe_noiommu_mode");
}

void Gates::CheckIommu() {
  // No group: EINVAL at the bind; a group that is not viable: EPERM later.
  if (record_.iommu_group.unknown())
    return AddBind(DmabufRule::kGroupUnknown, Ternary::kUnknown, 0);
  if (record_.iommu_group.known()) return CheckCoherency();
  Ternary mode = NoiommuMode();
  if (mode != Ternary::kYes) {
    return AddBind(DmabufRule::kNoIommuGroup,
                   mode == Ternary::kNo ? Ternary::kYes : Ternary::kUnknown,
                   EINVAL);
  }
  verdict_.Add(MakeReason(DmabufRule::kNoIommu, Ternary::kYes));
  verdict_.reasons.back().warning = true;
}

// x86's IOMMUs snoop; others do as their firmware tables say.
void Gates::CheckCoherency() {
  Observed<std::string> name = ArchitectureOf(context_.topology.snapshot());
  if (name.known() && !IsX86(name.value()))
    verdict_.Add(MakeReason(DmabufRule::kCoherencyAssumed, Ternary::kYes, 0,
                            name.value()));
}

void Gates::CheckBind() {
  CheckModule();
  CheckHeader();
  CheckDenylist();
  CheckVfs();
  CheckIommu();
}

bool Gates::SafeBeside(const std::string& driver) const {
  const auto& safe = context_.rules.group_safe_drivers;
  return std::find(safe.begin(), safe.end(), driver) != safe.end() ||
         VfioExporterOf(context_.rules, driver) != nullptr;
}

void Gates::CheckMember(FunctionIndex member, bool surely) {
  if (member == index_) return;
  const FunctionRecord& other = *context_.topology[member].record;
  bool safe = other.driver.absent() ||
              (other.driver.known() && SafeBeside(other.driver.value()));
  if (safe) return;
  bool refuses = surely && other.driver.known();
  StepReason reason = MakeReason(
      refuses ? DmabufRule::kGroupNotViable : DmabufRule::kGroupViableUnknown,
      refuses ? Ternary::kNo : Ternary::kUnknown, EPERM,
      other.driver.value_or(""));
  reason.function = other.address;
  verdict_.Add(std::move(reason));
}

// O7.  Others of the group under a driver that does DMA of its own.
void Gates::CheckGroup(uint32_t group) {
  const HostSnapshot& snapshot = context_.topology.snapshot();
  if (!snapshot.complete)
    verdict_.Add(
        MakeReason(DmabufRule::kGroupViableUnknown, Ternary::kUnknown, EPERM));
  auto check = [&](const GroupMembers& groups) {
    for (FunctionIndex member : groups.Of(group)) CheckMember(member, true);
    for (FunctionIndex member : groups.unplaced()) CheckMember(member, false);
  };
  if (context_.groups != nullptr)
    check(*context_.groups);
  else
    check(GroupMembers(context_.topology));
}

// Whether a device cannot raise an interrupt that is not its own.  Elsewhere
// than on x86 the interrupt controller sees to it.
Ternary Gates::Isolated() const {
  Observed<std::string> name = ArchitectureOf(context_.topology.snapshot());
  if (name.known() && !IsX86(name.value())) return Ternary::kYes;
  if (host_.interrupt_remapping.known())
    return ToTernary(host_.interrupt_remapping.value());
  CommandLine line(host_.command_line.value_or(""));
  if (line.Has("intremap", "off") || line.Find("nointremap") != nullptr)
    return Ternary::kNo;
  if (name.known() && OptionOn(context_, "IRQ_REMAP") == Ternary::kNo)
    return Ternary::kNo;
  return Ternary::kUnknown;
}

// O7b.  Either way to open it (iommufd, container) has its own override.
void Gates::CheckInterrupts() {
  Ternary isolated = Isolated();
  if (isolated == Ternary::kYes) return;
  Ternary lifted =
      Or(ParameterOn(host_, "iommufd.allow_unsafe_interrupts"),
         ParameterOn(host_, "vfio_iommu_type1.allow_unsafe_interrupts"));
  if (lifted == Ternary::kYes) return;
  if (isolated == Ternary::kUnknown) {
    verdict_.Add(MakeReason(DmabufRule::kIsolationAssumed, Ternary::kYes));
    return;
  }
  verdict_.Add(MakeReason(DmabufRule::kNoInterruptIsolation, lifted, EPERM));
}

// O10.  Whoever opens a VF of a PF that a VFIO user has must know its token.
void Gates::CheckToken() {
  if (!function_.physfn.known()) return;
  FunctionIndex pf = context_.topology.Find(function_.physfn.value());
  if (pf == kNoIndex) return;
  const FunctionRecord& record = *context_.topology[pf].record;
  if (!VfioExporterOf(context_.rules, record.driver.value_or(""))) return;
  StepReason note =
      MakeReason(DmabufRule::kVfTokenNeeded, Ternary::kYes, EACCES);
  note.function = record.address;
  verdict_.Add(std::move(note));
}

// A function without an IOMMU gets a group of its own, in which nobody asks
// for more.
Ternary Gates::InNoiommuGroup() const {
  Ternary without = record_.iommu.known()    ? Ternary::kNo
                    : record_.iommu.absent() ? Ternary::kYes
                                             : Ternary::kUnknown;
  return And(without, NoiommuMode());
}

void Gates::CheckOpen() {
  Ternary noiommu = InNoiommuGroup();
  if (noiommu == Ternary::kYes) return;
  size_t first = verdict_.reasons.size();
  if (record_.iommu_group.known()) {
    CheckGroup(record_.iommu_group.value());
    CheckInterrupts();
  }
  if (record_.iommu_group.unknown() && bound_ == Ternary::kYes)
    verdict_.Add(
        MakeReason(DmabufRule::kGroupUnknown, Ternary::kUnknown, EPERM));
  if (noiommu == Ternary::kNo) return;
  for (size_t i = first; i < verdict_.reasons.size(); ++i)
    if (verdict_.reasons[i].says == Ternary::kNo)
      verdict_.reasons[i].says = Ternary::kUnknown;
}

StepVerdict Gates::Check() {
  if (bound_ != Ternary::kYes) CheckBind();
  CheckOpen();
  CheckToken();
  return verdict_;
}

}  // namespace

GroupMembers::GroupMembers(const Topology& topology) {
  for (FunctionIndex i = 0; i < topology.functions().size(); ++i) {
    const Observed<uint32_t>& group = topology[i].record->iommu_group;
    if (group.known()) members_[group.value()].push_back(i);
    if (group.unknown()) unplaced_.push_back(i);
  }
}

const std::vector<FunctionIndex>& GroupMembers::Of(uint32_t group) const {
  static const std::vector<FunctionIndex> kNone;
  auto found = members_.find(group);
  return found == members_.end() ? kNone : found->second;
}

Ternary BoundToVfio(const DmabufContext& context, FunctionIndex function) {
  const FunctionRecord& record = *context.topology[function].record;
  if (record.driver.absent()) return Ternary::kNo;
  if (record.vfio_dev.known()) return Ternary::kYes;
  if (record.driver.unknown()) return Ternary::kUnknown;
  // An out-of-tree variant calls itself so too.
  bool vfio = record.driver.value().find("vfio") != std::string::npos ||
              VfioExporterOf(context.rules, record.driver.value());
  return ToTernary(vfio);
}

StepVerdict CheckVfioGates(const DmabufContext& context,
                           FunctionIndex function) {
  return Gates(context, function).Check();
}

void CheckAllAssigned(const std::vector<Bar>& bars, const Bar& asked,
                      StepVerdict* verdict) {
  for (const Bar& bar : bars) {
    bool counts = bar.unassigned && bar.index < kBars &&
                  (bar.kind == BarKind::kMemory || bar.kind == BarKind::kIo);
    if (!counts) continue;
    StepReason reason =
        MakeReason(bar.index == asked.index ? DmabufRule::kBarUnassigned
                                            : DmabufRule::kOtherBarUnassigned,
                   Ternary::kNo, EINVAL);
    reason.value = uint64_t{bar.index};
    verdict->Add(std::move(reason));
  }
}

}  // namespace p2pcheck
