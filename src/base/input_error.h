// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_BASE_INPUT_ERROR_H_
#define P2PCHECK_BASE_INPUT_ERROR_H_

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace p2pcheck {

/// Input that makes no sense, and where: what() is the whole message,
///
///     host.dump:117: expected two hex digits
///     30: 00 00 0g 00
///               ^
///
/// Columns count bytes from 0.  Control characters and bytes beyond ASCII
/// stand as '?' in the echoed line, so that a byte is a column; it is cut
/// around the caret when it is longer than a terminal is wide.
class InputError : public std::runtime_error {
 public:
  InputError(std::string_view file, size_t line, std::string_view text,
             size_t column, std::string_view message);

  /// Where no single line is at fault: "FILE: MESSAGE".
  InputError(std::string_view file, std::string_view message);
};

/// The named thing (a file, a device) does not exist: exit status 66.
class NotFoundError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_BASE_INPUT_ERROR_H_
