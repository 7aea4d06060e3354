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

std::string ReadStandardInput() {
  FileSystem files;
  std::string text;
  for (;;) {
    char block[65536];
    ssize_t got = files.Read(0, block, sizeof block);
    if (got < 0) throw InputError("-", std::strerror(static_cast<int>(-got)));
    if (got == 0) return text;
    text.append(block, static_cast<size_t>(got));
  }
}

// One read into a string of the right size; a dump of a large host is 100 MB.
std::string ReadWhole(const std::string& path, off_t size) {
  FileSystem files;
  OpenFile file(&files, AT_FDCWD, path.c_str(), O_RDONLY);
  if (!file.ok()) throw InputError(path, std::strerror(-file.error()));
  std::string text;
  size_t held = 0;
  text.resize(static_cast<size_t>(size) + 1);
  for (;;) {
    ssize_t got =
        files.Read(file.get(), text.data() + held, text.size() - held);
    if (got < 0) throw InputError(path, std::strerror(static_cast<int>(-got)));
    held += static_cast<size_t>(got);
    if (held == text.size() && got > 0) text.resize(2 * held);
    if (got == 0) break;
  }
  text.resize(held);
  return text;
}

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

HostSnapshot ReadText(const std::string& text, const std::string& name) {
  if (text.empty()) throw InputError(name, "is empty");
  if (const char* command = UnpackCommand(text))
    throw InputError(
        name, fmt::format("archives are not read yet; unpack it ({}) and name "
                          "the directory or file inside",
                          command));
  return ReadRecording(text, name);
}

}  // namespace

HostSnapshot ReadSource(const std::optional<std::string>& from,
                        const ReadRequest& request) {
  if (!from) return ReadSysfs("", request);
  if (*from == "-") return ReadText(ReadStandardInput(), "-");
  struct stat status;
  if (stat(from->c_str(), &status) < 0) {
    if (errno == ENOENT || errno == ENOTDIR)
      throw NotFoundError(*from + ": no such file or directory");
    throw InputError(*from, std::strerror(errno));
  }
  if (S_ISDIR(status.st_mode)) return ReadSysfs(*from, request);
  return ReadText(ReadWhole(*from, status.st_size), *from);
}

}  // namespace p2pcheck
