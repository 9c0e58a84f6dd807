#include "dvt/plan/pushdown/literal.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "dvt/base/text/text.h"

namespace dvt::plan {
namespace {

using sql::Kind;
using sql::Node;
using sql::Op;

constexpr int64_t kMicrosPerDay = 86'400'000'000;
constexpr __int128 kLargest = static_cast<__int128>(1'000'000'000'000'000'000) * 1'000'000'000'000'000'000;

int64_t DaysFromCivil(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  return std::chrono::sys_days(date).time_since_epoch().count();
}

std::chrono::year_month_day CivilFromDays(int64_t days) {
  return std::chrono::year_month_day(std::chrono::sys_days(std::chrono::days(days)));
}

bool InRange(const Literal& literal) {
  const int64_t days = literal.kind == Literal::Kind::kDate ? literal.ticks : literal.ticks / kMicrosPerDay;
  return days >= -719'162 && days <= 2'932'896;  // 0001-01-01 … 9999-12-31
}

/// Reads exactly `digits` digits.
bool ReadDigits(std::string_view& text, int digits, int& out) {
  if (static_cast<int>(text.size()) < digits) return false;
  out = 0;
  for (int i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    out = out * 10 + (text[i] - '0');
  }
  text.remove_prefix(static_cast<size_t>(digits));
  return true;
}

bool ReadChar(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

bool ReadClock(std::string_view text, int64_t& micros) {
  int hour = 0, minute = 0, second = 0, fraction = 0;
  if (!ReadDigits(text, 2, hour) || !ReadChar(text, ':') || !ReadDigits(text, 2, minute)) return false;
  if (ReadChar(text, ':')) {
    if (!ReadDigits(text, 2, second)) return false;
    if (ReadChar(text, '.')) {
      if (text.empty() || text.size() > 6) return false;
      const int digits = static_cast<int>(text.size());
      if (!ReadDigits(text, digits, fraction)) return false;
      for (int i = digits; i < 6; ++i) fraction *= 10;
    }
  }
  if (!text.empty() || hour > 23 || minute > 59 || second > 59) return false;
  micros = ((hour * 60LL + minute) * 60 + second) * 1'000'000 + fraction;
  return true;
}

struct Interval {
  int64_t months = 0;
  int64_t micros = 0;
};

std::optional<Interval> IntervalOf(int64_t amount, std::string unit) {
  unit = ToLower(unit);
  if (unit.size() > 1 && unit.back() == 's') unit.pop_back();
  if (std::llabs(amount) > 1'000'000'000) return std::nullopt;
  if (unit == "year") return Interval{amount * 12, 0};
  if (unit == "quarter") return Interval{amount * 3, 0};
  if (unit == "month" || unit == "mon") return Interval{amount, 0};
  if (unit == "week") return Interval{0, amount * 7 * kMicrosPerDay};
  if (unit == "day") return Interval{0, amount * kMicrosPerDay};
  if (unit == "hour") return Interval{0, amount * 3'600'000'000};
  if (unit == "minute") return Interval{0, amount * 60'000'000};
  if (unit == "second") return Interval{0, amount * 1'000'000};
  return std::nullopt;
}

std::optional<Interval> FoldInterval(const Node* node) {
  node = sql::Unparen(node);
  if (node == nullptr || !node->Is(Kind::kInterval) || node->Child(0) == nullptr) return std::nullopt;
  const Node* value = sql::Unparen(node->Child(0));
  std::string amount, unit(node->text);
  if (value->Is(Kind::kNumber)) {
    amount = std::string(value->text);
  } else if (value->Is(Kind::kString, Op::kPlain)) {
    const std::string_view text = TrimView(value->text);
    const size_t blank = text.find(' ');
    amount = std::string(text.substr(0, blank));
    if (blank != std::string_view::npos) {
      if (!unit.empty()) return std::nullopt;
      unit = std::string(TrimView(text.substr(blank)));
    }
  } else {
    return std::nullopt;
  }
  const auto number = ParseNumberText(amount);
  if (!number || number->scale != 0 || number->digits > 1'000'000'000 || number->digits < -1'000'000'000) return std::nullopt;
  return IntervalOf(static_cast<int64_t>(number->digits), unit);
}

std::optional<Literal> AddInterval(Literal base, Interval interval, int sign) {
  if (base.kind == Literal::Kind::kString) {
    return std::nullopt;
  }
  const auto stamp = AsTimestamp(base);
  if (!stamp) return std::nullopt;
  int64_t days = stamp->ticks >= 0 ? stamp->ticks / kMicrosPerDay : -((-stamp->ticks + kMicrosPerDay - 1) / kMicrosPerDay);
  const int64_t clock = stamp->ticks - days * kMicrosPerDay;
  if (interval.months != 0) {
    auto civil = CivilFromDays(days);
    auto month = civil.year() / civil.month() + std::chrono::months(sign * interval.months);
    const auto last = std::chrono::year_month_day_last(month.year(), std::chrono::month_day_last(month.month())).day();
    const int year = static_cast<int>(month.year());
    if (year < 1 || year > 9999) return std::nullopt;
    days = std::chrono::sys_days(month / std::min(civil.day(), last)).time_since_epoch().count();
  }
  Literal out = Literal::Timestamp(days * kMicrosPerDay + clock + sign * interval.micros);
  if (!InRange(out)) return std::nullopt;
  return out;
}

std::optional<Literal> Rescale(Literal number, int scale) {
  while (number.scale < scale) {
    number.digits *= 10;
    ++number.scale;
    if (number.digits > kLargest || number.digits < -kLargest) return std::nullopt;
  }
  return number;
}

std::optional<Literal> FoldArithmetic(Op op, const Literal& left, const Literal& right) {
  if (left.kind != Literal::Kind::kNumber || right.kind != Literal::Kind::kNumber) return std::nullopt;
  Literal out;
  if (op == Op::kMul) {
    constexpr __int128 kHalf = 1'000'000'000'000'000'000;
    if (left.digits > kHalf || left.digits < -kHalf || right.digits > kHalf || right.digits < -kHalf) return std::nullopt;
    out.digits = left.digits * right.digits;
    out.scale = left.scale + right.scale;
    return out.scale <= 18 ? std::optional(out) : std::nullopt;
  }
  const int scale = std::max(left.scale, right.scale);
  const auto a = Rescale(left, scale), b = Rescale(right, scale);
  if (!a || !b) return std::nullopt;
  out.scale = scale;
  out.digits = op == Op::kAdd ? a->digits + b->digits : a->digits - b->digits;
  return out;
}

std::optional<Literal> FoldCast(const Node* node) {
  const Node* type = node->Child(1);
  const Node* value = sql::Unparen(node->Child(0));
  if (type == nullptr || value == nullptr || !type->Is(Kind::kTypeName)) return std::nullopt;
  const std::string name = ToUpper(type->text);
  const bool plain = value->Is(Kind::kString, Op::kPlain);
  std::optional<Literal> inner;
  if (plain) {
    inner = ParseDateText(value->text);
  } else {
    inner = FoldConstant(value);
  }
  if (!inner) return std::nullopt;
  // A cast that would cut something off is left to the engine.
  if (name == "DATE") return AsDate(*inner);
  const bool stamp = name == "TIMESTAMP" || name == "DATETIME" || name == "TIMESTAMP WITHOUT TIME ZONE";
  if (stamp && type->count == 0) return AsTimestamp(*inner);
  return std::nullopt;
}

std::optional<Literal> FoldBinary(const Node* node) {
  if (node->op != Op::kAdd && node->op != Op::kSub && node->op != Op::kMul) return std::nullopt;
  const auto left = FoldConstant(node->Child(0));
  if (node->op != Op::kMul) {
    const int sign = node->op == Op::kAdd ? 1 : -1;
    if (left) {
      if (const auto interval = FoldInterval(node->Child(1))) return AddInterval(*left, *interval, sign);
    } else if (sign > 0) {
      const auto right = FoldConstant(node->Child(1));
      const auto interval = FoldInterval(node->Child(0));
      if (right && interval) return AddInterval(*right, *interval, 1);
    }
  }
  if (!left) return std::nullopt;
  const auto right = FoldConstant(node->Child(1));
  return right ? FoldArithmetic(node->op, *left, *right) : std::nullopt;
}

}  // namespace

Literal Literal::Date(int64_t days) {
  Literal out;
  out.kind = Kind::kDate;
  out.ticks = days;
  return out;
}

Literal Literal::Timestamp(int64_t micros) {
  Literal out;
  out.kind = Kind::kTimestamp;
  out.ticks = micros;
  return out;
}

std::optional<Literal> FoldConstant(const Node* expression) {
  const Node* node = sql::Unparen(expression);
  if (node == nullptr) return std::nullopt;
  switch (node->kind) {
    case Kind::kNumber: return ParseNumberText(node->text);
    case Kind::kString: {
      if (node->op != Op::kPlain && node->op != Op::kNone) return std::nullopt;
      Literal out;
      out.kind = Literal::Kind::kString;
      out.text = std::string(node->text);
      return out;
    }
    case Kind::kBoolean: {
      Literal out;
      out.kind = Literal::Kind::kBool;
      out.ticks = node->op == Op::kTrue ? 1 : 0;
      return out;
    }
    case Kind::kUnary: {
      if (node->op != Op::kNeg && node->op != Op::kPlus) return std::nullopt;
      auto inner = FoldConstant(node->Child(0));
      if (!inner || inner->kind != Literal::Kind::kNumber) return std::nullopt;
      if (node->op == Op::kNeg) inner->digits = -inner->digits;
      return inner;
    }
    case Kind::kCast: return FoldCast(node);
    case Kind::kBinary: return FoldBinary(node);
    default: return std::nullopt;
  }
}

std::optional<Literal> ParseDateText(std::string_view text) {
  int year = 0, month = 0, day = 0;
  if (!ReadDigits(text, 4, year) || !ReadChar(text, '-') || !ReadDigits(text, 2, month) || !ReadChar(text, '-') ||
      !ReadDigits(text, 2, day)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < 1) return std::nullopt;
  const int64_t days = DaysFromCivil(year, month, day);
  if (text.empty()) return Literal::Date(days);
  int64_t micros = 0;
  if (!(ReadChar(text, ' ') || ReadChar(text, 'T')) || !ReadClock(text, micros)) return std::nullopt;
  return Literal::Timestamp(days * kMicrosPerDay + micros);
}

std::optional<Literal> ParseNumberText(std::string_view text) {
  Literal out;
  bool negative = false, dot = false, any = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  for (const char c : text) {
    if (c == '.' && !dot) {
      dot = true;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    any = true;
    out.digits = out.digits * 10 + (c - '0');
    if (dot) ++out.scale;
    if (out.digits > kLargest || out.scale > 18) return std::nullopt;
  }
  if (!any) return std::nullopt;
  if (negative) out.digits = -out.digits;
  return out;
}

std::string DateText(int64_t days) {
  const auto date = CivilFromDays(days);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string TimestampText(int64_t micros) {
  int64_t days = micros / kMicrosPerDay;
  if (micros % kMicrosPerDay < 0) --days;
  const int64_t clock = micros - days * kMicrosPerDay;
  std::string out =
      fmt::format("{} {:02}:{:02}:{:02}", DateText(days), clock / 3'600'000'000, clock / 60'000'000 % 60, clock / 1'000'000 % 60);
  if (clock % 1'000'000 != 0) out += fmt::format(".{:06}", clock % 1'000'000);
  return out;
}

std::string NumberText(const Literal& number) {
  __int128 value = number.digits < 0 ? -number.digits : number.digits;
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  while (static_cast<int>(digits.size()) <= number.scale) digits.insert(digits.begin(), '0');
  if (number.scale > 0) digits.insert(digits.size() - static_cast<size_t>(number.scale), ".");
  return (number.digits < 0 ? "-" : "") + digits;
}

std::optional<Literal> AsDate(const Literal& literal) {
  if (literal.kind == Literal::Kind::kDate) return literal;
  if (literal.kind == Literal::Kind::kString) {
    const auto parsed = ParseDateText(literal.text);
    return parsed ? AsDate(*parsed) : std::nullopt;
  }
  if (literal.kind != Literal::Kind::kTimestamp || literal.ticks % kMicrosPerDay != 0) return std::nullopt;
  return Literal::Date(literal.ticks / kMicrosPerDay);
}

std::optional<Literal> AsTimestamp(const Literal& literal) {
  if (literal.kind == Literal::Kind::kTimestamp) return literal;
  if (literal.kind == Literal::Kind::kString) {
    const auto parsed = ParseDateText(literal.text);
    return parsed ? AsTimestamp(*parsed) : std::nullopt;
  }
  if (literal.kind != Literal::Kind::kDate) return std::nullopt;
  return Literal::Timestamp(literal.ticks * kMicrosPerDay);
}

}  // namespace dvt::plan
