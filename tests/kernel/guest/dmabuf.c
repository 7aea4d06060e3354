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
//   A provider bar client MODE MASK attach= pin= map= ...
//       other kinds of importers and shorter masks, for a function's largest
//       BAR and two clients: itself and the last function
//   E function bar NAME=ERRNO
//       exports of that BAR with other arguments, right and wrong
// Results are 0 or -errno, "-" where not tried.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdbool.h>
#include <stddef.h>
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
struct Range {
  uint64_t offset, length;
};
enum { kMostRanges = 3 };
struct DmaBufFeature {
  uint32_t region, open_flags, flags, range_count;
  struct Range ranges[kMostRanges];
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

static int Ask(int device, uint32_t flags, const struct DmaBufFeature* buffer) {
  struct {
    struct vfio_device_feature header;
    struct DmaBufFeature buffer;
  } question;
  memset(&question, 0, sizeof question);
  question.header.argsz = sizeof question.header +
                          offsetof(struct DmaBufFeature, ranges) +
                          buffer->range_count * sizeof(struct Range);
  question.header.flags = flags | kFeatureDmaBuf;
  question.buffer = *buffer;
  return Errno(ioctl(device, VFIO_DEVICE_FEATURE, &question));
}

// PROBE or GET of the DMABUF feature: a file descriptor, 0 or -errno.
static int Feature(int device, uint32_t flags, int bar, uint64_t length) {
  struct DmaBufFeature buffer = {
      (uint32_t)bar, O_RDWR | O_CLOEXEC, 0, 1, {{0, length}}};
  return Ask(device, flags, &buffer);
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

// `mode` is "" or a mode and a mask for the module.
static void Import(const char* client, int fd, const char* mode) {
  char line[256];
  int file = open("/proc/p2p_import", O_RDWR);
  if (file < 0) return;
  int length = snprintf(line, sizeof line, "%d %s %s", fd, client, mode);
  if (write(file, line, (size_t)length) != length) {
    printf("write=%d\n", -errno);
  } else {
    ssize_t got = pread(file, line, sizeof line - 1, 0);
    line[got > 0 ? got : 0] = 0;
    printf("%s", line);
  }
  close(file);
}

static void ImportByAll(const char* provider, int bar, int fd) {
  if (access("/proc/p2p_import", W_OK)) return;
  for (int i = 0; i < function_count; ++i) {
    printf("M %s %d %s ", provider, bar, functions[i]);
    Import(functions[i], fd, "");
  }
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
  if (fd >= 0) {
    ImportByAll(function, bar, fd);
    close(fd);
  }
  fflush(stdout);
}

static void ImportInModes(const char* provider, int bar, const char* client,
                          int fd) {
  // How far DMA reaches matters to those that get to map only.
  static const char* const modes[] = {
      "dynamic 64", "dynamic 32", "dynamic 28",    "static 64",
      "no-peer 64", "pin 64",     "pin-revoke 64", "pin-revoke 28",
  };
  for (size_t i = 0; i < sizeof modes / sizeof *modes; ++i) {
    printf("A %s %d %s %s ", provider, bar, client, modes[i]);
    Import(client, fd, modes[i]);
  }
}

// Exports with arguments that should or should not do.
static void ExportOddly(const char* function, int device, int bar,
                        uint64_t size) {
  enum { kPage = 4096 };
  const struct {
    const char* name;
    uint32_t region, flags, range_count;
    struct Range ranges[kMostRanges];
  } kinds[] = {
      {"one-page", 0, 0, 1, {{0, kPage}}},
      {"last-page", 0, 0, 1, {{size - kPage, kPage}}},
      {"past-end", 0, 0, 1, {{0, size + kPage}}},
      {"at-end", 0, 0, 1, {{size, kPage}}},
      {"no-length", 0, 0, 1, {{0, 0}}},
      {"odd-offset", 0, 0, 1, {{kPage / 2, kPage}}},
      {"odd-length", 0, 0, 1, {{0, kPage / 2}}},
      {"offset-huge", 0, 0, 1, {{1ull << 63, 1ull << 62}}},
      {"offset-wraps", 0, 0, 1, {{-(uint64_t)kPage, kPage}}},
      {"length-huge", 0, 0, 1, {{0, 1ull << 63}}},
      {"two-ranges", 0, 0, 2, {{0, kPage}, {kPage, kPage}}},
      {"overlapping", 0, 0, 3, {{0, kPage}, {kPage, kPage}, {0, kPage}}},
      {"flags", 0, 1, 1, {{0, kPage}}},
      {"no-ranges", 0, 0, 0, {{0, 0}}},
      {"rom-region", VFIO_PCI_ROM_REGION_INDEX, 0, 1, {{0, kPage}}},
      {"config-region", VFIO_PCI_CONFIG_REGION_INDEX, 0, 1, {{0, kPage}}},
      {"no-region", VFIO_PCI_NUM_REGIONS, 0, 1, {{0, kPage}}},
  };
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; ++i) {
    struct DmaBufFeature buffer = {
        kinds[i].region ? kinds[i].region : (uint32_t)bar,
        O_RDWR | O_CLOEXEC,
        kinds[i].flags,
        kinds[i].range_count,
        {{0, 0}}};
    memcpy(buffer.ranges, kinds[i].ranges, sizeof buffer.ranges);
    int fd = Ask(device, VFIO_DEVICE_FEATURE_GET, &buffer);
    printf("E %s %d %s=%d\n", function, bar, kinds[i].name, fd >= 0 ? 0 : fd);
    if (fd >= 0) close(fd);
  }
}

// What is asked of one BAR of a function only: its largest.
static void AskLargest(const char* function, int device,
                       const struct vfio_region_info* largest) {
  if (largest->size < 2 * 4096) return;
  int bar = (int)largest->index;
  ExportOddly(function, device, bar, largest->size);
  int fd = Export(device, bar, largest->size);
  if (fd < 0) return;
  if (!access("/proc/p2p_import", W_OK)) {
    ImportInModes(function, bar, function, fd);
    ImportInModes(function, bar, functions[function_count - 1], fd);
  }
  close(fd);
}

static void AskFunction(const char* function) {
  struct Opened opened = {-1, -1, -1, 0};
  struct vfio_region_info largest = {.size = 0};
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
    // An I/O BAR has no place in memory.
    if (region.size > largest.size && region.flags & VFIO_REGION_INFO_FLAG_MMAP)
      largest = region;
  }
  if (largest.size) AskLargest(function, opened.device, &largest);
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
