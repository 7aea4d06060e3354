// SPDX-License-Identifier: GPL-2.0-or-later
//
// P2P memory with struct pages (spec/kernel-dmabuf.md 5): what a driver
// registers with pci_p2pdma_add_resource() and sysfs shows as p2pmem, and what
// becomes of its pages in dma_map_sg() (pci_p2pdma_map_segment, 6.1 to 7.3).
#include <cerrno>

#include "dmabuf/addressing.h"
#include "dmabuf/architecture.h"
#include "dmabuf/branches.h"
#include "dmabuf/import.h"
#include "dmabuf/kernel_options.h"

namespace p2pcheck {
namespace {

// memremap_pages() takes memory in subsections; hash MMUs of POWER want more.
constexpr uint64_t kSubsection = uint64_t{2} << 20;

bool Is64Bit(const std::string& architecture) {
  return architecture.find("64") != std::string::npos ||
         architecture == "s390x" || architecture == "alpha";
}

// s390's ZONE_DEVICE takes no uncached pages.  Before 6.17 an architecture
// needed a bit in its page tables for such pages.
Ternary ArchitectureAllows(const DmabufContext& context,
                           const std::string& architecture) {
  if (architecture == "s390x" || !Is64Bit(architecture)) return Ternary::kNo;
  bool had_bit = architecture == "x86_64" || architecture == "aarch64" ||
                 architecture.substr(0, 5) == "ppc64" ||
                 architecture == "riscv64" || architecture == "loongarch64";
  if (had_bit) return Ternary::kYes;
  Ternary later = context.rules.features.Has(KernelFeature::kZoneDeviceAnyArch);
  return And(later, Ternary::kUnknown);
}

class Pool {
 public:
  Pool(const DmabufContext& context, FunctionIndex function, const Bar& bar)
      : context_(context), function_(function), bar_(bar) {}

  StepVerdict Judge(uint64_t offset, uint64_t size);

 private:
  void Add(DmabufRule rule, Ternary says, int error = 0,
           std::string detail = "") {
    verdict_.Add(MakeReason(rule, says, error, std::move(detail)));
  }
  bool Refuses() const { return verdict_.answer() == Ternary::kNo; }
  void CheckKernel();
  void CheckFlag();
  void CheckPlace(uint64_t offset, uint64_t size);
  void CheckArchitecture();

  const DmabufContext& context_;
  const FunctionIndex function_;
  const Bar& bar_;
  StepVerdict verdict_;
};

void Pool::CheckKernel() {
  Ternary has = context_.rules.features.Has(KernelFeature::kP2pdma);
  if (has != Ternary::kYes)
    Add(DmabufRule::kNoPeerMemory, has, EOPNOTSUPP, "4.20");
  if (!Refuses()) RequireOptions(context_, {"PCI_P2PDMA"}, &verdict_);
}

void Pool::CheckFlag() {
  Ternary refused =
      And(IsNonMappable(context_.topology, function_, context_.rules),
          context_.rules.features.Has(KernelFeature::kHonoursNonMappable));
  if (refused == Ternary::kNo) return;
  bool sure = refused == Ternary::kYes;
  Add(sure ? DmabufRule::kNonMappable : DmabufRule::kNonMappableUnknown,
      sure ? Ternary::kNo : Ternary::kUnknown, EOPNOTSUPP);
}

void Pool::CheckPlace(uint64_t offset, uint64_t size) {
  if (!bar_.recorded && bar_.kind != BarKind::kIo)
    return Add(DmabufRule::kBarNotRecorded, Ternary::kUnknown);
  if (bar_.kind != BarKind::kMemory) {
    Add(bar_.kind == BarKind::kIo ? DmabufRule::kBarIsIo
                                  : DmabufRule::kBarAbsent,
        Ternary::kNo, EINVAL);
    return;
  }
  if (bar_.unassigned) return Add(DmabufRule::kBarUnassigned, Ternary::kNo);
  if (size == 0 || offset > bar_.size || size > bar_.size - offset)
    return Add(DmabufRule::kPoolOutsideBar, Ternary::kNo, EINVAL);
  if (((bar_.start + offset) | size) % kSubsection != 0)
    Add(DmabufRule::kPoolUnaligned, Ternary::kNo, EINVAL);
}

void Pool::CheckArchitecture() {
  Observed<std::string> name = ArchitectureOf(context_.topology.snapshot());
  if (!name.known()) return Add(DmabufRule::kArchUnknown, Ternary::kUnknown);
  Ternary allows = ArchitectureAllows(context_, name.value());
  if (allows != Ternary::kYes)
    Add(DmabufRule::kPoolRefusedByArch, allows, EINVAL, name.value());
}

StepVerdict Pool::Judge(uint64_t offset, uint64_t size) {
  CheckKernel();
  if (!Refuses()) CheckFlag();
  if (!Refuses()) CheckPlace(offset, size);
  if (!Refuses()) CheckArchitecture();
  if (Refuses()) return verdict_;
  StepReason pool = MakeReason(DmabufRule::kPeerMemory, Ternary::kYes);
  pool.value = size;
  verdict_.Add(std::move(pool));
  // x86 with KASLR ends its direct map where no one can read it.
  StepReason note = MakeReason(DmabufRule::kPoolAboveDirectMap, Ternary::kYes);
  note.value = bar_.start + offset + size - 1;
  verdict_.Add(std::move(note));
  return verdict_;
}

// The kernel's own word: the pool is there.
std::optional<StepVerdict> Registered(const Function& function) {
  const Observed<P2pMemory>& pool = function.record->p2pmem;
  if (!pool.known()) return std::nullopt;
  StepVerdict verdict;
  StepReason reason =
      MakeReason(DmabufRule::kPeerMemory, Ternary::kYes, 0,
                 pool.value().published ? "published" : "registered");
  reason.function = function.address;
  reason.value = pool.value().size;
  verdict.Add(std::move(reason));
  return verdict;
}

StepVerdict MapPages(const DmabufContext& context, const PairQuestion& question,
                     MapType type) {
  MappedMemory memory = MemoryOf(question);
  memory.common_helper = false;
  memory.anywhere = question.ranges.empty();
  AddressingQuestion asked{context, question, memory, 0};
  if (type == MapType::kBusAddr) return MapAsBusAddress(asked);
  if (type == MapType::kThruHostBridge) return MapAlongAny(asked);
  StepVerdict refused;
  refused.Add(MakeReason(DmabufRule::kMapTypeRefused, Ternary::kNo, EREMOTEIO));
  return refused;
}

// dma_pci_p2pdma_supported(): not with an architecture's own operations.
bool HasOwnOps(const DmabufContext& context, FunctionIndex importer) {
  DmaPath path = DmaPathOf(context, importer);
  return path == DmaPath::kArchOps || path == DmaPath::kRefused;
}

}  // namespace

StepVerdict JudgePeerMemory(const DmabufContext& context,
                            FunctionIndex function, const Bar& bar,
                            uint64_t offset, uint64_t size) {
  if (auto registered = Registered(context.topology[function]))
    return *registered;
  return Pool(context, function, bar).Judge(offset, size);
}

StepVerdict JudgePageMap(const DmabufContext& context,
                         const PairQuestion& question) {
  StepVerdict verdict;
  if (HasOwnOps(context, question.importer)) {
    verdict.Add(MakeReason(DmabufRule::kArchRefusesMmio, Ternary::kNo));
    return verdict;
  }
  MapTypeSet types =
      question.map_type.empty() ? MapTypeSet::All() : question.map_type;
  std::vector<StepVerdict> branches;
  for (MapType type : kMapTypes)
    if (types.Has(type)) branches.push_back(MapPages(context, question, type));
  StepReason open = MakeReason(DmabufRule::kMapTypeOpen, Ternary::kUnknown);
  open.value = uint64_t{types.bits()};
  return CombineBranches(branches, std::move(open));
}

}  // namespace p2pcheck
