// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>

#include "source/host_facts.h"

namespace p2pcheck {
namespace {

constexpr size_t kMaxConfigText = 16 << 20;  // real ones are 0.3 MB

// Inflates what is gzip; anything else is the text itself.
Observed<std::string> Inflate(const std::string& bytes) {
  if (bytes.compare(0, 2, "\x1f\x8b") != 0) return bytes;
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return ReadFailure::kReadError;
  stream.next_in =
      const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string text;
  int status = Z_OK;
  while (status == Z_OK && text.size() < kMaxConfigText) {
    size_t held = text.size();
    text.resize(held + (512 << 10));
    stream.next_out = reinterpret_cast<Bytef*>(text.data() + held);
    stream.avail_out = 512 << 10;
    status = inflate(&stream, Z_NO_FLUSH);
    text.resize(text.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (status != Z_STREAM_END) return ReadFailure::kMalformed;
  return text;
}

// "CONFIG_PCI_P2PDMA=y", or a comment that it is not set, which leaves "n".
StringMap PickOptions(std::string_view text) {
  StringMap out;
  for (std::string_view option : WantedConfigOptions())
    out.emplace(option, "n");
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.substr(0, 7) != "CONFIG_") continue;
    line.remove_prefix(7);
    size_t equals = std::min(line.find('='), line.size());
    auto found = out.find(std::string(line.substr(0, equals)));
    if (found != out.end() && equals < line.size())
      found->second = Trim(line.substr(equals + 1));
  }
  return out;
}

std::vector<std::string> Places(const Observed<std::string>& release) {
  if (!release.known()) return {};
  return {fmt::format("boot/config-{}", release.value()),
          fmt::format("lib/modules/{}/config", release.value()),
          fmt::format("usr/lib/modules/{}/config", release.value()),
          fmt::format("lib/modules/{}/build/.config", release.value())};
}

// The first place that has one.  A failure that is not "missing" is kept, in
// case no later place answers.
Observed<std::string> FindConfig(const HostTree& tree,
                                 const Observed<std::string>& release) {
  Observed<std::string> best = tree.Read(tree.proc, "config.gz");
  for (const std::string& path : Places(release)) {
    if (best.known()) return best;
    auto text = tree.Read(tree.root, path.c_str());
    if (text.known() || !best.unknown()) best = std::move(text);
  }
  return best;
}

}  // namespace

Observed<StringMap> ReadKernelConfig(const HostTree& tree,
                                     const Observed<std::string>& release) {
  Observed<std::string> found = FindConfig(tree, release);
  // A kernel has a configuration, whoever kept it.
  if (found.absent()) return ReadFailure::kNotRecorded;
  if (found.unknown()) return found.failure();
  return Inflate(found.value()).Map(PickOptions);
}

}  // namespace p2pcheck
