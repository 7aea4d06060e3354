// SPDX-License-Identifier: GPL-2.0-or-later
//
// guest snapshot FOLDER | dmabuf
// guest send   standard input to port 0xe9 (QEMU: isa-debugcon)
// guest exit   leaves QEMU by port 0xf4 (isa-debug-exit), else powers off
#include <stdio.h>
#include <string.h>
#include <sys/io.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "guest.h"

static int Send(void) {
  static char buffer[1 << 20];
  ssize_t got;
  if (iopl(3)) {
    perror("iopl");
    return 1;
  }
  while ((got = read(0, buffer, sizeof buffer)) > 0) {
    const char* from = buffer;
    size_t count = (size_t)got;
    asm volatile("rep outsb" : "+S"(from), "+c"(count) : "d"(0xe9) : "memory");
  }
  return 0;
}

static int Leave(void) {
  if (!iopl(3)) outb(0, 0xf4);
  sync();
  return reboot(RB_POWER_OFF);
}

int main(int argc, char** argv) {
  const char* what = argc > 1 ? argv[1] : "";
  if (!strcmp(what, "snapshot") && argc > 2) return TakeSnapshot(argv[2]);
  if (!strcmp(what, "dmabuf")) return AskDmabuf();
  if (!strcmp(what, "send")) return Send();
  if (!strcmp(what, "exit")) return Leave();
  return 2;
}
