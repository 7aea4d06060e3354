// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/matrix.h"

#include <fmt/format.h>

#include <iterator>
#include <string>

#include "fabric/path_level.h"
#include "report/json_writer.h"
#include "report/pair_judge.h"
#include "report/path_words.h"
#include "report/sentences.h"
#include "report/text.h"
#include "report/verdict_json.h"

namespace p2pcheck {
namespace {

std::string PossibleText(MapTypeSet set) {
  std::string text;
  for (MapType type : kMapTypes) {
    if (!set.Has(type)) continue;
    if (!text.empty()) text += '|';
    text += MapTypeName(type);
  }
  return text;
}

std::vector<std::string> AddressTexts(const Judgement& judgement) {
  std::vector<std::string> texts;
  for (const Function& f : judgement.topology.functions())
    texts.push_back(ToString(f.address));
  return texts;
}

void WriteLegend(const std::vector<FunctionIndex>& devices,
                 const Judgement& judgement, const TextStyle& style,
                 std::ostream& out) {
  TextTable table;
  for (size_t i = 0; i < devices.size(); ++i)
    table.AddRow({fmt::format("{}", i),
                  std::string(DeviceKindName(judgement.kinds[devices[i]])),
                  DevicePhrase(judgement, devices[i])});
  table.Write(2, style, out);
}

// A square that is wider than the terminal comes in blocks of columns.
template <class Write>
void ForEachBlock(size_t devices, const TextStyle& style, Write write) {
  size_t columns = std::max<size_t>(style.width, 40) / 5 - 2;
  for (size_t begin = 0; begin < devices; begin += columns)
    write(begin, std::min(begin + columns, devices));
}

void WriteSquareHead(size_t begin, size_t end, std::ostream& out) {
  std::string head(6, ' ');
  for (size_t i = begin; i < end; ++i) head += fmt::format("{:>5}", i);
  out << head << "\n";
}

void WritePathSquare(const Judgement& judgement,
                     const std::vector<FunctionIndex>& devices,
                     const TextStyle& style, std::ostream& out) {
  const Topology& topology = judgement.topology;
  ForEachBlock(devices.size(), style, [&](size_t begin, size_t end) {
    WriteSquareHead(begin, end, out);
    for (size_t row = 0; row < devices.size(); ++row) {
      out << fmt::format("{:>6}", row);
      for (size_t i = begin; i < end; ++i)
        out << fmt::format(
            "{:>5}", PathWord(PathLevelOf(topology, devices[row], devices[i])));
      out << "\n";
    }
    out << "\n";
  });
  WriteLabelled("paths", PathLegend(), style, out);
  out << "\n";
}

}  // namespace

void MatrixTally::Count(MapTypeSet possible) {
  if (!possible.Has(MapType::kNotSupported))
    ++allowed;
  else if (possible.decided())
    ++refused;
  else
    ++undecided;
}

MatrixTally WriteMatrixTsv(const Judgement& judgement,
                           const std::vector<FunctionIndex>& devices,
                           bool paths, std::ostream& out) {
  MatrixTally tally;
  PairJudge judge(judgement);
  std::vector<std::string> names = AddressTexts(judgement);
  out << "provider\tclient\tmap_type\tdistance\tpossible"
      << (paths ? "\tpath\n" : "\n");
  fmt::memory_buffer line;
  for (FunctionIndex provider : devices) {
    line.clear();
    for (FunctionIndex client : devices) {
      PairScore score = judge.Score(provider, client);
      tally.Count(score.possible);
      std::string possible = PossibleText(score.possible);
      fmt::format_to(std::back_inserter(line), "{}\t{}\t{}\t", names[provider],
                     names[client], score.possible.decided() ? possible : "?");
      if (score.distance)
        fmt::format_to(std::back_inserter(line), "{}", *score.distance);
      else
        line.push_back('-');
      fmt::format_to(std::back_inserter(line), "\t{}", possible);
      if (paths)
        fmt::format_to(
            std::back_inserter(line), "\t{}",
            PathWord(PathLevelOf(judgement.topology, provider, client)));
      line.push_back('\n');
    }
    out.write(line.data(), static_cast<std::streamsize>(line.size()));
  }
  return tally;
}

MatrixTally WriteMatrixText(const Judgement& judgement,
                            const std::vector<FunctionIndex>& devices,
                            bool paths, const TextStyle& style,
                            std::ostream& out) {
  MatrixTally tally;
  PairJudge judge(judgement);
  out << "rows are providers, columns clients; kernel "
      << KernelPhrase(judgement) << "\n\n";
  ForEachBlock(devices.size(), style, [&](size_t begin, size_t end) {
    WriteSquareHead(begin, end, out);
    for (size_t row = 0; row < devices.size(); ++row) {
      out << fmt::format("{:>6}", row);
      for (size_t column = begin; column < end; ++column) {
        MapTypeSet possible =
            judge.Score(devices[row], devices[column]).possible;
        tally.Count(possible);
        std::string cell = OutcomeWord(possible);
        out << std::string(5 - cell.size(), ' ')
            << Painted(cell, PaintOf(possible), style);
      }
      out << "\n";
    }
    out << "\n";
  });
  if (paths) WritePathSquare(judgement, devices, style, out);
  WriteLegend(devices, judgement, style, out);
  out << "\n  bus   direct, by bus address (BUS_ADDR)\n"
         "  thru  through the host bridge (THRU_HOST_BRIDGE)\n"
         "  yes   one of the two, which is not known\n"
         "  no    not allowed (NOT_SUPPORTED)\n"
         "  ?     undecided: p2pcheck pair PROVIDER CLIENT says why\n";
  return tally;
}

MatrixTally WriteMatrixJson(const Judgement& judgement,
                            const std::vector<FunctionIndex>& devices,
                            std::ostream& out) {
  MatrixTally tally;
  PairJudge judge(judgement);
  JsonWriter json(out);
  BeginDocument(judgement, "p2pcheck.matrix/1", json);
  json.Key("devices").BeginArray();
  for (FunctionIndex i : devices)
    json.String(ToString(judgement.topology[i].address));
  json.EndArray();
  json.Key("verdicts").BeginArray();
  for (FunctionIndex provider : devices) {
    for (FunctionIndex client : devices) {
      Verdict verdict = judge.Decide(provider, client);
      tally.Count(verdict.possible);
      WriteVerdict(judgement, verdict, json);
    }
  }
  json.EndArray().Key("paths").BeginArray();
  for (FunctionIndex a : devices) {
    json.BeginArray();
    for (FunctionIndex b : devices)
      WritePathWord(PathLevelOf(judgement.topology, a, b), json);
    json.EndArray();
  }
  json.EndArray().EndObject();
  return tally;
}

}  // namespace p2pcheck
