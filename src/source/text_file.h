// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_TEXT_FILE_H_
#define P2PCHECK_SOURCE_TEXT_FILE_H_

#include <string>

namespace p2pcheck {

/// All of a file that is no source, such as a policy.  Throws NotFoundError
/// where there is none, InputError where it cannot be read or has more than
/// 1 MiB, which nobody writes by hand.
std::string ReadTextFile(const std::string& path);

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_TEXT_FILE_H_
