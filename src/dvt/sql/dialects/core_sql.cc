#include "dvt/sql/dialects/core_sql.h"

namespace dvt::sql {

namespace {

// One spelling, one meaning in PostgreSQL, MySQL, SQLite and DuckDB. What differs stands in the dialects' own tables.
constexpr FunctionSpec kFunctions[] = {
    {"COUNT", "count", 0, -1, TypeRule::kInt64, kAggregate},
    {"SUM", "sum", 1, 1, TypeRule::kSum, kAggregate},
    {"MIN", "min", 1, 1, TypeRule::kFirst, kAggregate | kTextCompare},
    {"MAX", "max", 1, 1, TypeRule::kFirst, kAggregate | kTextCompare},
    {"COALESCE", "coalesce", 1, -1, TypeRule::kCommon},
    {"NULLIF", "nullif", 2, 2, TypeRule::kFirst, kTextCompare},
    {"ABS", "abs", 1, 1, TypeRule::kFirst},
    {"SQRT", "sqrt", 1, 1, TypeRule::kFloat64},
    {"EXP", "exp", 1, 1, TypeRule::kFloat64},
    {"LN", "ln", 1, 1, TypeRule::kFloat64},
    {"SIN", "sin", 1, 1, TypeRule::kFloat64},
    {"COS", "cos", 1, 1, TypeRule::kFloat64},
    {"TAN", "tan", 1, 1, TypeRule::kFloat64},
    {"ASIN", "asin", 1, 1, TypeRule::kFloat64},
    {"ACOS", "acos", 1, 1, TypeRule::kFloat64},
    {"ATAN", "atan", 1, 1, TypeRule::kFloat64},
    {"PI", "pi", 0, 0, TypeRule::kFloat64},
    {"RADIANS", "radians", 1, 1, TypeRule::kFloat64},
    {"DEGREES", "degrees", 1, 1, TypeRule::kFloat64},
    {"CEIL", "ceil", 1, 1, TypeRule::kDecimalOfFirst},
    {"CEILING", "ceil", 1, 1, TypeRule::kDecimalOfFirst, kPure, true},
    {"FLOOR", "floor", 1, 1, TypeRule::kDecimalOfFirst},
    {"LTRIM", "ltrim", 1, 1, TypeRule::kString},
    {"RTRIM", "rtrim", 1, 1, TypeRule::kString},
    {"TRIM", "trim", 1, 1, TypeRule::kString},
    {"ROW_NUMBER", "row_number", 0, 0, TypeRule::kInt64, kWindowOnly},
    {"RANK", "rank", 0, 0, TypeRule::kInt64, kWindowOnly},
    {"DENSE_RANK", "dense_rank", 0, 0, TypeRule::kInt64, kWindowOnly},
    {"PERCENT_RANK", "percent_rank", 0, 0, TypeRule::kFloat64, kWindowOnly},
    {"CUME_DIST", "cume_dist", 0, 0, TypeRule::kFloat64, kWindowOnly},
    {"NTILE", "ntile", 1, 1, TypeRule::kInt64, kWindowOnly},
    {"LAG", "lag", 1, 3, TypeRule::kFirst, kWindowOnly},
    {"LEAD", "lead", 1, 3, TypeRule::kFirst, kWindowOnly},
    {"FIRST_VALUE", "first_value", 1, 1, TypeRule::kFirst, kWindowOnly},
    {"LAST_VALUE", "last_value", 1, 1, TypeRule::kFirst, kWindowOnly},
    {"NTH_VALUE", "nth_value", 2, 2, TypeRule::kFirst, kWindowOnly},
};

constexpr Dialect kCore = {.name = "core", .functions = kFunctions};

}  // namespace

const Dialect& CoreSql() { return kCore; }

}  // namespace dvt::sql
