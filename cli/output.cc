// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/output.h"

#include <fmt/format.h>
#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>

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

bool SpeaksUtf8() {
  std::setlocale(LC_CTYPE, "");
  return std::strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

[[noreturn]] void Fail(const std::string& path) {
  throw WriteError(fmt::format("{}: {}", path, std::strerror(errno)));
}

}  // namespace

Output::Output(const std::optional<std::string>& path) {
  if (!path) return;
  path_ = *path;
  temporary_ = fmt::format("{}.p2pcheck.{}", path_, getpid());
  file_.open(temporary_, std::ios::binary | std::ios::trunc);
  if (file_) return;
  int error = errno;
  temporary_.clear();
  errno = error;
  Fail(path_);
}

Output::~Output() {
  if (!temporary_.empty()) std::remove(temporary_.c_str());
}

std::ostream& Output::stream() {
  return path_.empty() ? std::cout : static_cast<std::ostream&>(file_);
}

void Output::Finish() {
  errno = 0;
  stream().flush();
  if (path_.empty()) {
    if (!std::cout) Fail("standard output");
    return;
  }
  file_.close();
  if (!file_ || std::rename(temporary_.c_str(), path_.c_str()) != 0)
    Fail(path_);
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
