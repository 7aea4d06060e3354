// SPDX-License-Identifier: GPL-2.0-or-later
//
// node-feature-discovery's "local" source: every line of a file is a label,
// "NAME=VALUE", '#' starts a comment.  NAME is ours by its prefix.  Names and
// values are those of Kubernetes labels: 1 to 63 (0 to 63) of letters, digits,
// '-', '_' and '.', a letter or digit first and last.
#include <fmt/format.h>

#include <algorithm>

#include "report/check_formats.h"
#include "report/pair_counts.h"
#include "report/sentences.h"

namespace p2pcheck {
namespace {

constexpr size_t kMostOfLabel = 63;

bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z');
}

// The text as a label's value: what may not stand there becomes '_'.
std::string LabelValue(std::string_view text) {
  std::string value(text.substr(0, kMostOfLabel));
  std::replace_if(
      value.begin(), value.end(),
      [](char c) {
        return !IsAlphanumeric(c) && c != '-' && c != '_' && c != '.';
      },
      '_');
  while (!value.empty() && !IsAlphanumeric(value.back())) value.pop_back();
  size_t first = 0;
  while (first < value.size() && !IsAlphanumeric(value[first])) ++first;
  return value.substr(first);
}

void WriteLabel(std::string_view name, std::string_view value,
                std::ostream& out) {
  out << "p2pcheck/" << name << "=" << LabelValue(value) << "\n";
}

void WriteLabel(std::string_view name, uint64_t value, std::ostream& out) {
  WriteLabel(name, fmt::format("{}", value), out);
}

// Whether there is such a pair.
std::string_view AnyWord(uint64_t surely, uint64_t perhaps) {
  return surely > 0 ? "true" : perhaps > 0 ? "unknown" : "false";
}

bool IsWorthALabel(DeviceKind kind) {
  return kind != DeviceKind::kBridge && kind != DeviceKind::kOther &&
         kind != DeviceKind::kUnknown;
}

void WritePairLabels(const KindPairs& p, std::ostream& out) {
  std::string kinds = fmt::format("{}-{}", DeviceKindName(p.provider),
                                  DeviceKindName(p.client));
  uint64_t direct = p.Count(MapType::kBusAddr);
  uint64_t perhaps_direct = 0;
  for (uint8_t bits = 0; bits < 8; ++bits) {
    MapTypeSet set = MapTypeSet::FromBits(bits);
    if (set.Has(MapType::kBusAddr) && !set.decided())
      perhaps_direct += p.Count(set);
  }
  WriteLabel(kinds + ".allowed", AnyWord(p.allowed(), p.undecided()), out);
  WriteLabel(kinds + ".allowed.pairs", p.allowed(), out);
  WriteLabel(kinds + ".direct", AnyWord(direct, perhaps_direct), out);
  WriteLabel(kinds + ".direct.pairs", direct, out);
  WriteLabel(kinds + ".undecided.pairs", p.undecided(), out);
}

std::string_view BuiltInWord(Ternary built_in) {
  return built_in == Ternary::kYes  ? "true"
         : built_in == Ternary::kNo ? "false"
                                    : "unknown";
}

}  // namespace

void WriteCheckNfd(const Judgement& judgement, const CheckResults& results,
                   std::ostream& out) {
  out << "# Written by p2pcheck check --format nfd; for the directory\n"
         "# features.d of node-feature-discovery's local source.\n";
  WriteLabel("version", judgement.tool_version, out);
  WriteLabel("kernel",
             judgement.question.kernels.size() == 1 ? KernelPhrase(judgement)
                                                    : std::string("unknown"),
             out);
  WriteLabel("kernel.p2pdma", BuiltInWord(judgement.question.p2pdma_built_in),
             out);
  auto counts = CountKinds(judgement);
  for (size_t i = 0; i < counts.size(); ++i) {
    auto kind = static_cast<DeviceKind>(i);
    if (IsWorthALabel(kind))
      WriteLabel(fmt::format("{}.count", DeviceKindName(kind)), counts[i], out);
  }
  for (const KindPairs& p : CountKindPairs(judgement))
    if (KindsPair(p.provider, p.client)) WritePairLabels(p, out);
  auto severities = CountSeverities(results.found);
  for (Severity severity : kSeverities)
    WriteLabel(fmt::format("findings.{}", SeverityName(severity)),
               severities[static_cast<size_t>(severity)], out);
  if (results.policy)
    WriteLabel("policy", PolicyWord(results.policy->met), out);
}

}  // namespace p2pcheck
