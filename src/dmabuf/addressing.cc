// SPDX-License-Identifier: GPL-2.0-or-later
//
// Whether the importer's DMA API can address the memory of a peer
// (spec/kernel-dmabuf.md 2.5 to 2.8; dma_direct_map_phys, iommu_dma_map_phys,
// dma_iova_try_alloc, 6.17 to 7.3).  dma-direct compares the last byte of each
// range with the mask, once neither SWIOTLB nor a confidential guest stands in
// the way; dma-iommu needs a block of IOVAs below the mask and never looks at
// the memory's own address; a bus address is taken unseen.
#include "dmabuf/addressing.h"

#include <algorithm>
#include <cerrno>

#include "dmabuf/architecture.h"
#include "dmabuf/branches.h"
#include "dmabuf/confidential.h"
#include "dmabuf/swiotlb.h"

namespace p2pcheck {
namespace {

constexpr uint64_t kFourGiB = uint64_t{1} << 32;

uint64_t LimitOf(uint8_t mask_bits) {
  return mask_bits >= 64 ? ~uint64_t{0} : (uint64_t{1} << mask_bits) - 1;
}

StepReason Warn(DmabufRule rule) {
  StepReason reason = MakeReason(rule, Ternary::kYes);
  reason.warning = true;
  return reason;
}

class Addressing {
 public:
  explicit Addressing(const AddressingQuestion& question)
      : question_(question),
        context_(question.context),
        memory_(question.memory),
        mask_(MaskBitsOf(question.context, question.pair)),
        guest_(IdentifyConfidential(context_.topology.snapshot())) {}

  StepVerdict Direct();
  StepVerdict Iommu();
  StepVerdict BusAddress();
  StepVerdict Refused();
  StepVerdict ArchOps();

 private:
  Ternary Has(KernelFeature feature) const {
    return context_.rules.features.Has(feature);
  }
  // About the importer, with the errno of a failed mapping if it can fail.
  StepReason Judged(DmabufRule rule, Ternary says) const;
  void Add(DmabufRule rule, Ternary says) { verdict_.Add(Judged(rule, says)); }
  bool Refuses() const { return verdict_.answer() == Ternary::kNo; }

  void CheckForcedBounce();
  void CheckConfidential();
  void CheckMask();
  void CheckLastByte(uint64_t limit);
  void CheckIovaSpace();
  void CheckBlock(uint64_t block, uint64_t limit);
  void CheckTwoRanges();
  void CheckLength(uint64_t length, DmabufRule hazard);
  void NoteBusLimit();
  uint64_t LongestRange() const;

  const AddressingQuestion& question_;
  const DmabufContext& context_;
  const MappedMemory& memory_;
  const std::optional<uint8_t> mask_;
  const ConfidentialGuest guest_;
  StepVerdict verdict_;
};

StepReason Addressing::Judged(DmabufRule rule, Ternary says) const {
  StepReason reason = MakeReason(rule, says);
  reason.function = context_.topology[question_.pair.importer].address;
  if (says != Ternary::kYes) reason.error = question_.error;
  return reason;
}

// V5: before 6.18 nothing asked.
void Addressing::CheckForcedBounce() {
  Ternary asks = Has(KernelFeature::kMmioMapPhys);
  if (asks == Ternary::kNo) return;
  if (!CommandLineOf(context_).known())
    verdict_.Add(MakeReason(DmabufRule::kAssumesNoForce, Ternary::kYes));
  Ternary bounced = And(asks, ForcesBounce(context_));
  if (bounced == Ternary::kYes) Add(DmabufRule::kForcedBounce, Ternary::kNo);
  if (bounced == Ternary::kUnknown)
    Add(DmabufRule::kForcedBounce, Ternary::kUnknown);
}

void Addressing::CheckConfidential() {
  Ternary refuses = RefusesDirectMmio(context_.rules, guest_);
  if (refuses == Ternary::kNo) return;
  StepReason reason =
      Judged(guest_.is == Ternary::kYes ? DmabufRule::kConfidential
                                        : DmabufRule::kConfidentialUnknown,
             refuses == Ternary::kYes ? Ternary::kNo : Ternary::kUnknown);
  reason.detail = guest_.kind;
  verdict_.Add(std::move(reason));
}

void Addressing::CheckLastByte(uint64_t limit) {
  if (memory_.known() && memory_.last() <= limit) return;
  bool may_fit =
      !memory_.known() || (memory_.anywhere && memory_.first() <= limit);
  StepReason reason = Judged(DmabufRule::kMaskTooSmall,
                             may_fit ? Ternary::kUnknown : Ternary::kNo);
  reason.value = uint64_t{*mask_};
  verdict_.Add(std::move(reason));
}

// A driver may raise its mask above 32 bits, and hardly one lowers it.
void Addressing::CheckMask() {
  if (mask_ && *mask_ >= 64) return;
  if (mask_) return CheckLastByte(LimitOf(*mask_));
  if (memory_.known() && memory_.last() < kFourGiB) return;
  Add(DmabufRule::kMaskUnknown, Ternary::kUnknown);
}

// The allocator aligns a block to the power of two that holds it and never
// gives page 0 away, so above half the space it depends on what is reserved.
void Addressing::CheckBlock(uint64_t block, uint64_t limit) {
  if (block <= limit / 2) return;
  bool fails = mask_ && block > limit;
  StepReason reason = Judged(DmabufRule::kIovaTooSmall,
                             fails ? Ternary::kNo : Ternary::kUnknown);
  if (mask_) reason.value = uint64_t{*mask_};
  verdict_.Add(std::move(reason));
}

uint64_t Addressing::LongestRange() const {
  uint64_t longest = 0;
  for (const MappedMemory::Range& range : memory_.ranges)
    longest = std::max(longest, range.last - range.first + 1);
  return longest;
}

// One block for all ranges; where there is none, one for each.
void Addressing::CheckIovaSpace() {
  if (mask_ && *mask_ >= 64) return;
  uint64_t limit = LimitOf(mask_.value_or(32));
  if (!memory_.known())
    return Add(DmabufRule::kLengthUnknown, Ternary::kUnknown);
  if (memory_.anywhere) return;
  if (memory_.total <= limit) return CheckBlock(memory_.total, limit);
  if (LongestRange() > limit) return CheckBlock(LongestRange(), limit);
  Add(DmabufRule::kIovaTooSmall, Ternary::kUnknown);
}

// V24.  What VT-d answers was seen; other IOMMUs may overwrite the first
// range, which is no better.
void Addressing::CheckTwoRanges() {
  Ternary defect = Has(KernelFeature::kMultiRangeIovaDefect);
  if (memory_.ranges.size() < 2 || defect == Ternary::kNo) return;
  StepReason reason =
      Judged(DmabufRule::kTwoRangesCollide,
             defect == Ternary::kYes ? Ternary::kNo : Ternary::kUnknown);
  const FunctionRecord& importer =
      *context_.topology[question_.pair.importer].record;
  bool intel = importer.iommu.value_or("").substr(0, 4) == "dmar";
  reason.error = intel ? EADDRINUSE : 0;
  reason.value = uint64_t{memory_.ranges.size()};
  reason.detail =
      context_.rules.features[KernelFeature::kMultiRangeIovaDefect].kernels;
  verdict_.Add(std::move(reason));
}

// V18.
void Addressing::CheckLength(uint64_t length, DmabufRule hazard) {
  Ternary fixed = Has(KernelFeature::kLongMapFixed);
  // Buffers that lie anywhere in a BAR have a length of their own.
  if (length < kFourGiB || memory_.anywhere || fixed == Ternary::kYes) return;
  StepReason reason =
      Warn(fixed == Ternary::kNo ? hazard : DmabufRule::kLengthUnknown);
  reason.value = length;
  reason.detail = context_.rules.features[KernelFeature::kLongMapFixed].kernels;
  verdict_.Add(std::move(reason));
}

// On x86 only VIA's bridges have a limit; elsewhere firmware may set one, and
// an SMMU's output may be narrower than a BAR's address.
void Addressing::NoteBusLimit() {
  Observed<std::string> architecture =
      ArchitectureOf(context_.topology.snapshot());
  if (architecture.known() && IsX86(architecture.value())) return;
  StepReason reason = MakeReason(DmabufRule::kBusLimitUnknown, Ternary::kYes);
  reason.detail = architecture.value_or("");
  verdict_.Add(std::move(reason));
}

StepVerdict Addressing::Direct() {
  CheckForcedBounce();
  if (Refuses()) return verdict_;
  CheckConfidential();
  if (Refuses()) return verdict_;
  CheckMask();
  if (Refuses()) return verdict_;
  Add(DmabufRule::kDirectDma, Ternary::kYes);
  NoteBusLimit();
  if (memory_.common_helper)
    CheckLength(LongestRange(), DmabufRule::kLengthUnaligned);
  return verdict_;
}

StepVerdict Addressing::Iommu() {
  CheckIovaSpace();
  if (Refuses()) return verdict_;
  if (memory_.common_helper) CheckTwoRanges();
  if (Refuses()) return verdict_;
  Add(DmabufRule::kThroughIommu, Ternary::kYes);
  NoteBusLimit();
  if (memory_.common_helper)
    CheckLength(memory_.total, DmabufRule::kLengthTruncated);
  if (guest_.is == Ternary::kYes)
    verdict_.Add(Warn(DmabufRule::kConfidentialNotChecked));
  return verdict_;
}

StepVerdict Addressing::BusAddress() {
  Add(DmabufRule::kBusAddress, Ternary::kYes);
  bool above = !memory_.known() || memory_.last() >= kFourGiB;
  if (mask_ && memory_.known() && memory_.last() > LimitOf(*mask_)) {
    StepReason reason = Warn(DmabufRule::kMaskNotChecked);
    reason.function = context_.topology[question_.pair.importer].address;
    reason.value = uint64_t{*mask_};
    verdict_.Add(std::move(reason));
  }
  if (!mask_ && above) Add(DmabufRule::kMaskUnknown, Ternary::kYes);
  if (guest_.is == Ternary::kYes)
    verdict_.Add(Warn(DmabufRule::kConfidentialNotChecked));
  if (memory_.common_helper)
    CheckLength(LongestRange(), DmabufRule::kLengthUnaligned);
  return verdict_;
}

StepVerdict Addressing::Refused() {
  Add(DmabufRule::kArchRefusesMmio, Ternary::kNo);
  return verdict_;
}

// POWER's TCE code does not reject MMIO, and nobody claims that it works.
StepVerdict Addressing::ArchOps() {
  Add(DmabufRule::kDmaPathUnknown, Ternary::kUnknown);
  return verdict_;
}

}  // namespace

uint64_t MappedMemory::first() const {
  uint64_t lowest = ~uint64_t{0};
  for (const Range& range : ranges) lowest = std::min(lowest, range.first);
  return lowest;
}

uint64_t MappedMemory::last() const {
  uint64_t highest = 0;
  for (const Range& range : ranges) highest = std::max(highest, range.last);
  return highest;
}

MappedMemory MemoryOf(const PairQuestion& question) {
  MappedMemory memory;
  const BarExport& exported = question.exported;
  uint64_t start = exported.size ? exported.start : question.bar.start;
  uint64_t size = exported.size ? exported.size : question.bar.size;
  auto add = [&](uint64_t offset, uint64_t length) {
    memory.ranges.push_back({start + offset, start + offset + length - 1});
    memory.total += length;
  };
  for (const DmabufRange& range : question.ranges)
    add(range.offset, range.length);
  if (question.ranges.empty() && size > 0) add(0, size);
  return memory;
}

std::optional<uint8_t> MaskBitsOf(const DmabufContext& context,
                                  const PairQuestion& question) {
  if (question.mask_bits) return question.mask_bits;
  const FunctionRecord& record = *context.topology[question.importer].record;
  if (!record.driver.known() || !record.dma_mask_bits.known())
    return std::nullopt;
  const std::string& driver = record.driver.value();
  bool imports = question.use == nullptr || question.use->drivers.empty();
  if (!imports) {
    const std::vector<std::string>& drivers = question.use->drivers;
    imports =
        std::find(drivers.begin(), drivers.end(), driver) != drivers.end();
  }
  // A VFIO driver leaves the mask as it finds it.
  if (!imports || record.vfio_dev.known() ||
      VfioExporterOf(context.rules, driver))
    return std::nullopt;
  return record.dma_mask_bits.value();
}

StepVerdict MapAlong(const AddressingQuestion& question, DmaPath path) {
  Addressing addressing(question);
  switch (path) {
    case DmaPath::kDirect: return addressing.Direct();
    case DmaPath::kIommu: return addressing.Iommu();
    case DmaPath::kRefused: return addressing.Refused();
    case DmaPath::kArchOps:
    case DmaPath::kUnknown: break;
  }
  return addressing.ArchOps();
}

StepVerdict MapAlongAny(const AddressingQuestion& question) {
  std::vector<StepVerdict> branches;
  for (DmaPath path :
       PossibleDmaPaths(question.context, question.pair.importer))
    branches.push_back(MapAlong(question, path));
  StepReason open = MakeReason(DmabufRule::kDmaPathUnknown, Ternary::kUnknown);
  open.function = question.context.topology[question.pair.importer].address;
  return CombineBranches(branches, std::move(open));
}

StepVerdict MapAsBusAddress(const AddressingQuestion& question) {
  return Addressing(question).BusAddress();
}

}  // namespace p2pcheck
