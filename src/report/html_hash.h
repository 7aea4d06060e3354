// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_HTML_HASH_H_
#define P2PCHECK_REPORT_HTML_HASH_H_

#include <string>
#include <string_view>

namespace p2pcheck {

/// "sha256-..." of a style or script, as a Content-Security-Policy names it:
/// the base64 of its SHA-256.
std::string PolicyHash(std::string_view text);

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_HTML_HASH_H_
