// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/html_pairs.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "report/advice_report.h"
#include "report/host_report.h"
#include "report/pair_judge.h"
#include "report/pair_report.h"
#include "report/sentences.h"
#include "report/speed_words.h"

namespace p2pcheck {
namespace {

// Pieces of advice times functions: what their costs may take, some seconds
// of a release build.
constexpr size_t kCostBudget = 200'000;

// Where the kinds that pair are missing, whatever is no bridge.
void ChooseDevices(const Judgement& judgement,
                   const std::vector<PairClass>& classes, PagePairs* page) {
  page->devices = PairingDevices(judgement);
  page->devices_are = "gpu, nic, nvme and accelerator";
  bool peers = page->devices.size() >= 2;
  if (!peers) {
    page->devices.clear();
    page->devices_are = "functions that are no bridge";
    for (FunctionIndex i = 0; i < judgement.kinds.size(); ++i)
      if (judgement.kinds[i] != DeviceKind::kBridge) page->devices.push_back(i);
  }
  for (const PairClass& c : classes)
    if (peers ? IsPeerClass(c) : c.relation != PairRelation::kItself)
      page->classes.push_back(c);
}

// Leaves the first virtual function of each device.
void LeaveOutVirtual(const Topology& topology, PagePairs* page) {
  std::set<PciAddress> seen;
  auto last = std::remove_if(
      page->devices.begin(), page->devices.end(), [&](FunctionIndex i) {
        const auto& physfn = topology[i].physfn;
        return physfn.known() && !seen.insert(physfn.value()).second;
      });
  page->left_out = static_cast<size_t>(page->devices.end() - last);
  page->devices.erase(last, page->devices.end());
}

bool GoesOverTheTop(const Topology& topology, const Verdict& verdict) {
  if (verdict.provider == verdict.client) return false;
  if (!topology[verdict.provider].placed() ||
      !topology[verdict.client].placed())
    return false;
  Route route = FindRoute(topology, verdict.provider, verdict.client,
                          TlpKind::kUntranslatedRequest);
  return (route.possible & (Only(RouteOutcome::kRedirected) |
                            Only(RouteOutcome::kRootComplex))) != 0;
}

class PairsMaker {
 public:
  PairsMaker(const Judgement& judgement, PagePairs* page)
      : judgement_(judgement),
        judge_(judgement),
        ways_(judgement),
        page_(page),
        budget_(kCostBudget / std::max<size_t>(judgement.kinds.size(), 1)) {}

  void Add(FunctionIndex provider, FunctionIndex client) {
    Verdict verdict = judge_.Decide(provider, client);
    PagePair pair;
    pair.provider = provider;
    pair.client = client;
    pair.possible = verdict.possible;
    pair.distance = verdict.distance;
    pair.over_the_top = GoesOverTheTop(judgement_.topology, verdict);
    pair.lines = page_->texts.Add(LinesOf(verdict));
    pair.advice = AdviceOf(verdict);
    page_->pairs.push_back(std::move(pair));
  }

 private:
  Lines LinesOf(const Verdict& verdict) const {
    Lines lines = {{"verdict", PairHeadline(judgement_, verdict)}};
    for (Line& line : WhyLines(judgement_, verdict))
      lines.push_back(std::move(line));
    for (Line& line : ways_.LinesOf(verdict)) lines.push_back(std::move(line));
    return lines;
  }

  // To be allowed, where the pair is not or may not be; else to be direct.
  std::optional<uint32_t> AdviceOf(const Verdict& verdict) {
    if (verdict.provider == verdict.client ||
        verdict.possible == MapType::kBusAddr)
      return std::nullopt;
    bool allowed = !verdict.possible.Has(MapType::kNotSupported);
    AdviceGoal goal = allowed ? AdviceGoal::kDirect : AdviceGoal::kAllowed;
    auto [first, second] = std::minmax(verdict.provider, verdict.client);
    auto key = std::pair(std::pair(first, second), goal);
    auto known = by_pair_.find(key);
    if (known != by_pair_.end()) return known->second;
    uint32_t number =
        NumberOf(MakeAdviceAlone(judgement_, first, second, goal));
    by_pair_.emplace(key, number);
    return number;
  }

  uint32_t NumberOf(AdviceReport report) {
    auto [at, added] = situations_.try_emplace(SituationOf(report), 0);
    if (!added) return at->second;
    bool wanted = WantsCosts(report);
    if (wanted && priced_++ < budget_) AddCosts(judgement_, &report);
    bool direct = report.goal == AdviceGoal::kDirect;
    Lines lines = {{"wish", direct ? "to go direct" : "to be allowed"}};
    for (Line& line : AdviceLines(judgement_, report))
      lines.push_back(std::move(line));
    if (wanted && !report.costs_asked)
      lines.push_back({"cost", "p2pcheck advise PROVIDER CLIENT tells it"});
    at->second = static_cast<uint32_t>(page_->advice.size());
    page_->advice.push_back(page_->texts.Add(lines));
    return at->second;
  }

  // Where something is to be changed, or another kernel may help.
  static bool WantsCosts(const AdviceReport& report) {
    return !report.advice.changes.empty() ||
           (report.advice.obstacle == AdviceObstacle::kNoCommonBridge &&
            report.goal == AdviceGoal::kAllowed);
  }

  // Pairs for which all of it reads the same: what is changed; and where
  // nothing but another kernel helps, which two host bridges they are of.
  std::vector<uint32_t> SituationOf(const AdviceReport& report) const {
    const Advice& advice = report.advice;
    std::vector<uint32_t> key = {static_cast<uint32_t>(report.goal),
                                 static_cast<uint32_t>(advice.obstacle),
                                 advice.after.bits()};
    if (WantsCosts(report) && advice.changes.empty()) {
      key.push_back(judgement_.topology[report.provider].host_bridge);
      key.push_back(judgement_.topology[report.client].host_bridge);
    }
    for (const PortChange& change : advice.changes) {
      key.push_back(change.port);
      key.push_back(change.clear);
    }
    key.insert(key.end(), advice.unreadable.begin(), advice.unreadable.end());
    return key;
  }

  const Judgement& judgement_;
  PairJudge judge_;
  WayWriter ways_;
  PagePairs* page_;
  size_t budget_, priced_ = 0;
  std::map<std::pair<std::pair<FunctionIndex, FunctionIndex>, AdviceGoal>,
           uint32_t>
      by_pair_;
  std::map<std::vector<uint32_t>, uint32_t> situations_;
};

void WriteNumbers(const std::vector<uint32_t>& numbers, JsonWriter& json) {
  json.BeginArray();
  for (uint32_t number : numbers) json.Number(number);
  json.EndArray();
}

void WritePair(const PagePair& pair, JsonWriter& json) {
  json.BeginArray().Number(pair.provider).Number(pair.client);
  json.Number(pair.possible.bits());
  json.Number(pair.distance ? int64_t{*pair.distance} : -1);
  json.Number(pair.over_the_top ? 1 : 0);
  json.Number(pair.advice ? int64_t{*pair.advice} : -1);
  WriteNumbers(pair.lines, json);
  json.EndArray();
}

}  // namespace

PagePairs JudgePagePairs(const Judgement& judgement,
                         const std::vector<PairClass>& classes) {
  PagePairs page(judgement.topology);
  ChooseDevices(judgement, classes, &page);
  PairsMaker maker(judgement, &page);
  if (page.devices.size() > kMostMatrixDevices)
    LeaveOutVirtual(judgement.topology, &page);
  if (page.devices.size() > kMostMatrixDevices) {
    page.devices.clear();
    for (const PairClass& c : page.classes) maker.Add(c.provider, c.client);
  }
  for (FunctionIndex provider : page.devices)
    for (FunctionIndex client : page.devices) maker.Add(provider, client);
  return page;
}

void WritePagePairs(const PagePairs& page, JsonWriter& json) {
  json.Key("devices");
  WriteNumbers(page.devices, json);
  json.Key("outcomes").BeginArray();
  for (uint8_t bits = 0; bits < 8; ++bits)
    json.String(OutcomePhrase(MapTypeSet::FromBits(bits)));
  json.EndArray();
  page.texts.Write(json);
  json.Key("advice").BeginArray();
  for (const auto& lines : page.advice) WriteNumbers(lines, json);
  json.EndArray().Key("pairs").BeginArray();
  for (const PagePair& pair : page.pairs) WritePair(pair, json);
  json.EndArray();
}

}  // namespace p2pcheck
