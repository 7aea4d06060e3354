// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/clique_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>

#include "fabric/cliques.h"
#include "fabric/fabric.h"
#include "report/json_writer.h"
#include "report/pair_judge.h"
#include "report/sentences.h"
#include "report/text.h"
#include "report/verdict_json.h"

namespace p2pcheck {
namespace {

// Which pairs are allowed for sure, perhaps, and direct for sure; both ways.
struct PairBits {
  explicit PairBits(size_t devices)
      : surely(devices), possibly(devices), direct(devices) {}

  void Note(size_t i, size_t j, MapTypeSet possible) {
    if (!possible.Has(MapType::kNotSupported)) surely.Set(i, j);
    if (possible != MapTypeSet(MapType::kNotSupported)) possibly.Set(i, j);
    if (possible == MapTypeSet(MapType::kBusAddr)) direct.Set(i, j);
  }

  BitSquare surely, possibly, direct;
};

// The outcomes of one provider after the other, by the fabric core: Decide
// would take minutes for the pairs of 13,000 functions.
PairBits BitsOf(const Judgement& judgement, PeerSets* sets) {
  const std::vector<FunctionIndex>& devices = sets->devices;
  PairJudge judge(judgement);
  const Fabric& fabric = judge.fabric();
  std::vector<uint8_t> row(fabric.size());
  PairBits bits(devices.size());
  for (size_t i = 0; i < devices.size(); ++i) {
    FabricIndex provider = fabric.PositionOf(devices[i]);
    fabric.Outcomes({provider, provider + 1}, fabric.All(), row.data());
    for (size_t j = 0; j < devices.size(); ++j) {
      if (i == j) continue;
      auto possible = MapTypeSet::FromBits(row[fabric.PositionOf(devices[j])]);
      judge.Hold(devices[i], devices[j], possible);
      sets->tally.Count(possible);
      bits.Note(i, j, possible);
    }
  }
  bits.surely.KeepMutual();
  bits.possibly.KeepMutual();
  bits.direct.KeepMutual();
  return bits;
}

bool AllSet(const BitSquare& square, const std::vector<uint32_t>& members) {
  for (uint32_t a : members)
    for (uint32_t b : members)
      if (a != b && !square.Get(a, b)) return false;
  return true;
}

std::vector<PeerSet> SetsOf(const PeerSets& sets, const CliqueList& list,
                            const BitSquare& direct) {
  std::vector<PeerSet> out;
  for (const auto& clique : list.cliques) {
    PeerSet set;
    set.direct = AllSet(direct, clique);
    for (uint32_t i : clique) set.members.push_back(sets.devices[i]);
    out.push_back(std::move(set));
  }
  return out;
}

std::vector<FunctionIndex> AloneIn(const PeerSets& sets,
                                   const BitSquare& surely) {
  std::vector<FunctionIndex> alone;
  for (size_t i = 0; i < surely.size(); ++i)
    if (std::all_of(surely.row(i), surely.row(i) + surely.words(),
                    [](uint64_t word) { return word == 0; }))
      alone.push_back(sets.devices[i]);
  return alone;
}

}  // namespace

PeerSets FindPeerSets(const Judgement& judgement,
                      const std::vector<FunctionIndex>& devices, size_t most) {
  PeerSets sets;
  sets.devices = devices;
  PairBits bits = BitsOf(judgement, &sets);
  CliqueList surely = MaximalCliques(bits.surely, most);
  sets.surely = SetsOf(sets, surely, bits.direct);
  sets.complete = surely.complete;
  sets.alone = AloneIn(sets, bits.surely);
  if (bits.possibly == bits.surely) return sets;
  CliqueList possibly = MaximalCliques(bits.possibly, most);
  sets.possibly = SetsOf(sets, possibly, bits.direct);
  sets.complete &= possibly.complete;
  return sets;
}

namespace {

// Devices of a set that a line each is given.
constexpr size_t kMostMembers = 64;

std::string SetTitle(size_t number, const PeerSet& set) {
  return fmt::format("set {}: {} devices, {}", number, set.members.size(),
                     set.direct
                         ? "every pair direct"
                         : "pairs by way of the root complex among them");
}

void WriteSetsText(const Judgement& judgement, std::string_view title,
                   const std::vector<PeerSet>& sets, const TextStyle& style,
                   std::ostream& out) {
  out << Painted(title, Paint::kHead, style) << "\n";
  if (sets.empty()) out << "  none\n";
  for (size_t i = 0; i < sets.size(); ++i) {
    const std::vector<FunctionIndex>& members = sets[i].members;
    out << "  " << SetTitle(i + 1, sets[i]) << "\n";
    size_t shown = std::min(members.size(), kMostMembers);
    for (size_t m = 0; m < shown; ++m)
      for (const std::string& line :
           Wrapped("    ", "      ", DevicePhrase(judgement, members[m]),
                   style.width))
        out << line << "\n";
    if (shown < members.size())
      out << "    and " << members.size() - shown
          << " more (--tsv has all of them)\n";
  }
}

}  // namespace

void WriteCliquesText(const Judgement& judgement, const PeerSets& sets,
                      const TextStyle& style, std::ostream& out) {
  out << "sets of devices that may all reach each other; kernel "
      << KernelPhrase(judgement) << "\n\n";
  bool differ = !sets.possibly.empty();
  WriteSetsText(judgement, differ ? "surely" : "sets", sets.surely, style, out);
  if (differ) {
    out << "\n";
    WriteSetsText(judgement, "possibly: as far as is known", sets.possibly,
                  style, out);
  }
  if (!sets.alone.empty()) {
    out << "\n";
    WriteLabelled("alone",
                  fmt::format("{} of {} devices: {}", sets.alone.size(),
                              sets.devices.size(),
                              JoinedAddresses(judgement, sets.alone, 8)),
                  style, out);
  }
  if (!sets.complete)
    WriteLabelled(
        "note",
        fmt::format("there are more sets than {}: these are the first "
                    "that were found, not the largest",
                    kMostSets),
        style, out);
}

namespace {

void WriteSetsTsv(const Judgement& judgement, std::string_view certainty,
                  const std::vector<PeerSet>& sets, std::ostream& out) {
  fmt::memory_buffer line;
  for (size_t i = 0; i < sets.size(); ++i)
    for (FunctionIndex member : sets[i].members) {
      line.clear();
      fmt::format_to(std::back_inserter(line), "{}\t{}\t{}\t{}\t{}\n",
                     certainty, i + 1, sets[i].members.size(),
                     sets[i].direct ? "yes" : "no",
                     ToString(judgement.topology[member].address));
      out.write(line.data(), static_cast<std::streamsize>(line.size()));
    }
}

void WriteSetsJson(const Judgement& judgement, std::string_view key,
                   const std::vector<PeerSet>& sets, JsonWriter& json) {
  json.Key(key).BeginArray();
  for (const PeerSet& set : sets) {
    json.BeginObject().Field("direct", set.direct);
    WriteAddresses("devices", judgement, set.members, json);
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace

void WriteCliquesTsv(const Judgement& judgement, const PeerSets& sets,
                     std::ostream& out) {
  out << "certainty\tset\tsize\tdirect\tdevice\n";
  WriteSetsTsv(judgement, "surely", sets.surely, out);
  WriteSetsTsv(judgement, "possibly", sets.possibly, out);
}

void WriteCliquesJson(const Judgement& judgement, const PeerSets& sets,
                      std::ostream& out) {
  JsonWriter json(out);
  BeginDocument(judgement, "p2pcheck.cliques/1", json);
  WriteAddresses("devices", judgement, sets.devices, json);
  WriteSetsJson(judgement, "surely", sets.surely, json);
  // The same as "surely" where no pair is undecided.
  WriteSetsJson(judgement, "possibly",
                sets.possibly.empty() ? sets.surely : sets.possibly, json);
  json.Field("complete", sets.complete);
  WriteAddresses("alone", judgement, sets.alone, json);
  json.EndObject();
}

}  // namespace p2pcheck
