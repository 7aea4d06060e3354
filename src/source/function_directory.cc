// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/function_directory.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>

namespace p2pcheck {
namespace {

// What a warning may quote of a text.
std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text.substr(0, 40)) out += c >= ' ' && c < 127 ? c : '?';
  return out + (text.size() > 40 ? "...\"" : "\"");
}

}  // namespace

FunctionDirectory::FunctionDirectory(const SysfsTree& tree,
                                     const PciAddress& address,
                                     FunctionNotes* notes)
    : tree_(tree),
      notes_(notes),
      name_(ToString(address)),
      directory_(OpenDirectory(tree.files, tree.devices, name_.c_str())) {}

// An attribute is at most a page and comes in one read.
int FunctionDirectory::ReadPage(const char* name) {
  constexpr size_t kPage = 4096;
  text_.clear();
  OpenFile file(files(), get(), name, O_RDONLY | O_NONBLOCK);
  if (!file.ok()) return file.error();
  text_.resize(kPage);
  ssize_t got = files()->Read(file.get(), text_.data(), kPage);
  text_.resize(got > 0 ? static_cast<size_t>(got) : 0);
  return got < 0 ? static_cast<int>(got) : 0;
}

Observed<std::string_view> FunctionDirectory::Text(const char* name) {
  int error = ReadPage(name);
  if (IsMissing(error)) return Absent{};
  if (error < 0) return Note(error);
  std::string_view text =
      Trim(tree_.live ? std::string_view(text_) : WithoutPadding(text_));
  // A tool that may not read a file tends to leave an empty copy.
  if (text.empty() && !tree_.live) return ReadFailure::kNotRecorded;
  return text;
}

Observed<std::string> FunctionDirectory::Word(const char* name) {
  return Text(name).Map(
      [](std::string_view text) { return std::string(text); });
}

Observed<std::string> FunctionDirectory::LinkName(const char* name) {
  int error = ReadLinkText(files(), get(), name, &text_);
  if (IsMissing(error)) return Absent{};
  if (error == -EINVAL) return Malformed(name, "no link");
  if (error < 0) return Note(error);
  return std::string(BaseName(text_));
}

Observed<PciAddress> FunctionDirectory::LinkedFunction(const char* name) {
  Observed<std::string> target = LinkName(name);
  if (target.absent()) return Absent{};
  if (target.unknown()) return target.failure();
  if (auto address = ParsePciAddress(target.value())) return *address;
  return Malformed(name, target.value());
}

std::vector<std::string> FunctionDirectory::List(const char* path) {
  std::vector<std::string> names;
  int error = files()->List(get(), path, &names);
  if (error < 0 && !IsMissing(error)) Note(error);
  return names;
}

void FunctionDirectory::Warn(std::string_view text) {
  notes_->warnings.push_back({fmt::format("{}: {}", name_, text)});
}

ReadFailure FunctionDirectory::Malformed(std::string_view name,
                                         std::string_view found) {
  Warn(fmt::format("{} makes no sense: {}", name, Quoted(found)));
  return ReadFailure::kMalformed;
}

ReadFailure FunctionDirectory::Note(int error) {
  ReadFailure failure = FailureOf(error);
  if (failure == ReadFailure::kVanished) vanished_ = true;
  return failure;
}

}  // namespace p2pcheck
