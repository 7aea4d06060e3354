// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace p2pcheck {
namespace {

template <class T>
T OrErrno(T result) {
  return result < 0 ? static_cast<T>(-errno) : result;
}

// Closes descriptors `first` to `last`, all of them ours.
void CloseRun(int first, int last) {
  if (close_range(static_cast<unsigned>(first), static_cast<unsigned>(last),
                  0) == 0)
    return;
  for (int file = first; file <= last; ++file) close(file);  // before 5.9
}

int64_t SizeIn(int result, const struct stat& status) {
  return result < 0 ? -errno : static_cast<int64_t>(status.st_size);
}

}  // namespace

FileSystem::~FileSystem() { CloseCollected(); }

int FileSystem::Open(int directory, const char* path, int flags) {
  int file = openat(directory, path, flags | O_CLOEXEC);
  if (file < 0 && errno == EMFILE) {
    CloseCollected();
    file = openat(directory, path, flags | O_CLOEXEC);
  }
  return OrErrno(file);
}

ssize_t FileSystem::Read(int file, void* buffer, size_t size) {
  return OrErrno(read(file, buffer, size));
}

ssize_t FileSystem::ReadAt(int file, void* buffer, size_t size, off_t offset) {
  return OrErrno(pread(file, buffer, size, offset));
}

ssize_t FileSystem::ReadLink(int directory, const char* path, char* buffer,
                             size_t size) {
  return OrErrno(readlinkat(directory, path, buffer, size));
}

int64_t FileSystem::Size(int file) {
  struct stat status;
  return SizeIn(fstat(file, &status), status);
}

int64_t FileSystem::SizeOf(int directory, const char* path) {
  struct stat status;
  return SizeIn(fstatat(directory, path, &status, 0), status);
}

int FileSystem::List(int directory, const char* path,
                     std::vector<std::string>* names) {
  names->clear();
  int file = Open(directory, path, O_RDONLY | O_DIRECTORY);
  if (file < 0) return file;
  DIR* stream = fdopendir(file);
  if (stream == nullptr) {
    int error = errno;
    Close(file);
    return -error;
  }
  errno = 0;
  while (const dirent* entry = readdir(stream)) {
    std::string_view name = entry->d_name;
    if (name != "." && name != "..") names->emplace_back(name);
    errno = 0;
  }
  int error = errno;
  closedir(stream);
  std::sort(names->begin(), names->end());
  return -error;
}

void FileSystem::Close(int file) {
  constexpr size_t kEnough = 512;  // of the 1024 a process has as a rule
  {
    std::lock_guard lock(mutex_);
    closing_.push_back(file);
    if (closing_.size() < kEnough) return;
  }
  CloseCollected();
}

void FileSystem::CloseCollected() {
  std::lock_guard lock(mutex_);
  std::sort(closing_.begin(), closing_.end());
  for (size_t i = 0; i < closing_.size();) {
    size_t end = i + 1;
    while (end < closing_.size() && closing_[end] == closing_[end - 1] + 1)
      ++end;
    CloseRun(closing_[i], closing_[end - 1]);
    i = end;
  }
  closing_.clear();
}

ReadFailure FailureOf(int error) {
  switch (std::abs(error)) {
    case EACCES:
    case EPERM: return ReadFailure::kPermissionDenied;
    case ENOENT:
    case ENODEV:
    case ENXIO: return ReadFailure::kVanished;
    case ELOOP:
    case ENOTDIR:
    case EISDIR:
    case EINVAL:
    case ENAMETOOLONG: return ReadFailure::kMalformed;
    default: return ReadFailure::kReadError;
  }
}

bool IsMissing(int error) { return std::abs(error) == ENOENT; }

OpenFile::OpenFile(FileSystem* files, int directory, const char* path,
                   int flags)
    : files_(files), file_(files->Open(directory, path, flags)) {}

OpenFile::OpenFile(OpenFile&& other) noexcept
    : files_(other.files_), file_(std::exchange(other.file_, -EBADF)) {}

OpenFile& OpenFile::operator=(OpenFile&& other) noexcept {
  std::swap(files_, other.files_);
  std::swap(file_, other.file_);
  return *this;
}

OpenFile::~OpenFile() {
  if (file_ >= 0) files_->Close(file_);
}

OpenFile OpenDirectory(FileSystem* files, int directory, const char* path) {
  return OpenFile(files, directory, path, O_PATH | O_DIRECTORY);
}

int ReadFile(FileSystem* files, int directory, const char* path,
             std::string* text) {
  text->clear();
  OpenFile file(files, directory, path, O_RDONLY | O_NONBLOCK);
  if (!file.ok()) return file.error();
  size_t block = 4096;
  for (;;) {
    size_t held = text->size();
    text->resize(held + block);
    ssize_t got = files->Read(file.get(), text->data() + held, block);
    text->resize(held + (got > 0 ? static_cast<size_t>(got) : 0));
    if (got <= 0) return static_cast<int>(got);
    block = std::min<size_t>(2 * block, 1 << 20);
  }
}

int ReadLinkText(FileSystem* files, int directory, const char* path,
                 std::string* target) {
  char buffer[4096];
  ssize_t size = files->ReadLink(directory, path, buffer, sizeof buffer);
  if (size < 0) return static_cast<int>(size);
  target->assign(buffer, static_cast<size_t>(size));
  return 0;
}

std::string_view BaseName(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

std::string_view WithoutPadding(std::string_view text) {
  return text.substr(0, text.find_last_not_of('\0') + 1);  // npos + 1 is 0
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace p2pcheck
