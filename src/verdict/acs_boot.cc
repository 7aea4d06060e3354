// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a kernel makes of a function's ACS control word when it boots.
//
// The word is a function of what firmware left (F), of the capability, and of
// a few facts about kernel and host, most of them yes or no: does it turn ACS
// on by itself, does a parameter match, is the port external-facing, does the
// kernel get to the function at all.  Each combination of those that may hold
// is a world; in one world every bit of the result hangs on the same bit of F
// alone.  So all of it follows from trying each world with F all zeros and F
// all ones: bits on which worlds and F do not matter are known, the rest are
// not.  A control word at hand rules out worlds, and values of F bit by bit;
// what is left predicts what another command line would make of it.
//
// Example: 0x1d at hand under a kernel that turns ACS on; adding
// disable_acs_redir on 6.15 gives RR, CR and EC 0, SV and UF not known (the
// kernel set them, so F does not show), DT 0 (only firmware sets it).
//
// Mirrors pci_enable_acs, pci_std_enable_acs, __pci_config_acs and
// pci_disable_acs_redir; 6.1, 6.12, 7.2 and 7.3 were read.  Costs a few dozen
// worlds a function where much is unknown, one where all is known.
#include "verdict/acs_boot.h"

#include <algorithm>
#include <functional>

#include "pci/capabilities.h"
#include "verdict/acs_request.h"

namespace p2pcheck {
namespace {

// One combination of facts.
struct World {
  const AcsProgramming* programming = nullptr;
  bool requested = false;
  bool external = false;  // external-facing port, or below one
  bool applied = true;
  bool dwords = false;
  bool chained = false;  // misprogrammed config_acs starts from the other's
  uint16_t without = 0;  // capability bits the kernel does not count
  bool no_ats = false;
  const ParameterMatch* disable = nullptr;  // null: does not match
  const ParameterMatch* config = nullptr;
};

uint32_t Defaults(const World& world, uint32_t capability) {
  if (!world.requested) return 0;
  uint32_t bits = kAcsDefaultBits;
  if (world.external || world.no_ats) bits |= kAcsTranslationBlocking;
  return capability & ~uint32_t{world.without} & bits;
}

// The control dword of ports that have dwords; either parameter clears
// redirect there, whatever its flags.
uint32_t MakeDword(const World& world, uint32_t capability, uint32_t firmware) {
  if (!world.applied || !world.dwords) return firmware;
  uint32_t control = firmware | Defaults(world, capability);
  if (world.disable || world.config) control &= ~uint32_t{kAcsRedirectBits};
  return control;
}

// Misprogrammed: ((control & ~mask) | (firmware & mask)) | flags.
uint32_t Misprogram(uint32_t control, uint32_t firmware, uint32_t mask,
                    uint32_t flags) {
  return (control & ~mask) | (firmware & mask) | flags;
}

uint32_t MakeWord(const World& world, uint32_t capability, uint32_t firmware) {
  if (!world.applied || world.dwords) return firmware;
  const uint32_t defaults = firmware | Defaults(world, capability);
  uint32_t control = defaults;
  if (world.disable) switch (world.programming->disable_acs_redir) {
      case AcsParameter::kNone: break;
      case AcsParameter::kFromDefault:
        control &= ~uint32_t{kAcsRedirectBits};
        break;
      case AcsParameter::kMisprogrammed:
        control = Misprogram(control, firmware, kAcsRedirectBits,
                             0xffff & ~uint32_t{kAcsRedirectBits});
        break;
      case AcsParameter::kFromFirmware:
        control = firmware & ~uint32_t{kAcsRedirectBits};
        break;
    }
  if (world.config) switch (world.programming->config_acs) {
      case AcsParameter::kNone:
      case AcsParameter::kFromDefault: break;
      case AcsParameter::kMisprogrammed:
        control = Misprogram(world.chained ? control : defaults, firmware,
                             world.config->mask, world.config->value);
        break;
      case AcsParameter::kFromFirmware:
        control = (firmware & ~uint32_t{world.config->mask}) |
                  (world.config->value & world.config->mask);
        break;
    }
  return control & capability;
}

void AddBoth(Ternary value, std::vector<bool>* to) {
  if (value != Ternary::kYes) to->push_back(false);
  if (value != Ternary::kNo) to->push_back(true);
}

std::vector<bool> Ways(Ternary value) {
  std::vector<bool> ways;
  AddBoth(value, &ways);
  return ways;
}

bool IsRemovable(const FunctionRecord& record) {
  return record.removable.known() && record.removable.value() == "removable";
}

// Whether the kernel takes the function for external-facing or untrusted.
// `removable` says so only roughly, so it can deny, not prove.  A root port
// with nothing below shows nothing.
Ternary IsExternal(const Topology& topology, FunctionIndex function) {
  const Function& f = topology[function];
  if (f.record->removable.unknown() || IsRemovable(*f.record))
    return Ternary::kUnknown;
  if (!f.is_bridge || !f.on_root_bus()) return Ternary::kNo;
  bool seen = false;
  for (const Function& below : topology.functions()) {
    if (below.upstream != function) continue;
    seen = true;
    if (below.record->removable.unknown() || IsRemovable(*below.record))
      return Ternary::kUnknown;
  }
  return seen ? Ternary::kNo : Ternary::kUnknown;
}

Ternary IsApplied(const Function& f, AcsWritten written) {
  if (written == AcsWritten::kEnumeration) return Ternary::kYes;
  bool taken = f.record->driver.known() || f.record->iommu_group.known();
  return taken ? Ternary::kYes : Ternary::kUnknown;
}

// Capability bits that the kernel strikes: each value it may be.
std::vector<uint16_t> StruckBits(const Function& f, const KernelBoot& boot) {
  if (!boot.quirks || !f.record->vendor.known() || !f.record->device.known())
    return {0};
  for (const AcsCapabilityRule& rule : boot.quirks->acs_capabilities) {
    if (!f.record->vendor.Is(rule.vendor)) continue;
    if (rule.device && !f.record->device.Is(*rule.device)) continue;
    if (rule.in_force == Ternary::kYes) return {rule.without};
    return {0, rule.without};
  }
  return {0};
}

// Which matches may hold: pointers into `from`, null where one does not match.
std::vector<const ParameterMatch*> Matches(
    const std::vector<ParameterMatch>& from) {
  std::vector<const ParameterMatch*> matches;
  if (from.empty()) matches.push_back(nullptr);
  for (const ParameterMatch& match : from)
    matches.push_back(match.matches() ? &match : nullptr);
  return matches;
}

Ternary RequestOf(const HostSnapshot& snapshot, const KernelBoot& boot,
                  const AcsProgramming& programming, bool running) {
  return running ? RunningKernelRequestedAcs(snapshot, programming,
                                             boot.command_line)
                 : WouldRequestAcs(snapshot, programming, boot.command_line);
}

// One function under one kernel: its parameters and its worlds.
class FunctionBoot {
 public:
  FunctionBoot(const Topology& topology, const KernelBoot& boot,
               FunctionIndex function, bool running)
      : topology_(topology), boot_(boot), function_(function) {
    ReadParameters();
    for (const AcsProgramming& programming : boot.programming)
      AddWorlds(programming, running);
    known_ = boot.command_line.known() && !worlds_.empty();
  }

  // Worlds point into it.
  FunctionBoot(const FunctionBoot&) = delete;
  FunctionBoot& operator=(const FunctionBoot&) = delete;

  /// Whether enough is known to speak of worlds at all.
  bool known() const { return known_; }
  const std::vector<World>& worlds() const { return worlds_; }

  void Describe(AcsAtBoot* out) const {
    out->disable_acs_redir = disable_;
    out->config_acs = config_;
    out->requested = requested_.value_or(Ternary::kUnknown);
    out->applied = applied_.value_or(Ternary::kUnknown);
  }

 private:
  void ReadParameters() {
    if (!boot_.command_line.known()) return;
    const CommandLine& line = boot_.command_line.value();
    auto variant = AcsParameter::kNone;
    bool disables = false;
    for (const AcsProgramming& programming : boot_.programming) {
      variant = std::max(variant, programming.config_acs);
      disables |= programming.disable_acs_redir != AcsParameter::kNone;
      AddVariant(programming.config_acs);
    }
    if (auto value = line.disable_acs_redir(); value && disables)
      disable_ = MatchDisableAcsRedir(topology_, function_, line.Text(*value));
    if (auto value = line.config_acs(); value && variant != AcsParameter::kNone)
      config_ =
          MatchConfigAcs(topology_, function_, line.Text(*value), variant);
  }

  // The two variants read a list differently.
  void AddVariant(AcsParameter variant) {
    auto value = boot_.command_line.value().config_acs();
    if (!value || variant == AcsParameter::kNone) return;
    auto& matches = variant == AcsParameter::kMisprogrammed ? misread_ : read_;
    if (matches.empty())
      matches =
          MatchConfigAcs(topology_, function_,
                         boot_.command_line.value().Text(*value), variant);
  }

  const std::vector<ParameterMatch>& ConfigOf(AcsParameter variant) const {
    static const std::vector<ParameterMatch> kNone;
    if (variant == AcsParameter::kMisprogrammed) return misread_;
    return variant == AcsParameter::kNone ? kNone : read_;
  }

  static void Widen(std::optional<Ternary>* all, Ternary one) {
    *all = !*all || **all == one ? one : Ternary::kUnknown;
  }

  Ternary Requested(const AcsProgramming& programming, bool running) const {
    const auto& found = running ? boot_.running_requests : boot_.new_requests;
    if (!found.empty())
      return found[static_cast<size_t>(&programming -
                                       boot_.programming.data())];
    return RequestOf(topology_.snapshot(), boot_, programming, running);
  }

  void AddWorlds(const AcsProgramming& programming, bool running) {
    const Function& f = topology_[function_];
    World world;
    world.programming = &programming;
    world.no_ats = boot_.command_line.known() &&
                   boot_.command_line.value().HasPci("noats");
    Ternary requested = Requested(programming, running);
    Ternary applied = IsApplied(f, programming.written);
    Widen(&requested_, requested);
    Widen(&applied_, applied);
    const auto external = Ways(IsExternal(topology_, function_));
    const auto dwords = Ways(HasAcsDwords(f, boot_));
    const auto struck = StruckBits(f, boot_);
    for (bool is_requested : Ways(requested))
      for (bool is_applied : Ways(applied))
        for (bool is_external : external)
          for (bool has_dwords : dwords)
            for (uint16_t without : struck) {
              world.requested = is_requested;
              world.applied = is_applied;
              world.external = is_external;
              world.dwords = has_dwords;
              world.without = without;
              AddMatches(world);
            }
  }

  void AddMatches(World world) {
    AcsParameter variant = world.programming->config_acs;
    bool misprograms = variant == AcsParameter::kMisprogrammed;
    for (const ParameterMatch* disable : Matches(disable_))
      for (const ParameterMatch* config : Matches(ConfigOf(variant))) {
        world.disable = disable;
        world.config = config;
        world.chained = false;
        worlds_.push_back(world);
        // Which of the two the second one starts from, nobody has tried.
        world.chained = true;
        if (misprograms && disable && config) worlds_.push_back(world);
      }
  }

  const Topology& topology_;
  const KernelBoot& boot_;
  FunctionIndex function_;
  std::vector<ParameterMatch> disable_, config_, read_, misread_;
  std::vector<World> worlds_;
  std::optional<Ternary> requested_, applied_;
  bool known_ = false;
};

using Maker = uint32_t (*)(const World&, uint32_t, uint32_t);

// The values that bits may have.
struct Seen {
  uint32_t zero = 0, one = 0;

  void Add(uint32_t value, uint32_t where) {
    one |= value & where;
    zero |= ~value & where;
  }
  AcsBits Bits() const {
    uint16_t known = (zero ^ one) & kAcsKernelBits;
    return {static_cast<uint16_t>(one & known), known};
  }
};

// The bits of F that may be 0 and that may be 1.
struct FirmwareBits {
  uint32_t zero = ~0u, one = ~0u;
};

FirmwareBits BitsOf(const AcsBits& firmware) {
  uint32_t open = ~uint32_t{firmware.known};
  return {open | ~uint32_t{firmware.value}, open | firmware.value};
}

// A word (or dword) with its capability.
struct Register {
  Maker make;
  uint32_t capability;

  void Predict(const World& world, const FirmwareBits& firmware,
               Seen* seen) const {
    // A bit that is not implemented reads 0, whoever left it.
    seen->Add(make(world, capability, 0), firmware.zero | ~capability);
    seen->Add(make(world, capability, capability), firmware.one & capability);
  }

  // Leaves of `firmware` what fits a value at hand.
  void Narrow(const World& world, uint32_t live, uint32_t known,
              FirmwareBits* firmware) const {
    firmware->zero &= ~((make(world, capability, 0) ^ live) & known);
    firmware->one &= ~((make(world, capability, capability) ^ live) & known);
  }

  bool Possible(const FirmwareBits& firmware) const {
    uint32_t implemented = capability & kAcsKernelBits;
    return ((firmware.zero | firmware.one) & implemented) == implemented;
  }
};

// What firmware may have left in both registers of a function.
struct FirmwareView {
  FirmwareBits word, dword;
};

// The registers of a function and what they hold.
struct Registers {
  Register word{MakeWord, 0};
  uint32_t live = 0, live_known = 0;
  std::optional<Register> dword;
  uint32_t live_dword = 0;

  // What of F fits in this world; none: the world can't be.
  std::optional<FirmwareView> Narrow(const World& world) const {
    FirmwareView view;
    word.Narrow(world, live, live_known, &view.word);
    if (!word.Possible(view.word)) return std::nullopt;
    if (!dword || !world.dwords) return view;
    dword->Narrow(world, live_dword, ~0u, &view.dword);
    if (!dword->Possible(view.dword)) return std::nullopt;
    return view;
  }
};

Registers RegistersOf(const Function& f, const AcsCapability& acs,
                      Ternary dwords, std::optional<AcsDwords>* held) {
  Registers registers;
  registers.word.capability = acs.implemented();
  registers.live = acs.control & acs.implemented();
  registers.live_known = acs.control_known;
  if (dwords == Ternary::kNo) return registers;
  HeldConfig config(f.record->config);
  auto pair = DecodeAcsDwords(config, acs.offset);
  if (!pair.known()) return registers;
  *held = pair.value();
  registers.dword =
      Register{MakeDword, pair.value().capability & kAcsKernelBits};
  registers.live_dword = pair.value().control & kAcsKernelBits;
  return registers;
}

// Whether two worlds can be of one host: what does not change with the command
// line is the same in both.
bool SameHost(const World& a, const World& b, bool same_request) {
  return a.external == b.external && a.dwords == b.dwords &&
         (a.requested == b.requested || !same_request) &&
         (a.applied == b.applied ||
          a.programming->written != b.programming->written);
}

// Gathers what worlds make of a function.
struct Gathered {
  Seen word, dword, firmware;

  void Add(const Registers& registers, const World& world,
           const FirmwareView& view) {
    registers.word.Predict(world, view.word, &word);
    if (registers.dword && world.dwords)
      registers.dword->Predict(world, view.dword, &dword);
  }
  void Fill(AcsAtBoot* out) const {
    out->control = word.Bits();
    out->dword_control = dword.Bits();
  }
};

void AddFirmware(const Registers& registers, const FirmwareView& view,
                 Seen* seen) {
  uint32_t implemented = registers.word.capability;
  seen->Add(0, view.word.zero | ~implemented);
  seen->Add(~0u, view.word.one & implemented);
}

}  // namespace

bool AcsAtBoot::Matched() const {
  auto matched = [](const std::vector<ParameterMatch>& matches) {
    return matches.size() == 1 && matches[0].matches();
  };
  return matched(disable_acs_redir) || matched(config_acs);
}

KernelBoot RunningKernel(const HostSnapshot& snapshot, const RuleBook& book) {
  auto parse = [](const std::string& text) { return CommandLine(text); };
  KernelBoot boot = NamedKernel(book, KernelVersionOf(snapshot.host),
                                snapshot.host.command_line.Map(parse));
  boot.running = true;
  return boot;
}

KernelBoot NamedKernel(const RuleBook& book,
                       const Observed<KernelVersion>& version,
                       Observed<CommandLine> command_line) {
  KernelBoot boot;
  boot.programming = book.AcsProgrammingOf(version);
  boot.quirks = version.known() ? book.For(version.value()).groups
                                : book.ForUnknownKernel().front().groups;
  boot.command_line = std::move(command_line);
  return boot;
}

void FindRequests(const HostSnapshot& snapshot, KernelBoot* boot) {
  for (const AcsProgramming& programming : boot->programming) {
    boot->running_requests.push_back(
        RequestOf(snapshot, *boot, programming, true));
    boot->new_requests.push_back(
        RequestOf(snapshot, *boot, programming, false));
  }
}

Ternary HasAcsDwords(const Function& f, const KernelBoot& boot) {
  if (!boot.quirks || f.acs.absent() || f.kernel_type.absent())
    return Ternary::kNo;
  if (f.kernel_type.known() && f.kernel_type.value() != PortType::kRootPort)
    return Ternary::kNo;
  if (!f.record->vendor.known()) return Ternary::kUnknown;
  for (const AcsQuirk& quirk : boot.quirks->acs_quirks) {
    if (quirk.rule != AcsQuirkRule::kIntelSpt) continue;
    if (quirk.vendor != f.record->vendor.value()) continue;
    if (!f.record->device.known()) return Ternary::kUnknown;
    if (quirk.Lists(f.record->device.value()))
      return f.kernel_type.known() ? quirk.in_force : Ternary::kUnknown;
  }
  return Ternary::kNo;
}

Observed<AcsAtBoot> PredictAcs(const Topology& topology, const KernelBoot& boot,
                               FunctionIndex function,
                               const FirmwareAcs& firmware) {
  const Function& f = topology[function];
  return f.acs.Map([&](const AcsCapability& acs) {
    AcsAtBoot out;
    FunctionBoot here(topology, boot, function, boot.running);
    here.Describe(&out);
    out.firmware = firmware.word;
    if (!here.known()) return out;
    Registers registers =
        RegistersOf(f, acs, HasAcsDwords(f, boot), &out.dwords);
    Gathered gathered;
    for (const World& world : here.worlds())
      gathered.Add(registers, world,
                   {BitsOf(firmware.word), BitsOf(firmware.dword)});
    gathered.Fill(&out);
    return out;
  });
}

namespace {

// Each world of the running kernel that the registers at hand leave possible,
// with what it leaves of F.
std::vector<std::pair<const World*, FirmwareView>> PossibleWorlds(
    const FunctionBoot& running, const Registers& registers) {
  std::vector<std::pair<const World*, FirmwareView>> possible;
  for (const World& world : running.worlds())
    if (auto view = registers.Narrow(world))
      possible.emplace_back(&world, *view);
  return possible;
}

bool SameRequest(const KernelBoot& a, const KernelBoot& b) {
  auto final = [](const KernelBoot& boot) {
    return std::any_of(boot.programming.begin(), boot.programming.end(),
                       [](const auto& p) { return p.intel_off_is_final; });
  };
  return a.command_line.known() && b.command_line.known() &&
         final(a) == final(b) &&
         SameIommuParameters(a.command_line.value(), b.command_line.value());
}

}  // namespace

Observed<AcsAtBoot> PredictAcsChange(const Topology& topology,
                                     const KernelBoot& running,
                                     const KernelBoot& next,
                                     FunctionIndex function) {
  const Function& f = topology[function];
  return f.acs.Map([&](const AcsCapability& acs) {
    AcsAtBoot out;
    bool same_request = SameRequest(running, next);
    FunctionBoot before(topology, running, function, true);
    FunctionBoot after(topology, next, function, same_request);
    after.Describe(&out);
    Registers registers =
        RegistersOf(f, acs, HasAcsDwords(f, next), &out.dwords);
    auto possible = PossibleWorlds(before, registers);
    if (before.known()) out.agrees = ToTernary(!possible.empty());
    if (!after.known()) return out;

    Gathered gathered;
    for (const World& world : after.worlds()) {
      // Nothing at hand speaks of F: the word was made some other way.
      if (possible.empty()) gathered.Add(registers, world, {});
      for (const auto& [then, view] : possible)
        if (SameHost(*then, world, same_request))
          gathered.Add(registers, world, view);
    }
    gathered.Fill(&out);
    if (possible.empty()) return out;
    for (const auto& [then, view] : possible)
      AddFirmware(registers, view, &gathered.firmware);
    out.firmware = gathered.firmware.Bits();
    return out;
  });
}

AcsAgreement CompareWithLive(const Topology& topology,
                             const KernelBoot& running,
                             FunctionIndex function) {
  const Function& f = topology[function];
  if (!f.acs.known()) return {};
  FunctionBoot boot(topology, running, function, true);
  if (!boot.known()) return {};
  std::optional<AcsDwords> dwords;
  Registers registers =
      RegistersOf(f, f.acs.value(), HasAcsDwords(f, running), &dwords);
  AcsAgreement agreement;
  agreement.agrees = ToTernary(!PossibleWorlds(boot, registers).empty());
  Gathered gathered;
  for (const World& world : boot.worlds()) gathered.Add(registers, world, {});
  AcsBits bits = gathered.word.Bits();
  agreement.differs = static_cast<uint16_t>(bits.known & registers.live_known &
                                            (bits.value ^ registers.live));
  return agreement;
}

}  // namespace p2pcheck
