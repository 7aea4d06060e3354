// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"

static const char* below;

// Makes the folders that `path` lies in.
static void MakeParents(const char* path) {
  char part[PATH_MAX];
  snprintf(part, sizeof part, "%s", path);
  for (char* slash = part + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
    *slash = 0;
    mkdir(part, 0755);
  }
}

static ssize_t ReadWhole(const char* path, char* buffer, size_t size) {
  int in = open(path, O_RDONLY);
  ssize_t all = 0, got;
  if (in < 0) return -1;
  while ((got = read(in, buffer + all, size - (size_t)all)) > 0) all += got;
  close(in);
  return all;
}

static void WriteWhole(const char* path, const char* buffer, ssize_t size) {
  int out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (out < 0 || write(out, buffer, (size_t)size) != size) perror(path);
  if (out >= 0) close(out);
}

// A file or a link, to the same path below the target.
static void Copy(const char* path) {
  static char buffer[1 << 20];
  char target[PATH_MAX];
  struct stat status;
  ssize_t size;
  if (lstat(path, &status)) return;
  snprintf(target, sizeof target, "%s%s", below, path);
  MakeParents(target);
  if (S_ISLNK(status.st_mode)) {
    size = readlink(path, buffer, sizeof buffer - 1);
    if (size <= 0) return;
    buffer[size] = 0;
    if (symlink(buffer, target)) return;
  } else if (S_ISREG(status.st_mode) && (status.st_mode & 0400)) {
    size = ReadWhole(path, buffer, sizeof buffer);
    if (size >= 0) WriteWhole(target, buffer, size);
  }
}

// Files whose reading has effects, or that nobody needs.
static bool Skipped(const char* name) {
  static const char* const names[] = {"rom",   "remove", "rescan",
                                      "reset", "vpd",    "uevent_seqnum"};
  if (!strncmp(name, "resource", 8) && name[8]) return true;
  for (size_t i = 0; i < sizeof names / sizeof *names; ++i)
    if (!strcmp(name, names[i])) return true;
  return false;
}

static void CopyFolder(const char* folder, int depth) {
  DIR* directory = opendir(folder);
  struct dirent* entry;
  if (!directory) return;
  while ((entry = readdir(directory))) {
    char path[PATH_MAX];
    if (entry->d_name[0] == '.' || Skipped(entry->d_name)) continue;
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    if (entry->d_type != DT_DIR)
      Copy(path);
    else if (depth > 0)
      CopyFolder(path, depth - 1);
  }
  closedir(directory);
}

static void ForEachIn(const char* folder, void (*act)(const char*)) {
  DIR* directory = opendir(folder);
  struct dirent* entry;
  if (!directory) return;
  while ((entry = readdir(directory))) {
    char path[PATH_MAX];
    if (entry->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    act(path);
  }
  closedir(directory);
}

static void CopyFunction(const char* link) {
  static const char* const parts[] = {"p2pmem", "power", "link"};
  char real[PATH_MAX], path[PATH_MAX + 16];
  Copy(link);
  if (!realpath(link, real)) return;
  CopyFolder(real, 0);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; ++i) {
    snprintf(path, sizeof path, "%s/%s", real, parts[i]);
    CopyFolder(path, 0);
  }
}

static void CopyOneLevel(const char* folder) { CopyFolder(folder, 1); }

int TakeSnapshot(const char* to) {
  static const char* const single[] = {
      "/proc/cmdline",
      "/proc/cpuinfo",
      "/proc/version",
      "/proc/iomem",
      "/proc/modules",
      "/proc/config.gz",
      "/proc/sys/kernel/osrelease",
      "/sys/firmware/acpi/tables/DMAR",
      "/sys/firmware/acpi/tables/IVRS",
      "/sys/firmware/acpi/tables/VIOT",
      "/sys/firmware/acpi/tables/MCFG",
      "/sys/firmware/acpi/tables/SRAT",
      "/sys/devices/system/node/online",
      "/sys/devices/system/node/possible",
  };
  below = to;
  for (size_t i = 0; i < sizeof single / sizeof *single; ++i) Copy(single[i]);
  ForEachIn("/sys/bus/pci/devices", CopyFunction);
  ForEachIn("/sys/bus/pci/slots", CopyOneLevel);
  ForEachIn("/sys/kernel/iommu_groups", CopyOneLevel);
  ForEachIn("/sys/class/iommu", Copy);
  return 0;
}
