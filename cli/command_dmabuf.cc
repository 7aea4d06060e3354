// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/input_error.h"
#include "cli/commands.h"
#include "cli/devices.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/session.h"
#include "report/bars_report.h"
#include "report/dmabuf_report.h"
#include "report/sentences.h"

namespace p2pcheck {
namespace {

bool IsAddress(const std::string& word) {
  return ParsePciAddress(word) || ParseShortPciAddress(word);
}

bool IsNode(const Judgement& judgement, const std::string& word) {
  for (const FunctionRecord& record : judgement.snapshot.functions)
    if (record.nodes.known())
      for (const DeviceNode& node : record.nodes.value())
        if (node.name == word) return true;
  return false;
}

// "0000:01:00.0.2" => "0000:01:00.0" and 2.  A function's own number is not
// taken for a BAR, nor the end of a node's name.
std::optional<uint8_t> SplitBar(const Judgement& judgement, std::string* word) {
  size_t dot = word->rfind('.');
  if (dot == std::string::npos || IsAddress(*word) || IsNode(judgement, *word))
    return std::nullopt;
  std::string bar = word->substr(dot + 1);
  if (bar == "rom") bar = std::to_string(kRomIndex);
  if (bar.size() != 1 || bar[0] < '0' || bar[0] > '0' + kRomIndex)
    return std::nullopt;
  word->resize(dot);
  return static_cast<uint8_t>(bar[0] - '0');
}

const ImporterRule& NamedUse(const Judgement& judgement,
                             const std::string& id) {
  if (const ImporterRule* use = FindUse(judgement.dmabuf, id)) return *use;
  std::string text =
      id + ": no use of a dma-buf that this kernel has; there are:";
  for (const ImporterRule& use : judgement.dmabuf.importers)
    text += fmt::format("\n  {}  {} ({})", use.id, use.name,
                        ImporterKindName(use.kind));
  throw NotFoundError(text);
}

// Hex digits and colons only would be an address or an ID.
bool LooksLikeUse(const std::string& word) {
  return word.find_first_not_of("0123456789abcdefABCDEF.") != std::string::npos;
}

// "01:00.0:mlx5-mr" => "01:00.0" and mlx5-mr.
const ImporterRule* SplitUse(const Judgement& judgement, std::string* word) {
  size_t colon = word->rfind(':');
  if (colon == std::string::npos) return nullptr;
  std::string id = word->substr(colon + 1);
  if (!LooksLikeUse(id)) return nullptr;
  word->resize(colon);
  return &NamedUse(judgement, id);
}

// "4096", "0x1000", "4K", "2M", "1G", from the front of a text.
uint64_t ReadSize(std::string_view* text, const std::string& whole) {
  int base = 10;
  if (text->substr(0, 2) == "0x") {
    base = 16;
    text->remove_prefix(2);
  }
  uint64_t value = 0;
  auto [end, error] =
      std::from_chars(text->data(), text->data() + text->size(), value, base);
  if (error != std::errc())
    throw UsageError("--ranges " + whole +
                     ": write OFFSET+LENGTH, with 0x for hex or K, M, G");
  text->remove_prefix(static_cast<size_t>(end - text->data()));
  size_t unit = text->empty() ? std::string_view::npos
                              : std::string_view("KMG").find(text->front());
  if (unit == std::string_view::npos) return value;
  text->remove_prefix(1);
  return value << (10 * (unit + 1));
}

DmabufRange ReadRange(const std::string& word) {
  std::string_view text = word;
  DmabufRange range;
  range.offset = ReadSize(&text, word);
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    range.length = ReadSize(&text, word);
    if (text.empty()) return range;
  }
  throw UsageError("--ranges " + word +
                   ": write OFFSET+LENGTH, with 0x for hex or K, M, G");
}

DmabufRequest RequestOf(const Judgement& judgement, const Options& options) {
  DmabufRequest request;
  std::string exporter = options.arguments[0], importer = options.arguments[1];
  request.bar = SplitBar(judgement, &exporter);
  request.exporter = SelectDevice(judgement, exporter);
  request.use = SplitUse(judgement, &importer);
  request.importer = SelectDevice(judgement, importer);
  if (options.use) request.use = &NamedUse(judgement, *options.use);
  for (const std::string& range : options.ranges)
    request.ranges.push_back(ReadRange(range));
  return request;
}

}  // namespace

int RunDmabuf(const Options& options) {
  ReadRequest request;
  request.depth = ReadRequest::Depth::kDetails;
  Session session(options, request);
  const Judgement& judgement = session.judgement();
  DmabufFinding finding = JudgeDmabuf(judgement, RequestOf(judgement, options));
  Output output(options.output);
  switch (options.format) {
    case Format::kTsv:
      WriteDmabufTsv(judgement, finding, output.stream());
      break;
    case Format::kJson:
      WriteDmabufJson(judgement, finding, output.stream());
      break;
    case Format::kText:
      WriteDmabufText(judgement, finding, StyleFor(options), output.stream());
      break;
  }
  output.Finish();
  Ternary answer = finding.answer();
  if (answer == Ternary::kYes) return kAllAllowed;
  return answer == Ternary::kNo ? kSomethingNot : kUndecided;
}

}  // namespace p2pcheck
