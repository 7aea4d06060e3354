// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_BASE_NEAREST_WORD_H_
#define P2PCHECK_BASE_NEAREST_WORD_H_

#include <string_view>
#include <vector>

namespace p2pcheck {

/// The word of `known` that was probably meant by `text`: one that begins with
/// it (from three letters on), else one that differs in at most a third of its
/// letters (added, left out, or others; '-' and '_' are alike), the first of
/// those that differ least.  Empty: none comes near.
std::string_view NearestWord(std::string_view text,
                             const std::vector<std::string_view>& known);

}  // namespace p2pcheck

#endif  // P2PCHECK_BASE_NEAREST_WORD_H_
