// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_CLI_OUTPUT_H_
#define P2PCHECK_CLI_OUTPUT_H_

#include <array>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <streambuf>
#include <string>

#include "cli/options.h"
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

 protected:
  int_type overflow(int_type c) override;
  int sync() override;

 private:
  int descriptor_ = -1;
  int error_ = 0;
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

  std::string path_, temporary_;
  int descriptor_ = -1;
  DescriptorBuffer buffer_;
  std::ostream stream_;
};

/// Colour, width and character set for this run.
TextStyle StyleFor(const Options& options);

}  // namespace p2pcheck

#endif  // P2PCHECK_CLI_OUTPUT_H_
