// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/memory_tree.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace p2pcheck {
namespace {

// Far from every descriptor a process has, so that one that strays into a
// real system call fails there.
constexpr int kFirstHandle = 1 << 24;

// Links followed for one name, as the kernel has it (MAXSYMLINKS).
constexpr int kMostLinks = 40;

// Takes a component and the '/' behind it off the front.
std::string_view TakeComponent(std::string_view* path) {
  size_t end = std::min(path->find('/'), path->size());
  std::string_view out = path->substr(0, end);
  path->remove_prefix(std::min(end + 1, path->size()));
  return out;
}

ssize_t CopyOut(std::string_view text, size_t offset, void* buffer,
                size_t size) {
  if (offset >= text.size()) return 0;
  return static_cast<ssize_t>(
      text.copy(static_cast<char*>(buffer), size, offset));
}

}  // namespace

MemoryTree::MemoryTree() : top_(std::make_unique<Node>()) {
  top_->parent = top_.get();
}
MemoryTree::~MemoryTree() = default;

MemoryTree::Outcome MemoryTree::Add(std::string_view path, Kind kind,
                                    std::string text) {
  Node* at = top_.get();
  bool is_new = false;
  while (!path.empty()) {
    std::string_view name = TakeComponent(&path);
    if (at->kind != Kind::kDirectory) return Outcome::kBelowNoDirectory;
    auto found = at->below.find(name);
    is_new = found == at->below.end();
    if (is_new) {
      auto node = std::make_unique<Node>();
      node->parent = at;
      if (path.empty()) node->kind = kind;
      found = at->below.emplace(name, std::move(node)).first;
    }
    at = found->second.get();
  }
  if (is_new) at->text = std::move(text);
  if (is_new) return Outcome::kAdded;
  bool same = at->kind == kind && at->text == text;
  return same ? Outcome::kThereAlready : Outcome::kThereOtherwise;
}

MemoryTree::Outcome MemoryTree::AddDirectory(std::string_view path) {
  return Add(path, Kind::kDirectory, {});
}
MemoryTree::Outcome MemoryTree::AddFile(std::string_view path,
                                        std::string contents) {
  return Add(path, Kind::kFile, std::move(contents));
}
MemoryTree::Outcome MemoryTree::AddLink(std::string_view path,
                                        std::string_view target) {
  return Add(path, Kind::kLink, std::string(target));
}
MemoryTree::Outcome MemoryTree::AddUnreadFile(std::string_view path) {
  return Add(path, Kind::kUnreadFile, {});
}

const std::string* MemoryTree::FindFile(std::string_view path) const {
  const Node* at = top_.get();
  while (!path.empty()) {
    auto found = at->below.find(TakeComponent(&path));
    if (found == at->below.end()) return nullptr;
    at = found->second.get();
  }
  return at->kind == Kind::kFile ? &at->text : nullptr;
}

std::vector<std::string> MemoryTree::DirectoriesIn(
    const std::string& path) const {
  std::vector<std::string> out;
  Found found = Find(AT_FDCWD, path.c_str(), true);
  if (found.node == nullptr) return out;
  for (const auto& [name, node] : found.node->below)
    if (node->kind == Kind::kDirectory) out.push_back(name);
  return out;
}

MemoryTree::Found MemoryTree::Walk(const Node* at, std::string_view path,
                                   bool follow_last, int* links_left) const {
  if (path.substr(0, 1) == "/") at = top_.get();
  while (!path.empty()) {
    std::string_view name = TakeComponent(&path);
    if (at->kind != Kind::kDirectory) return {nullptr, -ENOTDIR};
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      at = at->parent;
      continue;
    }
    auto found = at->below.find(name);
    if (found == at->below.end()) return {nullptr, -ENOENT};
    const Node* next = found->second.get();
    if (next->kind == Kind::kLink && (follow_last || !path.empty())) {
      if (--*links_left < 0) return {nullptr, -ELOOP};
      Found target = Walk(at, next->text, true, links_left);
      if (target.node == nullptr) return target;
      next = target.node;
    }
    at = next;
  }
  return {at, 0};
}

MemoryTree::Found MemoryTree::Find(int directory, const char* path,
                                   bool follow_last) const {
  const Node* from = directory == AT_FDCWD ? top_.get() : NodeOf(directory);
  if (from == nullptr) return {nullptr, -EBADF};
  int links = kMostLinks;
  return Walk(from, path, follow_last, &links);
}

const MemoryTree::Node* MemoryTree::NodeOf(int file) const {
  std::lock_guard lock(mutex_);
  auto index = static_cast<size_t>(file) - kFirstHandle;
  return index < handles_.size() ? handles_[index].node : nullptr;
}

int MemoryTree::NewHandle(const Node* node) {
  std::lock_guard lock(mutex_);
  if (free_.empty()) {
    handles_.push_back({node, 0});
    return kFirstHandle + static_cast<int>(handles_.size()) - 1;
  }
  int index = free_.back();
  free_.pop_back();
  handles_[static_cast<size_t>(index)] = {node, 0};
  return kFirstHandle + index;
}

int MemoryTree::Open(int directory, const char* path, int flags) {
  Found found = Find(directory, path, true);
  if (found.node == nullptr) return found.error;
  if ((flags & O_DIRECTORY) && found.node->kind != Kind::kDirectory)
    return -ENOTDIR;
  return NewHandle(found.node);
}

ssize_t MemoryTree::ReadAt(int file, void* buffer, size_t size, off_t offset) {
  const Node* node = NodeOf(file);
  if (node == nullptr) return -EBADF;
  if (node->kind == Kind::kDirectory) return -EISDIR;
  if (node->kind == Kind::kUnreadFile) return -EIO;
  return CopyOut(node->text, static_cast<size_t>(offset), buffer, size);
}

ssize_t MemoryTree::Read(int file, void* buffer, size_t size) {
  size_t offset = 0;
  auto index = static_cast<size_t>(file) - kFirstHandle;
  {
    std::lock_guard lock(mutex_);
    if (index < handles_.size()) offset = handles_[index].offset;
  }
  ssize_t got = ReadAt(file, buffer, size, static_cast<off_t>(offset));
  if (got <= 0) return got;
  std::lock_guard lock(mutex_);
  handles_[index].offset = offset + static_cast<size_t>(got);
  return got;
}

ssize_t MemoryTree::ReadLink(int directory, const char* path, char* buffer,
                             size_t size) {
  Found found = Find(directory, path, false);
  if (found.node == nullptr) return found.error;
  if (found.node->kind != Kind::kLink) return -EINVAL;
  return CopyOut(found.node->text, 0, buffer, size);
}

int64_t MemoryTree::Size(int file) {
  const Node* node = NodeOf(file);
  return node ? static_cast<int64_t>(node->text.size()) : -EBADF;
}

int64_t MemoryTree::SizeOf(int directory, const char* path) {
  Found found = Find(directory, path, true);
  return found.node ? static_cast<int64_t>(found.node->text.size())
                    : found.error;
}

int MemoryTree::List(int directory, const char* path,
                     std::vector<std::string>* names) {
  names->clear();
  Found found = Find(directory, path, true);
  if (found.node == nullptr) return found.error;
  if (found.node->kind != Kind::kDirectory) return -ENOTDIR;
  for (const auto& [name, node] : found.node->below) names->push_back(name);
  return 0;
}

void MemoryTree::Close(int file) {
  std::lock_guard lock(mutex_);
  auto index = static_cast<size_t>(file) - kFirstHandle;
  if (index >= handles_.size() || handles_[index].node == nullptr) return;
  handles_[index].node = nullptr;
  free_.push_back(static_cast<int>(index));
}

}  // namespace p2pcheck
