// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_TESTS_SOURCE_WATCHED_FILES_H_
#define P2PCHECK_TESTS_SOURCE_WATCHED_FILES_H_

#include <fcntl.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "source/file_system.h"

namespace p2pcheck {

/// The real file system, where chosen paths fail and every call is counted.
/// Paths are as asked for, joined to the directory they were asked in, so
/// "0000:01:00.0/uevent" however it is reached.
class WatchedFiles : public FileSystem {
 public:
  std::map<std::string, int> fail_open;  ///< path => errno
  std::map<std::string, int> fail_read;
  std::function<void(const std::string& path)> before_open;
  /// How many bytes a user gets of a config file.
  size_t config_limit = 4096;

  std::set<std::string> opened;
  /// System calls that have to do with some function; closing is not counted.
  size_t calls = 0;

  int Open(int directory, const char* path, int flags) override {
    std::string whole = Join(directory, path);
    Count(whole);
    if (before_open) before_open(whole);
    opened.insert(whole);
    if (auto found = fail_open.find(whole); found != fail_open.end())
      return -found->second;
    int file = FileSystem::Open(directory, path, flags);
    if (file >= 0) paths_[file] = whole;
    return file;
  }

  ssize_t Read(int file, void* buffer, size_t size) override {
    Count(paths_[file]);
    if (auto found = fail_read.find(paths_[file]); found != fail_read.end())
      return -found->second;
    return FileSystem::Read(file, buffer, size);
  }

  ssize_t ReadAt(int file, void* buffer, size_t size, off_t offset) override {
    Count(paths_[file]);
    if (auto found = fail_read.find(paths_[file]); found != fail_read.end())
      return -found->second;
    size_t begin = std::min(static_cast<size_t>(offset), config_limit);
    return FileSystem::ReadAt(file, buffer,
                              std::min(size, config_limit - begin), offset);
  }

  ssize_t ReadLink(int directory, const char* path, char* buffer,
                   size_t size) override {
    Count(Join(directory, path));
    auto found = fail_open.find(Join(directory, path));
    if (found != fail_open.end()) return -found->second;
    return FileSystem::ReadLink(directory, path, buffer, size);
  }

  int64_t Size(int file) override {
    Count(paths_[file]);
    return FileSystem::Size(file);
  }

  int64_t SizeOf(int directory, const char* path) override {
    Count(Join(directory, path));
    return FileSystem::SizeOf(directory, path);
  }

 private:
  void Count(const std::string& path) {
    if (path.find(':') != std::string::npos) ++calls;
  }

  // Only the function's part of a path: what comes before is the same for all.
  std::string Join(int directory, const std::string& path) const {
    auto found = paths_.find(directory);
    if (found == paths_.end() || path[0] == '/') return path;
    if (found->second.find(':') == std::string::npos) return path;
    return found->second + "/" + path;
  }

  std::map<int, std::string> paths_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_TESTS_SOURCE_WATCHED_FILES_H_
