// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <langinfo.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace p2pcheck {
namespace {

std::string EnvironmentOr(const char* name, const char* other) {
  const char* value = std::getenv(name);
  return value ? value : other;
}

bool WantsColor(const Options& options) {
  if (options.color != ColorWhen::kAuto)
    return options.color == ColorWhen::kAlways;
  return !options.output && isatty(STDOUT_FILENO) &&
         EnvironmentOr("NO_COLOR", "").empty() &&
         EnvironmentOr("TERM", "dumb") != "dumb";
}

// The terminal's width, or COLUMNS; lines to a file are not cut.
unsigned Width(const Options& options) {
  constexpr unsigned kUncut = 1000;
  unsigned long columns =
      std::strtoul(EnvironmentOr("COLUMNS", "0").c_str(), nullptr, 10);
  winsize size{};
  if (!options.output && isatty(STDOUT_FILENO)) {
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
      columns = size.ws_col;
    if (columns == 0) columns = 80;
  }
  if (columns == 0) return kUncut;
  return static_cast<unsigned>(std::clamp(columns, 40ul, 1000ul));
}

// "dir/.file.p2pcheck.123" for "dir/file".
std::string HiddenName(const std::string& path) {
  size_t name = path.rfind('/') + 1;  // 0 without one
  return fmt::format("{}.{}.p2pcheck.{}", path.substr(0, name),
                     path.substr(name), getpid());
}

bool SpeaksUtf8() {
  std::setlocale(LC_CTYPE, "");
  return std::strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

}  // namespace

void DescriptorBuffer::Open(int descriptor) {
  descriptor_ = descriptor;
  setp(bytes_.data(), bytes_.data() + bytes_.size());
}

DescriptorBuffer::int_type DescriptorBuffer::overflow(int_type c) {
  if (sync() != 0) return traits_type::eof();
  if (traits_type::eq_int_type(c, traits_type::eof()))
    return traits_type::not_eof(c);
  return sputc(traits_type::to_char_type(c));
}

int DescriptorBuffer::sync() {
  const char* next = pbase();
  while (error_ == 0 && next < pptr()) {
    ssize_t written =
        write(descriptor_, next, static_cast<size_t>(pptr() - next));
    if (written >= 0)
      next += written;
    else if (errno != EINTR)
      error_ = errno;
  }
  setp(bytes_.data(), bytes_.data() + bytes_.size());
  return error_ == 0 ? 0 : -1;
}

Output::Output(const std::optional<std::string>& path, Access access)
    : stream_(&buffer_) {
  descriptor_ = STDOUT_FILENO;
  if (path) {
    path_ = *path;
    temporary_ = HiddenName(path_);
    descriptor_ = open(temporary_.c_str(),
                       O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor_ >= 0 && access == Access::kAllRead) LetAllRead();
  }
  if (descriptor_ < 0) {
    temporary_.clear();
    Fail(errno);
  }
  buffer_.Open(descriptor_);
}

Output::~Output() {
  if (temporary_.empty()) return;
  if (descriptor_ >= 0) close(descriptor_);
  std::remove(temporary_.c_str());
}

void Output::LetAllRead() {
  if (fchmod(descriptor_, 0644) == 0) return;
  int error = errno;
  close(descriptor_);
  std::remove(temporary_.c_str());
  Fail(error);
}

void Output::Fail(int error) const {
  throw WriteError(fmt::format("{}: {}",
                               path_.empty() ? "standard output" : path_,
                               std::strerror(error)));
}

void Output::Finish() {
  stream_.flush();
  if (buffer_.error() != 0) Fail(buffer_.error());
  if (path_.empty()) return;
  int descriptor = descriptor_;
  descriptor_ = -1;
  if (close(descriptor) != 0) Fail(errno);
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) Fail(errno);
  temporary_.clear();
}

TextStyle StyleFor(const Options& options) {
  TextStyle style;
  style.color = WantsColor(options);
  style.width = Width(options);
  style.unicode = SpeaksUtf8();
  return style;
}

}  // namespace p2pcheck
