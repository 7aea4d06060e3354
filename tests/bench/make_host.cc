// SPDX-License-Identifier: GPL-2.0-or-later
//
//   make_host FUNCTIONS DIRECTORY
//
// Writes a synthetic host: DIRECTORY/sys and /proc as the kernel would show
// it, and DIRECTORY/host.dump as `lspci -Dnxxxx` would print it.  Give it a
// directory on tmpfs: 13,000 functions are some 400,000 files.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "bench/synthetic_host.h"
#include "support/fake_sysfs.h"

namespace fs = std::filesystem;

namespace p2pcheck {
namespace {

// libpci's reader insists on `irq`.
void AddInterrupts(const HostSnapshot& host, const TempDirectory& out) {
  for (const FunctionRecord& record : host.functions)
    out.Write(FakeSysfsPath(host, record.address) + "/irq", "16\n");
}

void MakeHost(size_t functions, const fs::path& directory) {
  HostSnapshot host = SyntheticHost(functions);
  fs::create_directories(directory);
  // A neighbour, so that what was written can be renamed into place.
  setenv("TMPDIR", directory.c_str(), 1);
  TempDirectory made;
  WriteFakeSysfs(host, made);
  AddInterrupts(host, made);
  for (const char* part : {"sys", "proc"})
    fs::rename(fs::path(made.path()) / part, directory / part);
  std::ofstream dump(directory / "host.dump");
  WriteDump(host, dump);
}

}  // namespace
}  // namespace p2pcheck

int main(int argc, char** argv) {
  unsigned long functions = argc == 3 ? std::strtoul(argv[1], nullptr, 10) : 0;
  if (functions == 0) {
    std::fprintf(stderr, "usage: make_host FUNCTIONS DIRECTORY\n");
    return 64;
  }
  p2pcheck::MakeHost(functions, argv[2]);
  return 0;
}
