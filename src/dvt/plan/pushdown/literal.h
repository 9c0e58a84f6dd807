#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dvt/sql/ast/node.h"

namespace dvt::plan {

/// A folded constant.
struct Literal {
  enum class Kind : uint8_t { kNumber, kString, kDate, kTimestamp, kBool };
  Kind kind = Kind::kNumber;
  __int128 digits = 0;  ///< kNumber: value = digits / 10^scale
  int scale = 0;
  std::string text;   ///< kString
  int64_t ticks = 0;  ///< kDate: days since 1970-01-01; kTimestamp: microseconds; kBool: 0 or 1

  static Literal Date(int64_t days);
  static Literal Timestamp(int64_t micros);
};

/// Evaluates a constant expression exactly: numbers with + - *, typed and plain date texts, date ± interval. Empty if it is not one, or
/// if its value depends on a dialect, a session or a rounding.
std::optional<Literal> FoldConstant(const sql::Node* expression);

/// "YYYY-MM-DD" (kDate) or "YYYY-MM-DD HH:MM[:SS[.ffffff]]" (kTimestamp) of years 1–9999, strictly; without zones.
std::optional<Literal> ParseDateText(std::string_view text);
std::optional<Literal> ParseNumberText(std::string_view text);

std::string DateText(int64_t days);
/// "YYYY-MM-DD HH:MM:SS[.ffffff]".
std::string TimestampText(int64_t micros);
/// Decimal text without exponent.
std::string NumberText(const Literal& number);
/// Midnight timestamps become dates; dates become midnights.
std::optional<Literal> AsDate(const Literal& literal);
std::optional<Literal> AsTimestamp(const Literal& literal);

}  // namespace dvt::plan
