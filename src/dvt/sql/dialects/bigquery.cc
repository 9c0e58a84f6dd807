#include "dvt/sql/dialects/bigquery_tables.h"
#include "dvt/sql/dialects/core_sql.h"
#include "dvt/sql/dialects/standard_sql.h"

namespace dvt::sql {

namespace {

using F = Feature;

constexpr std::string_view kReserved[] = {
    "ALL",      "AND",     "ANY",      "ARRAY",     "AS",        "ASC",         "ASSERT_ROWS_MODIFIED",
    "AT",       "BETWEEN", "BY",       "CASE",      "CAST",      "COLLATE",     "CONTAINS",
    "CREATE",   "CROSS",   "CUBE",     "CURRENT",   "DEFAULT",   "DEFINE",      "DESC",
    "DISTINCT", "ELSE",    "END",      "ENUM",      "ESCAPE",    "EXCEPT",      "EXCLUDE",
    "EXISTS",   "EXTRACT", "FALSE",    "FETCH",     "FOLLOWING", "FOR",         "FROM",
    "FULL",     "GROUP",   "GROUPING", "GROUPS",    "HASH",      "HAVING",      "IF",
    "IGNORE",   "IN",      "INNER",    "INTERSECT", "INTERVAL",  "INTO",        "IS",
    "JOIN",     "LATERAL", "LEFT",     "LIKE",      "LIMIT",     "LOOKUP",      "MERGE",
    "NATURAL",  "NEW",     "NO",       "NOT",       "NULL",      "NULLS",       "OF",
    "ON",       "OR",      "ORDER",    "OUTER",     "OVER",      "PARTITION",   "PRECEDING",
    "PROTO",    "QUALIFY", "RANGE",    "RECURSIVE", "RESPECT",   "RIGHT",       "ROLLUP",
    "ROWS",     "SELECT",  "SET",      "SOME",      "STRUCT",    "TABLESAMPLE", "THEN",
    "TO",       "TREAT",   "TRUE",     "UNBOUNDED", "UNION",     "UNNEST",      "USING",
    "WHEN",     "WHERE",   "WINDOW",   "WITH",      "WITHIN"};

constexpr FeatureSet kFeatures = kWarehouseFeatures
                                     .With({F::kLimitNumbers,
                                            F::kPathsWithoutWildcards,
                                            F::kPipeSyntax,
                                            F::kRenamedInPlace,
                                            F::kCallsAsWritten,
                                            F::kEqualsNull,
                                            F::kFilterFolded,
                                            F::kEscapedNames,
                                            F::kTrimArguments,
                                            F::kAliasInHaving,
                                            F::kHexNumbers,
                                            F::kHexNumbersKept,
                                            F::kSetDistinctWord,
                                            F::kSingularUnits,
                                            F::kQualify,
                                            F::kSemiAntiJoin,
                                            F::kBareTableNames,
                                            F::kAliasInGroupBy,
                                            F::kTryCast,
                                            F::kTransactionWords,
                                            F::kBackslashEscapes,
                                            F::kBacktickIdentifiers,
                                            F::kDoubleQuotedStrings,
                                            F::kHashComments,
                                            F::kRawStrings,
                                            F::kBytesStrings,
                                            F::kTripleQuotes,
                                            F::kCodeEscapes,
                                            F::kBackslashQuote,
                                            F::kEscapedControls,
                                            F::kDashedNames,
                                            F::kUnnestOffset,
                                            F::kUnnestOnDots,
                                            F::kAliasKeysGrouping,
                                            F::kSelectAsStruct,
                                            F::kSidedSetOperators,
                                            F::kModelArguments,
                                            F::kCallClauses,
                                            F::kModFunction,
                                            F::kBareCasts,
                                            F::kExceptStar,
                                            F::kBareJoin,
                                            F::kSafeCast,
                                            F::kScripts,
                                            F::kNullsInCall,
                                            F::kCastFormat,
                                            F::kTypedLiterals,
                                            F::kAngleTypes,
                                            F::kAtVariables,
                                            F::kNullsLow})
                                     .Without({F::kDoubleColonCast, F::kNotNullPostfix, F::kTrimFrom});

}  // namespace

const Dialect& Bigquery() {
  static const Dialect kDialect = [] {
    Dialect d;
    d.name = "bigquery";
    d.parent = &CoreSql();
    d.aliases = {};
    d.quote = '`';
    d.folding = d.table_folding = Folding::kInsensitive;
    d.features = kFeatures.With({F::kOrderInside});
    d.precedence = &kStandardPrecedence;
    d.reserved = kReserved;
    d.functions = BigqueryFunctions();
    d.types = BigqueryTypes();
    d.unlimited_text = "STRING";
    d.nested = {.literal = "["};
    d.time_format = "bigquery";
    return d;
  }();
  return kDialect;
}

}  // namespace dvt::sql
