#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dvt/plan/cost/described_table.h"
#include "dvt/plan/pushdown/literal.h"
#include "dvt/plan/resolve/planner.h"
#include "dvt/sql/analyze/scope.h"

namespace dvt::plan {

/// A column of one FROM source.
struct ColumnRef {
  const sql::Source* source = nullptr;
  int index = -1;

  friend bool operator==(const ColumnRef&, const ColumnRef&) = default;
  friend auto operator<=>(const ColumnRef&, const ColumnRef&) = default;
};

/// A condition in a form that the planner understands completely. What it does not understand is kUnknown, which stands for "might be
/// anything". Planning only ever weakens predicates: a pushed one keeps at least the rows that the query needs, and the engine
/// evaluates the query's own conditions again.
struct Predicate {
  enum class Kind : uint8_t {
    kUnknown,
    kCompare,  ///< column op literal
    kColumns,  ///< column op other column
    kIn,       ///< column IN (literals); never true without literals
    kNull,     ///< column IS NULL
    kLike,     ///< column LIKE text, without escapes
    kAnd,
    kOr,
  };
  Kind kind = Kind::kUnknown;
  bool negated = false;         ///< kIn, kNull, kLike
  sql::Op op = sql::Op::kNone;  ///< kCompare, kColumns: kEq … kGe
  ColumnRef column;
  ColumnRef other;
  std::vector<Literal> literals;    ///< one for kCompare and kLike
  std::vector<Predicate> children;  ///< kAnd, kOr
  const sql::Node* origin = nullptr;
};

using Resolve = std::function<std::optional<ColumnRef>(const sql::Node* column)>;

/// Understands an expression as far as it can.
Predicate ReadPredicate(const sql::Node* expression, const Resolve& resolve);

/// The strongest consequence of `predicate` whose columns `keep` accepts (a replacement may be given); empty if there is none.
std::optional<Predicate> Weaken(const Predicate& predicate,
                                const std::function<std::optional<ColumnRef>(const ColumnRef&)>& keep);
std::optional<Predicate> WeakenTo(const Predicate& predicate, const sql::Source* source);

/// Whether it is never true when all of its columns are NULL.
bool RejectsNulls(const Predicate& predicate);

Predicate AllOf(std::vector<Predicate> predicates);
Predicate AnyOf(std::vector<Predicate> predicates);
bool SamePredicate(const Predicate& a, const Predicate& b);

/// The predicate as text of the source's dialect, weakened to what means the same there; `columns` are the table's, `qualifier` (quoted,
/// with its dot, or empty) goes before each name. Empty if nothing is left. Each part that was lost adds a sentence to `reasons`.
std::optional<std::string> RenderPredicate(const Predicate& predicate, const columnar::Fields& columns,
                                           const SourceProfile& source, const std::string& qualifier,
                                           std::vector<std::string>* reasons);

/// Estimated part of the rows that pass, in (0, 1]: by the statistics of the columns, else by rules of thumb.
double Selectivity(const Predicate& predicate, const DescribedTable& table);

}  // namespace dvt::plan
