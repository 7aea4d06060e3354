// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which functions an element of pci=disable_acs_redir= or pci=config_acs=
// means.  Mirrors pci_dev_str_match, pci_dev_str_match_path (4.20 to 7.3) and
// __pci_config_acs (6.11 to 7.3), down to what they do with junk: a list is
// walked anew for each function, and ends for it at its first match and at
// the first element that the kernel can't parse.  "00:01.0/00.0/08.0" fits
// 02:08.0 below 01:00.0 below 00:01.0; "02:08.0," fits nothing and ends the
// list.  Costs the length of the list for each function.
#include "verdict/device_match.h"

#include <algorithm>
#include <array>

#include "pci/acs.h"

namespace p2pcheck {
namespace {

bool IsBlank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == '\xa0';
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Reads numbers and marks as the kernel's sscanf does with %x and %hx: blanks
// before a number do not count, "0x" may stand before it and is zero alone,
// and what does not fit is cut off at the top.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool Hex(uint32_t* number) {
    size_t at = at_;
    while (at < text_.size() && IsBlank(text_[at])) ++at;
    if (at == text_.size() || HexDigit(text_[at]) < 0) return false;
    if (text_[at] == '0' && at + 1 < text_.size() &&
        (text_[at + 1] == 'x' || text_[at + 1] == 'X'))
      at += 2;
    *number = 0;
    for (; at < text_.size() && HexDigit(text_[at]) >= 0; ++at)
      *number = *number << 4 | static_cast<uint32_t>(HexDigit(text_[at]));
    at_ = at;
    return true;
  }

  bool Mark(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool AtEnd() const { return at_ == text_.size(); }
  size_t at() const { return at_; }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

// "08.0", whole.
bool ScanDevfn(Scanner* scanner, uint8_t* devfn) {
  uint32_t device, function;
  if (!scanner->Hex(&device) || !scanner->Mark('.') ||
      !scanner->Hex(&function) || !scanner->AtEnd())
    return false;
  *devfn = static_cast<uint8_t>((device & 0x1f) << 3 | (function & 7));
  return true;
}

struct PathHead {
  uint32_t domain = 0, bus = 0;
  uint8_t devfn = 0;
};

// "0000:02:08.0" or "02:08.0", whole.
bool ScanHead(std::string_view text, PathHead* head) {
  Scanner with_domain(text);
  if (with_domain.Hex(&head->domain) && with_domain.Mark(':') &&
      with_domain.Hex(&head->bus) && with_domain.Mark(':') &&
      ScanDevfn(&with_domain, &head->devfn))
    return true;
  head->domain = 0;
  Scanner short_form(text);
  return short_form.Hex(&head->bus) && short_form.Mark(':') &&
         ScanDevfn(&short_form, &head->devfn);
}

MatchOutcome ToOutcome(bool matches) {
  return matches ? MatchOutcome::kMatch : MatchOutcome::kNoMatch;
}

// From the last "/dev.fn" up, the function's bridges alongside.
MatchOutcome MatchPath(const Topology& topology, FunctionIndex function,
                       std::string_view path) {
  for (size_t slash; (slash = path.rfind('/')) != path.npos;
       path = path.substr(0, slash)) {
    Scanner step(path.substr(slash + 1));
    uint8_t devfn;
    if (!ScanDevfn(&step, &devfn)) return MatchOutcome::kError;
    const Function& f = topology[function];
    if (f.address.devfn != devfn) return MatchOutcome::kNoMatch;
    if (!f.placed()) return MatchOutcome::kUnknown;
    if (f.upstream == kNoIndex) return MatchOutcome::kNoMatch;
    function = f.upstream;
  }
  PathHead head;
  if (!ScanHead(path, &head)) return MatchOutcome::kError;
  const PciAddress& address = topology[function].address;
  return ToOutcome(head.domain == address.domain && head.bus == address.bus &&
                   head.devfn == address.devfn);
}

// 0 stands for any.
MatchOutcome MatchId(uint32_t wanted, const Observed<uint16_t>& id) {
  wanted &= 0xffff;
  if (wanted == 0) return MatchOutcome::kMatch;
  return id.Match([&](uint16_t value) { return ToOutcome(value == wanted); },
                  // No subsystem register: the kernel holds 0.
                  [] { return MatchOutcome::kNoMatch; },
                  [](ReadFailure) { return MatchOutcome::kUnknown; });
}

MatchOutcome MatchIds(const FunctionRecord& record,
                      const std::array<uint32_t, 4>& wanted) {
  const std::array<MatchOutcome, 4> parts = {
      MatchId(wanted[0], record.vendor), MatchId(wanted[1], record.device),
      MatchId(wanted[2], record.subsystem_vendor),
      MatchId(wanted[3], record.subsystem_device)};
  auto any = [&](MatchOutcome outcome) {
    return std::find(parts.begin(), parts.end(), outcome) != parts.end();
  };
  if (any(MatchOutcome::kNoMatch)) return MatchOutcome::kNoMatch;
  if (any(MatchOutcome::kUnknown)) return MatchOutcome::kUnknown;
  return MatchOutcome::kMatch;
}

// Behind "pci:": four numbers, else two.
ElementMatch MatchIdElement(const FunctionRecord& record,
                            std::string_view text) {
  std::array<uint32_t, 4> wanted{};
  Scanner scanner(text);
  size_t count = 0, behind_two = 0;
  while (count < 4 && (count == 0 || scanner.Mark(':')) &&
         scanner.Hex(&wanted[count]))
    if (++count == 2) behind_two = scanner.at();
  if (count < 2) return {MatchOutcome::kError, 0};
  if (count < 4) wanted[2] = wanted[3] = 0;
  return {MatchIds(record, wanted), count == 4 ? scanner.at() : behind_two};
}

}  // namespace

ElementMatch MatchElement(const Topology& topology, FunctionIndex function,
                          std::string_view text) {
  if (text.substr(0, 4) == "pci:") {
    ElementMatch match =
        MatchIdElement(*topology[function].record, text.substr(4));
    match.end += 4;
    return match;
  }
  size_t end = std::min(text.find(';'), text.size());
  return {MatchPath(topology, function, text.substr(0, end)), end};
}

namespace {

using Result = ParameterMatch::Result;

// Up to the next ';': what a person takes for the element.
TextSpan ElementAt(std::string_view value, size_t begin) {
  return {begin, std::min(value.find(';', begin), value.size())};
}

// Walks a list for one function and gathers what may come of it.
class ListWalk {
 public:
  ListWalk(const Topology& topology, FunctionIndex function,
           std::string_view value)
      : topology_(topology), function_(function), value_(value) {}
  virtual ~ListWalk() = default;

  std::vector<ParameterMatch> Run() {
    size_t at = 0;
    while (at < value_.size() && Step(&at)) {
    }
    if (open_) found_.push_back({});
    return std::move(found_);
  }

 protected:
  // Moves past what stands before a device; false: the parameter is given up,
  // for the reason that it wrote into `match`.
  virtual bool ReadFlags(size_t* at, ParameterMatch* match) = 0;
  std::string_view value() const { return value_; }

 private:
  bool Step(size_t* at) {
    ParameterMatch match;
    match.element = ElementAt(value_, *at);
    if (!ReadFlags(at, &match)) return End(match, match.result);
    match.element = ElementAt(value_, *at);
    ElementMatch element =
        MatchElement(topology_, function_, value_.substr(*at));
    if (element.outcome == MatchOutcome::kError)
      return End(match, Result::kListError);
    if (element.outcome == MatchOutcome::kMatch)
      return End(match, Result::kMatch);
    if (element.outcome == MatchOutcome::kUnknown) {
      match.result = Result::kMatch;
      found_.push_back(match);
    }
    *at += element.end;
    if (*at < value_.size() && value_[*at] != ';')
      return End(match, Result::kListEnds);
    ++*at;
    return true;
  }

  bool End(ParameterMatch match, Result result) {
    match.result = result;
    found_.push_back(match);
    open_ = false;
    return false;
  }

  const Topology& topology_;
  FunctionIndex function_;
  std::string_view value_;
  std::vector<ParameterMatch> found_;
  bool open_ = true;
};

class DisableAcsRedirWalk : public ListWalk {
 public:
  using ListWalk::ListWalk;

 private:
  bool ReadFlags(size_t*, ParameterMatch* match) override {
    match->mask = kAcsRedirectBits;
    return true;
  }
};

class ConfigAcsWalk : public ListWalk {
 public:
  ConfigAcsWalk(const Topology& topology, FunctionIndex function,
                std::string_view value, bool flags_once)
      : ListWalk(topology, function, value), flags_once_(flags_once) {}

 private:
  bool ReadFlags(size_t* at, ParameterMatch* match) override {
    if (!first_ && flags_once_) {
      match->flags = flags_;
      match->mask = mask_;
      match->value = bits_;
      return true;
    }
    first_ = false;
    // The next '@', wherever it stands.
    size_t mark = value().find('@', *at);
    if (mark == value().npos) {
      match->result = Result::kNoFlags;
      return false;
    }
    match->flags = flags_ = {*at, mark};
    *at = mark + 1;
    return ReadBits(match);
  }

  // From the right: the last character is bit 0.  What is shifted beyond bit
  // 15 falls off.
  bool ReadBits(ParameterMatch* match) {
    std::string_view text = flags_.In(value());
    mask_ = bits_ = 0;
    for (size_t bit = 0; bit < text.size(); ++bit) {
      char c = text[text.size() - 1 - bit];
      if (c == 'x' || c == 'X') continue;
      if (c != '0' && c != '1') {
        match->result = Result::kBadFlags;
        return false;
      }
      if (bit > 15) continue;
      mask_ |= 1u << bit;
      if (c == '1') bits_ |= 1u << bit;
    }
    match->mask = mask_;
    match->value = bits_;
    if (!(mask_ & ~kAcsKernelBits)) return true;
    match->result = Result::kFlagsTooLong;
    return false;
  }

  bool flags_once_;
  bool first_ = true;
  TextSpan flags_;
  uint16_t mask_ = 0, bits_ = 0;
};

}  // namespace

std::vector<ParameterMatch> MatchDisableAcsRedir(const Topology& topology,
                                                 FunctionIndex function,
                                                 std::string_view value) {
  return DisableAcsRedirWalk(topology, function, value).Run();
}

std::vector<ParameterMatch> MatchConfigAcs(const Topology& topology,
                                           FunctionIndex function,
                                           std::string_view value,
                                           AcsParameter variant) {
  return ConfigAcsWalk(topology, function, value,
                       variant == AcsParameter::kMisprogrammed)
      .Run();
}

}  // namespace p2pcheck
