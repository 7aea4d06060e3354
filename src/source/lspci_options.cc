// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/lspci_options.h"

#include <algorithm>

namespace p2pcheck {
namespace {

void ReadLetters(std::string_view letters, LspciOptions* out) {
  for (char letter : letters) {
    if (letter == 't') out->tree = true;
    if (letter == 'v') ++out->words;
    if (letter == 'x') ++out->bytes;
    // What follows these is a value.
    if (letter == 'd' || letter == 's') {
      out->filtered = true;
      return;
    }
  }
}

}  // namespace

LspciOptions ParseLspciOptions(std::string_view command) {
  LspciOptions out;
  for (size_t at = 0; at < command.size();) {
    size_t end = std::min(command.find_first_of(" _", at), command.size());
    std::string_view word = command.substr(at, end - at);
    constexpr std::string_view kFile = "lspci-";  // lspci-nnvv.txt
    if (word.substr(0, kFile.size()) == kFile)
      ReadLetters(word.substr(kFile.size(), word.find('.') - kFile.size()),
                  &out);
    else if (word.size() > 1 && word[0] == '-')
      ReadLetters(word.substr(1), &out);
    at = end + 1;
  }
  return out;
}

}  // namespace p2pcheck
