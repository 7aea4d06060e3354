// SPDX-License-Identifier: GPL-2.0-or-later
//
// Two flat tables: what pci.ids calls classes, and what lspci (2.2 to 3.13)
// calls capabilities.  Facts, each of which stands once; a linear search,
// because only text without numbers asks, once or a dozen times a function.
#include "snapshot/lspci_names.h"

#include "snapshot/words.h"

namespace p2pcheck {
namespace {

struct NamedNumber {
  std::string_view name;
  uint16_t number;
};

constexpr NamedNumber kClasses[] = {
    {"386", 0x0b00},
    {"3D controller", 0x0302},
    {"486", 0x0b01},
    {"802.1a controller", 0x0d20},
    {"802.1b controller", 0x0d21},
    {"ACCESS Bus", 0x0c01},
    {"ATA controller", 0x0105},
    {"ATM network controller", 0x0203},
    {"Alpha", 0x0b10},
    {"Audio device", 0x0403},
    {"Bluetooth", 0x0d11},
    {"Bridge", 0x0680},
    {"Broadband", 0x0d12},
    {"CANBUS", 0x0c09},
    {"CXL", 0x0502},
    {"CardBus bridge", 0x0607},
    {"Co-processor", 0x0b40},
    {"Communication controller", 0x0780},
    {"Communication synchronizer", 0x1110},
    {"Computer telephony device", 0x0402},
    {"Consumer IR controller", 0x0d01},
    {"DMA controller", 0x0801},
    {"DPIO module", 0x1100},
    {"Digitizer Pen", 0x0901},
    {"Display controller", 0x0380},
    {"Docking Station", 0x0a80},
    {"EISA bridge", 0x0602},
    {"Encryption controller", 0x1080},
    {"Entertainment encryption device", 0x1010},
    {"Ethernet controller", 0x0200},
    {"FDDI network controller", 0x0202},
    {"FLASH memory", 0x0501},
    {"Fabric controller", 0x0208},
    {"Fibre Channel", 0x0c04},
    {"FireWire (IEEE 1394)", 0x0c00},
    {"Floppy disk controller", 0x0102},
    {"GPIB controller", 0x0704},
    {"Gameport controller", 0x0904},
    {"Generic Docking Station", 0x0a00},
    {"Host bridge", 0x0600},
    {"I2O", 0x0e00},
    {"IDE interface", 0x0101},
    {"IOMMU", 0x0806},
    {"IPI bus controller", 0x0103},
    {"IPMI Interface", 0x0c07},
    {"IRDA controller", 0x0d00},
    {"ISA bridge", 0x0601},
    {"ISDN controller", 0x0204},
    {"Image coprocessor", 0x0005},
    {"InfiniBand", 0x0c06},
    {"InfiniBand to PCI host bridge", 0x060a},
    {"Infiniband controller", 0x0207},
    {"Input device controller", 0x0980},
    {"Keyboard controller", 0x0900},
    {"MIPS", 0x0b30},
    {"Mass storage controller", 0x0180},
    {"Memory controller", 0x0580},
    {"MicroChannel bridge", 0x0603},
    {"Modem", 0x0703},
    {"Mouse controller", 0x0902},
    {"Multimedia audio controller", 0x0401},
    {"Multimedia controller", 0x0480},
    {"Multimedia video controller", 0x0400},
    {"Multiport serial controller", 0x0702},
    {"Network and computing encryption device", 0x1000},
    {"Network controller", 0x0280},
    {"Non-VGA unclassified device", 0x0000},
    {"Non-Volatile memory controller", 0x0108},
    {"NuBus bridge", 0x0606},
    {"PCI Hot-plug controller", 0x0804},
    {"PCI bridge", 0x0604},
    {"PCMCIA bridge", 0x0605},
    {"PIC", 0x0800},
    {"PICMG controller", 0x0206},
    {"Parallel controller", 0x0701},
    {"Pentium", 0x0b02},
    {"Performance counters", 0x1101},
    {"Power PC", 0x0b20},
    {"Processing accelerators", 0x1200},
    {"RACEway bridge", 0x0608},
    {"RAID bus controller", 0x0104},
    {"RAM memory", 0x0500},
    {"RF controller", 0x0d10},
    {"RTC", 0x0803},
    {"SATA controller", 0x0106},
    {"SCSI storage controller", 0x0100},
    {"SD Host controller", 0x0805},
    {"SERCOS interface", 0x0c08},
    {"SMBus", 0x0c05},
    {"SNIA Smart Data Accelerator Interface (SDXI) controller", 0x1201},
    {"SSA", 0x0c02},
    {"Satellite TV controller", 0x0f01},
    {"Satellite audio communication controller", 0x0f02},
    {"Satellite data communication controller", 0x0f04},
    {"Satellite voice communication controller", 0x0f03},
    {"Scanner controller", 0x0903},
    {"Semi-transparent PCI-to-PCI bridge", 0x0609},
    {"Serial Attached SCSI controller", 0x0107},
    {"Serial bus controller", 0x0c80},
    {"Serial controller", 0x0700},
    {"Signal processing controller", 0x1180},
    {"Signal processing management", 0x1120},
    {"Smard Card controller", 0x0705},
    {"System peripheral", 0x0880},
    {"Timer", 0x0802},
    {"Timing Card", 0x0899},
    {"Token ring network controller", 0x0201},
    {"USB Controller", 0x0c03},
    {"USB controller", 0x0c03},
    {"Universal Flash Storage controller", 0x0109},
    {"VGA compatible controller", 0x0300},
    {"VGA compatible unclassified device", 0x0001},
    {"Wireless controller", 0x0d80},
    {"WorldFip controller", 0x0205},
    {"XGA compatible controller", 0x0301},
};

// What the text of each starts with.
constexpr NamedNumber kCapabilities[] = {
    {"Null", 0x00},
    {"Power Management version", 0x01},
    {"AGP version", 0x02},
    {"Vital Product Data", 0x03},
    {"Slot ID:", 0x04},
    {"MSI: Enable", 0x05},
    {"Message Signalled Interrupts:", 0x05},
    {"CompactPCI hot-swap", 0x06},
    {"PCI-X bridge device", 0x07},
    {"PCI-X non-bridge device", 0x07},
    {"HyperTransport:", 0x08},
    {"Vendor Specific Information", 0x09},
    {"Debug port", 0x0a},
    {"CompactPCI central resource control", 0x0b},
    {"Hot-plug capable", 0x0c},
    {"Subsystem:", 0x0d},
    {"AGP3", 0x0e},
    {"Secure device", 0x0f},
    {"Express ", 0x10},
    {"MSI-X: Enable", 0x11},
    {"SATA HBA", 0x12},
    {"PCI Advanced Features", 0x13},
    {"Enhanced Allocation", 0x14},
};

constexpr NamedNumber kExtendedCapabilities[] = {
    {"Null", 0x00},
    {"Advanced Error Reporting", 0x01},
    {"Virtual Channel", 0x02},  // or 0x09, which lspci calls the same
    {"Device Serial Number", 0x03},
    {"Power Budgeting", 0x04},
    {"Root Complex Link", 0x05},
    {"Root Complex Internal Link", 0x06},
    {"Root Complex Event Collector", 0x07},
    {"Multi-Function Virtual Channel", 0x08},
    {"Root Bridge Control Block", 0x0a},
    {"Root Complex Register Block", 0x0a},
    {"Vendor Specific Information", 0x0b},
    {"Access Control Services", 0x0d},
    {"Alternative Routing-ID Interpretation", 0x0e},
    {"Address Translation Service", 0x0f},
    {"Single Root I/O Virtualization", 0x10},
    {"Multi-Root I/O Virtualization", 0x11},
    {"Multicast", 0x12},
    {"Page Request Interface", 0x13},
    {"Physical Resizable BAR", 0x15},
    {"Resizable BAR", 0x15},
    {"Dynamic Power Allocation", 0x16},
    {"Transaction Processing Hints", 0x17},
    {"Latency Tolerance Reporting", 0x18},
    {"Secondary PCI Express", 0x19},
    {"Protocol Multiplexing", 0x1a},
    {"Process Address Space ID", 0x1b},
    {"LN Requester", 0x1c},
    {"Downstream Port Containment", 0x1d},
    {"L1 PM Substates", 0x1e},
    {"Precision Time Measurement", 0x1f},
    {"PCI Express over M_PHY", 0x20},
    {"FRS Queueing", 0x21},
    {"Readiness Time Reporting", 0x22},
    {"Designated Vendor-Specific", 0x23},
    {"Virtual Resizable BAR", 0x24},
    {"Data Link Feature", 0x25},
    {"Physical Layer 16.0 GT/s", 0x26},
    {"Lane Margining at the Receiver", 0x27},
    {"Hierarchy ID", 0x28},
    {"Native PCIe Enclosure Management", 0x29},
    {"Physical Layer 32.0 GT/s", 0x2a},
    {"Alternate Protocol", 0x2b},
    {"System Firmware Intermediary", 0x2c},
    {"Shadow Functions", 0x2d},
    {"Data Object Exchange", 0x2e},
    {"Device 3", 0x2f},
    {"Integrity & Data Encryption", 0x30},
    {"Physical Layer 64.0 GT/s", 0x31},
};

template <size_t N>
std::optional<uint16_t> WhatStarts(std::string_view text,
                                   const NamedNumber (&table)[N]) {
  for (const NamedNumber& entry : table)
    if (IfStartsWith(text, entry.name)) return entry.number;
  return std::nullopt;
}

// "#19" and "#15 [0000]" of older versions, "Capability ID 0x15 [0000]" and
// "Extended Capability ID 0x2a" of newer ones: hexadecimal all of them.
std::optional<uint16_t> NumberIn(std::string_view text) {
  for (std::string_view key :
       {"#", "Capability ID 0x", "Extended Capability ID 0x"})
    if (auto digits = IfStartsWith(text, key))
      return TakeNumber<uint16_t>(*digits, 16);
  return std::nullopt;
}

}  // namespace

std::optional<uint16_t> ClassOfName(std::string_view name) {
  for (const NamedNumber& entry : kClasses)
    if (entry.name == name) return entry.number;
  return std::nullopt;
}

std::optional<uint16_t> CapabilityOfText(std::string_view text) {
  auto id = WhatStarts(text, kCapabilities);
  if (!id) id = NumberIn(text);
  return id && *id < 0xff ? id : std::nullopt;
}

std::optional<uint16_t> ExtendedCapabilityOfText(std::string_view text) {
  auto id = WhatStarts(text, kExtendedCapabilities);
  return id ? id : NumberIn(text);
}

}  // namespace p2pcheck
