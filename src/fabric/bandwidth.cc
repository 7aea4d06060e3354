// SPDX-License-Identifier: GPL-2.0-or-later
//
// How many bytes a second a link lets through.
//
// The line rate is speed x lanes / 8 after the line code (PCIe 7.0, 4.2):
//
//     2.5, 5 GT/s      8b/10b       8/10
//     8, 16, 32 GT/s   128b/130b    128/130
//     64, 128 GT/s     PAM4, 1b/1b  no line code, but flits of 256 bytes, of
//                                   which CRC takes 8 and FEC 6: 242/256
//
// Of it, payload has the share payload / (payload + overhead).  Without flits
// a TLP costs 28 bytes: header of 4 DW with a 64-bit address (16), LCRC (4),
// framing and sequence number (4: STP, 2, END with 8b/10b; one STP token with
// 128b/130b), and one DW of digest or prefix.  28 symbols is the constant
// "TLPOverhead" with which the specification computes its own time limits
// (PCIe 3.0, 3.5.2.1).  Without digest and prefix 4 bytes less are used, which
// at 256 bytes of payload is 1.4 percent.
//
// Against the payload run an Ack and an UpdateFC of 8 bytes each (6, and 2 of
// framing) for the traffic of the other way.  How many TLPs share them is the
// AckFactor of the same chapter's table, which is the UpdateFactor of 2.6.1.2
// too: 1.4 to x4, 2.5 at x8, 3 from x12 with payloads up to 256 bytes; 1 to x8
// and 2 from x12 with larger ones.
//
// In Flit Mode neither is there: a flit has 236 bytes of TLPs and 6 in which
// the data link layer says everything (PCIe 6.0, 4.2.3), a header its 16.
//
// Gen4 x16 with 256 bytes: 31.5 GB/s and 27.9 GB/s of payload; measured by
// peers 27.1 to 28.0.  Gen5 x16: 63.0 and 55.8; measured 52.7 to 56.6.  Left
// out: SKP ordered sets (0.3 percent), replays, and whatever the devices do.
#include "fabric/bandwidth.h"

#include <algorithm>
#include <set>

namespace p2pcheck {
namespace {

constexpr uint16_t kFlitSpeed = 640;
constexpr uint32_t kTlpOverhead = 28, kFlitTlpOverhead = 16;
constexpr uint32_t kAckAndUpdate = 16;

bool Flits(const LinkTraining& link) {
  return link.flit || link.speed >= kFlitSpeed;
}

// In tenths.
uint32_t AckFactor(uint8_t lanes, uint16_t payload) {
  if (payload > 256) return lanes < 12 ? 10 : 20;
  if (lanes < 8) return 14;
  return lanes < 12 ? 25 : 30;
}

}  // namespace

uint64_t LineRate(const LinkTraining& link) {
  // Tenths of GT/s are 12.5 MB/s a lane.
  uint64_t rate = uint64_t{link.speed} * 12'500'000 * link.lanes;
  if (link.speed <= 50)
    rate = rate * 8 / 10;
  else if (link.speed < kFlitSpeed)
    rate = rate * 128 / 130;
  return Flits(link) ? rate * 242 / 256 : rate;
}

uint64_t PayloadRate(const LinkTraining& link, uint16_t payload) {
  uint64_t line = LineRate(link);
  if (Flits(link))
    return line / 242 * 236 * payload / (payload + kFlitTlpOverhead);
  // In tenths of a byte times the factor, to stay with whole numbers.
  uint32_t factor = AckFactor(link.lanes, payload);
  uint64_t spent = uint64_t{payload + kTlpOverhead} * factor;
  return line * payload / (spent + kAckAndUpdate * 10) * factor;
}

namespace {

template <class T>
Observed<T> FirstKnown(const Observed<T>& first, const Function& function,
                       Observed<T> ExpressCapability::*field) {
  if (first.known() || !function.express.known()) return first;
  return function.express.value().*field;
}

}  // namespace

LinkFacts LinkFactsOf(const Function& f) {
  const FunctionRecord& record = *f.record;
  using Express = ExpressCapability;
  LinkFacts facts;
  facts.speed =
      FirstKnown(record.current_link_speed, f, &Express::current_speed);
  facts.width =
      FirstKnown(record.current_link_width, f, &Express::current_width);
  facts.max_speed = FirstKnown(record.max_link_speed, f, &Express::max_speed);
  facts.max_width = FirstKnown(record.max_link_width, f, &Express::max_width);
  return facts;
}

namespace {

// The physical function of a virtual one; kNoIndex where it was not read.
FunctionIndex PhysicalOf(const Topology& topology, FunctionIndex i) {
  const Observed<PciAddress>& physfn = topology[i].physfn;
  return physfn.known() ? topology.Find(physfn.value()) : i;
}

HopKind KindBelow(PortType parent) {
  switch (parent) {
    case PortType::kRootPort:
    case PortType::kDownstreamPort:
    case PortType::kPciToPcieBridge: return HopKind::kLink;
    case PortType::kUpstreamPort: return HopKind::kNoLink;
    case PortType::kPcieToPciBridge: return HopKind::kConventional;
    default: return HopKind::kUnknown;
  }
}

HopKind KindAbove(PortType child) {
  switch (child) {
    case PortType::kDownstreamPort: return HopKind::kNoLink;
    case PortType::kEndpoint:
    case PortType::kLegacyEndpoint:
    case PortType::kUpstreamPort:
    case PortType::kPcieToPciBridge: return HopKind::kLink;
    default: return HopKind::kUnknown;
  }
}

// Where neither says what it is (a user's view): a device that is no bridge
// and shows a link has it above, and so has a bridge below a Root Port.
HopKind KindByLink(const Function& child, const Function& parent) {
  bool has_link = LinkFactsOf(child).speed.known();
  bool above = !child.is_bridge || parent.on_root_bus();
  return has_link && above ? HopKind::kLink : HopKind::kUnknown;
}

HopKind KindOfHop(const Function& child, const Function& parent) {
  return parent.kernel_type.Match(
      KindBelow, [] { return HopKind::kConventional; },
      [&](ReadFailure) {
        return child.kernel_type.Match(
            KindAbove, [] { return HopKind::kConventional; },
            [&](ReadFailure) { return KindByLink(child, parent); });
      });
}

// The smaller of what is known; none where neither is, or it is nothing.
template <class T>
std::optional<T> Smaller(const Observed<T>& a, const Observed<T>& b) {
  std::optional<T> out;
  for (const Observed<T>* one : {&a, &b})
    if (one->known() && one->value() > 0 && (!out || one->value() < *out))
      out = one->value();
  return out;
}

std::optional<bool> FlitMode(const Function* f, const LinkFacts& facts) {
  if (f && f->express.known() && f->express.value().flit_mode.known())
    return f->express.value().flit_mode.value();
  if (facts.max_speed.known() && facts.max_speed.value() < kFlitSpeed)
    return false;
  return std::nullopt;
}

// One end of a link, or nothing known of it.
struct LinkEnd {
  explicit LinkEnd(const Function* function)
      : facts(function ? LinkFactsOf(*function) : LinkFacts{}),
        flit(FlitMode(function, facts)) {}
  LinkFacts facts;
  std::optional<bool> flit;
};

std::optional<LinkTraining> TrainedNow(const LinkEnd& a, const LinkEnd& b) {
  auto speed = Smaller(a.facts.speed, b.facts.speed);
  auto lanes = Smaller(a.facts.width, b.facts.width);
  if (!speed || !lanes) return std::nullopt;
  // Both ends are in the mode or neither: one that is not settles it.
  bool off = a.flit == false || b.flit == false;
  if (*speed >= kFlitSpeed) return LinkTraining{*speed, *lanes, true};
  if (!off && !a.flit && !b.flit) return std::nullopt;
  return LinkTraining{*speed, *lanes, !off};
}

std::optional<LinkTraining> TrainedAtMost(const LinkEnd& a, const LinkEnd& b) {
  if (!a.facts.max_speed.known() || !b.facts.max_speed.known() ||
      !a.facts.max_width.known() || !b.facts.max_width.known())
    return std::nullopt;
  auto speed = Smaller(a.facts.max_speed, b.facts.max_speed);
  auto lanes = Smaller(a.facts.max_width, b.facts.max_width);
  if (!speed || !lanes) return std::nullopt;
  return LinkTraining{*speed, *lanes, *speed >= kFlitSpeed};
}

Hop HopAbove(const Topology& topology, FunctionIndex i) {
  Hop hop;
  const Function& child = topology[i];
  if (!child.placed()) hop.kind = HopKind::kUnknown;
  if (child.upstream == kNoIndex) return hop;
  const Function& parent = topology[child.upstream];
  hop.kind = KindOfHop(child, parent);
  if (hop.kind != HopKind::kLink) return hop;
  FunctionIndex holder = PhysicalOf(topology, i);
  LinkEnd below(holder == kNoIndex ? nullptr : &topology[holder]);
  LinkEnd above(&parent);
  hop.now = TrainedNow(below, above);
  hop.best = TrainedAtMost(below, above);
  return hop;
}

Observed<uint16_t> PayloadSize(const Topology& topology, FunctionIndex i) {
  FunctionIndex holder = PhysicalOf(topology, i);
  if (holder == kNoIndex) return ReadFailure::kNotRecorded;
  const Observed<ExpressCapability>& express = topology[holder].express;
  if (express.known()) return express.value().max_payload;
  if (express.absent()) return Absent{};
  return express.failure();
}

}  // namespace

LinkTable::LinkTable(const Topology& topology) : topology_(&topology) {
  size_t count = topology.functions().size();
  hops_.reserve(count);
  payloads_.reserve(count);
  for (FunctionIndex i = 0; i < count; ++i) {
    hops_.push_back(HopAbove(topology, i));
    payloads_.push_back(PayloadSize(topology, i));
  }
}

std::optional<uint16_t> LinkTable::PayloadOf(FunctionIndex i) const {
  if (!payloads_[i].known()) return std::nullopt;
  return payloads_[i].value();
}

bool LinkTable::Sends(FunctionIndex i) const { return !payloads_[i].absent(); }

std::vector<uint32_t> DevicesBelow(const Topology& topology,
                                   const std::vector<FunctionIndex>& selected) {
  std::vector<uint32_t> below(topology.functions().size());
  std::set<PciAddress> counted;
  for (FunctionIndex i : selected) {
    FunctionIndex physical = PhysicalOf(topology, i);
    if (physical == kNoIndex) physical = i;
    PciAddress device = topology[physical].address;
    device.devfn &= 0xf8;  // Function 0 stands for the device.
    if (!counted.insert(device).second) continue;
    for (; physical != kNoIndex; physical = topology[physical].upstream)
      ++below[physical];
  }
  return below;
}

namespace {

class Narrowest {
 public:
  Narrowest(const LinkTable& links, Training training,
            const std::vector<uint32_t>& devices_below)
      : links_(links), training_(training), below_(devices_below) {}

  void AddFunction(FunctionIndex i) {
    if (!links_.Sends(i)) return;
    auto payload = links_.PayloadOf(i);
    if (!payload)
      AddOnce(i, &rate_.unknown_payloads);
    else if (!rate_.payload_size || *payload < *rate_.payload_size)
      rate_.payload_size = payload;
  }

  void AddHop(FunctionIndex a, FunctionIndex b) {
    const Topology& topology = links_.topology();
    FunctionIndex child = topology[a].upstream == b   ? a
                          : topology[b].upstream == a ? b
                                                      : kNoIndex;
    if (child == kNoIndex || a == b) return;  // Over the top.
    const Hop& hop = links_.Above(child);
    if (hop.kind == HopKind::kNoLink) return;
    const auto& trained = training_ == Training::kNow ? hop.now : hop.best;
    if (trained)
      AddLink(child, *trained);
    else
      AddOnce(child, &rate_.unknown_links);
  }

  PathRate Finish() {
    if (!rate_.unknown_payloads.empty()) rate_.payload_size.reset();
    if (rate_.unknown_links.empty() && !trained_.empty()) {
      rate_.line = line_;
      if (rate_.payload_size)
        for (const LinkTraining& link : trained_)
          Reduce(PayloadRate(link, *rate_.payload_size));
    }
    return std::move(rate_);
  }

 private:
  static void AddOnce(FunctionIndex i, std::vector<FunctionIndex>* list) {
    if (std::find(list->begin(), list->end(), i) == list->end())
      list->push_back(i);
  }

  void AddLink(FunctionIndex child, const LinkTraining& link) {
    trained_.push_back(link);
    uint64_t line = LineRate(link);
    FunctionIndex& best = rate_.narrowest;
    if (best != kNoIndex && !Narrower(line, child)) return;
    best = child;
    line_ = line;
  }

  // The same whichever way it is gone.
  bool Narrower(uint64_t line, FunctionIndex child) const {
    FunctionIndex best = rate_.narrowest;
    if (line != line_) return line < line_;
    if (below_[child] != below_[best]) return below_[child] > below_[best];
    return child < best;
  }

  void Reduce(uint64_t rate) {
    rate_.payload = rate_.payload ? std::min(*rate_.payload, rate) : rate;
  }

  const LinkTable& links_;
  Training training_;
  const std::vector<uint32_t>& below_;
  std::vector<LinkTraining> trained_;
  uint64_t line_ = 0;
  PathRate rate_;
};

}  // namespace

PathRate RateOf(const LinkTable& links,
                const std::vector<FunctionIndex>& visits, Training training,
                const std::vector<uint32_t>& devices_below) {
  Narrowest narrowest(links, training, devices_below);
  for (size_t i = 0; i < visits.size(); ++i) {
    narrowest.AddFunction(visits[i]);
    if (i > 0) narrowest.AddHop(visits[i - 1], visits[i]);
  }
  return narrowest.Finish();
}

}  // namespace p2pcheck
