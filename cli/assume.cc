// SPDX-License-Identifier: GPL-2.0-or-later
//
// --assume: facts put in the place of those observed, before anything is
// computed from them, so that everything downstream follows.
#include <fmt/format.h>

#include <cstdlib>
#include <string_view>

#include "cli/session.h"

namespace p2pcheck {
namespace {

constexpr const char* kForms = "config=OPTION=y or =n, cpu=VENDOR:FAMILY";

[[noreturn]] void Refuse(const std::string& text) {
  throw UsageError(
      fmt::format("--assume {}: not understood; it takes {}", text, kForms));
}

// "PCI_P2PDMA=y", with or without "CONFIG_" before it.
void AssumeConfig(const std::string& text, std::string_view value,
                  HostSnapshot* snapshot) {
  size_t equals = value.find('=');
  if (equals == std::string_view::npos || equals == 0) Refuse(text);
  std::string option(value.substr(0, equals));
  std::string setting(value.substr(equals + 1));
  if (setting != "y" && setting != "n" && setting != "m") Refuse(text);
  if (option.rfind("CONFIG_", 0) == 0) option.erase(0, 7);
  StringMap config = snapshot->host.config.value_or({});
  config[option] = setting;
  snapshot->host.config = std::move(config);
}

// "AuthenticAMD:0x19": the family in any base that C reads.
void AssumeCpu(const std::string& text, std::string_view value,
               HostSnapshot* snapshot) {
  size_t colon = value.find(':');
  if (colon == std::string_view::npos || colon == 0) Refuse(text);
  std::string number(value.substr(colon + 1));
  char* end = nullptr;
  unsigned long family = std::strtoul(number.c_str(), &end, 0);
  if (number.empty() || *end != '\0' || family > 0xffff) Refuse(text);
  snapshot->host.cpu_vendor = std::string(value.substr(0, colon));
  snapshot->host.cpu_family = static_cast<uint32_t>(family);
  snapshot->host.architecture = std::string("x86_64");
}

}  // namespace

void ApplyAssumptions(const std::vector<std::string>& assume,
                      HostSnapshot* snapshot) {
  for (const std::string& text : assume) {
    std::string_view view = text;
    if (view.rfind("config=", 0) == 0)
      AssumeConfig(text, view.substr(7), snapshot);
    else if (view.rfind("cpu=", 0) == 0)
      AssumeCpu(text, view.substr(4), snapshot);
    else
      Refuse(text);
  }
}

}  // namespace p2pcheck
