// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/names.h"

extern "C" {
#include <pci/pci.h>
}

#include <unordered_map>

namespace p2pcheck {
namespace {

// libpci ends the process on errors unless it is told otherwise; a name that
// can't be looked up is no name.
void Ignore(char*, ...) {}

}  // namespace

class DeviceNames::Impl {
 public:
  Impl() : access_(pci_alloc()) {
    access_->warning = Ignore;
    access_->debug = Ignore;
    // Without pci_init: only the name tables are used, no hardware is.
    pci_set_param(access_, const_cast<char*>("hwdb.disable"),
                  const_cast<char*>("1"));
    access_->id_lookup_mode = 0;
  }
  ~Impl() { pci_cleanup(access_); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::string LookUp(uint16_t vendor, uint16_t device) {
    char buffer[256];
    const char* name = pci_lookup_name(
        access_, buffer, sizeof buffer,
        PCI_LOOKUP_VENDOR | PCI_LOOKUP_DEVICE | PCI_LOOKUP_NO_NUMBERS, vendor,
        device);
    return name ? name : "";
  }

  std::unordered_map<uint32_t, std::string> cache;

 private:
  pci_access* access_;
};

DeviceNames::DeviceNames() : impl_(new Impl) {}
DeviceNames::~DeviceNames() = default;

std::string DeviceNames::NameOf(const FunctionRecord& function) {
  if (!function.vendor.known() || !function.device.known()) return "";
  uint32_t key =
      uint32_t{function.vendor.value()} << 16 | function.device.value();
  auto [slot, fresh] = impl_->cache.try_emplace(key);
  if (fresh)
    slot->second =
        impl_->LookUp(function.vendor.value(), function.device.value());
  return slot->second;
}

}  // namespace p2pcheck
