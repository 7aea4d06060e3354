// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/completion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace p2pcheck {

Completer CompleterOf(const ValueShape& value) {
  using How = Completer::How;
  static const std::pair<const char*, Completer> kByName[] = {
      {"SOURCE", {How::kFiles, ""}},       {"FILE", {How::kFiles, ""}},
      {"DIR", {How::kFolders, ""}},        {"DEVICE", {How::kAsk, "devices"}},
      {"DEVICES", {How::kAsk, "devices"}}, {"ID", {How::kAsk, "ids"}},
      {"ID,...", {How::kAsk, "findings"}}, {"NAME", {How::kAsk, "schemas"}},
      {"USE", {How::kAsk, "uses"}},        {"VERSION", {How::kAsk, "kernels"}},
      {"KERNEL", {How::kAsk, "kernels"}},  {"WHAT", {How::kAsk, "assume"}},
  };
  if (!value.words.empty()) return {How::kWords, ""};
  for (const auto& [name, completer] : kByName)
    if (value.name == name) return completer;
  return {};
}

std::vector<OptionShape> AllOptions(const std::vector<CommandShape>& shapes) {
  std::vector<OptionShape> all;
  for (const CommandShape& shape : shapes)
    all.insert(all.end(), shape.options.begin(), shape.options.end());
  return all;
}

std::string JoinWords(const std::vector<std::string>& words,
                      const std::string& between) {
  return fmt::format("{}", fmt::join(words, between));
}

}  // namespace p2pcheck
