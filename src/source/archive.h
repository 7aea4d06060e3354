// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_ARCHIVE_H_
#define P2PCHECK_SOURCE_ARCHIVE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "source/byte_stream.h"

namespace p2pcheck {

/// Whether a file that begins so is compressed by bzip2, xz or zstd (gzip is
/// GzipStream's).
bool IsCompressed(std::string_view beginning);

/// Whether it is that, or a tar of any kind.  From the content: magic numbers,
/// and the checksum of a tar's first header.
bool IsPacked(std::string_view beginning);

/// What libarchive makes of a packed stream: the members of a tar, or one
/// text.  The only place that knows libarchive.
///
/// Every call throws InputError("NAME: ...") for a stream that is cut short
/// or damaged, compressed more than once, or beyond a limit of
/// archive_limits.h.
class Archive {
 public:
  /// `stream` has to live as long.
  Archive(ByteStream* stream, std::string_view beginning, std::string name);
  ~Archive();

  struct Member {
    enum class Kind : uint8_t { kFile, kDirectory, kLink, kHardLink, kOther };
    Kind kind = Kind::kOther;
    std::string path;      ///< as it stands there
    std::string target;    ///< of either kind of link
    uint64_t size = 0;     ///< of a file
    bool has_path = true;  ///< false: not in characters we can take
  };
  /// The next member; false after the last.
  bool Next(Member* member);
  /// The contents of a file that Next() gave, which has at most `size` bytes.
  std::string Contents(uint64_t size);

  /// Whether it is a tar; after the first Next().
  bool is_tar() const;
  /// "tar", "zstd", "tar+xz"; after the first Next().
  std::string packing() const;
  const std::string& name() const { return name_; }

  /// Some of the one text of an archive that is no tar; 0 at its end.
  size_t ReadText(char* buffer, size_t size);

 private:
  class Impl;
  void SkipContents();
  [[noreturn]] void Fail(std::string_view message) const;

  const std::string name_;
  std::unique_ptr<Impl> impl_;
};

/// The text of an archive that is no tar.
class UnpackedText : public ByteStream {
 public:
  explicit UnpackedText(Archive* archive) : archive_(archive) {}
  size_t Read(char* buffer, size_t size) override {
    return archive_->ReadText(buffer, size);
  }

 private:
  Archive* archive_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_ARCHIVE_H_
