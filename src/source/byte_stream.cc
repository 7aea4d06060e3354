// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/byte_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/input_error.h"

namespace p2pcheck {

ByteStream::~ByteStream() = default;

size_t FileStream::Read(char* buffer, size_t size) {
  ssize_t got = files_->Read(file_, buffer, size);
  if (got < 0) throw InputError(name_, std::strerror(static_cast<int>(-got)));
  return static_cast<size_t>(got);
}

size_t MemoryStream::Read(char* buffer, size_t size) {
  size = left_.copy(buffer, size);
  left_.remove_prefix(size);
  return size;
}

LookAhead::LookAhead(ByteStream* stream) : stream_(stream) {
  held_.resize(kBeginning);
  size_t held = 0;
  while (held < kBeginning) {
    size_t got = stream_->Read(held_.data() + held, kBeginning - held);
    if (got == 0) break;
    held += got;
  }
  held_.resize(held);
}

size_t LookAhead::Read(char* buffer, size_t size) {
  if (taken_ == held_.size()) return stream_->Read(buffer, size);
  size = held_.copy(buffer, size, taken_);
  taken_ += size;
  return size;
}

std::string ReadAll(ByteStream* stream, size_t limit, std::string_view name) {
  std::string text;
  for (;;) {
    size_t held = text.size();
    text.resize(held + std::clamp<size_t>(held, 1 << 16, 1 << 24));
    size_t got = stream->Read(text.data() + held, text.size() - held);
    text.resize(held + got);
    if (got == 0) return text;
    if (text.size() > limit)
      throw InputError(
          name, fmt::format("is longer than {} MiB, the most that is read of "
                            "such a text",
                            limit >> 20));
  }
}

}  // namespace p2pcheck
