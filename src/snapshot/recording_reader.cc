// SPDX-License-Identifier: GPL-2.0-or-later
//
// One pass over the lines.  What a line is shows in its first characters: an
// empty one ends a function, "@" starts a field, an address and a space a
// function, an offset and a colon a row of its config bytes; anything else is
// text between.  Rows are nearly all of a big dump and go a fast way (see
// hex_rows.cc): 13,000 functions of 4096 bytes, 170 MB, in a quarter of a
// second on one core.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/input_error.h"
#include "snapshot/dump_facts.h"
#include "snapshot/field_text.h"
#include "snapshot/hex_rows.h"
#include "snapshot/recording.h"
#include "snapshot/recording_fields.h"
#include "snapshot/text_lines.h"

namespace p2pcheck {
namespace {

constexpr std::string_view kMagic = "@p2pcheck-recording";
constexpr std::string_view kGoesOn = "@+ ";

// An address at the start of a line, how long it is there, and the bridge
// above where lspci -PP printed the path.
struct AddressAtStart {
  PciAddress address;
  size_t size;
  std::optional<PciAddress> bridge;
};

// "01:00.0 " or "0000:01:00.0 ", with all their digits: "1:2.3 " is prose.
std::optional<AddressAtStart> FindAddress(std::string_view line) {
  size_t size = line.substr(0, 18).find(' ');
  if (size == line.npos || size < 7 || line[size - 2] != '.' ||
      line[size - 5] != ':')
    return std::nullopt;
  std::string_view word = line.substr(0, size);
  auto address = size == 7 ? ParseShortPciAddress(word)
                 : size >= 12 && line[size - 8] == ':' ? ParsePciAddress(word)
                                                       : std::nullopt;
  if (!address) return std::nullopt;
  return AddressAtStart{*address, size, std::nullopt};
}

// "00:1c.0/01:00.0/02:00.0 ", what lspci -PP prints.  The first has a domain
// or not, and the others are in the same.
std::optional<AddressAtStart> FindPath(std::string_view line) {
  constexpr size_t kLongest = 18 + 8 * 256;  // no bus twice
  size_t size = line.substr(0, kLongest).find(' ');
  size_t slash = line.substr(0, size).find('/');
  if (size == line.npos || slash == line.npos) return std::nullopt;
  auto start = FindAddress(std::string(line.substr(0, slash)) + ' ');
  for (size_t at = slash; start && at < size; at += 8) {
    auto below = ParseShortPciAddress(line.substr(at + 1, 7));
    if (line[at] != '/' || at + 8 > size || !below) return std::nullopt;
    below->domain = start->address.domain;
    start = AddressAtStart{*below, size, start->address};
  }
  return start;
}

// "00:1c.0/00.0 ", what lspci -P prints: which bus that is stays open.
bool IsPathWithoutBuses(std::string_view line) {
  size_t slash = line.substr(0, line.find(' ')).find('/');
  return slash != line.npos && line.size() > slash + 3 &&
         line[slash + 3] == '.' &&
         FindAddress(std::string(line.substr(0, slash)) + ' ');
}

// Whether a section that ended gave bytes, even such that were dropped.
bool HasBytes(const ConfigSpace& config) {
  return !config.runs().empty() || config.rest() == ReadFailure::kUnreachable;
}

bool HoldsBeyondReach(const ConfigSpace& config) {
  if (config.runs().empty() || !config.reach().known()) return false;
  const ConfigSpace::Run& last = config.runs().back();
  return last.offset + last.bytes.size() > config.reach().value();
}

}  // namespace

class RecordingReader::Impl {
 public:
  explicit Impl(std::string_view name) : lines_({}, name) {
    snapshot_.source_name = name;
  }

  void Add(std::string_view text);
  HostSnapshot Finish();

 private:
  void ReadLine(const TextLine& line);
  void ReadMagic(const TextLine& line);
  void ReadField(const TextLine& line);
  std::string TakeContinuations(std::vector<std::string>* lines);
  void SetField(size_t number, const FieldLine& field);
  [[noreturn]] void FailInField(size_t number,
                                const std::vector<std::string>& lines,
                                FieldTextError error) const;
  void StartFunction(const TextLine& line, const AddressAtStart& start);
  void SkipFunction(const TextLine& line);
  void EndFunction();
  void ReadRow(const TextLine& line);
  void KeepRow(const TextLine& line, const HexRow& row);
  void ReadText(const TextLine& line);
  void KeepText();
  void FillInTexts();

  [[noreturn]] void Fail(const TextLine& line, size_t column,
                         std::string_view message) const {
    throw InputError(lines_.name(), line.number, line.text, column, message);
  }
  void Warn(size_t line, std::string_view text) {
    snapshot_.warnings.push_back(
        {fmt::format("{}:{}: {}", lines_.name(), line, text)});
  }

  FunctionRecord& current() { return snapshot_.functions[current_]; }

  TextLines lines_;
  HostSnapshot snapshot_;
  bool is_recording_ = false;
  bool in_function_ = false;
  bool skipping_ = false;  // rows after an empty line, which are nobody's
  std::string header_;     // the line the current function starts with
  size_t header_number_ = 0;
  RowBuffer rows_;
  DumpFacts facts_;
  size_t current_ = 0;        // of the functions
  bool bytes_given_ = false;  // an earlier section had bytes of this function
  std::unordered_map<PciAddress, size_t> seen_;
  std::unordered_map<size_t, LspciText> texts_;  // by function
};

void RecordingReader::Impl::Add(std::string_view text) {
  lines_.GoOnWith(text);
  while (!lines_.AtEnd()) {
    if (in_function_ && !bytes_given_) {
      size_t count = 0;
      const char* at =
          rows_.TakePlainRows(lines_.position(), lines_.end(), &count);
      lines_.Skip(at, count);
      if (lines_.AtEnd()) break;
    }
    ReadLine(lines_.Next());
  }
}

HostSnapshot RecordingReader::Impl::Finish() {
  EndFunction();
  if (!is_recording_ && snapshot_.functions.empty())
    throw InputError(lines_.name(), "no PCI functions found in it");
  bool has_bytes =
      std::any_of(snapshot_.functions.begin(), snapshot_.functions.end(),
                  [](const FunctionRecord& record) {
                    return !record.config.runs().empty();
                  });
  snapshot_.source_kind = is_recording_ ? "recording"
                          : has_bytes   ? "lspci-dump"
                                        : "lspci-text";
  if (!texts_.empty()) FillInTexts();
  std::sort(snapshot_.functions.begin(), snapshot_.functions.end(),
            [](const FunctionRecord& a, const FunctionRecord& b) {
              return a.address < b.address;
            });
  return std::move(snapshot_);
}

void RecordingReader::Impl::ReadLine(const TextLine& line) {
  if (line.text.find_first_not_of(" \t") == line.text.npos) {
    facts_.text().NoteEnd();
    return EndFunction();
  }
  if (line.text[0] == '@') {
    if (is_recording_) return ReadField(line);
    if (line.text.substr(0, kMagic.size()) == kMagic) return ReadMagic(line);
  }
  if (auto start = FindAddress(line.text)) return StartFunction(line, *start);
  if (!is_recording_) {
    if (auto start = FindPath(line.text)) return StartFunction(line, *start);
    if (IsPathWithoutBuses(line.text)) return SkipFunction(line);
  }
  if (LooksLikeRow(line.text, !is_recording_)) return ReadRow(line);
  ReadText(line);
}

void RecordingReader::Impl::ReadMagic(const TextLine& line) {
  if (!snapshot_.functions.empty())
    Fail(line, 0, "a recording starts in the middle of a dump");
  if (line.text != "@p2pcheck-recording 1")
    Fail(line, std::min(kMagic.size() + 1, line.text.size()),
         "this p2pcheck reads recordings of version 1 only");
  is_recording_ = true;
}

void RecordingReader::Impl::ReadField(const TextLine& line) {
  if (line.text.substr(0, kGoesOn.size()) == kGoesOn)
    Fail(line, 0, "nothing before this line to go on with");
  size_t number = line.number;
  std::vector<std::string> lines = {std::string(line.text)};
  size_t space = std::min(line.text.find(' '), line.text.size());
  FieldLine field;
  field.name = line.text.substr(1, space - 1);
  field.value = line.text.substr(std::min(space + 1, line.text.size()));
  field.value += TakeContinuations(&lines);
  try {
    SetField(number, field);
  } catch (const FieldTextError& error) {
    FailInField(number, lines, error);
  }
}

// The rest of a value that is too long for one line.
std::string RecordingReader::Impl::TakeContinuations(
    std::vector<std::string>* lines) {
  std::string value;
  while (std::string_view(lines_.position(), lines_.left())
             .substr(0, kGoesOn.size()) == kGoesOn) {
    lines->emplace_back(lines_.Next().text);
    value += lines->back().substr(kGoesOn.size());
  }
  return value;
}

void RecordingReader::Impl::SetField(size_t number, const FieldLine& field) {
  if (in_function_) rows_.Flush(&current().config);
  bool known = in_function_ ? ReadFunctionField(field, &current())
                            : ReadHostField(field, &snapshot_);
  if (!known)
    Warn(number, fmt::format("@{} is unknown here; skipped", field.name));
}

// Finds the line of the value's piece that is wrong.
void RecordingReader::Impl::FailInField(size_t number,
                                        const std::vector<std::string>& lines,
                                        FieldTextError error) const {
  size_t head = std::min(lines[0].find(' ') + 1, lines[0].size());
  if (head == 0) head = lines[0].size();
  for (const std::string& text : lines) {
    size_t size = text.size() - head;
    if (error.offset < size || &text == &lines.back())
      Fail({text, number}, head + error.offset, error.message);
    error.offset -= size;
    head = kGoesOn.size();
    ++number;
  }
  Fail({lines[0], number}, 0, error.message);
}

void RecordingReader::Impl::StartFunction(const TextLine& line,
                                          const AddressAtStart& start) {
  EndFunction();
  auto [place, is_new] =
      seen_.try_emplace(start.address, snapshot_.functions.size());
  // A mail may show one function twice, its text and then its bytes.
  if (!is_new && is_recording_) Fail(line, 0, "this function was there before");
  if (is_new) snapshot_.functions.emplace_back().address = start.address;
  in_function_ = true;
  current_ = place->second;
  bytes_given_ = HasBytes(current().config);
  header_ = line.text;
  header_number_ = line.number;
  facts_ = DumpFacts();
  if (start.bridge) current().parent = ParentLink{false, *start.bridge, {}};
  if (!is_recording_) facts_.ReadHeader(line.text.substr(start.size + 1));
}

void RecordingReader::Impl::SkipFunction(const TextLine& line) {
  EndFunction();
  snapshot_.complete = false;
  Warn(line.number, "a path without bus numbers; skipped (lspci -PP has them)");
}

void RecordingReader::Impl::EndFunction() {
  if (!in_function_) return;
  in_function_ = false;
  rows_.Flush(&current().config);
  if (!is_recording_) {
    facts_.Finish(&current());
    return KeepText();
  }
  // Such a space would answer one way with its bytes and another without.
  if (HoldsBeyondReach(current().config))
    Fail({header_, header_number_}, 0,
         "this function has bytes beyond the end of its config space");
}

// The sections of one function may tell different things; the one that tells
// most is kept.
void RecordingReader::Impl::KeepText() {
  if (!facts_.text().SaysSomething()) return;
  auto [kept, is_new] = texts_.try_emplace(current_);
  if (is_new || !facts_.text().SaysLessThan(kept->second))
    kept->second = std::move(facts_.text());
}

// Last, because the bytes of a function may come after its text, and win.
void RecordingReader::Impl::FillInTexts() {
  auto key = [](const PciAddress& address) { return address.key() >> 3; };
  std::unordered_map<uint64_t, size_t> functions_of;
  for (const FunctionRecord& record : snapshot_.functions)
    ++functions_of[key(record.address)];
  for (const auto& [index, text] : texts_) {
    FunctionRecord& record = snapshot_.functions[index];
    text.FillIn(&record, functions_of[key(record.address)] > 1);
  }
}

void RecordingReader::Impl::ReadRow(const TextLine& line) {
  if (snapshot_.functions.empty())
    Fail(line, 0, "config bytes before the first function");
  try {
    KeepRow(line, ParseRow(line.text));
  } catch (const HexRowError& error) {
    Fail(line, error.column, error.message);
  }
}

void RecordingReader::Impl::KeepRow(const TextLine& line, const HexRow& row) {
  if (!in_function_) {
    if (!skipping_)
      Warn(line.number,
           "config bytes after an empty line belong to no function");
    skipping_ = true;
    return;
  }
  if (row.foreign_text != line.text.npos) {
    if (is_recording_)
      throw HexRowError{row.foreign_text, "expected two hex digits"};
    Warn(line.number, "other text cuts this row of config bytes short");
  }
  if (bytes_given_)
    throw HexRowError{0, "the config bytes of this function were given before"};
  rows_.Add(row.offset, row.bytes.data(), row.size, &current().config);
}

void RecordingReader::Impl::ReadText(const TextLine& line) {
  if (in_function_ && !is_recording_) facts_.ReadText(line.text);
}

RecordingReader::RecordingReader(std::string_view name)
    : impl_(new Impl(name)) {}
RecordingReader::~RecordingReader() = default;

void RecordingReader::Add(std::string_view text) { impl_->Add(text); }
HostSnapshot RecordingReader::Finish() { return impl_->Finish(); }

HostSnapshot ReadRecording(std::string_view text, std::string_view name) {
  RecordingReader reader(name);
  reader.Add(text);
  return reader.Finish();
}

}  // namespace p2pcheck
