// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/tar_writer.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace p2pcheck {
namespace {

namespace fs = std::filesystem;

std::string ContentsOf(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

class TarWriter::Impl {
 public:
  explicit Impl(const std::string& packing, bool raw = false) {
    handle_ = archive_write_new();
    raw ? archive_write_set_format_raw(handle_)
        : archive_write_set_format_gnutar(handle_);
    Check(packing.empty()
              ? archive_write_add_filter_none(handle_)
              : archive_write_add_filter_by_name(handle_, packing.c_str()));
    archive_write_set_bytes_in_last_block(handle_, 1);
    Check(archive_write_open(handle_, this, nullptr, Take, nullptr));
  }
  ~Impl() { archive_write_free(handle_); }

  void Begin(const std::string& path, unsigned type, uint64_t size,
             const std::string& link = {}, const std::string& hard = {}) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, path.c_str());
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, static_cast<la_int64_t>(size));
    if (!link.empty()) archive_entry_set_symlink(entry, link.c_str());
    if (!hard.empty()) archive_entry_set_hardlink(entry, hard.c_str());
    int status = archive_write_header(handle_, entry);
    archive_entry_free(entry);
    Check(status);
  }

  void Data(std::string_view data) {
    if (archive_write_data(handle_, data.data(), data.size()) < 0)
      Check(ARCHIVE_FATAL);
  }

  std::string Finish() {
    Check(archive_write_close(handle_));
    return std::move(bytes_);
  }

 private:
  static la_ssize_t Take(struct archive*, void* client, const void* data,
                         size_t size) {
    static_cast<Impl*>(client)->bytes_.append(static_cast<const char*>(data),
                                              size);
    return static_cast<la_ssize_t>(size);
  }

  void Check(int status) {
    if (status != ARCHIVE_OK)
      throw std::runtime_error(archive_error_string(handle_));
  }

  struct archive* handle_;
  std::string bytes_;
};

TarWriter::TarWriter(const std::string& packing) : impl_(new Impl(packing)) {}
TarWriter::~TarWriter() = default;

TarWriter& TarWriter::File(const std::string& path, std::string_view contents) {
  impl_->Begin(path, AE_IFREG, contents.size());
  impl_->Data(contents);
  return *this;
}

TarWriter& TarWriter::PaddedFile(const std::string& path,
                                 std::string contents) {
  contents.resize(std::max<size_t>(contents.size(), 4096), '\0');
  return File(path, contents);
}

TarWriter& TarWriter::Directory(const std::string& path) {
  impl_->Begin(path, AE_IFDIR, 0);
  return *this;
}

TarWriter& TarWriter::Link(const std::string& path, const std::string& target) {
  impl_->Begin(path, AE_IFLNK, 0, target);
  return *this;
}

TarWriter& TarWriter::HardLink(const std::string& path,
                               const std::string& target) {
  impl_->Begin(path, AE_IFREG, 0, {}, target);
  return *this;
}

TarWriter& TarWriter::Device(const std::string& path) {
  impl_->Begin(path, AE_IFCHR, 0);
  return *this;
}

TarWriter& TarWriter::Fifo(const std::string& path) {
  impl_->Begin(path, AE_IFIFO, 0);
  return *this;
}

TarWriter& TarWriter::Zeros(const std::string& path, uint64_t size) {
  impl_->Begin(path, AE_IFREG, size);
  const std::string block(1 << 20, '\0');
  for (uint64_t left = size; left > 0;) {
    size_t now = static_cast<size_t>(std::min<uint64_t>(left, block.size()));
    impl_->Data(std::string_view(block).substr(0, now));
    left -= now;
  }
  return *this;
}

TarWriter& TarWriter::Tree(const std::string& directory,
                           const std::string& prefix, bool padded) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(directory))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  for (const fs::path& path : paths) {
    std::string name = prefix + path.string().substr(directory.size() + 1);
    bool binary = path.filename() == "config";
    if (fs::is_symlink(path))
      Link(name, fs::read_symlink(path).string());
    else if (fs::is_directory(path))
      Directory(name + "/");
    else if (padded && !binary)
      PaddedFile(name, ContentsOf(path));
    else
      File(name, ContentsOf(path));
  }
  return *this;
}

std::string TarWriter::Finish() { return impl_->Finish(); }

std::string Packed(std::string_view text, const std::string& packing) {
  TarWriter::Impl writer(packing, true);
  writer.Begin("text", AE_IFREG, text.size());
  writer.Data(text);
  return writer.Finish();
}

}  // namespace p2pcheck
