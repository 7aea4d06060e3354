// SPDX-License-Identifier: GPL-2.0-or-later
#include "dmabuf/swiotlb.h"

#include "dmabuf/architecture.h"
#include "dmabuf/kernel_options.h"
#include "rules/command_line.h"

namespace p2pcheck {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes a number (0x1f counts, as simple_strtoul reads it) and the comma
// behind it.
void TakeNumber(std::string_view* text) {
  if (text->empty() || !IsDigit(text->front())) return;
  size_t end = text->substr(0, 2) == "0x" ? 2 : 0;
  const char* digits = end == 2 ? "0123456789abcdefABCDEF" : "0123456789";
  end = text->find_first_not_of(digits, end);
  text->remove_prefix(end == std::string_view::npos ? text->size() : end);
}

void TakeComma(std::string_view* text) {
  if (!text->empty() && text->front() == ',') text->remove_prefix(1);
}

// x86_64 and arm64 are never built without SWIOTLB.
Ternary HasSwiotlb(const DmabufContext& context) {
  Ternary on = OptionOn(context, "SWIOTLB");
  if (on != Ternary::kUnknown) return on;
  std::string architecture =
      ArchitectureOf(context.topology.snapshot()).value_or("");
  return architecture == "x86_64" || architecture == "aarch64"
             ? Ternary::kYes
             : Ternary::kUnknown;
}

// 7.3 is the first with V21, and with the longer form.
Ternary Forces(SwiotlbForce force, const KernelFeatures& features) {
  if (force == SwiotlbForce::kFrom73)
    return features.Has(KernelFeature::kMmioRangeMap);
  return ToTernary(force == SwiotlbForce::kYes);
}

}  // namespace

SwiotlbForce ParseSwiotlb(std::string_view value) {
  TakeNumber(&value);
  TakeComma(&value);
  TakeNumber(&value);
  TakeComma(&value);
  if (value == "force") return SwiotlbForce::kYes;
  return value.substr(0, 6) == "force," ? SwiotlbForce::kFrom73
                                        : SwiotlbForce::kNo;
}

Observed<std::string> CommandLineOf(const DmabufContext& context) {
  if (context.command_line) return *context.command_line;
  return context.topology.snapshot().host.command_line;
}

Ternary ForcesBounce(const DmabufContext& context) {
  const Observed<std::string> text = CommandLineOf(context);
  if (!text.known()) return Ternary::kNo;
  CommandLine line(text.value());
  Ternary forces = Ternary::kNo;
  for (const KernelParameter* parameter : line.FindAll("swiotlb"))
    forces = Or(forces, Forces(ParseSwiotlb(line.Value(*parameter)),
                               context.rules.features));
  return And(forces, HasSwiotlb(context));
}

}  // namespace p2pcheck
