// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef P2PCHECK_BASE_OBSERVED_H_
#define P2PCHECK_BASE_OBSERVED_H_

#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>

namespace p2pcheck {

/// Why a look at the host gave nothing.
enum class ReadFailure : uint8_t {
  kNotRecorded,       ///< The source has no place for it, or left it out.
  kPermissionDenied,  ///< The kernel refused; root would see it.
  kConfigTooShort,    ///< Config space ended before it (64 bytes for a user).
  kVanished,          ///< The function went away while we looked.
  kAsleep,            ///< Reading would have woken the device, so we did not.
  kReadError,         ///< The read failed with an I/O error.
  kMalformed,         ///< What was there made no sense.
  kUnreachable,       ///< Config space reads all ones: nothing answered.
};

/// The word that stands for a failure in a recording and in JSON.
std::string_view ReadFailureName(ReadFailure failure);

/// The failure of that name; kMalformed for a name we do not know.
ReadFailure ReadFailureFromName(std::string_view name);

/// The knowledge that there is none.
struct Absent {
  friend bool operator==(Absent, Absent) { return true; }
};

/// What one look at the host gave: a value, the knowledge that there is none,
/// or why we can't tell.  Match() makes the reader answer all three.
template <class T>
class Observed {
 public:
  using value_type = T;

  Observed() : state_(ReadFailure::kNotRecorded) {}
  Observed(T value) : state_(std::move(value)) {}     // NOLINT: a value is one
  Observed(Absent) : state_(Absent{}) {}              // NOLINT
  Observed(ReadFailure failure) : state_(failure) {}  // NOLINT

  bool known() const { return std::holds_alternative<T>(state_); }
  bool absent() const { return std::holds_alternative<Absent>(state_); }
  bool unknown() const { return std::holds_alternative<ReadFailure>(state_); }

  /// Only where known().
  const T& value() const { return std::get<T>(state_); }
  T& value() { return std::get<T>(state_); }

  /// Only where unknown().
  ReadFailure failure() const { return std::get<ReadFailure>(state_); }

  /// For printing and sorting, never for judging: absent and unknown give the
  /// same answer here.
  T value_or(T other) const { return known() ? value() : std::move(other); }

  /// Whether the value is known and equals `other`.
  bool Is(const T& other) const { return known() && value() == other; }

  template <class OnValue, class OnAbsent, class OnUnknown>
  auto Match(OnValue on_value, OnAbsent on_absent, OnUnknown on_unknown) const {
    if (known()) return on_value(value());
    if (absent()) return on_absent();
    return on_unknown(failure());
  }

  /// The same observation of something computed from the value.
  template <class F>
  auto Map(F f) const -> Observed<decltype(f(std::declval<const T&>()))> {
    if (known()) return f(value());
    if (absent()) return Absent{};
    return failure();
  }

  friend bool operator==(const Observed& a, const Observed& b) {
    return a.state_ == b.state_;
  }

 private:
  std::variant<ReadFailure, Absent, T> state_;
};

}  // namespace p2pcheck

#endif  // P2PCHECK_BASE_OBSERVED_H_
