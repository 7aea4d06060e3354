// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/random_snapshot.h"

#include <algorithm>
#include <random>

namespace p2pcheck {
namespace {

class Generator {
 public:
  explicit Generator(uint32_t seed) : random_(seed) {}

  HostSnapshot Snapshot();

 private:
  uint32_t Below(uint32_t limit) { return random_() % limit; }

  template <class T>
  void Fill(Observed<T>* field);

  void Value(uint64_t* value) {
    *value = uint64_t{random_()} << 32 | random_();
  }
  void Value(uint32_t* value) { *value = random_(); }
  void Value(uint16_t* value) { *value = static_cast<uint16_t>(random_()); }
  void Value(uint8_t* value) { *value = static_cast<uint8_t>(random_()); }
  void Value(int32_t* value) { *value = static_cast<int32_t>(random_()); }
  void Value(bool* value) { *value = Below(2) == 1; }
  void Value(std::string* value);
  void Value(PciAddress* value);
  void Value(RootBus* value);
  void Value(ParentLink* value);
  void Value(P2pMemory* value);
  void Value(ResourceLine* value);
  void Value(MemoryRange* value);
  void Value(DeviceNode* value);
  template <class T>
  void Value(std::vector<T>* value);
  template <class Key, class T>
  void Value(std::map<Key, T>* value);

  ReadFailure Failure() { return static_cast<ReadFailure>(Below(8)); }
  ConfigSpace Config();
  void PutRun(ConfigSpace* config, uint32_t reach);
  FunctionRecord Function(const PciAddress& address);

  std::mt19937 random_;
};

template <class T>
void Generator::Fill(Observed<T>* field) {
  switch (Below(4)) {
    case 0: *field = Failure(); return;
    case 1: *field = Absent{}; return;
    default: break;
  }
  T value{};
  Value(&value);
  *field = std::move(value);
}

void Generator::Value(std::string* value) {
  constexpr const char* kTricky[] = {
      "",     "-",     "?",   "? asleep", "none", "\"\"",    "a b",
      " a  ", "\\x41", "x=y", "@+ ",      "\n",   "\xc2\xa0"};
  if (Below(4) == 0) {
    *value = kTricky[Below(std::size(kTricky))];
    return;
  }
  size_t size = Below(10) == 0 ? Below(1000) : Below(20);
  bool blank = Below(10) == 0;
  for (size_t i = 0; i < size; ++i)
    *value += blank ? ' ' : static_cast<char>(random_());
}

void Generator::Value(PciAddress* value) {
  constexpr uint32_t kDomains[] = {0, 1, 0xffff, 0x10000, 0xffffffff};
  value->domain = kDomains[Below(std::size(kDomains))];
  Value(&value->bus);
  Value(&value->devfn);
}

void Generator::Value(RootBus* value) {
  PciAddress address;
  Value(&address);
  *value = RootBus{address.domain, address.bus};
}

void Generator::Value(ParentLink* value) {
  Value(&value->is_root_bus);
  if (value->is_root_bus)
    Value(&value->root_bus);
  else
    Value(&value->bridge);
}

void Generator::Value(P2pMemory* value) {
  Value(&value->size);
  Value(&value->available);
  Value(&value->published);
}

void Generator::Value(ResourceLine* value) {
  Value(&value->start);
  Value(&value->end);
  Value(&value->flags);
}

void Generator::Value(MemoryRange* value) {
  Value(&value->base);
  Value(&value->size);
}

void Generator::Value(DeviceNode* value) {
  Value(&value->subsystem);
  Value(&value->name);
}

template <class T>
void Generator::Value(std::vector<T>* value) {
  value->resize(Below(4));
  for (T& element : *value) Value(&element);
}

template <class Key, class T>
void Generator::Value(std::map<Key, T>* value) {
  for (uint32_t i = Below(4); i > 0; --i) {
    Key key{};
    Value(&key);
    Value(&(*value)[key]);
  }
}

void Generator::PutRun(ConfigSpace* config, uint32_t reach) {
  size_t begin = Below(2) ? 0 : Below(reach);
  size_t size =
      std::min<size_t>(reach - begin, 1 + Below(Below(2) ? 64 : reach));
  std::vector<uint8_t> bytes(size);
  // Many end in zeros, which the writer leaves out.
  size_t used = Below(2) ? Below(static_cast<uint32_t>(size + 1)) : size;
  for (size_t i = 0; i < used; ++i) Value(&bytes[i]);
  config->Put(static_cast<uint16_t>(begin), bytes.data(), size);
}

ConfigSpace Generator::Config() {
  ConfigSpace config;
  constexpr uint16_t kReach[] = {64, 256, 4096};
  if (Below(3))
    config.set_reach(kReach[Below(3)]);
  else
    config.set_reach(Failure());
  config.set_rest(Failure());
  for (uint32_t i = Below(4); i > 0; --i)
    PutRun(&config, config.reach().value_or(4096));
  return config;
}

FunctionRecord Generator::Function(const PciAddress& address) {
  FunctionRecord record;
  record.address = address;
  ForEachField([&](std::string_view, auto field) { Fill(&(record.*field)); });
  // 24 bits are all there are, and nodes are sorted.
  if (record.class_code.known())
    record.class_code = record.class_code.value() & 0xffffff;
  if (record.nodes.known())
    std::sort(record.nodes.value().begin(), record.nodes.value().end());
  record.config = Config();
  return record;
}

HostSnapshot Generator::Snapshot() {
  HostSnapshot snapshot;
  ForEachHostField(
      [&](std::string_view, auto field) { Fill(&(snapshot.host.*field)); });
  for (uint32_t i = Below(4); i > 0; --i) {
    IommuGroupRecord& group = snapshot.groups[random_()];
    Fill(&group.type);
    Fill(&group.reserved_regions);
  }
  Value(&snapshot.nested_root_buses);
  std::map<PciAddress, bool> addresses;
  Value(&addresses);
  for (const auto& [address, ignored] : addresses)
    snapshot.functions.push_back(Function(address));
  return snapshot;
}

}  // namespace

HostSnapshot RandomSnapshot(uint32_t seed) {
  return Generator(seed).Snapshot();
}

}  // namespace p2pcheck
