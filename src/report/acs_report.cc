// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/acs_report.h"

#include <fmt/format.h>

#include "pci/acs.h"
#include "report/command_line_words.h"
#include "report/sentences.h"
#include "report/text.h"
#include "report/verdict_json.h"

namespace p2pcheck {
namespace {

constexpr uint16_t kBits[] = {kAcsSourceValidation,   kAcsTranslationBlocking,
                              kAcsRequestRedirect,    kAcsCompletionRedirect,
                              kAcsUpstreamForwarding, kAcsEgressControl,
                              kAcsDirectTranslated};
constexpr uint16_t kEnhancedBits[] = {kAcsIoRequestBlocking,
                                      kAcsDspMemoryTarget, kAcsUspMemoryTarget,
                                      kAcsUnclaimedRedirect};

Ternary BitOf(const AcsBits& bits, uint16_t bit) {
  if (!(bits.known & bit)) return Ternary::kUnknown;
  return ToTernary(bits.value & bit);
}

AcsBits LiveBits(const AcsCapability& acs) {
  return {static_cast<uint16_t>(acs.control & acs.control_known),
          acs.control_known};
}

std::string_view OnOff(Ternary value) {
  switch (value) {
    case Ternary::kYes: return "on";
    case Ternary::kNo: return "off";
    case Ternary::kUnknown: return "?";
  }
  return "";
}

std::string Hex(uint16_t word) { return fmt::format("0x{:04x}", word); }

// "ports 0 3 17", of a vector that is on somewhere.
std::string EgressText(const Function& f, const AcsCapability& acs) {
  if (acs.EgressVectorSize() == 0) return "";
  HeldConfig config(f.record->config);
  auto vector = DecodeEgressVector(config, acs);
  if (!vector.known())
    return fmt::format("egress vector of {} not read", acs.EgressVectorSize());
  std::string text;
  for (size_t i = 0; i < vector.value().size(); ++i)
    if (vector.value()[i]) text += fmt::format(" {}", i);
  return fmt::format("egress vector of {}:{}", acs.EgressVectorSize(),
                     text.empty() ? " empty" : text);
}

std::string AtBootText(const AcsAtBoot& boot, const AcsCapability& acs) {
  std::string text = AcsBitsText(boot.control);
  if (boot.control.known == 0) return "not known";
  text += "  " + AcsBitsNames(boot.control, acs.implemented());
  if (boot.dwords)
    text += fmt::format("; this port's dword at +8 holds 0x{:x}, at boot {}",
                        boot.dwords->control, AcsBitsText(boot.dword_control));
  return text;
}

std::string_view AgreementText(const AcsAgreement& live) {
  switch (live.agrees) {
    case Ternary::kYes: return "as the running kernel sets it";
    case Ternary::kNo: return "not what the running kernel sets";
    case Ternary::kUnknown: return "whether the running kernel set it is open";
  }
  return "";
}

class AcsWriter {
 public:
  AcsWriter(const Judgement& judgement, const TextStyle& style,
            std::ostream& out)
      : judgement_(judgement), outlook_(judgement), style_(style), out_(out) {}

  void Write(FunctionIndex i) {
    const Function& f = judgement_.topology[i];
    std::string head = DevicePhrase(judgement_, i);
    for (const std::string& line : Wrapped("", "  ", head, style_.width))
      out_ << Painted(line, Paint::kHead, style_) << "\n";
    f.acs.Match([&](const AcsCapability& acs) { WriteKnown(i, acs); },
                [&] { out_ << "  no ACS capability\n"; },
                [&](ReadFailure why) {
                  out_ << "  ACS not known: " << CauseOf(why) << "; "
                       << RemedyFor(why) << "\n";
                });
  }

 private:
  void WriteKnown(FunctionIndex i, const AcsCapability& acs) {
    AcsAtBoot boot = outlook_.Of(i).value();
    WriteLabelled("can",
                  Hex(acs.capability) + "  " + AcsBitNames(acs.implemented()) +
                      (acs.enhanced() ? " Enhanced" : ""),
                  style_, out_);
    std::string live = acs.control_known == 0xffff
                           ? Hex(acs.control) + "  " + AcsBitNames(acs.control)
                           : AcsBitsText(LiveBits(acs)) + "  " +
                                 AcsBitsNames(LiveBits(acs), acs.implemented());
    WriteLabelled("is", live, style_, out_);
    WriteLabelled("at boot", AtBootText(boot, acs), style_, out_);
    WriteLabelled("", AgreementText(outlook_.Live(i)), style_, out_);
    TextTable table;
    for (uint16_t bit : kBits)
      if (acs.implemented() & bit) AddBit(bit, acs, boot, &table);
    for (uint16_t bit : kEnhancedBits)
      if (acs.enhanced()) AddBit(bit, acs, boot, &table);
    table.Write(2, style_, out_);
    std::string egress = EgressText(judgement_.topology[i], acs);
    if (!egress.empty()) out_ << "  " << egress << "\n";
  }

  static void AddBit(uint16_t bit, const AcsCapability& acs,
                     const AcsAtBoot& boot, TextTable* table) {
    Ternary live = BitOf(LiveBits(acs), bit);
    Ternary then = BitOf(boot.control, bit);
    std::string state(OnOff(live));
    if (live != then && (bit & kAcsKernelBits))
      state += " (at boot " + std::string(OnOff(then)) + ")";
    std::string_view meaning = live == Ternary::kUnknown
                                   ? ""
                                   : AcsBitPhrase(bit, live == Ternary::kYes);
    table->AddRow({AcsBitNames(bit), state, std::string(meaning)});
  }

  const Judgement& judgement_;
  AcsOutlook outlook_;
  const TextStyle& style_;
  std::ostream& out_;
};

std::vector<FunctionIndex> WithAcs(const Judgement& judgement) {
  std::vector<FunctionIndex> functions;
  for (FunctionIndex i = 0; i < judgement.topology.functions().size(); ++i)
    if (!judgement.topology[i].acs.absent()) functions.push_back(i);
  return functions;
}

// "SrcValid" as "src_valid", as all our keys are.
std::string KeyOf(uint16_t bit) {
  std::string key;
  for (char c : AcsBitNames(bit)) {
    bool upper = c >= 'A' && c <= 'Z';
    if (upper && !key.empty()) key += '_';
    key += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return key;
}

void WriteBit(uint16_t bit, bool implemented, const AcsBits& live,
              const AcsBits& boot, JsonWriter& json) {
  Ternary on = BitOf(live, bit);
  json.Key(KeyOf(bit)).BeginObject();
  json.Field("implemented", implemented);
  json.Field("on", on);
  json.Field("at_boot",
             bit & kAcsKernelBits ? BitOf(boot, bit) : Ternary::kUnknown);
  json.Key("meaning");
  on == Ternary::kUnknown ? json.Null()
                          : json.String(AcsBitPhrase(bit, on == Ternary::kYes));
  json.EndObject();
}

void WriteEgress(const Function& f, const AcsCapability& acs,
                 JsonWriter& json) {
  json.Field("egress_vector_size", acs.EgressVectorSize());
  HeldConfig config(f.record->config);
  auto vector = DecodeEgressVector(config, acs);
  json.Key("egress_vector");
  if (!vector.known()) {
    json.Null();
    return;
  }
  json.BeginArray();
  for (size_t i = 0; i < vector.value().size(); ++i)
    if (vector.value()[i]) json.Number(static_cast<int64_t>(i));
  json.EndArray();
}

void WriteAtBoot(const AcsAtBoot& boot, const AcsAgreement& live,
                 JsonWriter& json) {
  json.Key("at_boot").BeginObject();
  json.Key("control");
  WriteAcsBits(boot.control, json);
  json.Field("kernel_asks_for_acs", boot.requested);
  json.Field("applied", boot.applied);
  json.Field("live_agrees", live.agrees);
  json.Key("live_differs").Hex(live.differs, 4);
  if (boot.dwords) {
    json.Key("dword_capability").Hex(boot.dwords->capability, 8);
    json.Key("dword_control").Hex(boot.dwords->control, 8);
    json.Key("dword_at_boot");
    WriteAcsBits(boot.dword_control, json);
  }
  json.EndObject();
}

void WriteKnownAcs(const Function& f, const AcsCapability& acs,
                   const AcsAtBoot& boot, const AcsAgreement& live,
                   JsonWriter& json) {
  json.BeginObject();
  json.Key("offset").Hex(acs.offset, 3);
  json.Key("capability").Hex(acs.capability, 4);
  json.Key("control").Hex(acs.control, 4);
  json.Key("control_known").Hex(acs.control_known, 4);
  json.Key("bits").BeginObject();
  for (uint16_t bit : kBits)
    WriteBit(bit, acs.implemented() & bit, LiveBits(acs), boot.control, json);
  for (uint16_t bit : kEnhancedBits)
    if (acs.enhanced()) WriteBit(bit, true, LiveBits(acs), boot.control, json);
  json.EndObject();
  WriteEgress(f, acs, json);
  WriteAtBoot(boot, live, json);
  json.EndObject();
}

}  // namespace

AcsOutlook::AcsOutlook(const Judgement& judgement)
    : judgement_(judgement),
      running_(RunningKernel(judgement.snapshot, judgement.book)),
      next_(running_) {
  if (judgement.kernel_named_by_user)
    next_ =
        NamedKernel(judgement.book, judgement.kernel, running_.command_line);
  FindRequests(judgement.snapshot, &running_);
  FindRequests(judgement.snapshot, &next_);
}

Observed<AcsAtBoot> AcsOutlook::Of(FunctionIndex function) const {
  return PredictAcsChange(judgement_.topology, running_, next_, function);
}

AcsAgreement AcsOutlook::Live(FunctionIndex function) const {
  return CompareWithLive(judgement_.topology, running_, function);
}

void WriteAcsBits(const AcsBits& bits, JsonWriter& json) {
  json.BeginObject();
  json.Key("value").Hex(bits.value, 4);
  json.Key("known").Hex(bits.known, 4);
  json.EndObject();
}

void WriteAcsFields(const Judgement& judgement, const AcsOutlook& outlook,
                    FunctionIndex i, JsonWriter& json) {
  const Function& f = judgement.topology[i];
  json.Key("acs");
  if (f.acs.known())
    WriteKnownAcs(f, f.acs.value(), outlook.Of(i).value(), outlook.Live(i),
                  json);
  else
    json.Null();
  json.Key("acs_state");
  f.acs.Match([&](const AcsCapability&) { json.String("known"); },
              [&] { json.String("absent"); },
              [&](ReadFailure why) { json.String(ReadFailureName(why)); });
  json.Field("redirects_p2p", RedirectsP2p(f));
}

void WriteAcsText(const Judgement& judgement,
                  const std::vector<FunctionIndex>& functions,
                  const TextStyle& style, std::ostream& out) {
  AcsWriter writer(judgement, style, out);
  std::vector<FunctionIndex> all =
      functions.empty() ? WithAcs(judgement) : functions;
  if (all.empty()) out << "no function has an ACS capability\n";
  for (FunctionIndex i : all) writer.Write(i);
}

void WriteAcsJson(const Judgement& judgement,
                  const std::vector<FunctionIndex>& functions,
                  std::ostream& out) {
  JsonWriter json(out);
  BeginDocument(judgement, "p2pcheck.acs/1", json);
  AcsOutlook outlook(judgement);
  json.Key("functions").BeginArray();
  for (FunctionIndex i : functions.empty() ? WithAcs(judgement) : functions) {
    json.BeginObject();
    json.Field("address", ToString(judgement.topology[i].address));
    WriteAcsFields(judgement, outlook, i, json);
    json.EndObject();
  }
  json.EndArray().EndObject();
}

}  // namespace p2pcheck
