// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_CLI_OUTPUT_H_
#define P2PCHECK_CLI_OUTPUT_H_

#include <array>
#include <functional>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <streambuf>
#include <string>
#include <string_view>

#include "cli/options.h"
#include "cli/pager.h"
#include "report/judgement.h"

namespace p2pcheck {

/// The output could not be written: exit status 74.
class WriteError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Writes to a file descriptor and keeps the first errno, which the standard
/// streams lose.
class DescriptorBuffer : public std::streambuf {
 public:
  void Open(int descriptor);
  int error() const { return error_; }

  /// Asked once, before anything is written, with what there is so far and
  /// whether that is all: gives another descriptor to write to, or the same.
  using Choose = std::function<int(std::string_view text, bool all)>;
  void SetChoice(Choose choose) { choose_ = std::move(choose); }
  /// Writes '?' for every character beyond ASCII.
  void SetAscii() { ascii_ = true; }
  /// What is held is all there is.
  void SetWhole() { whole_ = true; }

 protected:
  int_type overflow(int_type c) override;
  int sync() override;

 private:
  void KeepAscii();

  int descriptor_ = -1;
  int error_ = 0;
  Choose choose_;
  bool ascii_ = false, whole_ = false;
  std::array<char, 1 << 16> bytes_;
};

/// Standard output, or a file that appears under its name only when it is
/// whole: it is written beside it, under a hidden name that collectors of
/// directories pass over, and renamed by Finish().
class Output {
 public:
  /// Who may read a file: what the umask leaves, or everybody (0644).
  enum class Access { kUmask, kAllRead };

  explicit Output(const std::optional<std::string>& path,
                  Access access = Access::kUmask);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  std::ostream& stream() { return stream_; }
  /// Throws WriteError where not everything could be written.
  void Finish();

 private:
  void LetAllRead();
  [[noreturn]] void Fail(int error) const;
  int ChooseDescriptor(std::string_view text, bool all);

  std::string path_, temporary_;
  int descriptor_ = -1;
  DescriptorBuffer buffer_;
  std::ostream stream_;
  Pager pager_;
};

/// For all outputs that come: text that is longer than the terminal goes to a
/// pager, and is ASCII where the locale is.  What programs read is neither.
void SetTextOutput(const Options& options);

/// Colour, width and character set for this run.
TextStyle StyleFor(const Options& options);

}  // namespace p2pcheck

#endif  // P2PCHECK_CLI_OUTPUT_H_
