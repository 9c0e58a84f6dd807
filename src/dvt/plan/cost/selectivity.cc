#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "dvt/plan/pushdown/predicate.h"

namespace dvt::plan {
namespace {

using columnar::ColumnStatistics;
using columnar::DataType;
using columnar::TypeKind;
using sql::Op;

bool IsKey(const DescribedTable& table, const std::string& column) {
  return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const columnar::IndexInfo& index) {
    return (index.unique || index.primary) && index.columns.size() == 1 && index.columns.front() == column;
  });
}

double Clamp(double value) { return std::clamp(value, 1e-9, 1.0); }

// A value's place among all of its type; empty where the order is not that of numbers.
std::optional<double> Place(const DataType& type, const Literal& value) {
  if (type.is_numeric() && value.kind == Literal::Kind::kNumber)
    return static_cast<double>(value.digits) / std::pow(10.0, value.scale);
  const bool day = type.kind == TypeKind::kDate;
  if (!day && type.kind != TypeKind::kTimestamp) return std::nullopt;
  const auto stamp = AsTimestamp(value);
  constexpr double kMicrosPerDay = 86'400'000'000;
  if (!stamp) return std::nullopt;
  return day ? static_cast<double>(stamp->ticks) / kMicrosPerDay : static_cast<double>(stamp->ticks);
}

std::optional<double> Place(const DataType& type, const std::string& text) {
  if (type.is_numeric()) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    return end == text.c_str() ? std::nullopt : std::optional(value);
  }
  const auto value = ParseDateText(text);
  return value ? Place(type, *value) : std::nullopt;
}

bool Holds(Op op, double a, double b) {
  switch (op) {
    case Op::kEq: return a == b;
    case Op::kNeq: return a != b;
    case Op::kLt: return a < b;
    case Op::kLe: return a <= b;
    case Op::kGt: return a > b;
    default: return a >= b;
  }
}

// Part of the values that are not frequent.
double RareValues(const ColumnStatistics& known) {
  double rest = 1 - known.null_part;
  for (const auto& [value, part] : known.common) rest -= part;
  return std::max(rest, 0.0);
}

// Part of the rare values below a place, between the bounds as if they were spread evenly.
std::optional<double> PartBelow(const ColumnStatistics& known, const DataType& type, double place) {
  if (known.bounds.size() < 2) return std::nullopt;
  const double step = 1.0 / static_cast<double>(known.bounds.size() - 1);
  auto low = Place(type, known.bounds.front());
  if (!low) return std::nullopt;
  if (place <= *low) return 0.0;
  for (size_t i = 1; i < known.bounds.size(); ++i) {
    const auto high = Place(type, known.bounds[i]);
    if (!high) return std::nullopt;
    if (place < *high) return step * (static_cast<double>(i - 1) + (*high > *low ? (place - *low) / (*high - *low) : 0.5));
    low = high;
  }
  return 1.0;
}

std::optional<double> EqualPart(const ColumnStatistics& known, const DataType& type, const Literal& value) {
  const auto place = Place(type, value);
  for (const auto& [text, part] : known.common) {
    if (place ? Place(type, text) == place : value.kind == Literal::Kind::kString && text == value.text) return part;
  }
  if (!known.distinct) return std::nullopt;
  if (place && !known.bounds.empty()) {
    const auto low = Place(type, known.bounds.front()), high = Place(type, known.bounds.back());
    if (low && high && (*place < *low || *place > *high)) return 0.0;
  }
  return RareValues(known) / std::max(1.0, *known.distinct - static_cast<double>(known.common.size()));
}

std::optional<double> ComparedPart(const ColumnStatistics& known, const DataType& type, Op op, const Literal& value) {
  if (op == Op::kEq) return EqualPart(known, type, value);
  if (op == Op::kNeq) {
    const auto equal = EqualPart(known, type, value);
    return equal ? std::optional(1 - known.null_part - *equal) : std::nullopt;
  }
  const auto place = Place(type, value);
  if (!place) return std::nullopt;
  const double rare = RareValues(known);
  auto below = rare > 0 ? PartBelow(known, type, *place) : std::optional(0.0);
  if (!below) return std::nullopt;
  double part = rare * (op == Op::kLt || op == Op::kLe ? *below : 1 - *below);
  for (const auto& [text, frequency] : known.common) {
    const auto other = Place(type, text);
    if (other && Holds(op, *other, *place)) part += frequency;
  }
  return part;
}

// By the column's statistics; empty if they do not tell.
std::optional<double> KnownPart(const Predicate& p, const DescribedTable& table) {
  using Kind = Predicate::Kind;
  const ColumnStatistics* known = table.StatisticsOf(p.column.index);
  if (known == nullptr) return std::nullopt;
  const DataType& type = table.columns[static_cast<size_t>(p.column.index)].type;
  if (p.kind == Kind::kCompare) return ComparedPart(*known, type, p.op, p.literals.front());
  if (p.kind == Kind::kIn) {
    double part = 0;
    for (const Literal& literal : p.literals) {
      const auto one = EqualPart(*known, type, literal);
      if (!one) return std::nullopt;
      part += *one;
    }
    return p.negated ? 1 - known->null_part - part : part;
  }
  const bool measured = known->distinct.has_value() && (!known->bounds.empty() || !known->common.empty());
  if (p.kind == Kind::kNull && measured) return p.negated ? 1 - known->null_part : known->null_part;
  return std::nullopt;
}

// Rules of thumb for columns of unknown distribution.
double EqualSelectivity(const Predicate& p, const DescribedTable& table) {
  const columnar::Field& column = table.columns[static_cast<size_t>(p.column.index)];
  const double rows = static_cast<double>(std::max<int64_t>(table.estimated_rows.value_or(10'000), 1));
  if (IsKey(table, column.name)) return 1.0 / rows;
  if (column.type.kind == columnar::TypeKind::kBool) return 0.5;
  return std::max(1.0 / rows, column.type.is_temporal() ? 0.005 : 0.1);
}

}  // namespace

double Selectivity(const Predicate& p, const DescribedTable& table) {
  using Kind = Predicate::Kind;
  double out = 1.0;
  if (const auto known = KnownPart(p, table)) return Clamp(*known);
  switch (p.kind) {
    case Kind::kUnknown: return 1.0;
    case Kind::kCompare:
      if (p.op == sql::Op::kEq) return Clamp(EqualSelectivity(p, table));
      return p.op == sql::Op::kNeq ? 0.9 : 1.0 / 3;
    case Kind::kColumns: return p.op == sql::Op::kEq ? 0.1 : 0.5;
    case Kind::kIn: {
      const double part = Clamp(std::min(0.9, EqualSelectivity(p, table) * static_cast<double>(p.literals.size())));
      return p.negated ? Clamp(1 - part) : part;
    }
    case Kind::kNull: return p.negated ? 0.95 : 0.05;
    case Kind::kLike: return p.negated ? 0.9 : 0.1;
    case Kind::kAnd:
      for (const Predicate& child : p.children) out *= Selectivity(child, table);
      return Clamp(out);
    case Kind::kOr:
      for (const Predicate& child : p.children) out *= 1 - Selectivity(child, table);
      return Clamp(1 - out);
  }
  return out;
}

}  // namespace dvt::plan
