// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "source/attributes.h"
#include "source/host_facts.h"

namespace p2pcheck {
namespace {

// Which driver's a unit is: they name their units so.
std::string_view KindOfUnit(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kPrefixes[] = {
      {"dmar", "intel"},
      {"ivhd", "amd"},
      {"smmu3", "arm-smmu-v3"},
      {"smmu", "arm-smmu"},
      {"virtio", "virtio"}};
  for (auto [prefix, kind] : kPrefixes)
    if (name.substr(0, prefix.size()) == prefix) return kind;
  return "other";
}

StringList Lines(std::string_view text) {
  StringList out;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = Trim(text.substr(0, end));
    if (!line.empty()) out.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

IommuGroupRecord ReadGroup(const HostTree& tree, const std::string& name) {
  IommuGroupRecord out;
  std::string path = "kernel/iommu_groups/" + name;
  out.type =
      tree.Read(tree.sys, (path + "/type").c_str())
          .Map([](const std::string& text) { return std::string(Trim(text)); });
  out.reserved_regions =
      tree.Read(tree.sys, (path + "/reserved_regions").c_str()).Map(Lines);
  return out;
}

}  // namespace

Observed<StringList> ReadIommuUnits(const HostTree& tree) {
  return tree.List(tree.sys, "class/iommu").Map([](const StringList& names) {
    StringList out;
    for (const std::string& name : names)
      out.push_back(fmt::format("{} {}", name, KindOfUnit(name)));
    return out;
  });
}

std::map<uint32_t, IommuGroupRecord> ReadIommuGroups(const HostTree& tree) {
  std::map<uint32_t, IommuGroupRecord> out;
  auto names = tree.List(tree.sys, "kernel/iommu_groups");
  for (const std::string& name : names.value_or({})) {
    auto number = ParseUnsigned(name, 10);
    if (!number || *number > UINT32_MAX) continue;
    out[static_cast<uint32_t>(*number)] = ReadGroup(tree, name);
  }
  return out;
}

}  // namespace p2pcheck
