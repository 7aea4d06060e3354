// SPDX-License-Identifier: GPL-2.0-or-later
//
// One call of the export ioctl, step by step (spec/kernel-dmabuf.md 1.3, F0 to
// F18).  The first step that fails is the errno user space sees, so the order
// matters: an index that is no BAR is told before a bad range is.
#include <cerrno>
#include <limits>

#include "dmabuf/export.h"
#include "dmabuf/vfio_export.h"
#include "dmabuf/vfio_gates.h"

namespace p2pcheck {
namespace {

constexpr uint64_t kTopBit = uint64_t{1} << 63;

class Request {
 public:
  Request(const DmabufContext& context, FunctionIndex function,
          const ExportRequest& request)
      : context_(context), function_(function), request_(request) {}

  StepVerdict Judge();

 private:
  void Add(DmabufRule rule, Ternary says, int error) {
    verdict_.Add(MakeReason(rule, says, error));
  }
  bool Failed() const { return verdict_.answer() == Ternary::kNo; }
  const ExporterRule* Exporter() const;
  Bar AskedBar() const;
  void CheckHeader();
  void CheckLengths();
  void CheckLength(const DmabufRange& range);
  void CheckWithin(const Bar& bar);
  void CheckBar();

  const DmabufContext& context_;
  const FunctionIndex function_;
  const ExportRequest& request_;
  StepVerdict verdict_;
};

const ExporterRule* Request::Exporter() const {
  const auto& driver = context_.topology[function_].record->driver;
  const ExporterRule* bound =
      VfioExporterOf(context_.rules, driver.value_or(""));
  return bound ? bound : VfioExporterOf(context_.rules, "vfio-pci");
}

Bar Request::AskedBar() const {
  const Function& function = context_.topology[function_];
  Observed<std::vector<Bar>> bars = BarsOf(function);
  return bars.known() ? bars.value()[request_.region]
                      : BarsInConfig(function)[request_.region];
}

void Request::CheckHeader() {
  if (request_.ranges.empty() || request_.flags != 0)
    Add(DmabufRule::kRequestInvalid, Ternary::kNo, EINVAL);
  else if (request_.region >= kBars)
    Add(DmabufRule::kNotABar, Ternary::kNo, ENODEV);
}

void Request::CheckLength(const DmabufRange& range) {
  Observed<uint32_t> page = PageSizeOf(context_.topology.snapshot());
  uint64_t bits = range.offset | range.length;
  uint64_t surely = page.known() ? page.value() : kSmallestPage;
  if (range.length == 0 || bits % surely != 0)
    Add(DmabufRule::kRangeInvalid, Ternary::kNo, EINVAL);
  else if (!page.known() && bits % kLargestPage != 0)
    Add(DmabufRule::kPageSizeUnknown, Ternary::kUnknown, EINVAL);
}

// F13, F14.
void Request::CheckLengths() {
  uint64_t sum = 0;
  for (const DmabufRange& range : request_.ranges) {
    CheckLength(range);
    bool fits = range.length <= std::numeric_limits<uint64_t>::max() - sum;
    sum += range.length;
    if (!fits || sum >= kTopBit)
      Add(DmabufRule::kRangeInvalid, Ternary::kNo, EINVAL);
    if (Failed()) return;
  }
}

// F17, F18.  The sums are those of addresses, so a range that wraps is one
// that would pass the end of the address space.
void Request::CheckWithin(const Bar& bar) {
  constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();
  for (const DmabufRange& range : request_.ranges) {
    bool wraps = range.offset > kMax - bar.start ||
                 range.length > kMax - bar.start - range.offset;
    if (wraps) return Add(DmabufRule::kRangeWraps, Ternary::kNo, EOVERFLOW);
    if (range.offset + range.length > bar.size)
      return Add(DmabufRule::kRangeOutsideBar, Ternary::kNo, EINVAL);
  }
}

void Request::CheckBar() {
  Bar bar = AskedBar();
  CheckClaim(context_, function_, bar, &verdict_);
  if (!Failed()) CheckLengths();
  if (!Failed()) CheckProvider(context_, function_, bar, &verdict_);
  if (Failed()) return;
  if (!bar.recorded)
    return Add(DmabufRule::kBarNotRecorded, Ternary::kUnknown, 0);
  const ExporterRule* by = Exporter();
  bool other_memory = by != nullptr && by->way == ExporterWay::kVfioNvgrace &&
                      (bar.index == 2 || bar.index == 4);
  if (other_memory)
    return Add(DmabufRule::kNvgraceUnknown, Ternary::kUnknown, 0);
  CheckWithin(bar);
}

StepVerdict Request::Judge() {
  if (!request_.opened) {
    Add(DmabufRule::kNotOpened, Ternary::kNo, EINVAL);
    return verdict_;
  }
  if (context_.topology[function_].record->driver.unknown())
    Add(DmabufRule::kDriverUnknown, Ternary::kUnknown, 0);
  CheckVfioFeature(context_, Exporter(), &verdict_);
  if (request_.probe) return verdict_;
  if (!Failed()) CheckHeader();
  if (!Failed()) CheckBar();
  return verdict_;
}

}  // namespace

StepVerdict JudgeExportRequest(const DmabufContext& context,
                               FunctionIndex function,
                               const ExportRequest& request) {
  return Request(context, function, request).Judge();
}

}  // namespace p2pcheck
