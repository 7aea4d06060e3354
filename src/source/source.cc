// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cstring>
#include <string>

#include "base/input_error.h"
#include "snapshot/recording.h"
#include "source/file_system.h"

namespace p2pcheck {
namespace {

// How to unpack what begins so; nothing for what is no archive.
const char* UnpackCommand(std::string_view text) {
  static constexpr std::pair<std::string_view, const char*> kMagic[] = {
      {"\x1f\x8b", "tar -xzf FILE, or gunzip"},
      {std::string_view("\xfd"
                        "7zXZ",
                        5),
       "tar -xJf FILE, or unxz"},
      {"\x28\xb5\x2f\xfd", "tar --zstd -xf FILE, or unzstd"},
      {"BZh", "tar -xjf FILE, or bunzip2"},
  };
  for (auto [magic, command] : kMagic)
    if (text.substr(0, magic.size()) == magic) return command;
  bool tar = text.size() > 262 && text.substr(257, 5) == "ustar";
  return tar ? "tar -xf FILE" : nullptr;
}

// The length of `text` up to its last empty line, that line included.
size_t UpToEmptyLine(std::string_view text) {
  for (size_t end = text.rfind('\n'); end != text.npos && end > 0;
       end = text.rfind('\n', end - 1)) {
    bool crlf = text[end - 1] == '\r' && end > 1;
    if (text[end - (crlf ? 2 : 1)] == '\n') return end + 1;
  }
  return 0;
}

// Reads a text piece by piece: a dump of a large host is 200 MB, of which the
// snapshot keeps a third.
class TextReader {
 public:
  TextReader(FileSystem* files, int file, const std::string& name)
      : files_(files), file_(file), name_(name), reader_(name) {}

  HostSnapshot Read() {
    bool more = Fill();
    CheckBeginning({buffer_.data(), held_});
    for (; more; more = Fill()) {
      Take(UpToEmptyLine({buffer_.data(), held_}));
      if (held_ == buffer_.size()) buffer_.resize(2 * held_);
    }
    Take(held_);
    return reader_.Finish();
  }

 private:
  // Until the buffer is full; false at the end of the text.
  bool Fill() {
    while (held_ < buffer_.size()) {
      ssize_t got =
          files_->Read(file_, buffer_.data() + held_, buffer_.size() - held_);
      if (got < 0)
        throw InputError(name_, std::strerror(static_cast<int>(-got)));
      if (got == 0) return false;
      held_ += static_cast<size_t>(got);
    }
    return true;
  }

  void Take(size_t size) {
    reader_.Add({buffer_.data(), size});
    std::memmove(buffer_.data(), buffer_.data() + size, held_ - size);
    held_ -= size;
  }

  void CheckBeginning(std::string_view text) const {
    if (text.empty()) throw InputError(name_, "is empty");
    if (const char* command = UnpackCommand(text))
      throw InputError(
          name_, fmt::format("archives are not read yet; unpack it ({}) and "
                             "name the directory or file inside",
                             command));
  }

  static constexpr size_t kBlock = 512 * 1024;  // fits the nearer caches
  FileSystem* files_;
  int file_;
  const std::string name_;
  RecordingReader reader_;
  std::string buffer_ = std::string(kBlock, '\0');
  size_t held_ = 0;
};

HostSnapshot ReadFileAt(const std::string& path) {
  FileSystem files;
  OpenFile file(&files, AT_FDCWD, path.c_str(), O_RDONLY);
  if (!file.ok()) throw InputError(path, std::strerror(-file.error()));
  return TextReader(&files, file.get(), path).Read();
}

HostSnapshot ReadStandardInput() {
  FileSystem files;
  return TextReader(&files, 0, "-").Read();
}

}  // namespace

HostSnapshot ReadSource(const std::optional<std::string>& from,
                        const ReadRequest& request) {
  if (!from) return ReadSysfs("", request);
  if (*from == "-") return ReadStandardInput();
  struct stat status;
  if (stat(from->c_str(), &status) < 0) {
    if (errno == ENOENT || errno == ENOTDIR)
      throw NotFoundError(*from + ": no such file or directory");
    throw InputError(*from, std::strerror(errno));
  }
  if (S_ISDIR(status.st_mode)) return ReadSysfs(*from, request);
  return ReadFileAt(*from);
}

}  // namespace p2pcheck
