// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_LSPCI_OPTIONS_H_
#define P2PCHECK_SOURCE_LSPCI_OPTIONS_H_

#include <string_view>

namespace p2pcheck {

/// What a text of lspci holds, by the command line that made it.
struct LspciOptions {
  bool tree = false;      ///< -t: a picture, not a list
  bool filtered = false;  ///< -d or -s: some functions only
  int bytes = 0;          ///< how many x
  int words = 0;          ///< how many v

  /// More of a function: bytes before words.
  int Rank() const { return bytes * 10 + words; }
};

/// `command` is "lspci -nnvv", "/sbin/lspci -d "10de:*" -v -xxx", or the name
/// that a sosreport or a person gives such a file, "lspci_-nnvv",
/// "lspci-nnvv.txt".
LspciOptions ParseLspciOptions(std::string_view command);

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_LSPCI_OPTIONS_H_
