// SPDX-License-Identifier: GPL-2.0-or-later
//
// A file of any content is read or refused with an InputError, and a host
// that comes out of it holds (host_laws.h).
//
// An input that starts with 't' is a list of tar members, of which the target
// makes the headers, since nobody guesses their checksums: a type of tar ('0'
// file, '1' hard link, '2' link, '3' device, '5' directory, 'L' long name), a
// byte each for the lengths of name and link, two for that of the contents,
// little end first, and then those three.  Anything else is the file itself.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include "fuzz/host_laws.h"
#include "source/source.h"

namespace {

using namespace p2pcheck;

constexpr size_t kBlock = 512;

class MemberList {
 public:
  explicit MemberList(std::string_view list) : left_(list) {}

  std::string Tar() {
    std::string tar;
    while (left_.size() >= 5) AddMember(&tar);
    return tar + std::string(2 * kBlock, '\0');
  }

 private:
  uint8_t Byte() {
    uint8_t byte = static_cast<uint8_t>(left_[0]);
    left_.remove_prefix(1);
    return byte;
  }
  std::string_view Take(size_t size) {
    std::string_view out = left_.substr(0, size);
    left_.remove_prefix(out.size());
    return out;
  }

  void AddMember(std::string* tar) {
    char type = static_cast<char>(Byte());
    size_t name_size = Byte(), link_size = Byte();
    size_t size = Byte();
    size += size_t{Byte()} << 8;
    std::string_view name = Take(name_size), link = Take(link_size);
    std::string_view contents = Take(size);
    *tar += Header(type, name, link, contents.size());
    *tar += contents;
    tar->resize((tar->size() + kBlock - 1) / kBlock * kBlock, '\0');
  }

  static std::string Header(char type, std::string_view name,
                            std::string_view link, size_t size) {
    std::string out(kBlock, '\0');
    out.replace(0, std::min<size_t>(name.size(), 100), name.substr(0, 100));
    out.replace(100, 8, std::string_view("0000644\0", 8));
    std::array<char, 13> octal;
    std::snprintf(octal.data(), octal.size(), "%011zo", size);
    out.replace(124, 11, octal.data());
    out.replace(148, 8, "        ");
    out[156] = type;
    out.replace(157, std::min<size_t>(link.size(), 100), link.substr(0, 100));
    out.replace(257, 8, std::string_view("ustar  \0", 8));
    unsigned sum = 0;
    for (char c : out) sum += static_cast<unsigned char>(c);
    std::snprintf(octal.data(), octal.size(), "%06o", sum);
    out.replace(148, 7, std::string_view(octal.data(), 7));
    return out;
  }

  std::string_view left_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  ReadRequest everything;
  everything.depth = ReadRequest::Depth::kEverything;
  std::string made;
  if (!input.empty() && input[0] == 't') {
    made = MemberList(input.substr(1)).Tar();
    input = made;
  }
  try {
    ExpectHostHolds(ReadBytes(input, "input", everything));
  } catch (const InputError&) {
    // Refused, with the reason.
  }
  return 0;
}
