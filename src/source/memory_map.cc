// SPDX-License-Identifier: GPL-2.0-or-later
//
// /proc/iomem, which nests what claims memory inside what it claims:
//
//   fdc00000-fddfffff : PCI Bus 0000:03
//     fdc00000-fdc03fff : 0000:03:00.0
//       fdc00000-fdc03fff : nvme
//
// Kept are the lines inside a function's own ("nvme").  Whoever may not see
// addresses is shown zeros.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "source/host_facts.h"

namespace p2pcheck {
namespace {

struct Claim {
  size_t depth = 0;
  std::string_view range, name;
};

std::optional<Claim> ParseClaim(std::string_view line) {
  constexpr std::string_view kMark = " : ";
  size_t begin = line.find_first_not_of(' ');
  size_t mark = line.find(kMark);
  if (begin == line.npos || mark == line.npos || mark < begin)
    return std::nullopt;
  return Claim{begin, line.substr(begin, mark - begin),
               line.substr(mark + kMark.size())};
}

bool IsFunction(std::string_view name) {
  return ParsePciAddress(name).has_value();
}

bool IsWindow(std::string_view name) { return name.substr(0, 8) == "PCI Bus "; }

bool IsHidden(std::string_view range) {
  return range.find_first_not_of("0-") == range.npos;
}

class ClaimReader {
 public:
  void Add(const Claim& claim) {
    if (!IsHidden(claim.range)) any_address_ = true;
    if (claim.depth <= function_depth_) function_depth_ = kOutside;
    bool inside = function_depth_ != kOutside;
    if (IsFunction(claim.name)) {
      if (!inside) function_depth_ = claim.depth;
      return;
    }
    if (inside && !IsWindow(claim.name))
      found_.push_back(fmt::format("{} {}", claim.range, claim.name));
  }

  Observed<StringList> Result() const {
    if (!any_address_) return ReadFailure::kPermissionDenied;
    return found_;
  }

 private:
  static constexpr size_t kOutside = SIZE_MAX;
  size_t function_depth_ = kOutside;
  bool any_address_ = false;
  StringList found_;
};

Observed<StringList> Parse(std::string_view text) {
  ClaimReader reader;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    auto claim = ParseClaim(text.substr(0, end));
    if (claim) reader.Add(*claim);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return reader.Result();
}

}  // namespace

Observed<StringList> ReadBusyRegions(const HostTree& tree) {
  auto text = tree.Read(tree.proc, "iomem");
  if (!text.known()) return text.Map([](const auto&) { return StringList(); });
  if (text.value().empty()) return ReadFailure::kNotRecorded;
  return Parse(text.value());
}

}  // namespace p2pcheck
