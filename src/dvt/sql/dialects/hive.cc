#include "dvt/sql/dialects/hive_family.h"
#include "dvt/sql/dialects/standard_sql.h"

namespace dvt::sql {

using columnar::TypeKind;

namespace {

using F = Feature;

constexpr FeatureSet kFeatures = kWarehouseFeatures
                                     .With({F::kQuotedSettings,
                                            F::kFieldsAsColumns,
                                            F::kWithOnTop,
                                            F::kPlainStructs,
                                            F::kUnorderedLists,
                                            F::kTrimOneSided,
                                            F::kIndexOnTable,
                                            F::kNullImplied,
                                            F::kRenameNeedsType,
                                            F::kSemiJoinWords,
                                            F::kOverlay,
                                            F::kExceptStar,
                                            F::kArrayCalls,
                                            F::kSampleFirst,
                                            F::kOptimizerHints,
                                            F::kAngleTypes,
                                            F::kSemiAntiJoin,
                                            F::kSampleNoMethod,
                                            F::kIntersectExceptAll,
                                            F::kPathKeysInApostrophes,
                                            F::kBackslashEscapes,
                                            F::kBacktickIdentifiers,
                                            F::kDoubleQuotedStrings,
                                            F::kNullsLow,
                                            F::kNullSafeEquals,
                                            F::kDivOperator,
                                            F::kRegexpOperator,
                                            F::kDoubleEquals,
                                            F::kBareJoin,
                                            F::kLateralView,
                                            F::kSortBy,
                                            F::kAsOfVersion,
                                            F::kInsertOverwrite,
                                            F::kNumberSuffixes,
                                            F::kDecimalsTrimmed,
                                            F::kBraceVariables,
                                            F::kNullSafeWords,
                                            F::kCommaIsCross,
                                            F::kLengthsNeeded,
                                            F::kLenientCasts,
                                            F::kUnboundedCasts,
                                            F::kRlike,
                                            F::kJoinAlwaysOn,
                                            F::kIgnoreNullsTrue,
                                            F::kCallableExists,
                                            F::kBackslashQuote,
                                            F::kEscapedControls,
                                            F::kUnquotedKeywords,
                                            F::kCodeEscapes,
                                            F::kTransformUsing,
                                            F::kBangNot,
                                            F::kModOperator,
                                            F::kTypedLiterals,
                                            F::kWithRollup,
                                            F::kLikeBackslash,
                                            F::kSlashNullOnZero,
                                            F::kSetsBehindKeys,
                                            F::kSerde,
                                            F::kNoRecursion})
                                     .Without({F::kUnderscoreNumbers});

constexpr Precedence kPrecedence = kStandardPrecedence.With({{Op::kNullSafeEq, 5}});

constexpr TypeSpec kTypes[] = {
    {"BOOLEAN", TypeKind::kBool},
    {"BOOL", TypeKind::kBool, 0, 0, 0, false, true, "BOOLEAN"},
    {"BIT", TypeKind::kBool, 0, 0, 0, false, true, "BOOLEAN"},
    {"TINYINT", TypeKind::kInt8},
    {"BYTE", TypeKind::kInt8, 0, 0, 0, false, true, "TINYINT"},
    {"SMALLINT", TypeKind::kInt16},
    {"SHORT", TypeKind::kInt16, 0, 0, 0, false, true, "SMALLINT"},
    {"INT", TypeKind::kInt32},
    {"INTEGER", TypeKind::kInt32, 0, 0, 0, false, true, "INT"},
    {"BIGINT", TypeKind::kInt64},
    {"LONG", TypeKind::kInt64, 0, 0, 0, false, true, "BIGINT"},
    {"FLOAT", TypeKind::kFloat32},
    {"REAL", TypeKind::kFloat32, 0, 0, 0, false, true, "FLOAT"},
    {"DOUBLE", TypeKind::kFloat64},
    {"DOUBLE PRECISION", TypeKind::kFloat64, 0, 0, 0, false, true, "DOUBLE"},
    {"DECIMAL", TypeKind::kDecimal, 2},
    {"DEC", TypeKind::kDecimal, 2, 0, 0, false, true, "DECIMAL"},
    {"NUMERIC", TypeKind::kDecimal, 2, 0, 0, false, true, "DECIMAL"},
    {"STRING", TypeKind::kString, 0, 0, 0, false, false, "TEXT"},
    {"TEXT", TypeKind::kString, 0, 0, 0, false, true, "TEXT"},
    {"CLOB", TypeKind::kString, 0, 0, 0, false, true, "TEXT"},
    {"VARCHAR", TypeKind::kString, 1},
    {"CHAR", TypeKind::kString, 1, 0, 0, true},
    {"BINARY", TypeKind::kBinary, 1},
    {"DATE", TypeKind::kDate},
    {"TIMESTAMP", TypeKind::kTimestamp},
    {"DATETIME", TypeKind::kTimestamp, 0, 0, 0, false, true, "TIMESTAMP"},
    {"INTERVAL", TypeKind::kInterval},
    {"BINARY", TypeKind::kBinary, 1, 0, 0, false, false, "VARBINARY"},
    {"BINARY", TypeKind::kBinary, 1, 0, 0, false, false, "BLOB"},
    {"BINARY", TypeKind::kBinary, 1, 0, 0, false, false, "BYTEA"},
    {"TIMESTAMP", TypeKind::kTimestamp, 0, 0, 0, false, false, "TIMESTAMPTZ"},
    {"TIMESTAMP", TypeKind::kTimestamp, 0, 0, 0, false, false, "TIMESTAMPLTZ"},
    {"TIMESTAMP", TypeKind::kTimestamp, 0, 0, 0, false, false, "TIMESTAMPNTZ"},
    {"TIMESTAMP", TypeKind::kTimestamp, 0, 0, 0, false, false, "DATETIME2"},
    {"TIMESTAMP", TypeKind::kTimestamp, 0, 0, 0, false, false, "DATETIME64"},
    {"TIMESTAMP", TypeKind::kTimestamp, 0, 0, 0, false, false, "SMALLDATETIME"},
    {"TIMESTAMP", TypeKind::kTimestamp, 0, 0, 0, false, false, "TIME"},
    {"TIMESTAMP", TypeKind::kTimestamp, 0, 0, 0, false, false, "TIMETZ"},
    {"TIMESTAMP", TypeKind::kTimestamp, 0, 0, 0, false, false, "DATETIME"},
    {"STRING", TypeKind::kString, 0, 0, 0, false, false, "TINYTEXT"},
    {"STRING", TypeKind::kString, 0, 0, 0, false, false, "MEDIUMTEXT"},
    {"STRING", TypeKind::kString, 0, 0, 0, false, false, "LONGTEXT"},
    {"STRING", TypeKind::kString, 0, 0, 0, false, false, "NAME"},
    {"STRING", TypeKind::kString, 0, 0, 0, false, false, "UUID"},
    {"STRING", TypeKind::kString, 0, 0, 0, false, false, "UNIQUEIDENTIFIER"},
    {"VARCHAR", TypeKind::kString, 1, 0, 0, false, false, "NVARCHAR"},
    {"CHAR", TypeKind::kString, 1, 0, 0, false, false, "NCHAR"},
    {"CHAR", TypeKind::kString, 1, 0, 0, false, false, "BPCHAR"},
    {"INT", TypeKind::kInt32, 0, 0, 0, false, false, "MEDIUMINT"},
    {"INT", TypeKind::kInt32, 0, 0, 0, false, false, "USMALLINT"},
    {"INT", TypeKind::kInt32, 0, 0, 0, false, false, "YEAR"},
    {"SMALLINT", TypeKind::kInt16, 0, 0, 0, false, false, "UTINYINT"},
    {"BIGINT", TypeKind::kInt64, 0, 0, 0, false, false, "UINT"},
    {"BIGINT", TypeKind::kInt64, 0, 0, 0, false, false, "UMEDIUMINT"},
    {"DECIMAL", TypeKind::kDecimal, 2, 0, 0, false, false, "UBIGINT"},
    {"DECIMAL", TypeKind::kDecimal, 2, 0, 0, false, false, "BIGDECIMAL"},
    {"DECIMAL", TypeKind::kDecimal, 2, 0, 0, false, false, "MONEY"},
    {"DECIMAL", TypeKind::kDecimal, 2, 0, 0, false, false, "SMALLMONEY"},
    {"BOOLEAN", TypeKind::kBool, 0, 0, 0, false, false, "BIT"},
};

}  // namespace

const Dialect& Hive() {
  static const Dialect kDialect = [] {
    Dialect d;
    d.name = "hive";
    d.parent = &CoreSql();
    d.aliases = {};
    d.quote = '`';
    d.folding = d.table_folding = Folding::kInsensitive;
    d.features = kFeatures;
    d.precedence = &kPrecedence;
    d.nested = {.colons = true};
    d.types = kTypes;
    d.functions = HiveFunctions();
    d.time_format = "java";
    return d;
  }();
  return kDialect;
}

}  // namespace dvt::sql
