// SPDX-License-Identifier: GPL-2.0-or-later
#include "rules/rule_files.h"

#include <fmt/format.h>
#include <nettle/sha2.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/input_error.h"

namespace p2pcheck {
namespace {

namespace fs = std::filesystem;

RuleFile ReadRuleFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!in || in.bad()) throw InputError(path.string(), "cannot be read");
  return {path.filename().string(), std::move(text)};
}

void Update(sha256_ctx* context, const std::string& text) {
  // With the NUL that ends it, so that names and texts cannot run together.
  sha256_update(context, text.size() + 1,
                reinterpret_cast<const uint8_t*>(text.c_str()));
}

}  // namespace

std::vector<RuleFile> ReadRuleFiles(const std::string& directory) {
  std::error_code error;
  fs::directory_iterator entries(directory, error);
  if (error)
    throw NotFoundError(fmt::format("{}: {}", directory, error.message()));
  std::vector<RuleFile> files;
  for (const fs::directory_entry& entry : entries)
    if (entry.path().extension() == ".toml")
      files.push_back(ReadRuleFile(entry.path()));
  if (files.empty()) throw InputError(directory, "holds no .toml file");
  std::sort(
      files.begin(), files.end(),
      [](const RuleFile& a, const RuleFile& b) { return a.name < b.name; });
  return files;
}

std::string HashRuleFiles(const std::vector<RuleFile>& files) {
  sha256_ctx context;
  sha256_init(&context);
  for (const RuleFile& file : files) {
    Update(&context, file.name);
    Update(&context, file.text);
  }
  std::array<uint8_t, SHA256_DIGEST_SIZE> digest;
  sha256_digest(&context, digest.size(), digest.data());
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

}  // namespace p2pcheck
