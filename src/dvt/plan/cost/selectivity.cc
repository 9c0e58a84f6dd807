#include <algorithm>

#include "dvt/plan/pushdown/predicate.h"

namespace dvt::plan {
namespace {

bool IsKey(const columnar::TableInfo& table, const std::string& column) {
  return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const columnar::IndexInfo& index) {
    return (index.unique || index.primary) && index.columns.size() == 1 && index.columns.front() == column;
  });
}

double Clamp(double value) { return std::clamp(value, 1e-9, 1.0); }

// Rules of thumb for columns of unknown distribution.
double EqualSelectivity(const Predicate& p, const columnar::TableInfo& table) {
  const columnar::Field& column = table.columns[static_cast<size_t>(p.column.index)];
  const double rows = static_cast<double>(std::max<int64_t>(table.estimated_rows.value_or(10'000), 1));
  if (IsKey(table, column.name)) return 1.0 / rows;
  if (column.type.kind == columnar::TypeKind::kBool) return 0.5;
  return std::max(1.0 / rows, column.type.is_temporal() ? 0.005 : 0.1);
}

}  // namespace

double Selectivity(const Predicate& p, const columnar::TableInfo& table) {
  using Kind = Predicate::Kind;
  double out = 1.0;
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
