// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/bug_report.h"

#include <algorithm>
#include <optional>

namespace p2pcheck {
namespace {

constexpr std::string_view kTitle = "Start of NVIDIA bug report log file";
constexpr std::string_view kFileMark = "*** /";
constexpr std::string_view kDumpWithoutLspci =
    "PCI devices configuration space dump using sysfs";

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

bool EndsWith(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() &&
         text.substr(text.size() - suffix.size()) == suffix;
}

bool IsSeparator(std::string_view line) {
  return line.size() >= 20 && line.find_first_not_of('_') == line.npos;
}

bool IsWanted(std::string_view path) {
  static constexpr std::string_view kFiles[] = {
      "/proc/cmdline", "/proc/cpuinfo",    "/proc/version",
      "/proc/iomem",   "/proc/interrupts", "/proc/driver/nvidia/params"};
  return std::find(std::begin(kFiles), std::end(kFiles), path) !=
         std::end(kFiles);
}

// "/usr/bin/lspci -nnDvvvxxxx" without the directory.
std::optional<std::string> ListingIn(std::string_view line) {
  if (line == kDumpWithoutLspci) return "lspci -Dxxxx";
  std::string_view command = line.substr(0, line.find(' '));
  std::string_view name = command.substr(command.rfind('/') + 1);
  if (name != "lspci") return std::nullopt;
  std::string out(line.substr(command.size() - name.size()));
  std::replace(out.begin(), out.end(), '/', '?');
  return out;
}

// The name under which a piece that starts with `line` is kept; empty for one
// that is not.
std::string NameOf(std::string_view line) {
  if (StartsWith(line, kFileMark)) line.remove_prefix(kFileMark.size() - 1);
  if (IsWanted(line)) return std::string(line.substr(1));
  if (line == "dmesg:") return "dmesg";
  return ListingIn(line).value_or("");
}

class Splitter {
 public:
  explicit Splitter(MemoryTree* tree) : tree_(tree) {}

  void ReadLine(std::string_view line) {
    if (EndsWith(line, "\r")) line.remove_suffix(1);
    if (IsSeparator(line)) return Begin();
    if (StartsWith(line, "uname: ")) return KeepUname(line.substr(7));
    // A piece may hold several files.
    if (at_title_ || StartsWith(line, kFileMark)) return ReadTitle(line);
    bool before =
        body_.empty() && (line.empty() || StartsWith(line, "*** ls: "));
    if (name_.empty() || before) return;
    body_.append(line).append("\n");
  }

  void End() {
    // One empty line stays: lspci ends a function with it.
    while (EndsWith(body_, "\n\n\n")) body_.pop_back();
    if (!name_.empty() && body_.size() > 1) tree_->AddFile(name_, body_);
    name_.clear();
    body_.clear();
  }

 private:
  void Begin() {
    End();
    at_title_ = true;
  }

  void ReadTitle(std::string_view line) {
    if (at_title_ && line.empty()) return;
    End();
    at_title_ = false;
    name_ = NameOf(line);
  }

  // Of the first one, which stands below the title.
  void KeepUname(std::string_view text) {
    at_title_ = false;
    tree_->AddFile("uname", std::string(text) + "\n");
  }

  MemoryTree* tree_;
  bool at_title_ = true;
  std::string name_, body_;
};

}  // namespace

bool IsBugReport(std::string_view beginning) {
  return beginning.find(kTitle) != beginning.npos;
}

void SplitBugReport(std::string_view text, MemoryTree* tree) {
  Splitter splitter(tree);
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    splitter.ReadLine(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  splitter.End();
}

}  // namespace p2pcheck
