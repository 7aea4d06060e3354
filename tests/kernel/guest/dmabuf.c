// SPDX-License-Identifier: GPL-2.0-or-later
//
// What VFIO's DMABUF export does for each endpoint's BARs.  Binds every
// endpoint (anything but bridges) to vfio-pci, opens it (through iommufd where
// /dev/iommu exists, else through its group) and prints rows:
//   I word value              about the guest
//   B function driver= group= open=ERRNO how=iommufd|group
//   V function bar size= rflags= probe= get= get_odd= map= map_off=
//       probe    VFIO_DEVICE_FEATURE PROBE|GET of DMA_BUF
//       get      GET of the whole BAR; get_odd: of half a page of it
//       map      IOMMU_IOAS_MAP_FILE of it into the function's own IOAS
//       map_off  the same, of a BAR exported while PCI memory decoding was off
//   M provider bar client attach= map= nents= dma= len=
//       each PCI function made the importer (module/dmabuf_import.c)
// Results are 0 or -errno, "-" where not tried.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"

// Younger than the headers this may be compiled with: linux/vfio.h and
// linux/iommufd.h of 7.2.
enum { kFeatureDmaBuf = 11 };
struct DmaBufFeature {
  uint32_t region, open_flags, flags, ranges;
  uint64_t offset, length;
};
struct BindIommufd {
  uint32_t argsz, flags;
  int32_t iommufd;
  uint32_t device;
};
struct AttachPageTable {
  uint32_t argsz, flags, ioas;
};
struct AllocateIoas {
  uint32_t size, flags, ioas;
};
struct MapFile {
  uint32_t size, flags, ioas;
  int32_t fd;
  uint64_t start, length, iova;
};
struct Unmap {
  uint32_t size, ioas;
  uint64_t iova, length;
};
#define BIND_IOMMUFD _IO(VFIO_TYPE, VFIO_BASE + 18)
#define ATTACH_PAGE_TABLE _IO(VFIO_TYPE, VFIO_BASE + 19)
#define ALLOCATE_IOAS _IO(';', 0x81)
#define UNMAP_IOAS _IO(';', 0x86)
#define MAP_FILE _IO(';', 0x8f)

#define DEVICES "/sys/bus/pci/devices/"

enum { kNotTried = 1, kMost = 4096 };
static char* functions[kMost];
static int function_count;
static int iommufd = -1;

// An opened VFIO device, and what keeps it open.
struct Opened {
  int device, container, group;
  uint32_t ioas;
};

static int Errno(int result) { return result < 0 ? -errno : result; }

static int Put(const char* function, const char* attribute, const char* text) {
  char path[256];
  snprintf(path, sizeof path, DEVICES "%s/%s", function, attribute);
  int file = open(path, O_WRONLY);
  if (file < 0) return -errno;
  int result = Errno((int)write(file, text, strlen(text)));
  close(file);
  return result < 0 ? result : 0;
}

static unsigned long ClassOf(const char* function) {
  char path[256], text[32] = "";
  snprintf(path, sizeof path, DEVICES "%s/class", function);
  int file = open(path, O_RDONLY);
  if (file < 0) return 0;
  if (read(file, text, sizeof text - 1) < 0) text[0] = 0;
  close(file);
  return strtoul(text, 0, 16);
}

// The last part of what a link of a function points to; "-" for none.
static void LinkName(const char* function, const char* link, char* name,
                     size_t size) {
  char path[256], target[512];
  snprintf(path, sizeof path, DEVICES "%s/%s", function, link);
  ssize_t length = readlink(path, target, sizeof target - 1);
  target[length > 0 ? length : 0] = 0;
  const char* slash = strrchr(target, '/');
  snprintf(name, size, "%s", slash ? slash + 1 : "-");
}

// The "vfio3" of a function's character device.
static bool CharacterDevice(const char* function, char* path, size_t size) {
  char folder[256];
  bool found = false;
  snprintf(folder, sizeof folder, DEVICES "%s/vfio-dev", function);
  DIR* directory = opendir(folder);
  struct dirent* entry;
  while (directory && !found && (entry = readdir(directory))) {
    found = !strncmp(entry->d_name, "vfio", 4);
    if (found) snprintf(path, size, "/dev/vfio/devices/%.40s", entry->d_name);
  }
  if (directory) closedir(directory);
  return found;
}

static int OpenByIommufd(const char* function, struct Opened* opened) {
  char path[64];
  if (!CharacterDevice(function, path, sizeof path)) return -ENOENT;
  opened->device = open(path, O_RDWR);
  if (opened->device < 0) return -errno;
  struct BindIommufd bind = {sizeof bind, 0, iommufd, 0};
  struct AllocateIoas allocate = {sizeof allocate, 0, 0};
  struct AttachPageTable attach = {sizeof attach, 0, 0};
  if (ioctl(opened->device, BIND_IOMMUFD, &bind) < 0) return -errno;
  if (ioctl(iommufd, ALLOCATE_IOAS, &allocate) < 0) return -errno;
  opened->ioas = attach.ioas = allocate.ioas;
  return Errno(ioctl(opened->device, ATTACH_PAGE_TABLE, &attach));
}

static int OpenByGroup(const char* function, const char* group,
                       struct Opened* opened) {
  char path[96];
  if (!strcmp(group, "-")) return -ENODEV;
  opened->container = open("/dev/vfio/vfio", O_RDWR);
  snprintf(path, sizeof path, "/dev/vfio/%s", group);
  opened->group = open(path, O_RDWR);
  if (opened->container < 0 || opened->group < 0) return -errno;
  if (ioctl(opened->group, VFIO_GROUP_SET_CONTAINER, &opened->container) < 0)
    return -errno;
  if (ioctl(opened->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) < 0)
    return -errno;
  opened->device = ioctl(opened->group, VFIO_GROUP_GET_DEVICE_FD, function);
  return opened->device < 0 ? -errno : 0;
}

static void Close(const struct Opened* opened) {
  if (opened->device >= 0) close(opened->device);
  if (opened->group >= 0) close(opened->group);
  if (opened->container >= 0) close(opened->container);
}

// PROBE or GET of the DMABUF feature: a file descriptor, 0 or -errno.
static int Feature(int device, uint32_t flags, int bar, uint64_t length) {
  struct {
    struct vfio_device_feature header;
    struct DmaBufFeature buffer;
  } question;
  memset(&question, 0, sizeof question);
  question.header.argsz = sizeof question;
  question.header.flags = flags | kFeatureDmaBuf;
  question.buffer.region = (uint32_t)bar;
  question.buffer.open_flags = O_RDWR | O_CLOEXEC;
  question.buffer.ranges = 1;
  question.buffer.length = length;
  return Errno(ioctl(device, VFIO_DEVICE_FEATURE, &question));
}

static int Export(int device, int bar, uint64_t length) {
  return Feature(device, VFIO_DEVICE_FEATURE_GET, bar, length);
}

static int ExportAndClose(int device, int bar, uint64_t length) {
  int fd = Export(device, bar, length);
  if (fd < 0) return fd;
  close(fd);
  return 0;
}

// Maps a DMABUF into the function's own IOAS.  Fixed IOVA, read and write.
static int MapForItself(uint32_t ioas, int fd, uint64_t length, uint64_t iova) {
  if (fd < 0 || iommufd < 0) return kNotTried;
  struct MapFile map = {sizeof map, 7, ioas, fd, 0, length, iova};
  return Errno(ioctl(iommufd, MAP_FILE, &map));
}

static void SetMemoryDecoding(int device, bool on) {
  enum { kCommand = 4, kMemory = 2 };
  struct vfio_region_info config = {.argsz = sizeof config};
  config.index = VFIO_PCI_CONFIG_REGION_INDEX;
  ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &config);
  off_t at = (off_t)config.offset + kCommand;
  uint16_t command = 0;
  if (pread(device, &command, 2, at) != 2) command = 0;
  command = (uint16_t)(on ? command | kMemory : command & ~kMemory);
  if (pwrite(device, &command, 2, at) != 2) printf("I config-write failed\n");
}

static int MapOfExportWhileOff(const struct Opened* opened, int bar,
                               uint64_t length) {
  SetMemoryDecoding(opened->device, false);
  int fd = Export(opened->device, bar, length);
  int result = MapForItself(opened->ioas, fd, length, 1ull << 38);
  if (fd >= 0) close(fd);
  SetMemoryDecoding(opened->device, true);
  return result;
}

static void PrintResult(const char* name, int result, char end) {
  if (result == kNotTried)
    printf("%s=-%c", name, end);
  else
    printf("%s=%d%c", name, result, end);
}

static void Import(const char* provider, int bar, const char* client, int fd) {
  char line[256];
  int file = open("/proc/p2p_import", O_RDWR);
  if (file < 0) return;
  int length = snprintf(line, sizeof line, "%d %s", fd, client);
  printf("M %s %d %s ", provider, bar, client);
  if (write(file, line, (size_t)length) != length) {
    printf("write=%d\n", -errno);
  } else {
    ssize_t got = pread(file, line, sizeof line - 1, 0);
    line[got > 0 ? got : 0] = 0;
    printf("%s", line);
  }
  close(file);
}

static void AskBar(const char* function, const struct Opened* opened,
                   const struct vfio_region_info* region) {
  int device = opened->device, bar = (int)region->index;
  uint64_t size = region->size;
  int probe = Feature(
      device, VFIO_DEVICE_FEATURE_PROBE | VFIO_DEVICE_FEATURE_GET, bar, size);
  int odd = ExportAndClose(device, bar, 2048);
  int off = MapOfExportWhileOff(opened, bar, size);
  int fd = Export(device, bar, size);
  int map = MapForItself(opened->ioas, fd, size, 1ull << 37);
  if (map == 0) {
    struct Unmap unmap = {sizeof unmap, opened->ioas, 1ull << 37, size};
    ioctl(iommufd, UNMAP_IOAS, &unmap);
  }
  printf("V %s %d size=0x%llx rflags=0x%x probe=%d get=%d get_odd=%d ",
         function, bar, (unsigned long long)size, region->flags, probe,
         fd >= 0 ? 0 : fd, odd);
  PrintResult("map", map, ' ');
  PrintResult("map_off", off, '\n');
  for (int i = 0; fd >= 0 && i < function_count; ++i)
    Import(function, bar, functions[i], fd);
  if (fd >= 0) close(fd);
  fflush(stdout);
}

static void AskFunction(const char* function) {
  struct Opened opened = {-1, -1, -1, 0};
  char group[64], driver[64];
  LinkName(function, "iommu_group", group, sizeof group);
  LinkName(function, "driver", driver, sizeof driver);
  int result = iommufd >= 0 ? OpenByIommufd(function, &opened)
                            : OpenByGroup(function, group, &opened);
  printf("B %s driver=%s group=%s open=%d how=%s\n", function, driver, group,
         result, iommufd >= 0 ? "iommufd" : "group");
  for (uint32_t bar = 0; result == 0 && bar < 6; ++bar) {
    struct vfio_region_info region = {.argsz = sizeof region, .index = bar};
    if (ioctl(opened.device, VFIO_DEVICE_GET_REGION_INFO, &region) < 0)
      continue;
    if (region.size) AskBar(function, &opened, &region);
  }
  Close(&opened);
}

static int Compare(const void* a, const void* b) {
  return strcmp(*(char* const*)a, *(char* const*)b);
}

static void ListFunctions(void) {
  DIR* directory = opendir(DEVICES);
  struct dirent* entry;
  while (directory && (entry = readdir(directory)) && function_count < kMost)
    if (entry->d_name[0] != '.')
      functions[function_count++] = strdup(entry->d_name);
  if (directory) closedir(directory);
  qsort(functions, (size_t)function_count, sizeof *functions, Compare);
}

static bool IsBridge(const char* function) {
  return ClassOf(function) >> 16 == 6;
}

static void Bind(const char* function) {
  Put(function, "driver_override", "vfio-pci");
  Put(function, "driver/unbind", function);
  int file = open("/sys/bus/pci/drivers_probe", O_WRONLY);
  if (file < 0 || write(file, function, strlen(function)) < 0)
    printf("I bind %s %d\n", function, -errno);
  if (file >= 0) close(file);
}

int AskDmabuf(void) {
  mkdir("/dev/vfio", 0755);
  ListFunctions();
  iommufd = open("/dev/iommu", O_RDWR);
  printf("I iommufd %d\n", iommufd >= 0);
  for (int i = 0; i < function_count; ++i)
    if (!IsBridge(functions[i])) Bind(functions[i]);
  for (int i = 0; i < function_count; ++i)
    if (!IsBridge(functions[i])) AskFunction(functions[i]);
  return 0;
}
