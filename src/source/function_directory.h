// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_SOURCE_FUNCTION_DIRECTORY_H_
#define P2PCHECK_SOURCE_FUNCTION_DIRECTORY_H_

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "snapshot/host_snapshot.h"
#include "source/attributes.h"
#include "source/file_system.h"
#include "source/source.h"

namespace p2pcheck {

/// The sysfs that is read, and how.
struct SysfsTree {
  FileSystem* files = nullptr;
  int sys = -1;      ///< the directory that holds bus, class, devices
  int devices = -1;  ///< bus/pci/devices
  /// The kernel's own.  In any other tree a name that is missing proves
  /// nothing by itself: it may not have been copied.
  bool live = false;
  ReadRequest::Depth depth = ReadRequest::Depth::kVerdict;

  bool details() const { return depth >= ReadRequest::Depth::kDetails; }
};

/// What reading one function gave beside its record.
struct FunctionNotes {
  std::vector<std::pair<RootBus, PciAddress>> nested_root_buses;
  std::vector<SourceWarning> warnings;
};

/// A function's directory, and its attributes as typed observations.  What is
/// there and makes no sense is kMalformed, with a warning.
///
/// A name that is missing is Absent here, also in a recorded tree; evidence.h
/// then judges whether that was the recording's fault.
class FunctionDirectory {
 public:
  FunctionDirectory(const SysfsTree& tree, const PciAddress& address,
                    FunctionNotes* notes);

  const SysfsTree& tree() const { return tree_; }
  FileSystem* files() const { return tree_.files; }
  int get() const { return directory_.get(); }
  int error() const { return directory_.error(); }
  const std::string& name() const { return name_; }

  /// Trimmed; good until the next call.
  Observed<std::string_view> Text(const char* name);
  /// `parse` gives an Observed<T>.
  template <class T, class Parse>
  Observed<T> Parsed(const char* name, Parse parse);
  /// A number that fits a T.
  template <class T>
  Observed<T> Number(const char* name, int base);
  Observed<std::string> Word(const char* name);
  /// The last part of a link's target.
  Observed<std::string> LinkName(const char* name);
  Observed<PciAddress> LinkedFunction(const char* name);
  /// The names below; none where there is no such directory.
  std::vector<std::string> List(const char* path);

  void Warn(std::string_view text);
  /// A kMalformed, with a warning that quotes what was found.
  ReadFailure Malformed(std::string_view name, std::string_view found);
  /// The failure an errno stands for; remembers a function that went away.
  ReadFailure Note(int error);
  bool vanished() const { return vanished_; }

 private:
  int ReadPage(const char* name);

  const SysfsTree& tree_;
  FunctionNotes* notes_;
  std::string name_;
  OpenFile directory_;
  std::string text_;  // what Text() gives
  bool vanished_ = false;
};

template <class T, class Parse>
Observed<T> FunctionDirectory::Parsed(const char* name, Parse parse) {
  Observed<std::string_view> text = Text(name);
  if (text.absent()) return Absent{};
  if (text.unknown()) return text.failure();
  Observed<T> value = parse(text.value());
  if (value == Observed<T>(ReadFailure::kMalformed))
    return Malformed(name, text.value());
  return value;
}

template <class T>
Observed<T> FunctionDirectory::Number(const char* name, int base) {
  return Parsed<T>(name, [&](std::string_view text) -> Observed<T> {
    auto value = ParseUnsigned(text, base);
    if (!value || *value > std::numeric_limits<T>::max())
      return ReadFailure::kMalformed;
    return static_cast<T>(*value);
  });
}

}  // namespace p2pcheck

#endif  // P2PCHECK_SOURCE_FUNCTION_DIRECTORY_H_
