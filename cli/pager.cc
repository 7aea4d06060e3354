// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/pager.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace p2pcheck {
namespace {

// Without less the text goes by as if there were no pager.
constexpr const char* kDefault =
    "if command -v less >/dev/null; then exec less -FRX; else exec cat; fi";

const char* Chosen() {
  for (const char* name : {"P2PCHECK_PAGER", "PAGER"})
    if (const char* command = std::getenv(name)) return command;
  return kDefault;
}

// In the child: only what may be called behind fork().
[[noreturn]] void BecomePager(int read_end, const char* command) {
  dup2(read_end, STDIN_FILENO);
  execl("/bin/sh", "sh", "-c", command, static_cast<char*>(nullptr));
  _exit(127);
}

}  // namespace

bool Pager::Wanted() {
  std::string command = Chosen();
  return !command.empty() && command != "cat";
}

int Pager::Start() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  const char* command = Chosen();
  process_ = fork();
  if (process_ == 0) BecomePager(ends[0], command);
  close(ends[0]);
  if (process_ < 0) {
    close(ends[1]);
    return -1;
  }
  for (int signal : {SIGPIPE, SIGINT, SIGQUIT}) std::signal(signal, SIG_IGN);
  write_end_ = ends[1];
  return write_end_;
}

bool Pager::Finish() {
  if (!running()) return true;
  close(write_end_);
  int status = 0;
  while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  constexpr int kCannotExecute = 126, kNotFound = 127;  // sh's
  return !WIFEXITED(status) || (WEXITSTATUS(status) != kCannotExecute &&
                                WEXITSTATUS(status) != kNotFound);
}

Pager::~Pager() { Finish(); }

}  // namespace p2pcheck
