// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/gzip_stream.h"

#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <limits>

#include "base/input_error.h"
#include "source/archive_limits.h"

namespace p2pcheck {

bool IsGzip(std::string_view beginning) {
  return beginning.substr(0, 2) == "\x1f\x8b";
}

class GzipStream::Impl {
 public:
  Impl(ByteStream* stream, std::string name)
      : stream_(stream), name_(std::move(name)) {
    constexpr int kGzipOnly = 15 + 16;
    if (inflateInit2(&state_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~Impl() { inflateEnd(&state_); }

  size_t Read(char* buffer, size_t size) {
    constexpr size_t kMost = std::numeric_limits<uInt>::max();
    state_.next_out = reinterpret_cast<Bytef*>(buffer);
    state_.avail_out = static_cast<uInt>(std::min(size, kMost));
    const uInt wanted = state_.avail_out;
    while (!ended_ && state_.avail_out == wanted) Step();
    size_t got = wanted - state_.avail_out;
    Count(got);
    return got;
  }

 private:
  void Step() {
    if (state_.avail_in == 0 && !Fill())
      throw InputError(name_, "is damaged or cut short: its gzip has no end");
    int status = inflate(&state_, Z_NO_FLUSH);
    if (status == Z_STREAM_END) return NextOne();
    if (status != Z_OK && status != Z_BUF_ERROR)
      throw InputError(name_, fmt::format("is damaged or cut short: {}",
                                          state_.msg ? state_.msg : "no gzip"));
  }

  bool Fill() {
    size_t got = stream_->Read(buffer_.data(), buffer_.size());
    state_.next_in = reinterpret_cast<Bytef*>(buffer_.data());
    state_.avail_in = static_cast<uInt>(got);
    in_ += got;
    return got > 0;
  }

  // Behind the last one may be zeros: tapes and disks come in blocks.
  void NextOne() {
    while (state_.avail_in > 0 || Fill()) {
      if (*state_.next_in != 0) {
        inflateReset(&state_);
        return;
      }
      ++state_.next_in;
      --state_.avail_in;
    }
    ended_ = true;
  }

  void Count(size_t got) {
    out_ += got;
    if (out_ > kMostUnpacked)
      throw InputError(name_, "unpacks to more than 16 GiB");
    if (out_ > kFreeBytes && out_ / kMostGrowth > in_)
      throw InputError(name_, "unpacks to more than 1000 times its size");
  }

  ByteStream* stream_;
  const std::string name_;
  z_stream state_{};
  std::array<char, 64 << 10> buffer_;
  uint64_t in_ = 0, out_ = 0;
  bool ended_ = false;
};

GzipStream::GzipStream(ByteStream* stream, std::string name)
    : impl_(new Impl(stream, std::move(name))) {}
GzipStream::~GzipStream() = default;

size_t GzipStream::Read(char* buffer, size_t size) {
  return impl_->Read(buffer, size);
}

}  // namespace p2pcheck
