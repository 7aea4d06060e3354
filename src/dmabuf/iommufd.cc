// SPDX-License-Identifier: GPL-2.0-or-later
//
// IOMMU_IOAS_MAP_FILE of a dma-buf (spec/kernel-dmabuf.md 3;
// iommufd_ioas_map_file, iopt_map_file_pages, iopt_map_dmabuf, 6.19 to 7.3).
// Nobody asks whether the two functions reach each other: it answers whether
// the IOMMU gets a translation, not whether a request gets to the IOMMU.
#include <cerrno>
#include <cstdlib>

#include "dmabuf/addressing.h"
#include "dmabuf/architecture.h"
#include "dmabuf/attach.h"
#include "dmabuf/import.h"
#include "dmabuf/kernel_options.h"

namespace p2pcheck {
namespace {

constexpr uint64_t kSmallestIommuPage = 4096;

StepReason Warn(DmabufRule rule, std::string detail = "") {
  StepReason reason = MakeReason(rule, Ternary::kYes, 0, std::move(detail));
  reason.warning = true;
  return reason;
}

/// An inclusive range of IOVAs, as sysfs' reserved_regions has it: "0xFIRST
/// 0xLAST TYPE".
struct IovaRange {
  uint64_t first = 0, last = 0;
  bool Meets(uint64_t from, uint64_t to) const {
    return from <= last && first <= to;
  }
};

IovaRange ParseReserved(const std::string& line) {
  char* rest = nullptr;
  IovaRange range;
  range.first = std::strtoull(line.c_str(), &rest, 16);
  range.last = std::strtoull(rest, nullptr, 16);
  return range;
}

// Regions that firmware would like but nobody needs do not count.
bool IsKept(const std::string& line) {
  return line.find("direct-relaxable") == std::string::npos;
}

class MapFile {
 public:
  MapFile(const DmabufContext& context, const IommufdQuestion& question)
      : context_(context),
        question_(question),
        memory_(MemoryOf(question.pair)) {}

  StepVerdict Judge();

 private:
  Ternary Has(KernelFeature feature) const {
    return context_.rules.features.Has(feature);
  }
  const FeatureState& Of(KernelFeature feature) const {
    return context_.rules.features[feature];
  }
  bool Refuses() const { return verdict_.answer() == Ternary::kNo; }
  uint64_t Length() const {
    if (question_.length) return *question_.length;
    return memory_.total > question_.start ? memory_.total - question_.start
                                           : 0;
  }

  using Check = void (MapFile::*)();
  void CheckKernel();
  void CheckRequest();
  void CheckExporter();
  void CheckRanges();
  void CheckAlignment();
  void CheckIova();
  void Refuse(DmabufRule rule, int error) {
    verdict_.Add(MakeReason(rule, Ternary::kNo, error));
  }
  std::vector<IovaRange> Reserved() const;
  void WarnOfTopology();

  const DmabufContext& context_;
  const IommufdQuestion& question_;
  const MappedMemory memory_;
  StepVerdict verdict_;
};

// The ioctl is of 6.13; up to 6.18 it takes any file for a memfd, and looks at
// it when there is a domain to fill.
void MapFile::CheckKernel() {
  Ternary ioctl = Has(KernelFeature::kIommufdMapFile);
  Ternary dmabuf = Has(KernelFeature::kIommufdDmabuf);
  if (dmabuf != Ternary::kYes && ioctl != Ternary::kYes)
    verdict_.Add(MakeReason(DmabufRule::kNoIommufd, ioctl, ENOTTY,
                            Of(KernelFeature::kIommufdMapFile).since));
  if (dmabuf == Ternary::kNo && ioctl != Ternary::kNo) {
    StepReason taken =
        question_.domain_attached
            ? MakeReason(DmabufRule::kIommufdTakesMemfd, Ternary::kNo, EINVAL,
                         Of(KernelFeature::kIommufdDmabuf).since)
            : Warn(DmabufRule::kIommufdTakesMemfd,
                   Of(KernelFeature::kIommufdDmabuf).since);
    verdict_.Add(std::move(taken));
  }
  if (dmabuf == Ternary::kUnknown && ioctl == Ternary::kYes)
    verdict_.Add(MakeReason(DmabufRule::kIommufdTakesMemfd, Ternary::kUnknown,
                            EINVAL, Of(KernelFeature::kIommufdDmabuf).since));
  if (!Refuses()) RequireOptions(context_, {"IOMMUFD"}, &verdict_);
}

// I4, I6.
void MapFile::CheckRequest() {
  uint64_t length = Length();
  if (question_.length && length == 0)
    return Refuse(DmabufRule::kIommufdBadRange, EINVAL);
  if (question_.start + length < question_.start)
    return Refuse(DmabufRule::kIommufdBadRange, EOVERFLOW);
  if (memory_.known() && question_.start + length > memory_.total)
    Refuse(DmabufRule::kIommufdBadRange, EINVAL);
}

// I7 to I10.
void MapFile::CheckExporter() {
  if (!ExportsByVfio(question_.pair))
    return Refuse(DmabufRule::kIommufdNotVfio, EOPNOTSUPP);
  CheckRevoked(context_, question_.pair, &verdict_);
}

// I11.
void MapFile::CheckRanges() {
  if (memory_.ranges.size() < 2) return;
  StepReason reason =
      MakeReason(DmabufRule::kIommufdOneRange, Ternary::kNo, EOPNOTSUPP);
  reason.value = uint64_t{memory_.ranges.size()};
  verdict_.Add(std::move(reason));
}

// I12: bytes while no domain is there, its smallest page afterwards.
void MapFile::CheckAlignment() {
  uint64_t all = question_.start | Length() | question_.iova.value_or(0);
  if (all % kSmallestIommuPage == 0) return;
  if (question_.domain_attached)
    Refuse(DmabufRule::kIommufdUnaligned, EINVAL);
  else
    verdict_.Add(Warn(DmabufRule::kIommufdUnaligned));
}

// What the importer's group keeps; where nobody recorded it, x86's window for
// interrupts.
std::vector<IovaRange> MapFile::Reserved() const {
  const HostSnapshot& snapshot = context_.topology.snapshot();
  const Observed<uint32_t>& group =
      context_.topology[question_.pair.importer].record->iommu_group;
  std::vector<IovaRange> kept;
  auto found = group.known() ? snapshot.groups.find(group.value())
                             : snapshot.groups.end();
  if (found != snapshot.groups.end() &&
      found->second.reserved_regions.known()) {
    for (const std::string& line : found->second.reserved_regions.value())
      if (IsKept(line)) kept.push_back(ParseReserved(line));
  } else if (IsX86(ArchitectureOf(snapshot).value_or(""))) {
    kept.push_back({0xfee00000, 0xfeefffff});
  }
  return kept;
}

void MapFile::CheckIova() {
  if (!question_.iova || !question_.domain_attached || Length() == 0) return;
  uint64_t first = *question_.iova;
  for (const IovaRange& range : Reserved())
    if (range.Meets(first, first + Length() - 1))
      return Refuse(DmabufRule::kIommufdReserved, EINVAL);
}

// A bus address in place of a redirect means that requests go straight to the
// peer, whose address they do not have: the IOVA is taken for one.  ATS gives
// the importer the peer's own address.
void MapFile::WarnOfTopology() {
  MapTypeSet types = question_.pair.map_type;
  if (types.empty() || types.Has(MapType::kNotSupported))
    verdict_.Add(Warn(DmabufRule::kIommufdNoTopology));
  Observed<AtsCapability> ats =
      AtsOf(context_.topology[question_.pair.importer]);
  bool translates = ats.known() && ats.value().enabled();
  if (types.Has(MapType::kBusAddr) && !translates)
    verdict_.Add(Warn(DmabufRule::kIommufdMisrouted));
  if (Has(KernelFeature::kIommufdKeepsMmio) == Ternary::kNo)
    verdict_.Add(Warn(DmabufRule::kIommufdCached,
                      Of(KernelFeature::kIommufdKeepsMmio).kernels));
}

StepVerdict MapFile::Judge() {
  constexpr Check kOrder[] = {&MapFile::CheckKernel,    &MapFile::CheckRequest,
                              &MapFile::CheckExporter,  &MapFile::CheckRanges,
                              &MapFile::CheckAlignment, &MapFile::CheckIova};
  for (Check check : kOrder) {
    (this->*check)();
    // A file that is taken for a memfd is not looked at any further.
    if (Refuses() || verdict_.Has(DmabufRule::kIommufdTakesMemfd))
      return verdict_;
  }
  WarnOfTopology();
  return verdict_;
}

}  // namespace

StepVerdict JudgeIommufd(const DmabufContext& context,
                         const IommufdQuestion& question) {
  return MapFile(context, question).Judge();
}

StepVerdict JudgeIommufdMmap(bool domain_attached) {
  StepVerdict verdict;
  verdict.Add(domain_attached
                  ? MakeReason(DmabufRule::kIommufdNoMmap, Ternary::kNo, EFAULT)
                  : Warn(DmabufRule::kIommufdNoMmap));
  return verdict;
}

}  // namespace p2pcheck
