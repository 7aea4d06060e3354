// SPDX-License-Identifier: GPL-2.0-or-later
//
// p2pcheck_our_answers [--rules FOLDER] SOURCE...: what we say about hosts that
// real kernels were asked about, for tests/kernel/compare.  "= SOURCE", then
//   P provider WORD...         a line of verdicts.txt (harness/fixture.py), "?"
//                              for an undecided type
//   L provider client PORTS    where ACS redirects
//   G function PUBLISHED PREDICTED AGREE    IOMMU groups, "-" for none
//   A function HAND KNOWN VALUE AGREE       ACS control after boot: the word at
//                              hand, which bits we know, what they are
//   W VENDOR DEVICE SAME OTHER    host bridges of our list, as bridge_list.txt
//                                 has the kernel's, where there is one
// QEMU's firmware leaves 0 in every ACS control word, so we are told so.
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "rules/host_bridge_table.h"
#include "source/source.h"
#include "support/judge.h"
#include "verdict/acs_boot.h"
#include "verdict/group_comparison.h"
#include "verdict/groups.h"

namespace p2pcheck {
namespace {

const FirmwareAcs kNothingLeft{{0, 0xffff}, {0, 0xffff}};

KernelQuestion Ask(const HostSnapshot& snapshot, const RuleBook& book) {
  KernelQuestion question = QuestionOf(snapshot);
  question.kernels = {book.For(KernelVersionOf(snapshot.host).value())};
  return question;
}

char Letter(MapTypeSet possible) {
  if (possible == kNot) return 'N';
  if (possible == kBus) return 'B';
  return possible == kThru ? 'H' : '?';
}

/// Words of a line; runs of equal ones as "word*count".
class Line {
 public:
  explicit Line(std::string start) : text_(std::move(start)) {}

  void Add(const std::string& word) {
    if (word != word_) Flush();
    word_ = word;
    ++count_;
  }

  std::string Finish() {
    Flush();
    return text_;
  }

 private:
  void Flush() {
    if (count_ > 0) text_ += " " + word_;
    if (count_ > 1) text_ += fmt::format("*{}", count_);
    count_ = 0;
  }

  std::string text_, word_;
  size_t count_ = 0;
};

/// Those whose devices the harness' module tries (module/bridge_list.c).
constexpr std::array<uint16_t, 12> kVendors = {0x8086, 0x1022, 0x1002, 0x1ae0,
                                               0x1d94, 0x1d17, 0x10de, 0x1014,
                                               0x177d, 0x19e5, 0x1b36, 0x1d0f};

std::string Listed(const TableLookup& lookup) {
  auto word = [](Ternary answer) {
    if (answer == Ternary::kUnknown) return "?";
    return answer == Ternary::kYes ? "1" : "0";
  };
  return fmt::format("{} {}", word(lookup.same_host_bridge),
                     word(lookup.other_host_bridge));
}

void PrintVendor(const RuleSet& rules, uint16_t vendor) {
  std::string lines;
  size_t count = 0;
  for (uint32_t id = 0; id <= 0xffff; ++id) {
    TableLookup lookup =
        LookUpHostBridge(rules, vendor, static_cast<uint16_t>(id));
    if (lookup.same_host_bridge == Ternary::kNo) continue;
    lines += fmt::format("W {:04x} {:04x} {}\n", vendor, id, Listed(lookup));
    ++count;
  }
  if (count > 0xffff)
    lines = fmt::format("W {:04x} * {}\n", vendor,
                        Listed(LookUpHostBridge(rules, vendor, 0)));
  fmt::print("{}", lines);
}

void PrintBridges(const RuleSet& rules, const std::string& source) {
  std::filesystem::path folder = std::filesystem::path(source).parent_path();
  if (!exists(folder / "bridge_list.txt")) return;
  for (uint16_t vendor : kVendors) PrintVendor(rules, vendor);
}

class Answers {
 public:
  Answers(const Host& host, const RuleBook& book)
      : host_(host), book_(book), question_(Ask(host.snapshot(), book)) {}

  const RuleSet& rules() const { return question_.kernels[0]; }

  void Print() {
    ForEachFunction([this](FunctionIndex i) { PrintVerdicts(i); });
    PrintGroups();
    KernelBoot boot = RunningKernel(host_.snapshot(), book_);
    ForEachFunction([&](FunctionIndex i) { PrintAcs(boot, i); });
  }

 private:
  template <class Act>
  void ForEachFunction(Act act) {
    for (FunctionIndex i = 0; i < topology().functions().size(); ++i) act(i);
  }

  const Topology& topology() const { return host_.topology(); }
  std::string Name(FunctionIndex i) const {
    return ToString(topology()[i].address);
  }

  void PrintVerdicts(FunctionIndex provider) {
    Line line("P " + Name(provider));
    std::string lists;
    ForEachFunction([&](FunctionIndex client) {
      Verdict verdict =
          Decide(topology(), question_, host_.cpu(), provider, client);
      line.Add(fmt::format("{}{}", Letter(verdict.possible),
                           verdict.distance.value_or(0)));
      if (!verdict.acs_redirect.empty())
        lists += fmt::format("L {} {} {}\n", Name(provider), Name(client),
                             AcsList(host_, verdict));
    });
    fmt::print("{}\n{}", line.Finish(), lists);
  }

  static std::string GroupName(uint32_t group) {
    return group == kNoIndex ? "-" : fmt::format("{}", group);
  }

  void PrintGroups() {
    const GroupRules& rules = *question_.kernels[0].groups;
    GroupPrediction predicted = PredictGroups(topology(), rules);
    GroupComparison compared = CompareGroups(topology(), rules, predicted);
    for (FunctionIndex i = 0; i < compared.agree.size(); ++i) {
      const auto& published = topology()[i].record->iommu_group;
      fmt::print("G {} {} {} {}\n", Name(i),
                 GroupName(published.value_or(kNoIndex)),
                 GroupName(predicted.surely[i]), YesNo(compared.agree[i]));
    }
  }

  void PrintAcs(const KernelBoot& boot, FunctionIndex i) {
    if (!topology()[i].acs.known()) return;
    AcsBits bits =
        PredictAcs(topology(), boot, i, kNothingLeft).value().control;
    fmt::print("A {} {:#06x} {:#06x} {:#06x} {}\n", Name(i),
               topology()[i].acs.value().control, bits.known, bits.value,
               YesNo(CompareWithLive(topology(), boot, i).agrees));
  }

  static const char* YesNo(Ternary agrees) {
    return agrees == Ternary::kYes ? "yes" : "no";
  }

  const Host& host_;
  const RuleBook& book_;
  KernelQuestion question_;
};

void PrintAll(const std::vector<std::string>& sources, const RuleBook& book) {
  for (const std::string& source : sources) {
    fmt::print("= {}\n", source);
    Host host(ReadSource(source, {}));
    Answers answers(host, book);
    answers.Print();
    PrintBridges(answers.rules(), source);
  }
}

}  // namespace
}  // namespace p2pcheck

int main(int argc, char** argv) {
  using p2pcheck::RuleBook;
  std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() < 2 || words[0] != "--rules") {
    p2pcheck::PrintAll(words, RuleBook::Embedded());
    return 0;
  }
  RuleBook book = RuleBook::Load(words[1]);
  p2pcheck::PrintAll({words.begin() + 2, words.end()}, book);
}
