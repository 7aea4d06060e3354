// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/devices.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "base/input_error.h"
#include "report/sentences.h"

namespace p2pcheck {
namespace {

constexpr size_t kMaxCandidates = 16;

using Predicate = std::function<bool(FunctionIndex)>;

std::vector<FunctionIndex> Filter(const Judgement& judgement,
                                  const Predicate& wanted) {
  std::vector<FunctionIndex> found;
  for (FunctionIndex i = 0; i < judgement.topology.functions().size(); ++i)
    if (wanted(i)) found.push_back(i);
  return found;
}

// "10de:2330"
struct IdPair {
  uint16_t vendor, device;
};

std::optional<IdPair> ParseIds(const std::string& word) {
  if (word.size() != 9 || word[4] != ':') return std::nullopt;
  if (word.find_first_not_of("0123456789abcdefABCDEF:") != std::string::npos)
    return std::nullopt;
  if (word.find(':', 5) != std::string::npos) return std::nullopt;
  return IdPair{
      static_cast<uint16_t>(std::stoul(word.substr(0, 4), nullptr, 16)),
      static_cast<uint16_t>(std::stoul(word.substr(5), nullptr, 16))};
}

// An address without a domain means every domain that has it.
std::optional<Predicate> ByAddress(const Judgement& judgement,
                                   const std::string& word) {
  const auto& functions = judgement.topology.functions();
  if (auto address = ParsePciAddress(word))
    return [&functions, address](FunctionIndex i) {
      return functions[i].address == *address;
    };
  if (auto address = ParseShortPciAddress(word))
    return [&functions, address](FunctionIndex i) {
      return functions[i].address.bus == address->bus &&
             functions[i].address.devfn == address->devfn;
    };
  return std::nullopt;
}

std::optional<Predicate> ByKind(const Judgement& judgement,
                                const std::string& word) {
  const auto& kinds = judgement.kinds;
  if (word == "all") return [](FunctionIndex) { return true; };
  if (word == "endpoint")
    return
        [&kinds](FunctionIndex i) { return kinds[i] != DeviceKind::kBridge; };
  auto kind = DeviceKindFromName(word);
  if (!kind) return std::nullopt;
  return [&kinds, kind](FunctionIndex i) { return kinds[i] == *kind; };
}

std::optional<Predicate> ByIds(const Judgement& judgement,
                               const std::string& word) {
  auto ids = ParseIds(word);
  if (!ids) return std::nullopt;
  const auto& functions = judgement.topology.functions();
  return [&functions, ids](FunctionIndex i) {
    return functions[i].record->vendor.Is(ids->vendor) &&
           functions[i].record->device.Is(ids->device);
  };
}

Predicate ByNode(const Judgement& judgement, const std::string& word) {
  const auto& functions = judgement.topology.functions();
  return [&functions, word](FunctionIndex i) {
    const auto& nodes = functions[i].record->nodes;
    return nodes.known() &&
           std::any_of(
               nodes.value().begin(), nodes.value().end(),
               [&](const DeviceNode& node) { return node.name == word; });
  };
}

std::string Listed(const Judgement& judgement,
                   const std::vector<FunctionIndex>& functions) {
  std::string text;
  for (size_t i = 0; i < functions.size() && i < kMaxCandidates; ++i)
    text += "\n  " + DevicePhrase(judgement, functions[i]);
  if (functions.size() > kMaxCandidates)
    text += fmt::format("\n  and {} more", functions.size() - kMaxCandidates);
  return text;
}

// What a person may have meant: devices of kinds that pair.
std::vector<FunctionIndex> Candidates(const Judgement& judgement) {
  auto peers = Filter(judgement, [&](FunctionIndex i) {
    DeviceKind kind = judgement.kinds[i];
    return kind != DeviceKind::kBridge && kind != DeviceKind::kOther;
  });
  if (!peers.empty()) return peers;
  return Filter(judgement, [&](FunctionIndex i) {
    return judgement.kinds[i] != DeviceKind::kBridge;
  });
}

}  // namespace

std::vector<FunctionIndex> SelectDevices(const Judgement& judgement,
                                         const std::string& word) {
  auto wanted = ByAddress(judgement, word);
  if (!wanted) wanted = ByKind(judgement, word);
  if (wanted && DeviceKindFromName(word)) return Filter(judgement, *wanted);
  if (!wanted) wanted = ByIds(judgement, word);
  if (!wanted) wanted = ByNode(judgement, word);
  std::vector<FunctionIndex> found = Filter(judgement, *wanted);
  if (!found.empty() || word == "all" || word == "endpoint") return found;
  throw NotFoundError(fmt::format("{}: no such device; there are:{}",
                                  Printable(word),
                                  Listed(judgement, Candidates(judgement))));
}

std::vector<FunctionIndex> SelectDevices(
    const Judgement& judgement, const std::vector<std::string>& words) {
  std::vector<FunctionIndex> all;
  for (const std::string& word : words) {
    auto found = SelectDevices(judgement, word);
    all.insert(all.end(), found.begin(), found.end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

FunctionIndex SelectDevice(const Judgement& judgement,
                           const std::string& word) {
  std::vector<FunctionIndex> found = SelectDevices(judgement, word);
  if (found.size() == 1) return found.front();
  if (found.empty())
    throw NotFoundError(fmt::format("{}: this host has none", word));
  throw NotFoundError(fmt::format("{}: names {} devices, one is needed:{}",
                                  word, found.size(),
                                  Listed(judgement, found)));
}

}  // namespace p2pcheck
