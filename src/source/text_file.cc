// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/text_file.h"

#include <fcntl.h>

#include <cstring>

#include "base/input_error.h"
#include "source/file_system.h"

namespace p2pcheck {

std::string ReadTextFile(const std::string& path) {
  constexpr size_t kMost = 1 << 20;
  FileSystem files;
  OpenFile file(&files, AT_FDCWD, path.c_str(), O_RDONLY);
  if (IsMissing(file.error()))
    throw NotFoundError(path + ": no such file or directory");
  if (!file.ok()) throw InputError(path, std::strerror(-file.error()));
  std::string text(kMost + 1, '\0');
  size_t held = 0;
  while (held < text.size()) {
    ssize_t got =
        files.Read(file.get(), text.data() + held, text.size() - held);
    if (got < 0) throw InputError(path, std::strerror(static_cast<int>(-got)));
    if (got == 0) break;
    held += static_cast<size_t>(got);
  }
  if (held > kMost) throw InputError(path, "has more than 1 MiB");
  text.resize(held);
  return text;
}

}  // namespace p2pcheck
