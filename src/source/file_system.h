// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_FILE_SYSTEM_H_
#define P2PCHECK_SOURCE_FILE_SYSTEM_H_

#include <sys/types.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/observed.h"

namespace p2pcheck {

/// The few system calls by which a host is read, relative to open directories
/// as openat() has it.  Each gives a negative errno where it fails.  Virtual,
/// so that a test can make one fail, or count them.  Several threads may call.
class FileSystem {
 public:
  FileSystem() = default;
  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;
  virtual ~FileSystem();
  virtual int Open(int directory, const char* path, int flags);
  virtual ssize_t Read(int file, void* buffer, size_t size);
  virtual ssize_t ReadAt(int file, void* buffer, size_t size, off_t offset);
  virtual ssize_t ReadLink(int directory, const char* path, char* buffer,
                           size_t size);
  /// The size stat() gives an open file, or a path (links are followed).
  virtual int64_t Size(int file);
  virtual int64_t SizeOf(int directory, const char* path);
  /// The names in a directory without "." and "..", sorted.
  virtual int List(int directory, const char* path,
                   std::vector<std::string>* names);
  /// Closes soon: descriptors are collected and closed by close_range(), one
  /// system call for a run of them instead of one each.
  virtual void Close(int file);

 private:
  void CloseCollected();

  std::mutex mutex_;
  std::vector<int> closing_;  // guarded by mutex_
};

/// What `error`, an errno or its negative, says of the thing looked at.
ReadFailure FailureOf(int error);

/// Whether an errno or its negative says that a name is not there.
bool IsMissing(int error);

/// An open directory or file that closes itself.
class OpenFile {
 public:
  OpenFile() = default;
  OpenFile(FileSystem* files, int directory, const char* path, int flags);
  OpenFile(OpenFile&& other) noexcept;
  OpenFile& operator=(OpenFile&& other) noexcept;
  ~OpenFile();

  bool ok() const { return file_ >= 0; }
  int error() const { return file_ < 0 ? file_ : 0; }
  /// A descriptor; where !ok() one with which every call fails.
  int get() const { return file_ < 0 ? -1 : file_; }

 private:
  FileSystem* files_ = nullptr;
  int file_ = -9;  // EBADF
};

/// Opens a directory to look things up in.
OpenFile OpenDirectory(FileSystem* files, int directory, const char* path);

/// Reads a whole file.  0, or the negative errno.
int ReadFile(FileSystem* files, int directory, const char* path,
             std::string* text);

/// The target of a link.  0, or the negative errno.
int ReadLinkText(FileSystem* files, int directory, const char* path,
                 std::string* target);

/// What follows the last '/'.
std::string_view BaseName(std::string_view path);

/// Without the NUL bytes at the end, with which tar fills a file that was
/// shorter than its size, as attributes of sysfs are.
std::string_view WithoutPadding(std::string_view text);

/// Without white space at either end.
std::string_view Trim(std::string_view text);

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_FILE_SYSTEM_H_
