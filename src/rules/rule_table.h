// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_RULES_RULE_TABLE_H_
#define P2PCHECK_RULES_RULE_TABLE_H_

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/group_rules.h"
#include "rules/kernel_features.h"
#include "rules/kernel_version.h"
#include "rules/toml_document.h"

namespace p2pcheck {

/// "8086:2030"; no device for "1ae0:*".
struct DeviceId {
  uint16_t vendor = 0;
  std::optional<uint16_t> device;
};
std::string ToString(const DeviceId& id);
std::optional<DeviceId> ParseDeviceId(std::string_view text);

/// Reads one [[table]] of a rule file.  Whatever is missing, unknown, of
/// another type or out of range throws an InputError that points at it, and
/// suggests what may have been meant.
class RuleTable {
 public:
  /// `name` is how the file writes it: "[[host_bridge]]".  A key that is not
  /// among `keys` throws.
  RuleTable(const TomlDocument& document, std::string name,
            const TomlValue& table,
            std::initializer_list<std::string_view> keys);

  bool Has(std::string_view key) const { return Find(key) != nullptr; }
  std::string String(std::string_view key) const;  ///< never empty
  bool Boolean(std::string_view key) const;
  uint32_t Integer(std::string_view key, uint32_t most) const;
  /// The position of the text among `words`.
  size_t OneOf(std::string_view key,
               std::initializer_list<std::string_view> words) const;
  KernelVersion MinorRelease(std::string_view key) const;  ///< "5.18"

  /// Lists are never empty where the key is there; an absent one is empty.
  std::vector<DeviceId> Ids(std::string_view key) const;
  DeviceId Id(std::string_view key) const;  ///< one, as a string
  std::vector<KernelRange> Kernels(std::string_view key) const;
  std::vector<std::string> Strings(
      std::string_view key) const;  ///< no "" in it
  std::vector<KernelFeature> Features(std::string_view key) const;
  /// Names that must be among `known`; `what` they are is for the message.
  std::vector<std::string> Among(
      std::string_view key, std::string_view what,
      const std::vector<std::string_view>& known) const;
  /// The items as they are written, joined by ", ".
  std::string Joined(std::string_view key) const;
  /// "03", "0302" or "010802" as value and mask.
  std::pair<uint32_t, uint32_t> ClassCode(std::string_view key) const;

  /// "a000-a7ff", "af84": device numbers and ranges of them.
  std::vector<DeviceRange> DeviceRanges(std::string_view key) const;
  /// "12.3": device and function on some bus, as devfn.
  std::vector<uint8_t> Devfns(std::string_view key) const;

  void Require(std::string_view key) const { Get(key); }
  /// Points at a key of the table, or at the table where it has none.
  [[noreturn]] void Fail(std::string_view key, std::string_view message) const;
  /// Points at an item of the list that a key has.
  [[noreturn]] void FailAt(std::string_view key, size_t item,
                           std::string_view message) const;
  /// "host_bridges.toml:12"
  std::string Where() const;

 private:
  const TomlValue* Find(std::string_view key) const;
  const TomlValue& Get(std::string_view key) const;
  const TomlValue& Get(std::string_view key, TomlValue::Type type) const;
  const std::vector<TomlValue>& List(std::string_view key) const;
  [[noreturn]] void Fail(const TomlValue& at, std::string_view message) const;

  const TomlDocument& document_;
  std::string name_;
  const TomlValue& table_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_RULES_RULE_TABLE_H_
