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
#include <utility>

#include "cli/progress.h"

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

struct TextOutput {
  bool pager = false, ascii = false;
};
TextOutput text_output;

// Rows of the terminal; where it does not tell, those of the first ones.
size_t TerminalRows() {
  winsize size{};
  bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0;
  return known ? size.ws_row : 24;
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
  if (choose_ && pptr() > pbase()) {
    std::string_view text(pbase(), static_cast<size_t>(pptr() - pbase()));
    descriptor_ = std::exchange(choose_, nullptr)(text, whole_);
  }
  if (ascii_) KeepAscii();
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

// Byte by byte, so that it does not matter where a character is cut.
void DescriptorBuffer::KeepAscii() {
  char* to = pbase();
  for (const char* from = pbase(); from < pptr(); ++from) {
    auto byte = static_cast<unsigned char>(*from);
    if (byte < 0x80)
      *to++ = *from;
    else if (byte >= 0xc0)
      *to++ = '?';
  }
  pbump(static_cast<int>(to - pptr()));
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
  if (text_output.ascii) buffer_.SetAscii();
  buffer_.SetChoice([this](std::string_view text, bool all) {
    return ChooseDescriptor(text, all);
  });
}

int Output::ChooseDescriptor(std::string_view text, bool all) {
  Progress::End();
  if (!path_.empty() || !text_output.pager) return descriptor_;
  auto lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  if (all && lines < TerminalRows()) return descriptor_;
  int pager = pager_.Start();
  return pager >= 0 ? pager : descriptor_;
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
  buffer_.SetWhole();
  stream_.flush();
  Progress::End();
  bool left = pager_.running() && buffer_.error() == EPIPE;
  if (!pager_.Finish())
    throw WriteError("the pager could not be run: see PAGER");
  // Who leaves the pager early has seen what he wanted.
  if (buffer_.error() != 0 && !left) Fail(buffer_.error());
  if (path_.empty()) return;
  int descriptor = descriptor_;
  descriptor_ = -1;
  if (close(descriptor) != 0) Fail(errno);
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) Fail(errno);
  temporary_.clear();
}

void SetTextOutput(const Options& options) {
  bool text = options.format == Format::kText &&
              options.check_format == CheckFormat::kText &&
              options.command != Command::kRecord;
  text_output.ascii = text && !SpeaksUtf8();
  // What comes while one looks cannot wait for a pager.
  bool waits = options.command == Command::kWatch;
  text_output.pager = text && !waits && options.pager && !options.output &&
                      isatty(STDOUT_FILENO) &&
                      EnvironmentOr("TERM", "dumb") != "dumb" &&
                      Pager::Wanted();
}

TextStyle StyleFor(const Options& options) {
  TextStyle style;
  style.color = WantsColor(options);
  style.width = Width(options);
  style.unicode = SpeaksUtf8();
  return style;
}

}  // namespace p2pcheck
