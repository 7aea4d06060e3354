// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_BYTE_STREAM_H_
#define P2PCHECK_SOURCE_BYTE_STREAM_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "source/file_system.h"

namespace p2pcheck {

/// Bytes that come one after the other and cannot be asked for again.
class ByteStream {
 public:
  ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;
  virtual ~ByteStream();
  /// Gives how many bytes were put into `buffer`; 0 only at the end.  Throws
  /// InputError where they cannot be read.
  virtual size_t Read(char* buffer, size_t size) = 0;
};

/// What an open file holds from where it stands.
class FileStream : public ByteStream {
 public:
  FileStream(FileSystem* files, int file, std::string name)
      : files_(files), file_(file), name_(std::move(name)) {}
  size_t Read(char* buffer, size_t size) override;

 private:
  FileSystem* files_;
  int file_;
  const std::string name_;
};

/// Bytes in memory, which the caller keeps.
class MemoryStream : public ByteStream {
 public:
  explicit MemoryStream(std::string_view bytes) : left_(bytes) {}
  size_t Read(char* buffer, size_t size) override;

 private:
  std::string_view left_;
};

/// Another stream, of which the beginning can be looked at first: what a
/// source is, is found from its content.
class LookAhead : public ByteStream {
 public:
  /// Enough for the first header of a tar and for the title of a report.
  static constexpr size_t kBeginning = 4096;

  explicit LookAhead(ByteStream* stream);
  /// The first bytes, at most kBeginning of them; before the first Read().
  std::string_view beginning() const { return held_; }
  size_t Read(char* buffer, size_t size) override;

 private:
  ByteStream* stream_;
  std::string held_;
  size_t taken_ = 0;  // of held_
};

/// All that is left of a stream.  Throws InputError("NAME: MESSAGE") where
/// that is more than `limit` bytes.
std::string ReadAll(ByteStream* stream, size_t limit, std::string_view name);

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_BYTE_STREAM_H_
