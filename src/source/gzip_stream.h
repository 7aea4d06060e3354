// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_GZIP_STREAM_H_
#define P2PCHECK_SOURCE_GZIP_STREAM_H_

#include <memory>
#include <string>
#include <string_view>

#include "source/byte_stream.h"

namespace p2pcheck {

/// Whether a stream that begins so is gzip.
bool IsGzip(std::string_view beginning);

/// What a gzip holds, or several in a row, as nvidia-bug-report.sh writes
/// them.  By zlib and not by libarchive, which leaves the checksum at the end
/// of each unlooked at (3.6.2).  Read() throws InputError for a stream that is
/// damaged, cut short, or beyond a limit of archive_limits.h.
class GzipStream : public ByteStream {
 public:
  /// `stream` has to live as long.
  GzipStream(ByteStream* stream, std::string name);
  ~GzipStream() override;
  size_t Read(char* buffer, size_t size) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_GZIP_STREAM_H_
