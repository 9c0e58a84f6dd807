#pragma once

#include <cstdint>
#include <string_view>

namespace dvt::sql {

// Every word that the grammar looks at. Which of them are reserved is the dialect's business.
// clang-format off
#define DVT_SQL_KEYWORDS(X)                                                                                                      \
  X(ALL)                                                                                                                         \
  X(ALTER)                                                                                                                       \
  X(ANALYZE) X(AND) X(ANTI) X(ANY) X(ARRAY) X(AS) X(ASC) X(ASOF) X(AT) X(BEGIN) X(BETWEEN) X(BINARY) X(BOTH) X(BY) X(CASCADE)    \
      X(CASE) X(CAST) X(CHAR) X(CHARACTER) X(COLLATE) X(COLUMN) X(COLUMNS) X(CONFLICT) X(CONVERT) X(CREATE) X(CROSS) X(CUBE) X(  \
          CURRENT) X(CURRENT_DATE) X(CURRENT_TIME) X(CURRENT_TIMESTAMP) X(CURRENT_USER) X(DATE) X(DATETIME) X(DEFAULT) X(DELETE) \
          X(DESC) X(DESCRIBE) X(DISTINCT) X(DISTINCTROW) X(DIV) X(DO) X(DOUBLE) X(DROP) X(DUPLICATE) X(ELSE) X(END) X(ESCAPE)    \
              X(EXCEPT) X(EXCLUDE) X(EXISTS) X(EXPLAIN) X(EXTRACT) X(FALSE) X(FETCH) X(FILTER) X(FIRST) X(FOLLOWING) X(FOR)      \
                  X(FORCE) X(FROM) X(FULL) X(GLOB) X(GROUP) X(GROUPING) X(GROUPS) X(GROUP_CONCAT) X(HAVING) X(IF) X(IGNORE)      \
                      X(ILIKE) X(IN) X(INDEX) X(INNER) X(INSERT) X(INTERSECT) X(INTERVAL) X(INTO) X(IS) X(ISNULL) X(JOIN) X(KEY) \
                          X(LAMBDA) X(LAST) X(LATERAL) X(LEADING) X(LEFT) X(LIKE) X(LIMIT) X(LOCALTIME)                          \
                              X(LOCALTIMESTAMP) X(LOCK) X(MAP) X(MATCH) X(MATCHED) X(MATERIALIZED) X(MERGE) X(MOD) X(NAME)       \
                                  X(NATURAL) X(NEXT) X(NO) X(NOT) X(NOTHING) X(NOTNULL) X(NULL) X(NULLS) X(OFFSET) X(ON) X(ONLY) \
                                      X(OR) X(ORDER) X(ORDINALITY) X(OTHERS) X(OUTER) X(OVER) X(OVERLAY) X(PARTITION) X(PERCENT) \
                                          X(PIVOT) X(PLACING) X(POSITION) X(POSITIONAL) X(PRECEDING) X(PRECISION) X(QUALIFY)     \
                                              X(RANGE) X(RECURSIVE) X(REGEXP) X(RENAME) X(REPLACE) X(RESPECT) X(RESTRICT) X(     \
                                                  RETURNING) X(RIGHT) X(RLIKE) X(ROLLUP) X(ROW) X(ROWS) X(SEMI) X(SEPARATOR)     \
                                                  X(SELECT) X(SESSION_USER) X(SET) X(SETS) X(SHARE) X(SIMILAR) X(SOME) X(SOUNDS) \
                                                      X(STRAIGHT_JOIN) X(STRUCT) X(SUBSTR) X(SUBSTRING) X(SYMMETRIC) X(TABLE)    \
                                                          X(TABLESAMPLE) X(TEMP) X(TEMPORARY) X(THEN) X(TIES) X(TIME)            \
                                                              X(TIMESTAMP) X(TIMESTAMPTZ)                                        \
                                                                  X(TO) X(TRAILING) X(TRIM) X(TRUE) X(TRY_CAST) X(UESCAPE)       \
                                                                      X(UNBOUNDED) X(UNION) X(UNIQUE) X(UNKNOWN) X(UNNEST)       \
                                                                          X(UNPIVOT) X(UPDATE) X(USE) X(USING) X(VALUES)         \
                                                                              X(VARYING) X(VIEW) X(WHEN) X(WHERE) X(WINDOW)      \
                                                                                  X(WITH) X(WITHIN) X(WITHOUT) X(XOR) X(ZONE)    \
                                                                                      X(UTC_TIMESTAMP) X(UTC_DATE) X(UTC_TIME)   \
                                                                                          X(UNSIGNED) X(SIGNED) X(MID)
// clang-format on

enum class Kw : uint8_t {
  kNone,
#define DVT_SQL_KW(word) k##word,
  DVT_SQL_KEYWORDS(DVT_SQL_KW)
#undef DVT_SQL_KW
};

/// The keyword that `word` is, in any case, or kNone.
Kw LookUpKeyword(std::string_view word);
/// Words that end an expression or begin a clause in every dialect, so never an unquoted column or alias.
bool IsStructural(Kw kw);

}  // namespace dvt::sql
