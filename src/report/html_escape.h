// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_HTML_ESCAPE_H_
#define P2PCHECK_REPORT_HTML_ESCAPE_H_

#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace p2pcheck {

/// Text as it may stand between tags and inside quoted attributes.  What
/// cannot be shown (control characters, bytes that are not UTF-8) and what
/// would reorder its neighbours (bidirectional overrides) becomes U+FFFD.
std::string EscapeHtml(std::string_view text);

/// A stream for JSON inside <script>: passes all on and writes each '<' as
/// \u003c, which means the same in a JSON string and ends no script.
class ScriptDataBuffer : public std::streambuf {
 public:
  explicit ScriptDataBuffer(std::ostream& out) : out_(out) {}

 protected:
  int_type overflow(int_type c) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;

 private:
  std::ostream& out_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_HTML_ESCAPE_H_
