// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/nesting.h"

namespace p2pcheck {
namespace {

// Calls `visit(component, end)` for each component that a '/' or the end
// closes; `end` is where in the path.
template <class Visitor>
void ForEachComponent(std::string_view path, Visitor&& visit) {
  for (size_t begin = 0; begin < path.size();) {
    size_t end = std::min(path.find('/', begin), path.size());
    if (end > begin) visit(path.substr(begin, end - begin), end);
    begin = end + 1;
  }
}

ParentLink OnRootBus(const RootBus& bus) { return {true, {}, bus}; }
ParentLink Below(const PciAddress& bridge) { return {false, bridge, {}}; }

}  // namespace

std::optional<Nesting> ParseNesting(std::string_view target,
                                    const PciAddress& self) {
  Nesting out;
  std::optional<ParentLink> inner, outer;  // the last two that are PCI
  std::optional<PciAddress> last;          // what the last component is
  ForEachComponent(target, [&](std::string_view name, size_t end) {
    outer = inner;
    last = ParsePciAddress(name);
    if (last) {
      inner = Below(*last);
      out.above.push_back(*last);
    } else if (auto bus = ParseRootBus(name)) {
      if (outer && !outer->is_root_bus)
        out.nested.emplace_back(*bus, outer->bridge);
      inner = OnRootBus(*bus);
      out.root_paths.emplace_back(target.substr(0, end));
    } else {
      inner.reset();
    }
  });
  if (!last || *last != self || !outer) return std::nullopt;
  out.above.pop_back();
  out.parent = *outer;
  return out;
}

std::optional<PciAddress> OwnerInPath(std::string_view target) {
  std::optional<PciAddress> owner;
  ForEachComponent(target, [&](std::string_view name, size_t) {
    if (auto address = ParsePciAddress(name)) owner = address;
  });
  return owner;
}

}  // namespace p2pcheck
