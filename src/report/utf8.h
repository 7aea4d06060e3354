// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_UTF8_H_
#define P2PCHECK_REPORT_UTF8_H_

#include <cstddef>
#include <string_view>

namespace p2pcheck {

/// Length of a well-formed UTF-8 sequence at the front of `text`, which is not
/// empty; 0: none.
size_t SequenceLength(std::string_view text);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_UTF8_H_
