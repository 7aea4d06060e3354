// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/config_bytes.h"

#include <fcntl.h>

#include <algorithm>

#include "pci/acs.h"
#include "pci/ats.h"
#include "pci/express.h"

// Own pread() and not libpci's pci_read_block(): that answers a short read and
// a failed one with the same 0, so neither how many bytes came (64: a user's
// view) nor the errno is left; it opens, by its whole path, and closes each
// file in turn and has no place for fstat(), which makes three system calls a
// function more than we may spend; and a test could not make it fail.

namespace p2pcheck {
namespace {

constexpr uint16_t kHeader = 64;
constexpr uint16_t kConventional = 256;  // where extended space starts
constexpr size_t kMaxConfig = 4096;
constexpr size_t kStandardFetch = 20;  // up to Link Status of Express
constexpr size_t kExtendedFetch = 8;   // up to the control word of ACS
// Most hardware has PCI Express, and what stands before it in the chain, right
// behind the header, at 60 at the latest.  So 13 dwords more save a system call
// or two and the dwords these would fetch; and they tell at once whether more
// than the header may be read.
constexpr size_t kFirstFetch = 0x60 + kStandardFetch;

// Sysfs gives the size the kernel reaches.  A copy is as long as what could
// be read when it was made, which says where the space ends only where that
// is one of the two ends there are.
Observed<uint16_t> ReachOf(int64_t size, bool live) {
  bool whole = size == kConventional || size == int64_t{kMaxConfig};
  if (size <= 0 || size > int64_t{kMaxConfig} || (!live && !whole))
    return ReadFailure::kNotRecorded;
  return static_cast<uint16_t>(size);
}

// Why bytes are missing where a read gave fewer than the space has.  A user
// gets 64 bytes, of a CardBus bridge 128.
ReadFailure WhyShort(bool live, const ConfigSpace& held) {
  bool card_bus = (held.Byte(0x0e).value_or(0) & 0x7f) == 2;
  bool user_view = !held.Holds(card_bus ? 128 : 64, 1);
  return live && user_view ? ReadFailure::kPermissionDenied
                           : ReadFailure::kConfigTooShort;
}

// Fetches what is asked for and keeps it in a ConfigSpace.
class FetchingConfig : public ConfigReader {
 public:
  FetchingConfig(FileSystem* files, int file, bool live, ConfigSpace* space)
      : files_(files), file_(file), live_(live), space_(space) {}

  Observed<uint8_t> Byte(uint16_t offset) override {
    Need(offset, 1);
    return space_->Byte(offset);
  }
  Observed<uint16_t> Word(uint16_t offset) override {
    Need(offset, 2);
    return space_->Word(offset);
  }
  Observed<uint32_t> Dword(uint16_t offset) override {
    Need(offset, 4);
    return space_->Dword(offset);
  }

  // Gives what the read gave.
  ssize_t Fetch(size_t offset, size_t size) {
    uint8_t bytes[kMaxConfig];
    ssize_t got =
        files_->ReadAt(file_, bytes, size, static_cast<off_t>(offset));
    if (got > 0)
      space_->Put(static_cast<uint16_t>(offset), bytes,
                  static_cast<size_t>(got));
    if (got < static_cast<ssize_t>(size)) NoteEnd(got);
    return got;
  }

  void LearnReach() { space_->set_reach(ReachOf(files_->Size(file_), live_)); }

 private:
  void Need(size_t offset, size_t size) {
    if (ended_ || space_->Holds(static_cast<uint16_t>(offset), size)) return;
    size_t limit = space_->reach().value_or(kMaxConfig);
    if (offset + size > limit) return;
    size_t begin = offset & ~size_t{3};
    size_t want = begin < kConventional ? kStandardFetch : kExtendedFetch;
    if (begin < kConventional) limit = std::min<size_t>(limit, kConventional);
    Fetch(begin, std::min(want, limit - begin));
  }

  void NoteEnd(ssize_t got) {
    ended_ = true;
    LearnReach();
    space_->set_rest(got < 0 ? FailureOf(static_cast<int>(got))
                             : WhyShort(live_, *space_));
  }

  FileSystem* files_;
  int file_;
  bool live_;
  ConfigSpace* space_;
  bool ended_ = false;
};

// The kernel looks for ACS only where config space is extended.  That it is,
// is seen from the bytes themselves where there are some, so that fstat() is
// left for where there are none.
void Walk(FetchingConfig* config, ConfigSpace* space) {
  if (!DecodeExpress(*config).known()) config->LearnReach();
  const Observed<uint16_t>& reach = space->reach();
  if (!reach.known() || reach.value() > kConventional) DecodeAcs(*config);
  if (!space->Holds(kConventional, 1)) config->LearnReach();
}

// What physical routes need beyond that: ATS, and the egress vector of a port
// that has one (PCIe 6.0, 7.7.11: a bit a port, 0 for 256, from +8 on).
void WalkRoute(FetchingConfig* config) {
  DecodeAts(*config);
  auto acs = DecodeAcs(*config);
  if (!acs.known()) return;
  for (unsigned bit = 0; bit < acs.value().EgressVectorSize(); bit += 32)
    config->Dword(static_cast<uint16_t>(acs.value().offset + 8 + bit / 8));
}

// A user may read 64 bytes of a file that has 256 or 4096, and tar fills the
// rest of such a copy with zeros.  They show where a list of capabilities is
// said to start (status bit 4, pointer at 0x34) in nothing but zeros; without
// a list the zeros say nothing that the header does not.
bool IsPadded(FileSystem* files, int file, const ConfigSpace& space) {
  constexpr uint16_t kStatus = 0x06, kPointer = 0x34, kHasList = 1 << 4;
  if ((space.Word(kStatus).value_or(0) & kHasList) == 0) return false;
  uint8_t pointer = space.Byte(kPointer).value_or(0);
  if (pointer < kHeader || space.Word(pointer).value_or(0) != 0) return false;
  uint8_t bytes[kMaxConfig];
  ssize_t got = files->ReadAt(file, bytes, sizeof bytes, kHeader);
  return got > 0 && std::all_of(bytes, bytes + got,
                                [](uint8_t byte) { return byte == 0; });
}

ssize_t ReadAll(FetchingConfig* config, ConfigSpace* space) {
  config->LearnReach();
  return config->Fetch(0, space->reach().value_or(kMaxConfig));
}

}  // namespace

int ReadConfigBytes(FileSystem* files, int function, bool live,
                    ReadRequest::Depth depth, ConfigSpace* config) {
  OpenFile file(files, function, "config", O_RDONLY | O_NONBLOCK);
  if (!file.ok()) return file.error();
  FetchingConfig fetching(files, file.get(), live, config);
  bool all = depth == ReadRequest::Depth::kEverything;
  ssize_t got =
      all ? ReadAll(&fetching, config) : fetching.Fetch(0, kFirstFetch);
  if (got < 0) return static_cast<int>(got);
  if (config->ReadsAllOnes()) {
    config->Truncate(0, ReadFailure::kUnreachable);
  } else if (!live && IsPadded(files, file.get(), *config)) {
    fetching.LearnReach();
    config->Truncate(kHeader, ReadFailure::kConfigTooShort);
    return 0;
  } else if (!all && got >= ssize_t{kHeader}) {
    Walk(&fetching, config);
  }
  if (depth >= ReadRequest::Depth::kRoute && config->Holds(kConventional, 1))
    WalkRoute(&fetching);
  return 0;
}

void NoteAsleep(FileSystem* files, int function, bool live,
                ConfigSpace* config) {
  config->set_reach(ReachOf(files->SizeOf(function, "config"), live));
  config->set_rest(ReadFailure::kAsleep);
}

}  // namespace p2pcheck
