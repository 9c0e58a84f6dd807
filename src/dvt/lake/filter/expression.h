#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "dvt/lake/iceberg/literal.h"
#include "dvt/lake/iceberg/schema.h"

namespace dvt::lake {

enum class Op : uint8_t {
  kTrue,
  kFalse,
  kAnd,
  kOr,
  kNot,
  kIsNull,
  kNotNull,
  kIsNan,
  kNotNan,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kEqual,
  kNotEqual,
  kIn,
  kNotIn,
  kStartsWith,
  kNotStartsWith,
};

/// A row filter with SQL's three-valued logic: a row is taken if it is true. Made by the functions below or from text; a column's name
/// and the literals' texts become its id and typed values by BindFilter.
struct Filter {
  Op op = Op::kTrue;
  std::vector<Filter> children;  ///< of and, or, not
  std::string column;
  std::vector<std::string> texts;  ///< literals as written

  static Filter True() { return {}; }
  static Filter And(Filter a, Filter b);
  static Filter Or(Filter a, Filter b);
  static Filter Not(Filter a);
  /// A predicate of a column: no text for null and NaN tests, one for comparisons, any number for in.
  static Filter Test(Op op, std::string column, std::vector<std::string> texts = {});

  /// Reads an SQL condition: comparisons, AND, OR, NOT, IN, BETWEEN, IS [NOT] NULL, IS [NOT] NAN, LIKE 'prefix%', typed literals (DATE '…',
  /// TIMESTAMP '…'), nested columns with dots, "quoted names". kSyntax says where it stops to be understood.
  static Result<Filter> Parse(std::string_view sql);
  std::string ToString() const;
};

/// A filter against one schema. Negations are gone (pushed into the predicates).
struct BoundFilter {
  Op op = Op::kTrue;
  std::vector<BoundFilter> children;  ///< of and, or
  int field_id = 0;
  std::string column;
  Type type;
  std::vector<Literal> values;

  bool is_true() const { return op == Op::kTrue; }
  bool is_false() const { return op == Op::kFalse; }
  void CollectFields(std::set<int>& ids) const;
};

/// kNotFound names a missing column, kInvalidArgument a literal that is no value of its column's type.
Result<BoundFilter> BindFilter(const Filter& filter, const Schema& schema, bool negated = false);

}  // namespace dvt::lake
