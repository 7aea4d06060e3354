// SPDX-License-Identifier: GPL-2.0-or-later
#include "pci/express.h"

namespace p2pcheck {
namespace {

// Offsets in the capability (PCIe 6.0, 7.5.3).
constexpr uint16_t kFlags = 0x02;
constexpr uint16_t kDeviceControl = 0x08;
constexpr uint16_t kLinkCapabilities = 0x0c;
constexpr uint16_t kLinkStatus = 0x12;
constexpr uint16_t kLinkStatus2 = 0x32;
constexpr uint16_t kFlitModeStatus = 1 << 10;
constexpr uint16_t kFlitModeSpeed = 640;  // 64 GT/s

// Tenths of GT/s for a value of the link speed fields, where the entries of
// the supported-speeds vector are the usual ones.
Observed<uint16_t> SpeedOf(uint32_t field) {
  constexpr uint16_t kSpeeds[] = {0, 25, 50, 80, 160, 320, 640, 1280};
  if (field == 0 || field >= std::size(kSpeeds)) return Absent{};
  return kSpeeds[field];
}

Observed<uint8_t> WidthOf(uint32_t field) {
  if (field == 0) return Absent{};
  return static_cast<uint8_t>(field);
}

template <class T, class Word, class F>
Observed<T> Pick(const Observed<Word>& word, F f) {
  return word.Match([&](Word value) { return f(value); },
                    [] { return Observed<T>(Absent{}); },
                    [](ReadFailure why) { return Observed<T>(why); });
}

// Root complex endpoints and event collectors have no link.
bool HasLink(PortType type) {
  return type != PortType::kRootComplexEndpoint &&
         type != PortType::kRootComplexEventCollector;
}

Observed<bool> DecodeFlitMode(ConfigReader& config, uint16_t base,
                              const Observed<uint16_t>& max_speed) {
  if (!max_speed.known()) return max_speed.Map([](uint16_t) { return false; });
  if (max_speed.value() < kFlitModeSpeed) return false;
  return Pick<bool>(config.Word(base + kLinkStatus2), [](uint16_t word) {
    return Observed<bool>((word & kFlitModeStatus) != 0);
  });
}

void DecodeLink(ConfigReader& config, uint16_t base, ExpressCapability* out) {
  auto capabilities = config.Dword(base + kLinkCapabilities);
  out->max_speed = Pick<uint16_t>(
      capabilities, [](uint32_t word) { return SpeedOf(word & 0xf); });
  out->max_width = Pick<uint8_t>(
      capabilities, [](uint32_t word) { return WidthOf(word >> 4 & 0x3f); });
  auto status = config.Word(base + kLinkStatus);
  out->current_speed =
      Pick<uint16_t>(status, [](uint16_t word) { return SpeedOf(word & 0xf); });
  out->current_width = Pick<uint8_t>(
      status, [](uint16_t word) { return WidthOf(word >> 4 & 0x3f); });
  out->flit_mode = DecodeFlitMode(config, base, out->max_speed);
}

}  // namespace

bool operator==(const ExpressCapability& a, const ExpressCapability& b) {
  return a.type == b.type && a.max_payload == b.max_payload &&
         a.current_speed == b.current_speed && a.max_speed == b.max_speed &&
         a.current_width == b.current_width && a.max_width == b.max_width &&
         a.flit_mode == b.flit_mode;
}

std::string_view PortTypeName(PortType type) {
  switch (type) {
    case PortType::kEndpoint: return "Endpoint";
    case PortType::kLegacyEndpoint: return "Legacy Endpoint";
    case PortType::kRootPort: return "Root Port";
    case PortType::kUpstreamPort: return "Upstream Port";
    case PortType::kDownstreamPort: return "Downstream Port";
    case PortType::kPcieToPciBridge: return "PCIe to PCI/PCI-X Bridge";
    case PortType::kPciToPcieBridge: return "PCI/PCI-X to PCIe Bridge";
    case PortType::kRootComplexEndpoint:
      return "Root Complex Integrated Endpoint";
    case PortType::kRootComplexEventCollector:
      return "Root Complex Event Collector";
  }
  return "unassigned type";
}

Observed<ExpressCapability> DecodeExpress(ConfigReader& config) {
  auto base = FindCapability(config, kCapExpress);
  if (base.unknown()) return base.failure();
  if (base.absent()) return Absent{};
  auto flags = config.Word(base.value() + kFlags);
  if (flags.unknown()) return flags.failure();
  if (flags.absent()) return Absent{};
  ExpressCapability out;
  out.type = static_cast<PortType>(flags.value() >> 4 & 0xf);
  out.max_payload = Pick<uint16_t>(
      config.Word(base.value() + kDeviceControl), [](uint16_t word) {
        return Observed<uint16_t>(
            static_cast<uint16_t>(128 << (word >> 5 & 7)));
      });
  if (HasLink(out.type)) {
    DecodeLink(config, base.value(), &out);
  } else {
    out.current_speed = out.max_speed = Absent{};
    out.current_width = out.max_width = Absent{};
    out.flit_mode = Absent{};
  }
  return out;
}

}  // namespace p2pcheck
