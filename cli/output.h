// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_CLI_OUTPUT_H_
#define P2PCHECK_CLI_OUTPUT_H_

#include <fstream>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>

#include "cli/options.h"
#include "report/judgement.h"

namespace p2pcheck {

/// The output could not be written: exit status 74.
class WriteError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Standard output, or a file that appears under its name only when it is
/// whole: it is written beside it and renamed by Finish().
class Output {
 public:
  explicit Output(const std::optional<std::string>& path);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  std::ostream& stream();
  /// Throws WriteError where not everything could be written.
  void Finish();

 private:
  std::string path_, temporary_;
  std::ofstream file_;
};

/// Colour, width and character set for this run.
TextStyle StyleFor(const Options& options);

}  // namespace p2pcheck

#endif  // P2PCHECK_CLI_OUTPUT_H_
