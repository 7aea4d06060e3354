// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/probe_words.h"

#include <fmt/format.h>

#include <cerrno>

#include "report/dmabuf_json.h"
#include "report/dmabuf_sentences.h"

namespace p2pcheck {
namespace {

std::string DriverPhrase(const FunctionRecord& record) {
  return record.driver.Match(
      [](const std::string& driver) { return "driver " + Printable(driver); },
      [] { return std::string("no driver"); },
      [](ReadFailure) { return std::string("a driver that is not known"); });
}

std::string MemberPhrase(const Judgement& judgement,
                         const ProbeTarget& target) {
  const Function& other = judgement.topology[target.other];
  return fmt::format("{}, which is in the same IOMMU group {}, has {}",
                     ToString(other.address), target.group,
                     DriverPhrase(*other.record));
}

std::string_view StepWord(ProbeStep step) {
  switch (step) {
    case ProbeStep::kOpenNode: return "opening its node in /dev/vfio/devices";
    case ProbeStep::kOpenIommufd: return "opening /dev/iommu";
    case ProbeStep::kBind: return "binding it to an iommufd";
    case ProbeStep::kOpenContainer: return "opening /dev/vfio/vfio";
    case ProbeStep::kOpenGroup: return "opening the node of its group";
    case ProbeStep::kSetContainer: return "giving its group a container";
    case ProbeStep::kSetIommu: return "giving the container an IOMMU";
    case ProbeStep::kOpenDevice: return "opening it through its group";
    case ProbeStep::kFeature: return "PROBE";
    case ProbeStep::kExport: return "export";
    case ProbeStep::kMapFile: return "IOMMU_IOAS_MAP_FILE";
  }
  return "";
}

// What an errno of the calls that open a function can mean.
std::string_view RefusalMeaning(int error) {
  switch (error) {
    case EPERM:
      return ": its group has another user, or interrupts are not isolated";
    case EINVAL:
      return ": a process has it open, or one of its BARs has no address or "
             "is not claimed, which the kernel log tells";
    case EACCES:
      return ": a VF token is needed, as its physical function is on VFIO";
    case EAGAIN: return ": it cannot be reset at the moment";
    default: return "";
  }
}

std::string FailedAt(const ProbeAnswer& answer) {
  return fmt::format("{} failed with {}", StepWord(answer.step),
                     AnswerWord(answer.error));
}

std::string RegionWord(const ProbeRegion& region) {
  std::string name =
      region.index == 6 ? "the ROM" : fmt::format("BAR {}", region.index);
  if (region.size == 0) return name + " (there is none)";
  return fmt::format("{} ({})", name, SizeText(region.size));
}

}  // namespace

std::string AnswerWord(int error) {
  if (error == 0) return "ok";
  std::string_view name = ErrnoName(error);
  return name.empty() ? fmt::format("errno {}", error) : std::string(name);
}

std::string ObstacleSentence(const Judgement& judgement,
                             const ProbeTarget& target) {
  const FunctionRecord& record = *judgement.topology[target.function].record;
  switch (*target.obstacle) {
    case ProbeObstacle::kNotVfio:
      return fmt::format("{}: not VFIO's, and probe never rebinds",
                         DriverPhrase(record));
    case ProbeObstacle::kGroupUnknown:
      return "who else is in its IOMMU group could not be read";
    case ProbeObstacle::kNoGroup:
      return "it is in no IOMMU group; noiommu taints the kernel and is not "
             "asked";
    case ProbeObstacle::kGroupHasOther:
    case ProbeObstacle::kMemberUnknown: return MemberPhrase(judgement, target);
    case ProbeObstacle::kHasVfs:
      return "it has, or may have, virtual functions, which its reset would "
             "take down";
    case ProbeObstacle::kRegionsUnknown:
      return "its BARs could not be read from sysfs";
    case ProbeObstacle::kPageSizeUnknown:
      return "the size of a page could not be read";
    case ProbeObstacle::kInUse:
      return "a process has it, or another function of its group, open";
    case ProbeObstacle::kNoNode:
      return "the kernel offers no node to open it by, neither a VFIO cdev "
             "with iommufd nor its group with a container";
    case ProbeObstacle::kDenied: return "no right to open it; root can";
    case ProbeObstacle::kRefused: return "the kernel did not open it";
  }
  return "";
}

std::string ObstacleSentence(const Judgement& judgement,
                             const ProbeTarget& target,
                             const ProbeAnswer& answer) {
  ProbeTarget met = target;
  met.obstacle = answer.obstacle;
  std::string sentence = ObstacleSentence(judgement, met);
  if (answer.error == 0) return sentence;
  sentence += fmt::format(" ({})", FailedAt(answer));
  if (answer.obstacle == ProbeObstacle::kRefused)
    sentence += RefusalMeaning(answer.error);
  return sentence;
}

std::string StepPhrase(const ProbeComparison& compared) {
  std::string phrase(StepWord(compared.step));
  if (compared.region) phrase += " of " + RegionWord(*compared.region);
  return phrase;
}

std::string DifferenceSentence(const Judgement& judgement,
                               const ProbeComparison& compared) {
  return fmt::format("{}: {}: the kernel says {}, predicted was {}",
                     ToString(judgement.topology[compared.function].address),
                     StepPhrase(compared), AnswerWord(compared.answered),
                     PredictionWord(compared.predicted));
}

std::string PredictionWord(const StepVerdict& predicted) {
  if (predicted.answer() == Ternary::kYes) return "ok";
  auto error = predicted.error();
  std::string word = predicted.answer() == Ternary::kUnknown ? "?"
                     : error ? AnswerWord(*error)
                             : "refused";
  const StepReason* reason = DecidingReason(predicted);
  return reason ? fmt::format("{} ({})", word, DmabufRuleName(reason->rule))
                : word;
}

}  // namespace p2pcheck
