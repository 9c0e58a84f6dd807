#include "dvt/sql/dialects/hive_family.h"
#include "dvt/sql/dialects/standard_sql.h"

namespace dvt::sql {

using columnar::TypeKind;

namespace {

using F = Feature;

constexpr std::string_view kAliases[] = {"presto", "athena"};

constexpr FeatureSet kFeatures = kWarehouseFeatures.With({F::kPathsWithoutWildcards,
                                                          F::kLimitNumbers,
                                                          F::kFetchAsWritten,
                                                          F::kOffsetFirst,
                                                          F::kListaggWithin,
                                                          F::kExceptStar,
                                                          F::kDistinctOneValue,
                                                          F::kTableKeyword,
                                                          F::kSingularUnits,
                                                          F::kArraysFromOne,
                                                          F::kElementAt,
                                                          F::kArrayCalls,
                                                          F::kRawCalls,
                                                          F::kInlineFunctions,
                                                          F::kLiteralDigits,
                                                          F::kSemiAntiJoin,
                                                          F::kIntersectExceptAll,
                                                          F::kAliasInWhere,
                                                          F::kAliasInGroupBy,
                                                          F::kTryCast,
                                                          F::kListSlices,
                                                          F::kNullsAlwaysLast,
                                                          F::kBareJoin,
                                                          F::kBareValues,
                                                          F::kBitwiseCalls,
                                                          F::kTypedLiterals,
                                                          F::kMatchRecognize,
                                                          F::kSlashIsInteger,
                                                          F::kSamplePlain,
                                                          F::kTrimOneSided,
                                                          F::kNoTruthTests,
                                                          F::kUnicodeStrings,
                                                          F::kWeeksAsDays,
                                                          F::kHexStrings,
                                                          F::kLowerCaseHex,
                                                          F::kRecursionNamed,
                                                          F::kTableSettings,
                                                          F::kPlainViews,
                                                          F::kBareDelete,
                                                          F::kBareMergeColumns,
                                                          F::kStartTransaction});

constexpr std::string_view kReserved[] = {
    "ALTER",    "AND",     "AS",         "BETWEEN",   "BY",       "CASE",      "CAST",  "CONSTRAINT", "CREATE",
    "CROSS",    "CUBE",    "DEALLOCATE", "DELETE",    "DESCRIBE", "DISTINCT",  "DROP",  "ELSE",       "END",
    "ESCAPE",   "EXCEPT",  "EXISTS",     "EXTRACT",   "FALSE",    "FOR",       "FROM",  "FULL",       "GROUP",
    "GROUPING", "HAVING",  "IN",         "INNER",     "INSERT",   "INTERSECT", "INTO",  "IS",         "JOIN",
    "LEFT",     "LIKE",    "NATURAL",    "NORMALIZE", "NOT",      "NULL",      "ON",    "OR",         "ORDER",
    "OUTER",    "PREPARE", "RECURSIVE",  "RIGHT",     "ROLLUP",   "SELECT",    "TABLE", "THEN",       "TRUE",
    "UESCAPE",  "UNION",   "UNNEST",     "USING",     "VALUES",   "WHEN",      "WHERE", "WITH"};

constexpr TypeSpec kTypes[] = {
    {"BOOLEAN", TypeKind::kBool},
    {"BOOL", TypeKind::kBool, 0, 0, 0, false, true, "BOOLEAN"},
    {"TINYINT", TypeKind::kInt8},
    {"SMALLINT", TypeKind::kInt16},
    {"INTEGER", TypeKind::kInt32, 0, 0, 0, false, false, "INT"},
    {"INT", TypeKind::kInt32, 0, 0, 0, false, true, "INT"},
    {"BIGINT", TypeKind::kInt64},
    {"REAL", TypeKind::kFloat32, 0, 0, 0, false, false, "FLOAT"},
    {"DOUBLE", TypeKind::kFloat64},
    {"DOUBLE PRECISION", TypeKind::kFloat64, 0, 0, 0, false, true, "DOUBLE"},
    {"DECIMAL", TypeKind::kDecimal, 2},
    {"NUMERIC", TypeKind::kDecimal, 2, 0, 0, false, true, "DECIMAL"},
    {"DEC", TypeKind::kDecimal, 2, 0, 0, false, true, "DECIMAL"},
    {"VARCHAR", TypeKind::kString, 1},
    {"TEXT", TypeKind::kString, 0, 0, 0, false, true, "TEXT"},
    {"STRING", TypeKind::kString, 0, 0, 0, false, true, "TEXT"},
    {"CHAR", TypeKind::kString, 1, 0, 0, true},
    {"VARBINARY", TypeKind::kBinary, 1},
    {"DATE", TypeKind::kDate},
    {"TIME", TypeKind::kTime, 1},
    {"TIME WITH TIME ZONE", TypeKind::kTime, 1, 0, 0, false, false, "TIMETZ"},
    {"TIMESTAMP", TypeKind::kTimestamp, 1},
    {"TIMESTAMP WITH TIME ZONE", TypeKind::kTimestampTz, 1, 0, 0, false, false, "TIMESTAMPTZ"},
    {"TIMESTAMPTZ", TypeKind::kTimestampTz, 0, 0, 0, false, true, "TIMESTAMPTZ"},
    {"JSON", TypeKind::kJson},
    {"UUID", TypeKind::kUuid},
    {"INTERVAL", TypeKind::kInterval},
    {"IPADDRESS", TypeKind::kUnknown},
    {"HYPERLOGLOG", TypeKind::kUnknown},
    {"QDIGEST", TypeKind::kUnknown},
    {"TDIGEST", TypeKind::kUnknown},
    {"GEOMETRY", TypeKind::kUnknown},
    {"VARBINARY", TypeKind::kBinary, 1, 0, 0, false, false, "BINARY"},
    {"VARBINARY", TypeKind::kBinary, 1, 0, 0, false, false, "BLOB"},
    {"VARBINARY", TypeKind::kBinary, 1, 0, 0, false, false, "BYTEA"},
    {"TIMESTAMP", TypeKind::kTimestamp, 1, 0, 0, false, false, "DATETIME"},
    {"TIMESTAMP", TypeKind::kTimestamp, 1, 0, 0, false, false, "DATETIME2"},
    {"TIMESTAMP", TypeKind::kTimestamp, 1, 0, 0, false, false, "DATETIME64"},
    {"TIMESTAMP", TypeKind::kTimestamp, 1, 0, 0, false, false, "SMALLDATETIME"},
    {"TIMESTAMP", TypeKind::kTimestamp, 1, 0, 0, false, false, "TIMESTAMPNTZ"},
    {"TIMESTAMP WITH TIME ZONE", TypeKind::kTimestampTz, 1, 0, 0, false, false, "TIMESTAMPLTZ"},
    {"VARCHAR", TypeKind::kString, 1, 0, 0, false, false, "TEXT"},
    {"VARCHAR", TypeKind::kString, 1, 0, 0, false, false, "NVARCHAR"},
    {"VARCHAR", TypeKind::kString, 1, 0, 0, false, false, "NAME"},
    {"VARCHAR", TypeKind::kString, 1, 0, 0, false, false, "TINYTEXT"},
    {"VARCHAR", TypeKind::kString, 1, 0, 0, false, false, "MEDIUMTEXT"},
    {"VARCHAR", TypeKind::kString, 1, 0, 0, false, false, "LONGTEXT"},
    {"CHAR", TypeKind::kString, 1, 0, 0, false, false, "NCHAR"},
    {"CHAR", TypeKind::kString, 1, 0, 0, false, false, "BPCHAR"},
    {"INTEGER", TypeKind::kInt32, 0, 0, 0, false, false, "MEDIUMINT"},
    {"INTEGER", TypeKind::kInt32, 0, 0, 0, false, false, "USMALLINT"},
    {"SMALLINT", TypeKind::kInt16, 0, 0, 0, false, false, "UTINYINT"},
    {"BIGINT", TypeKind::kInt64, 0, 0, 0, false, false, "UINT"},
    {"DECIMAL", TypeKind::kDecimal, 2, 0, 0, false, false, "UBIGINT"},
    {"DECIMAL", TypeKind::kDecimal, 2, 0, 0, false, false, "BIGDECIMAL"},
    {"BOOLEAN", TypeKind::kBool, 0, 0, 0, false, false, "BIT"},
};

}  // namespace

const Dialect& Trino() {
  static const Dialect kDialect = [] {
    Dialect d;
    d.name = "trino";
    d.parent = &CoreSql();
    d.aliases = kAliases;
    d.folding = d.table_folding = Folding::kInsensitive;
    d.features = kFeatures.Without({F::kPivot, F::kAliasInWhere, F::kAliasInGroupBy});
    d.precedence = &kStandardPrecedence;
    d.nested = {.structure = "ROW", .open = '(', .literal = "ARRAY["};
    d.reserved = kReserved;
    d.types = kTypes;
    d.unlimited_text = "VARCHAR";
    d.functions = TrinoFunctions();
    d.time_format = "mysql";
    return d;
  }();
  return kDialect;
}

}  // namespace dvt::sql
