// SPDX-License-Identifier: GPL-2.0-or-later
#include "probe/compare.h"

#include <algorithm>

#include "dmabuf/import.h"
#include "dmabuf/vfio_gates.h"

namespace p2pcheck {
namespace {

// An index that no BAR has: none is the one asked for.
constexpr uint8_t kNoBar = 0xff;

Ternary Agrees(const StepVerdict& predicted, int answered) {
  switch (predicted.answer()) {
    case Ternary::kYes: return ToTernary(answered == 0);
    case Ternary::kUnknown: return Ternary::kUnknown;
    case Ternary::kNo: break;
  }
  if (answered == 0) return Ternary::kNo;
  return ToTernary(predicted.error().value_or(answered) == answered);
}

class Comparing {
 public:
  Comparing(const DmabufContext& context, const ProbeAnswer& answer)
      : context_(context), answer_(answer) {}

  std::vector<ProbeComparison> Run() {
    if (answer_.opened() || answer_.obstacle == ProbeObstacle::kRefused)
      CompareOpening();
    if (answer_.feature_error) CompareFeature();
    for (const RegionAnswer& region : answer_.regions) {
      CompareExport(region);
      if (region.map_error) CompareMap(region);
    }
    return std::move(compared_);
  }

 private:
  void Add(ProbeStep step, std::optional<ProbeRegion> region,
           StepVerdict predicted, int answered) {
    Ternary agrees = Agrees(predicted, answered);
    compared_.push_back({answer_.function, step, region, std::move(predicted),
                         answered, agrees});
  }

  StepVerdict PredictedOpening() const {
    StepVerdict gates = CheckVfioGates(context_, answer_.function);
    Bar none;
    none.index = kNoBar;
    CheckAllAssigned(bars_, none, &gates);
    return gates;
  }

  void CompareOpening() {
    ProbeStep step =
        answer_.by_group ? ProbeStep::kOpenDevice : ProbeStep::kBind;
    if (answer_.opened()) return Add(step, {}, PredictedOpening(), 0);
    Add(answer_.step, {}, PredictedOpening(), answer_.error);
    ProbeComparison& refused = compared_.back();
    if (refused.predicted.answer() == Ternary::kYes)
      refused.agrees = Ternary::kUnknown;
  }

  StepVerdict Predicted(const ExportRequest& request) const {
    return JudgeExportRequest(context_, answer_.function, request);
  }

  void CompareFeature() {
    ExportRequest request;
    request.probe = true;
    feature_ = Predicted(request);
    Add(ProbeStep::kFeature, {}, feature_, *answer_.feature_error);
  }

  void CompareExport(const RegionAnswer& said) {
    ExportRequest request;
    request.region = said.region.index;
    request.ranges = {{0, said.region.length}};
    StepVerdict predicted = WithoutFeature(Predicted(request));
    Add(ProbeStep::kExport, said.region, std::move(predicted),
        said.export_error);
    // A prediction ends with the first refusal: of a kernel that has what it
    // should lack, it says nothing more.
    if (feature_.answer() == Ternary::kNo)
      compared_.back().agrees = Ternary::kUnknown;
  }

  // What PROBE has answered is not open any more.
  StepVerdict WithoutFeature(StepVerdict verdict) const {
    if (feature_.answer() == Ternary::kNo) return verdict;
    const auto& known = feature_.reasons;
    auto answered = [&](const StepReason& reason) {
      return std::find(known.begin(), known.end(), reason) != known.end();
    };
    auto& all = verdict.reasons;
    all.erase(std::remove_if(all.begin(), all.end(), answered), all.end());
    return verdict;
  }

  void CompareMap(const RegionAnswer& said) {
    auto bar = std::find_if(bars_.begin(), bars_.end(), [&](const Bar& b) {
      return b.index == said.region.index;
    });
    if (bar == bars_.end()) return;
    Add(ProbeStep::kMapFile, said.region,
        JudgeIommufd(context_, MapQuestion(*bar, said.region.length)),
        *said.map_error);
  }

  // No domain is attached, so no importer: the function itself stands for it.
  IommufdQuestion MapQuestion(const Bar& bar, uint64_t length) const {
    IommufdQuestion question;
    question.pair.exporter = question.pair.importer = answer_.function;
    question.pair.bar = bar;
    question.pair.exported = ExportAsBound(context_, answer_.function, bar);
    question.pair.ranges = {{0, length}};
    question.pair.memory_enabled = Ternary::kYes;
    question.domain_attached = false;
    return question;
  }

  const DmabufContext& context_;
  const ProbeAnswer& answer_;
  const std::vector<Bar> bars_ =
      BarsOf(context_.topology[answer_.function]).value_or({});
  StepVerdict feature_;
  std::vector<ProbeComparison> compared_;
};

}  // namespace

std::vector<ProbeComparison> CompareProbe(const DmabufContext& context,
                                          const ProbeAnswer& answer) {
  return Comparing(context, answer).Run();
}

}  // namespace p2pcheck
