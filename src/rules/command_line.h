// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_RULES_COMMAND_LINE_H_
#define P2PCHECK_RULES_COMMAND_LINE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace p2pcheck {

/// A piece of a text, in bytes: [begin, end).
struct TextSpan {
  size_t begin = 0;
  size_t end = 0;

  size_t size() const { return end - begin; }
  std::string_view In(std::string_view text) const {
    return text.substr(begin, end - begin);
  }
  friend bool operator==(const TextSpan& a, const TextSpan& b) {
    return a.begin == b.begin && a.end == b.end;
  }
};

/// One word of a kernel command line, without its quotes.
struct KernelParameter {
  TextSpan word;                  ///< as it stands, quotes included
  TextSpan name;                  ///< before the first '='
  std::optional<TextSpan> value;  ///< behind it; none: no '='
  bool for_init = false;          ///< behind "--": the kernel does not see it
};

/// One comma-separated part of a `pci=` value.
struct PciOption {
  TextSpan whole;  ///< "disable_acs_redir=0000:40:01.0;0000:40:02.0"
  TextSpan name;   ///< "disable_acs_redir"
  std::optional<TextSpan> value;
};

/// A kernel command line taken apart as the kernel does it (next_arg,
/// parse_args, pci_setup; 4.20 to 7.3): words end at blanks outside double
/// quotes, quotes around a word or a value vanish, '-' and '_' in names are
/// the same, `pci=` is split at commas.  Every piece keeps its place in the
/// text, so that what is said about it can point at it.
class CommandLine {
 public:
  CommandLine() = default;
  explicit CommandLine(std::string text);

  const std::string& text() const { return text_; }
  const std::vector<KernelParameter>& parameters() const { return parameters_; }
  /// Those of every `pci=`, in order.
  const std::vector<PciOption>& pci_options() const { return pci_options_; }
  /// Where a quote was opened and never closed.
  std::optional<size_t> open_quote() const { return open_quote_; }

  std::string_view Text(const TextSpan& span) const { return span.In(text_); }
  std::string_view Value(const KernelParameter& parameter) const {
    return parameter.value ? Text(*parameter.value) : std::string_view();
  }

  /// The last parameter of that name, which for most is the one that counts;
  /// null: none.
  const KernelParameter* Find(std::string_view name) const;
  std::vector<const KernelParameter*> FindAll(std::string_view name) const;
  /// Whether a parameter of that name has this among its comma-separated
  /// parts: Has("iommu", "off").
  bool Has(std::string_view name, std::string_view part) const;
  /// Whether `pci=` has an option of that name.
  bool HasPci(std::string_view name) const;

  /// The value of the last `pci=disable_acs_redir=` (`config_acs=`), which is
  /// the only one that counts; none where there is none.
  std::optional<TextSpan> disable_acs_redir() const {
    return LastPciValue("disable_acs_redir");
  }
  std::optional<TextSpan> config_acs() const {
    return LastPciValue("config_acs");
  }

 private:
  size_t ReadWord(size_t begin, bool for_init);
  void ReadPciOptions(const TextSpan& value);
  std::optional<TextSpan> LastPciValue(std::string_view name) const;

  std::string text_;
  std::vector<KernelParameter> parameters_;
  std::vector<PciOption> pci_options_;
  std::optional<size_t> open_quote_;
};

/// Whether two names are one to the kernel: '-' and '_' are the same.
bool SameParameterName(std::string_view a, std::string_view b);

/// Whether some kernel from 4.20 to 7.3 knows an option of `pci=`, on any
/// architecture.
bool IsPciOption(std::string_view name);

}  // namespace p2pcheck

#endif  // P2PCHECK_RULES_COMMAND_LINE_H_
