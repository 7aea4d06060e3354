// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_REPORT_HTML_TEXTS_H_
#define P2PCHECK_REPORT_HTML_TEXTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "report/json_writer.h"
#include "report/lines.h"
#include "topology/topology.h"

namespace p2pcheck {

/// The sentences of a page, each form once: 40,000 pairs say the same few
/// things about different functions.  A form is a sentence with U+0001 in the
/// place of each address of a function of the host; a line is a label, a form
/// and those functions.  Putting them in again gives the sentence back.
class PageTexts {
 public:
  explicit PageTexts(const Topology& topology) : topology_(topology) {}

  /// The number of a line, the same for the same line.
  uint32_t Add(const Line& line);
  std::vector<uint32_t> Add(const Lines& lines);

  /// "texts": the forms and labels; "lines": an array each, of the label's
  /// number, the form's number, the functions' numbers.
  void Write(JsonWriter& json) const;

 private:
  uint32_t AddText(const std::string& text);
  // The function whose address begins at `text`; kNoIndex: none.
  FunctionIndex AddressAt(std::string_view text, size_t* size) const;

  const Topology& topology_;
  std::vector<std::string> texts_;
  std::unordered_map<std::string, uint32_t> text_numbers_;
  std::vector<std::vector<uint32_t>> lines_;
  std::map<std::vector<uint32_t>, uint32_t> line_numbers_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_REPORT_HTML_TEXTS_H_
