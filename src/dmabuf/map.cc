// SPDX-License-Identifier: GPL-2.0-or-later
//
// The map step (dma_buf_phys_vec_to_sgt 6.19 to 7.3; amdgpu_dma_buf_map,
// xe_dma_buf_map, hl_map_dmabuf).  VFIO and RDMA core ask for the map type of
// the pair; GPU drivers only for its distance, and where there is none they
// move the buffer to system memory.  Those that map with dma_map_resource()
// never use a bus address, so the importer's DMA path counts for them even
// below one switch.
#include "dmabuf/map.h"

#include <cerrno>

#include "dmabuf/addressing.h"
#include "dmabuf/architecture.h"
#include "dmabuf/attach.h"
#include "dmabuf/branches.h"
#include "dmabuf/kernel_options.h"
#include "dmabuf/nvidia.h"
#include "dmabuf/payload.h"

namespace p2pcheck {
namespace {

StepVerdict Only(StepReason reason) {
  StepVerdict verdict;
  verdict.Add(std::move(reason));
  return verdict;
}

// Why the buffer moves: "static", "pin", "distance", "no-p2pdma".
StepVerdict InSystemMemory(const char* why) {
  return Only(MakeReason(DmabufRule::kSystemMemory, Ternary::kYes, 0, why));
}

bool OnS390(const DmabufContext& context) {
  return ArchitectureOf(context.topology.snapshot()).value_or("") == "s390x";
}

// The errno that a mapping which fails has by the time user space sees it;
// for the GPU drivers nobody read what becomes of it.
int MappingError(const ExporterRule& by) {
  bool read =
      by.way != ExporterWay::kDrmMoves && by.way != ExporterWay::kRefusesAtMap;
  return read ? ENOMEM : 0;
}

class Mapper {
 public:
  Mapper(const DmabufContext& context, const PairQuestion& question)
      : context_(context),
        question_(question),
        by_(*question.exported.by),
        kind_(question.use ? question.use->kind : ImporterKind::kDynamic),
        memory_(MemoryOf(question)) {
    memory_.anywhere = !by_.memory.empty() && question.ranges.empty();
    memory_.common_helper = !by_.maps_as_resource;
  }

  StepVerdict Map(Ternary* system_memory) const;

 private:
  StepVerdict MapByGpu(Ternary* system_memory) const;
  StepVerdict MapByHabana() const;
  StepVerdict ForTypes(const std::vector<StepVerdict>& beside) const;
  StepVerdict Refused() const;
  StepVerdict Reached(MapType type) const;
  MapTypeSet Types() const;
  Ternary MovesWhenPinned() const;
  bool WithoutP2pdma() const {
    return OptionOn(context_, "PCI_P2PDMA") == Ternary::kNo;
  }

  const DmabufContext& context_;
  const PairQuestion& question_;
  const ExporterRule& by_;
  const ImporterKind kind_;
  MappedMemory memory_;
};

// Only the common helper minds that the importer is no PCI function; a
// distance is taken from the PCI function above it.
MapTypeSet Mapper::Types() const {
  if (question_.not_pci && memory_.common_helper) return MapType::kNotSupported;
  return question_.map_type.empty() ? MapTypeSet::All() : question_.map_type;
}

StepVerdict Mapper::Refused() const {
  if (by_.way == ExporterWay::kDrmMoves) return InSystemMemory("distance");
  if (by_.way == ExporterWay::kRefusesAtMap)
    return Only(MakeReason(DmabufRule::kDistanceRefused, Ternary::kNo, EPERM));
  if (question_.not_pci)
    return Only(MakeReason(DmabufRule::kNotPciDevice, Ternary::kNo, EINVAL));
  StepVerdict verdict =
      Only(MakeReason(DmabufRule::kMapTypeRefused, Ternary::kNo, EINVAL));
  if (OnS390(context_))
    verdict.Add(MakeReason(DmabufRule::kArchOneFunctionPerBus, Ternary::kYes));
  return verdict;
}

StepVerdict Mapper::Reached(MapType type) const {
  AddressingQuestion asked{context_, question_, memory_, MappingError(by_)};
  StepVerdict verdict = type == MapType::kBusAddr && !by_.maps_as_resource
                            ? MapAsBusAddress(asked)
                            : MapAlongAny(asked);
  if (verdict.answer() != Ternary::kNo)
    WarnOfPayload(context_.topology, question_.exporter, question_.importer,
                  &verdict);
  return verdict;
}

// Each map type that the pair may have, and what else may be the case.
StepVerdict Mapper::ForTypes(const std::vector<StepVerdict>& beside) const {
  MapTypeSet types = Types();
  std::vector<StepVerdict> branches = beside;
  for (MapType type : kMapTypes)
    if (types.Has(type))
      branches.push_back(type == MapType::kNotSupported ? Refused()
                                                        : Reached(type));
  StepReason open = MakeReason(DmabufRule::kMapTypeOpen, Ternary::kUnknown);
  open.value = uint64_t{types.bits()};
  return CombineBranches(branches, std::move(open));
}

// A pin takes VRAM away up to 6.12, and later where the core pins all.
Ternary Mapper::MovesWhenPinned() const {
  Ternary stays = context_.rules.features.Has(KernelFeature::kGpuPinsVram);
  Ternary moves = CorePinsAll(context_);
  if (!Pins(kind_) || stays == Ternary::kYes) return moves;
  return Or(moves, stays == Ternary::kNo ? Ternary::kYes : Ternary::kUnknown);
}

StepVerdict Mapper::MapByGpu(Ternary* system_memory) const {
  *system_memory = Ternary::kYes;
  if (kind_ == ImporterKind::kStatic) return InSystemMemory("static");
  if (WithoutP2pdma()) return InSystemMemory("no-p2pdma");
  Ternary moves = MovesWhenPinned();
  if (moves == Ternary::kYes) return InSystemMemory("pin");
  MapTypeSet types = Types();
  if (types == MapType::kNotSupported) return InSystemMemory("distance");
  bool open = types.Has(MapType::kNotSupported) || moves == Ternary::kUnknown;
  *system_memory = open ? Ternary::kUnknown : Ternary::kNo;
  std::vector<StepVerdict> beside;
  if (moves == Ternary::kUnknown) beside.push_back(InSystemMemory("pin"));
  return ForTypes(beside);
}

StepVerdict Mapper::MapByHabana() const {
  if (kind_ == ImporterKind::kStatic)
    return Only(MakeReason(DmabufRule::kNoPeerToPeer, Ternary::kNo, EPERM));
  return WithoutP2pdma() ? Refused() : ForTypes({});
}

StepVerdict Mapper::Map(Ternary* system_memory) const {
  switch (by_.way) {
    case ExporterWay::kDrmMoves: return MapByGpu(system_memory);
    case ExporterWay::kRefusesAtMap: return MapByHabana();
    case ExporterWay::kNvidia:
      // Its rule was asked at attach; the kernel's map type counts for
      // nothing.
      return NvidiaMapsThroughDmaApi(context_)
                 ? Reached(MapType::kThruHostBridge)
                 : MapAsBusAddress(
                       {context_, question_, memory_, MappingError(by_)});
    default: return ForTypes({});
  }
}

}  // namespace

StepVerdict JudgeMap(const DmabufContext& context, const PairQuestion& question,
                     Ternary* system_memory) {
  StepVerdict verdict = JudgeBeforeMap(context, question);
  if (verdict.answer() == Ternary::kNo) return verdict;
  AddReasons(Mapper(context, question).Map(system_memory), &verdict);
  return verdict;
}

}  // namespace p2pcheck
