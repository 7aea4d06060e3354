// SPDX-License-Identifier: GPL-2.0-or-later
//
// From a release string to the kernel whose tables it has.
//
// The numbers at the front are mainline's, with three exceptions.  Debian and
// Ubuntu write .0 and a number of their own ("6.1.0-45-amd64",
// "6.8.0-45-generic"), so a .0 before "-DIGIT" tells no third number; Debian
// has it in /proc/version, Ubuntu has it nowhere that we read.  Enterprise
// kernels keep an old number on top of what is ported back wholesale: theirs
// is unknown, not old.  A release candidate counts as its release: tables
// change in the merge window, before the first one.
//
// "6.8.12-4-pve", "6.9.7-arch1-1", "6.8.11-300.fc40": the third number stands.
// "5.14.0-362.8.1.el9_3", "5.14.21-150500.55-default": unknown.  What their
// drivers can is another question, see HidesFeatures().
//
// Kernels for one maker's machines ("6.8.0-1015-nvidia", "5.15.148-tegra",
// "-azure", "-aws", "-gcp") count as the release they are built on.  They only
// ever add entries, for that maker's own hardware; calling them unknown would
// cost every host that runs them its answers.  Who has such a kernel on such
// hardware adds the entry with --rules.
#include <algorithm>
#include <array>
#include <cctype>

#include "rules/kernel_version.h"

namespace p2pcheck {
namespace {

bool IsDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)); }

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

// A mark, followed by a digit: ".el9", ".oe2203".
bool HasMark(std::string_view text, std::string_view mark) {
  for (size_t at = text.find(mark); at != text.npos;
       at = text.find(mark, at + 1)) {
    size_t next = at + mark.size();
    if (next < text.size() && IsDigit(text[next])) return true;
  }
  return false;
}

// SUSE's enterprise builds: "-150500.55.19-default", "-122.37-azure".  Its
// rolling builds are "-1-default".
bool IsSuseEnterprise(std::string_view rest) {
  size_t flavour = rest.rfind('-');
  if (flavour == rest.npos || flavour == 0) return false;
  static constexpr std::array<std::string_view, 6> kFlavours = {
      "-default", "-azure", "-preempt", "-rt", "-64kb", "-kvmsmall"};
  if (std::find(kFlavours.begin(), kFlavours.end(), rest.substr(flavour)) ==
      kFlavours.end())
    return false;
  std::string_view build = rest.substr(1, flavour - 1);
  size_t number = build.find('.');
  return number != build.npos && number >= 2;
}

// Red Hat and its rebuilds, openEuler, Anolis, Alibaba, Tencent, Kylin,
// Virtuozzo, UnionTech.
bool IsVendorKernel(std::string_view rest) {
  if (Contains(rest, ".elrepo")) return false;  // mainline, built for el9
  static constexpr std::array<std::string_view, 8> kMarks = {
      ".el", ".oe", ".an", ".al", ".tl", ".ky", ".vz", ".uel"};
  return IsSuseEnterprise(rest) || std::any_of(kMarks.begin(), kMarks.end(),
                                               [rest](std::string_view mark) {
                                                 return HasMark(rest, mark);
                                               });
}

// How much of `text` is numbers with dots: 6 of "6.1.0-45", "5.15.153.1-x".
size_t NumbersLength(std::string_view text) {
  size_t length = 0;
  int dots = 0;
  for (; length < text.size(); ++length) {
    if (text[length] == '.' && ++dots == 3) break;
    if (text[length] != '.' && !IsDigit(text[length])) break;
  }
  while (length > 0 && text[length - 1] == '.') --length;
  return length;
}

// The mainline version in Debian's part of /proc/version, "Debian
// 6.1.176-1": the one number that tells what "6.1.0-45" is.
std::optional<KernelVersion> DebianVersion(std::string_view proc_version) {
  static constexpr std::string_view kMark = " Debian ";
  size_t at = proc_version.rfind(kMark);
  if (at == proc_version.npos) return std::nullopt;
  std::string_view text = proc_version.substr(at + kMark.size());
  if (text.substr(0, 2) == "1:") text.remove_prefix(2);  // Raspberry Pi's epoch
  return ParseKernelVersion(text.substr(0, NumbersLength(text)));
}

// "Linux version 6.1.0-45-amd64 (debian-kernel@...) ...": its third word.
std::string_view ReleaseIn(std::string_view proc_version) {
  static constexpr std::string_view kMark = "Linux version ";
  if (proc_version.substr(0, kMark.size()) != kMark) return {};
  proc_version.remove_prefix(kMark.size());
  return proc_version.substr(0, proc_version.find_first_of(" \n"));
}

// Debian's, Ubuntu's and Proxmox' .0 hides a number; Fedora's is one.
bool HidesPatch(std::string_view rest) {
  return rest.size() > 1 && rest[0] == '-' && IsDigit(rest[1]) &&
         !HasMark(rest, ".fc") && !Contains(rest, ".elrepo");
}

// The flavour of Ubuntu's "-1015-nvidia-64k": "nvidia-64k".  Own builds are
// called "-oracle" too, so the number before it counts.
std::string_view UbuntuFlavour(std::string_view rest) {
  if (rest.size() < 2 || rest[0] != '-' || !IsDigit(rest[1])) return {};
  size_t end = rest.find_first_not_of("0123456789.", 1);
  if (end == rest.npos || rest[end] != '-') return {};
  return rest.substr(end + 1);
}

bool BeginsWithOne(std::string_view text,
                   std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [text](std::string_view word) {
    return text.substr(0, word.size()) == word;
  });
}

bool HoldsOne(std::string_view text,
              std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [text](std::string_view word) {
    return Contains(text, word);
  });
}

// SUSE; Amazon, Azure, Google; makers of machines.
bool IsMakersKernel(std::string_view rest) {
  return HoldsOne(rest,
                  {"-default", "-aws", "-azure", "-gcp", "-nvidia", "-tegra",
                   "-bluefield", "-microsoft-", ".amzn", ".azl", ".cm2"}) ||
         BeginsWithOne(UbuntuFlavour(rest),
                       {"oracle", "oem", "gke", "ibm", "intel", "xilinx",
                        "raspi", "iot", "fips"});
}

// Without the newline that a file ends with.
std::string ReleaseOf(const HostFacts& host) {
  std::string release = host.kernel_release.value_or("");
  while (!release.empty() && release.back() == '\n') release.pop_back();
  if (!release.empty()) return release;
  return std::string(ReleaseIn(host.kernel_version.value_or("")));
}

Observed<KernelVersion> VersionOf(std::string_view release,
                                  std::string_view proc_version) {
  size_t length = NumbersLength(release);
  auto version = ParseKernelVersion(release.substr(0, length));
  std::string_view rest = release.substr(length);
  if (!version || IsVendorKernel(rest)) return ReadFailure::kMalformed;
  if (rest.substr(0, 3) == "-rc" && !version->patch) version->patch = 0;
  if (version->patch != 0 || !HidesPatch(rest)) return *version;
  version->patch = std::nullopt;
  auto debian = DebianVersion(proc_version);
  bool same = debian && debian->major == version->major &&
              debian->minor == version->minor;
  return same ? *debian : *version;
}

}  // namespace

Observed<KernelVersion> KernelVersionOf(const HostFacts& host) {
  std::string release = ReleaseOf(host);
  if (!release.empty())
    return VersionOf(release, host.kernel_version.value_or(""));
  if (host.kernel_version.known() || host.kernel_release.known())
    return ReadFailure::kMalformed;
  if (host.kernel_release.unknown()) return host.kernel_release.failure();
  return ReadFailure::kNotRecorded;
}

bool HidesFeatures(const HostFacts& host) {
  std::string release = ReleaseOf(host);
  std::string_view rest = release;
  rest.remove_prefix(NumbersLength(rest));
  return IsVendorKernel(rest) || IsMakersKernel(rest);
}

}  // namespace p2pcheck
