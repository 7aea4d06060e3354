// SPDX-License-Identifier: GPL-2.0-or-later
//
// holder NODE: opens a function by its VFIO cdev and an iommufd, says so, and
// keeps it until it is killed: what a virtual machine monitor does.
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct bind {
  uint32_t size, flags;
  int32_t iommufd;
  uint32_t id;
};

int main(int argc, char** argv) {
  struct bind bind = {sizeof bind, 0, open("/dev/iommu", O_RDWR), 0};
  int device = open(argc > 1 ? argv[1] : "", O_RDWR);
  int failed = device < 0 || ioctl(device, _IO(';', 118), &bind) < 0;
  printf("%s\n", failed ? strerror(errno) : "held");
  fflush(stdout);
  return failed ? 1 : pause();
}
