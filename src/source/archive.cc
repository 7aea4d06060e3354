// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "base/input_error.h"
#include "source/archive_limits.h"
#include "source/attributes.h"

namespace p2pcheck {
namespace {

struct Compression {
  std::string_view magic;
  std::string_view name;
  int (*support)(struct archive*);
};

constexpr std::array<Compression, 3> kCompressions = {{
    {"BZh", "bzip2", archive_read_support_filter_bzip2},
    {std::string_view("\xfd"
                      "7zXZ\0",
                      6),
     "xz", archive_read_support_filter_xz},
    {"\x28\xb5\x2f\xfd", "zstd", archive_read_support_filter_zstd},
}};

const Compression* CompressionOf(std::string_view beginning) {
  for (const Compression& one : kCompressions)
    if (beginning.substr(0, one.magic.size()) == one.magic) return &one;
  return nullptr;
}

// A tar's header is 512 bytes with their sum, in octal digits, at 148; where
// that stands the sum counts spaces.  The oldest tars have no other mark.
bool IsTarHeader(std::string_view text) {
  constexpr size_t kHeader = 512, kSumAt = 148, kSumSize = 8;
  if (text.size() < kHeader || text[0] == '\0') return false;
  std::string_view digits = text.substr(kSumAt, kSumSize);
  digits = digits.substr(0, digits.find('\0'));
  auto sum = ParseUnsigned(Trim(digits), 8);
  uint64_t counted = 0;
  for (size_t i = 0; i < kHeader; ++i) {
    bool of_sum = i >= kSumAt && i < kSumAt + kSumSize;
    counted += of_sum ? ' ' : static_cast<unsigned char>(text[i]);
  }
  return sum && *sum == counted;
}

std::string Quoted(std::string_view text) {
  std::string out;
  for (char c : text.substr(0, 120)) out += c >= ' ' && c < 127 ? c : '?';
  return out;
}

struct FreeArchive {
  void operator()(struct archive* object) const { archive_read_free(object); }
};

Archive::Member::Kind KindOf(archive_entry* entry) {
  using Kind = Archive::Member::Kind;
  if (archive_entry_hardlink(entry) != nullptr) return Kind::kHardLink;
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG: return Kind::kFile;
    case AE_IFDIR: return Kind::kDirectory;
    case AE_IFLNK: return Kind::kLink;
    default: return Kind::kOther;
  }
}

std::string OrEmpty(const char* text) { return text ? text : ""; }

}  // namespace

class Archive::Impl {
 public:
  explicit Impl(ByteStream* stream) : stream_(stream) {}

  static la_ssize_t Feed(struct archive* handle, void* client,
                         const void** out) {
    auto* self = static_cast<Impl*>(client);
    try {
      *out = self->buffer_.data();
      return static_cast<la_ssize_t>(
          self->stream_->Read(self->buffer_.data(), self->buffer_.size()));
    } catch (const InputError& error) {
      // Exceptions do not pass through C; told when the call is back.
      self->failed_ = error;
      archive_set_error(handle, EIO, "cannot be read");
      return ARCHIVE_FATAL;
    }
  }

  // A block of the contents at hand; null after the last.
  std::optional<std::string_view> Block(int64_t* offset) {
    const void* data = nullptr;
    size_t size = 0;
    int status = archive_read_data_block(handle.get(), &data, &size, offset);
    if (status == ARCHIVE_EOF) return std::nullopt;
    if (status < ARCHIVE_WARN) throw status;
    return std::string_view(static_cast<const char*>(data), size);
  }

  void RethrowReadError() const {
    if (failed_) throw *failed_;
  }

  std::unique_ptr<struct archive, FreeArchive> handle{archive_read_new()};
  size_t members = 0;

 private:
  ByteStream* stream_;
  std::array<char, 64 << 10> buffer_;
  std::optional<InputError> failed_;
};

bool IsCompressed(std::string_view beginning) {
  return CompressionOf(beginning) != nullptr;
}

bool IsPacked(std::string_view beginning) {
  return IsCompressed(beginning) || IsTarHeader(beginning);
}

Archive::Archive(ByteStream* stream, std::string_view beginning,
                 std::string name)
    : name_(std::move(name)), impl_(new Impl(stream)) {
  struct archive* handle = impl_->handle.get();
  const Compression* compression = CompressionOf(beginning);
  // ARCHIVE_WARN: libarchive was built without it and would run a program.
  if (compression && compression->support(handle) != ARCHIVE_OK)
    Fail(fmt::format("this libarchive cannot read {}", compression->name));
  archive_read_support_format_tar(handle);
  archive_read_support_format_empty(handle);
  if (compression) archive_read_support_format_raw(handle);
  int status =
      archive_read_open(handle, impl_.get(), nullptr, Impl::Feed, nullptr);
  if (status != ARCHIVE_OK) Fail({});
  // One for the compression, and one for what it was read from.
  if (archive_filter_count(handle) > 2) Fail("is compressed more than once");
}

Archive::~Archive() = default;

// Of libarchive's own words, where there is no message.
void Archive::Fail(std::string_view message) const {
  impl_->RethrowReadError();
  if (!message.empty()) throw InputError(name_, message);
  const char* why = archive_error_string(impl_->handle.get());
  throw InputError(name_, fmt::format("is damaged or cut short: {}",
                                      Quoted(why ? why : "no reason given")));
}

// What came out of the decompressor is looked at with each block of contents
// and each member, so nothing large is ever between two looks.
static std::string_view WhatIsTooMuch(struct archive* handle, size_t members) {
  auto in = static_cast<uint64_t>(archive_filter_bytes(handle, -1));
  auto out = static_cast<uint64_t>(archive_filter_bytes(handle, 0));
  if (members > kMostMembers) return "has more than 2000000 members";
  if (out > kMostUnpacked) return "unpacks to more than 16 GiB";
  if (out > kFreeBytes && out / kMostGrowth > in)
    return "unpacks to more than 1000 times its size";
  return {};
}

bool Archive::Next(Member* member) {
  if (impl_->members > 0) SkipContents();
  archive_entry* entry = nullptr;
  int status = archive_read_next_header(impl_->handle.get(), &entry);
  if (status == ARCHIVE_EOF) return false;
  if (status < ARCHIVE_WARN) Fail({});
  auto too_much = WhatIsTooMuch(impl_->handle.get(), ++impl_->members);
  if (!too_much.empty()) Fail(too_much);
  const char* path = archive_entry_pathname(entry);
  member->has_path = path != nullptr;
  member->path = OrEmpty(path);
  member->kind = KindOf(entry);
  member->target = OrEmpty(member->kind == Member::Kind::kHardLink
                               ? archive_entry_hardlink(entry)
                               : archive_entry_symlink(entry));
  member->size =
      static_cast<uint64_t>(std::max<int64_t>(archive_entry_size(entry), 0));
  return true;
}

// libarchive would skip a member in one go, whatever it unpacks to.
void Archive::SkipContents() try {
  int64_t offset = 0;
  while (impl_->Block(&offset)) {
    auto too_much = WhatIsTooMuch(impl_->handle.get(), impl_->members);
    if (!too_much.empty()) Fail(too_much);
  }
} catch (int) {
  Fail({});
}

std::string Archive::Contents(uint64_t size) try {
  std::string out(size, '\0');  // holes read as zeros
  int64_t offset = 0;
  while (auto block = impl_->Block(&offset)) {
    auto at = static_cast<uint64_t>(offset);
    if (at > size || block->size() > size - at)
      Fail("is damaged: a member is longer than its header says");
    block->copy(out.data() + at, block->size());
  }
  return out;
} catch (int) {
  Fail({});
}

bool Archive::is_tar() const {
  int format = archive_format(impl_->handle.get());
  return (format & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
}

std::string Archive::packing() const {
  std::string out = is_tar() ? "tar" : "";
  if (archive_filter_count(impl_->handle.get()) < 2) return out;
  if (!out.empty()) out += '+';
  return out + archive_filter_name(impl_->handle.get(), 0);
}

size_t Archive::ReadText(char* buffer, size_t size) {
  la_ssize_t got = archive_read_data(impl_->handle.get(), buffer, size);
  if (got < 0) Fail({});
  auto too_much = WhatIsTooMuch(impl_->handle.get(), impl_->members);
  if (!too_much.empty()) Fail(too_much);
  return static_cast<size_t>(got);
}

}  // namespace p2pcheck
