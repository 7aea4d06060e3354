// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_TESTS_SUPPORT_TAR_WRITER_H_
#define P2PCHECK_TESTS_SUPPORT_TAR_WRITER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace p2pcheck {

/// Makes a tar in memory, also such as no honest tool writes.  `packing` is
/// "" or a filter of libarchive: "gzip", "bzip2", "xz", "zstd".
class TarWriter {
 public:
  explicit TarWriter(const std::string& packing = "");
  ~TarWriter();
  TarWriter(const TarWriter&) = delete;
  TarWriter& operator=(const TarWriter&) = delete;

  TarWriter& File(const std::string& path, std::string_view contents);
  /// A file whose attribute ends before the page that its size says.
  TarWriter& PaddedFile(const std::string& path, std::string contents);
  TarWriter& Directory(const std::string& path);
  TarWriter& Link(const std::string& path, const std::string& target);
  TarWriter& HardLink(const std::string& path, const std::string& target);
  TarWriter& Device(const std::string& path);
  TarWriter& Fifo(const std::string& path);
  /// `size` zeros.
  TarWriter& Zeros(const std::string& path, uint64_t size);
  /// All that is in a directory, its names below `prefix`; every file padded
  /// to a page where `padded`.
  TarWriter& Tree(const std::string& directory, const std::string& prefix,
                  bool padded = false);
  /// The bytes; nothing can be added after that.
  std::string Finish();

 private:
  friend std::string Packed(std::string_view text, const std::string& packing);
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// One text, packed by a filter as above.
std::string Packed(std::string_view text, const std::string& packing);

}  // namespace p2pcheck

#endif  // P2PCHECK_TESTS_SUPPORT_TAR_WRITER_H_
