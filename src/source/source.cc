// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cstring>
#include <string>

#include "base/input_error.h"
#include "snapshot/recording.h"
#include "source/archive.h"
#include "source/archive_limits.h"
#include "source/archive_tree.h"
#include "source/bug_report.h"
#include "source/collection.h"
#include "source/file_system.h"
#include "source/gzip_stream.h"
#include "source/memory_tree.h"

namespace p2pcheck {
namespace {

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
  TextReader(ByteStream* stream, const std::string& name)
      : stream_(stream), reader_(name) {}

  HostSnapshot Read() {
    while (Fill()) {
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
      size_t got =
          stream_->Read(buffer_.data() + held_, buffer_.size() - held_);
      if (got == 0) return false;
      held_ += got;
    }
    return true;
  }

  void Take(size_t size) {
    reader_.Add({buffer_.data(), size});
    std::memmove(buffer_.data(), buffer_.data() + size, held_ - size);
    held_ -= size;
  }

  static constexpr size_t kBlock = 512 * 1024;  // fits the nearer caches
  ByteStream* stream_;
  RecordingReader reader_;
  std::string buffer_ = std::string(kBlock, '\0');
  size_t held_ = 0;
};

HostSnapshot ReadBugReport(ByteStream* stream, const std::string& name,
                           const ReadRequest& request) {
  MemoryTree tree;
  SplitBugReport(ReadAll(stream, kLongestReport, name), &tree);
  HostSnapshot out = ReadCollection(&tree, ".", name, request);
  out.source_kind = "nvidia-bug-report";
  return out;
}

HostSnapshot ReadText(ByteStream* stream, const std::string& name,
                      const ReadRequest& request) {
  LookAhead text(stream);
  std::string_view beginning = text.beginning();
  if (beginning.empty()) throw InputError(name, "is empty");
  // What was packed has been unpacked here.
  if (IsGzip(beginning) || IsPacked(beginning))
    throw InputError(name, "is compressed more than once");
  if (beginning.substr(0, 4) == "PK\x03\x04")
    throw InputError(name,
                     "is a zip archive, which is not read; unpack it and name "
                     "the directory or file inside");
  if (IsBugReport(beginning)) return ReadBugReport(&text, name, request);
  return TextReader(&text, name).Read();
}

std::string Joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

HostSnapshot ReadTar(Archive* archive, const Archive::Member& first,
                     const ReadRequest& request) {
  MemoryTree tree;
  ReadArchiveTree(archive, first, &tree);
  std::vector<std::string> hosts = FindHosts(&tree);
  if (hosts.empty())
    throw InputError(archive->name(),
                     "no host found in it: neither sys/bus/pci/devices nor "
                     "proc/bus/pci nor what lspci printed");
  if (hosts.size() > 1)
    throw InputError(archive->name(),
                     fmt::format("has several hosts ({}); unpack it and name "
                                 "one",
                                 Joined(hosts)));
  return ReadCollection(&tree, hosts[0], archive->name(), request);
}

HostSnapshot ReadPacked(LookAhead* stream, const std::string& name,
                        const ReadRequest& request) {
  Archive archive(stream, stream->beginning(), name);
  Archive::Member first;
  if (!archive.Next(&first)) throw InputError(name, "has nothing in it");
  HostSnapshot out;
  if (archive.is_tar()) {
    out = ReadTar(&archive, first, request);
  } else {
    UnpackedText text(&archive);
    out = ReadText(&text, name, request);
  }
  out.source_packing = archive.packing();
  return out;
}

HostSnapshot ReadGzip(ByteStream* stream, const std::string& name,
                      const ReadRequest& request) {
  GzipStream unpacked(stream, name);
  LookAhead look(&unpacked);
  if (look.beginning().empty()) throw InputError(name, "has nothing in it");
  if (IsGzip(look.beginning()) || IsCompressed(look.beginning()))
    throw InputError(name, "is compressed more than once");
  bool tar = IsPacked(look.beginning());
  HostSnapshot out =
      tar ? ReadPacked(&look, name, request) : ReadText(&look, name, request);
  out.source_packing = tar ? "tar+gzip" : "gzip";
  return out;
}

HostSnapshot ReadStream(ByteStream* stream, const std::string& name,
                        const ReadRequest& request) {
  LookAhead look(stream);
  if (IsGzip(look.beginning())) return ReadGzip(&look, name, request);
  if (IsPacked(look.beginning())) return ReadPacked(&look, name, request);
  return ReadText(&look, name, request);
}

HostSnapshot ReadDirectory(const std::string& path,
                           const ReadRequest& request) {
  FileSystem files;
  bool found =
      path != "/" && (HasSysfs(&files, path) || HasListings(&files, path));
  return found ? ReadCollection(&files, path, path, request)
               : ReadSysfs(path, request);
}

HostSnapshot ReadFileAt(const std::string& path, const ReadRequest& request) {
  FileSystem files;
  OpenFile file(&files, AT_FDCWD, path.c_str(), O_RDONLY);
  if (!file.ok()) throw InputError(path, std::strerror(-file.error()));
  FileStream stream(&files, file.get(), path);
  return ReadStream(&stream, path, request);
}

HostSnapshot ReadStandardInput(const ReadRequest& request) {
  FileSystem files;
  FileStream stream(&files, 0, "-");
  return ReadStream(&stream, "-", request);
}

}  // namespace

HostSnapshot ReadSource(const std::optional<std::string>& from,
                        const ReadRequest& request) {
  if (!from) return ReadSysfs("", request);
  if (*from == "-") return ReadStandardInput(request);
  struct stat status;
  if (stat(from->c_str(), &status) < 0) {
    if (errno == ENOENT || errno == ENOTDIR)
      throw NotFoundError(*from + ": no such file or directory");
    throw InputError(*from, std::strerror(errno));
  }
  if (S_ISDIR(status.st_mode)) return ReadDirectory(*from, request);
  return ReadFileAt(*from, request);
}

HostSnapshot ReadBytes(std::string_view bytes, const std::string& name,
                       const ReadRequest& request) {
  MemoryStream stream(bytes);
  return ReadStream(&stream, name, request);
}

}  // namespace p2pcheck
