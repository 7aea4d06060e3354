// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_PCI_CAPABILITIES_H_
#define P2PCHECK_PCI_CAPABILITIES_H_

#include <cstdint>
#include <functional>

#include "base/observed.h"
#include "pci/config_space.h"

namespace p2pcheck {

// Capability IDs (PCI Code and ID Assignment Specification).
constexpr uint8_t kCapPciX = 0x07;
constexpr uint8_t kCapExpress = 0x10;
constexpr uint16_t kExtCapAcs = 0x000d;
constexpr uint16_t kExtCapAts = 0x000f;
constexpr uint16_t kExtCapSriov = 0x0010;

/// Config space to walk over.  The walks below ask only for what they need,
/// so a live reader can fetch while it is asked and a decoder can use the
/// same walk on bytes that were fetched earlier.
class ConfigReader {
 public:
  virtual ~ConfigReader() = default;
  virtual Observed<uint8_t> Byte(uint16_t offset) = 0;
  virtual Observed<uint16_t> Word(uint16_t offset) = 0;
  virtual Observed<uint32_t> Dword(uint16_t offset) = 0;
};

/// Reads from bytes that are held.
class HeldConfig : public ConfigReader {
 public:
  explicit HeldConfig(const ConfigSpace& space) : space_(space) {}
  Observed<uint8_t> Byte(uint16_t offset) override {
    return space_.Byte(offset);
  }
  Observed<uint16_t> Word(uint16_t offset) override {
    return space_.Word(offset);
  }
  Observed<uint32_t> Dword(uint16_t offset) override {
    return space_.Dword(offset);
  }

 private:
  const ConfigSpace& space_;
};

/// Offset of the first standard capability with this ID.  Absent: the list
/// was read to its end (or the status register says there is none).  The walk
/// follows the kernel's (pci_find_capability, 6.1 to 7.3): at most 48 steps,
/// low two bits of a pointer ignored, a pointer below 0x40 or ID 0xff ends
/// it.
Observed<uint16_t> FindCapability(ConfigReader& config, uint8_t id);

/// Offset of the first extended capability with this ID; the walk of
/// pci_find_next_ext_capability (6.1 to 7.3): from 0x100, at most 480 steps,
/// an all-zero or all-one header or a pointer below 0x100 ends it.
Observed<uint16_t> FindExtendedCapability(ConfigReader& config, uint16_t id);

}  // namespace p2pcheck

#endif  // P2PCHECK_PCI_CAPABILITIES_H_
