#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace dvt::sql {

/// What the parser, the printer and the rewrites may ask of a dialect. A child dialect has its own set, usually built from the parent's.
enum class Feature : uint16_t {
  // lexing
  kBackslashEscapes,       ///< '\n' in ordinary strings
  kEStrings,               ///< E'\n'
  kDollarStrings,          ///< $tag$ … $tag$
  kHashComments,           ///< # to the end of the line
  kDashCommentNeedsSpace,  ///< --1 is minus minus one
  kNestedComments,         ///< /* /* */ */
  kVersionComments,        ///< /*! … */ is SQL
  kDoubleQuotedStrings,    ///< "x" is a string
  kDoubleQuotedFallback,   ///< "x" is an identifier, or a string if there is no such column
  kBacktickIdentifiers,
  kBracketIdentifiers,
  kHexStrings,         ///< X'41' and 0x41 are binary strings (else 0x41 is a number)
  kHexNumbers,         ///< 0x1F is a number
  kBitStrings,         ///< B'01'
  kHexNumbersKept,     ///< … and stays one of base sixteen between dialects that have it
  kUnderscoreNumbers,  ///< 1_000
  kNumberSuffixes,     ///< 1L, 2.5BD are typed; 1a is a name
  kDecimalsTrimmed,    ///< … whose trailing zeros do not count
  kSlashComments,      ///< // to the end of the line
  kAdjacentStrings,    ///< 'a' 'b' is 'ab' on one line too
  kAtVariables,        ///< @x, @@x
  kRawStrings,         ///< r'\d' takes backslashes as they are
  kBytesStrings,       ///< b'abc' is a string of bytes
  kTripleQuotes,       ///< '''a 'b' c'''
  kCodeEscapes,        ///< '\x41' and '\u0041' are characters
  kBackslashQuote,     ///< a quote inside a string is written \' (else doubled)
  kEscapedControls,    ///< line ends and tabs in a string are written \n and \t
  kFewControls,        ///< … and \0 and \Z, but no letter else says a control character
  kBraceParameters,    ///< {name: Type}
  kDashedNames,        ///< FROM my-project.data.t, and parts of digits: t.25
  kHashNames,          ///< #t and ##t are temporary tables; # and @ inside of names
  kQuoteStrings,       ///< q'[it's]'
  kOptimizerHints,     ///< /*+ … */ behind SELECT and its kin
  kColonParameters,
  kEscapedNames,      ///< backslashes escape inside of quoted names
  kFormatParameters,  ///< %s
  kDollarParameters,
  kBraceVariables,  ///< ${x} is a variable, {x} a table that a client has
  // operators
  kDoublePipeIsOr,
  kDoubleAmpIsAnd,
  kXorOperator,
  kDivOperator,
  kModOperator,
  kSlashSlash,
  kNullSafeEquals,
  kPipesConcat,
  kCaretIsPower,  ///< ^ raises (else xor)
  kHashIsXor,     ///< # is bitwise xor
  kStarStarIsPower,
  kDoubleEquals,  ///< ==
  kDoubleColonCast,
  kArrowJson,
  kHashJson,
  kJsonContainment,
  kTildeRegex,
  kRegexpOperator,
  kGlobOperator,
  kIlike,
  kSimilarTo,
  kRowNullTests,    ///< IS NOT NULL of a row is not the opposite of IS NULL
  kIsAnything,      ///< a IS b for any b
  kNotNullPostfix,  ///< x ISNULL, x NOTNULL
  kBangNot,         ///< ! x
  kLambdaArrow,     ///< x -> x + 1 inside calls
  kLambdaKeyword,
  kTernary,        ///< a ? b : c
  kGlobalIn,       ///< a GLOBAL IN (…)
  kNullSafeWords,  ///< a <=> b is written a IS NOT DISTINCT FROM b
  kShiftCalls,     ///< a << b is written SHIFTLEFT(a, b)
  // query
  kDistinctOn,
  kQualify,
  kGroupByAll,
  kGroupingSets,
  kWithRollup,
  kLateral,
  kAsofJoin,
  kSemiAntiJoin,
  kSemiJoinWords,  ///< SEMI and ANTI JOIN are written; else conditions with EXISTS
  kPositionalJoin,
  kStraightJoin,
  kFullJoin,
  kNaturalJoin,
  kFromFirst,
  kPipeSyntax,     ///< FROM t |> WHERE …
  kNearestJoin,    ///< JOIN t NEAREST 2 BY DISTANCE …
  kJoinByType,     ///< JOIN BY (TYPE SEMI) t
  kLambdaWords,    ///< lambdas are written LAMBDA x : …
  kSpreadColumns,  ///< *COLUMNS(…) as several arguments
  kHashPositions,  ///< #1 is the first column
  kTrimArguments,  ///< TRIM(x, characters) rather than TRIM(characters FROM x)
  kArrowsApart,    ///< -> and ->> stand in parentheses inside other operators
  kDecimalSaid,    ///< DECIMAL without digits is written with those it has
  kLimitComma,
  kLimitNumbers,     ///< LIMIT takes numbers only: LIMIT 1 + 1 is LIMIT 2
  kSelectModifiers,  ///< SELECT SQL_NO_CACHE STRAIGHT_JOIN a
  kFetch,
  kFetchAsWritten,      ///< FETCH FIRST and LIMIT are both at home: each stays what it was
  kFetchNeedsOrder,     ///< FETCH only behind an ORDER BY, and OFFSET 1 ROWS before it
  kBareSetsKeepAll,     ///< EXCEPT and INTERSECT without a word are EXCEPT ALL and INTERSECT ALL
  kTailsInBranches,     ///< ORDER BY and LIMIT behind a set operation belong to its last operand
  kNoLimit,             ///< there is no LIMIT: TOP, or FETCH FIRST
  kOffsetNeedsOrder,    ///< OFFSET only behind an ORDER BY
  kTop,                 ///< SELECT TOP n is read
  kJoinNeedsCondition,  ///< every join but a cross join has ON or USING
  kApply,               ///< CROSS APPLY, OUTER APPLY
  kJoinHints,           ///< INNER LOOP JOIN
  kTableHints,          ///< t WITH (NOLOCK)
  kForXml,              ///< FOR XML …, FOR JSON …
  kQueryOptions,        ///< OPTION(…)
  kSelectInto,          ///< SELECT … INTO t
  kConnectBy,           ///< START WITH … CONNECT BY
  kOuterMarks,          ///< a.x = b.x (+)
  kBareTableAliases,    ///< table aliases are written without AS
  kFlashback,           ///< t AS OF TIMESTAMP x, t AS OF SCN x
  kTablePartitions,     ///< t PARTITION(p)
  kEqualsAlias,         ///< SELECT name = expression
  kImplicitRecursion,   ///< WITH without RECURSIVE may recurse
  kOutputsNeedNames,    ///< every column of a derived table or CTE needs a name
  kPlainSetBranches,    ///< the operands of a set operation take neither ORDER BY nor LIMIT
  kLimitPercent,
  kOffsetRows,  ///< OFFSET 1 ROWS
  kNullsOrdering,
  kByNameUnion,
  kStarExcept,
  kStarReplace,
  kMaterializedCte,
  kValuesTable,
  kTableStatement,
  kWindowFrameGroups,
  kFilterClause,
  kWithinGroup,
  kIgnoreNulls,
  kNamedWindows,
  kTableSample,
  kIndexHints,
  kPivot,
  kUnnestOffset,        ///< UNNEST(x) AS item WITH OFFSET AS place; the alias is the column
  kUnnestOnDots,        ///< FROM t, t.items reads the array as a table
  kAliasKeysGrouping,   ///< GROUP BY and ORDER BY prefer the alias of an equal item
  kSelectAsStruct,      ///< SELECT AS STRUCT …, SELECT AS VALUE …
  kSidedSetOperators,   ///< FULL OUTER UNION ALL BY NAME ON (a, b), CORRESPONDING
  kModelArguments,      ///< f(MODEL a.b, TABLE c.d)
  kPrewhere,            ///< PREWHERE before WHERE
  kFinalTables,         ///< t FINAL, t SAMPLE 0.1 OFFSET 0.5
  kJoinStrictness,      ///< GLOBAL LEFT ANY JOIN
  kLimitBy,             ///< LIMIT 1 BY x
  kSettingsClause,      ///< SETTINGS a = 1 FORMAT JSON behind a query
  kWithExpression,      ///< WITH 1 + 1 AS x SELECT …
  kWithFill,            ///< ORDER BY x WITH FILL FROM 1 TO 9 STEP 2
  kCommaIsCross,        ///< a comma binds like CROSS JOIN, and a join without a condition is one ON TRUE
  kUnnestJoined,        ///< FROM t, UNNEST(x) is written t JOIN UNNEST(x) ON TRUE
  kUsingSample,         ///< … QUALIFY c USING SAMPLE 10% (bernoulli): a sample of the query's rows
  kPivotStatements,     ///< PIVOT t ON c USING SUM(x) GROUP BY y is a query
  kPrefixAliases,       ///< name: value in SELECT, and name: table in FROM
  kColumnTransformers,  ///< * APPLY(f), COLUMNS('a') APPLY(f)
  kExcludeBehind,       ///< SELECT a, * EXCLUDE (b): behind all items
  kBranchTails,         ///< SELECT … LIMIT 1 UNION …: the limit is the branch's
  kUnnestAt,            ///< FROM t.items AS item AT place, UNPIVOT t.o AS value AT key
  kReplaceWhere,        ///< INSERT INTO t REPLACE WHERE condition …
  kInsertFunctions,     ///< INSERT INTO FUNCTION f(x) …
  kRenameNeedsType,     ///< a column is renamed together with its type
  kOwnTypesOnly,        ///< nobody makes types: a name that is not known is wrong
  kHashTables,          ///< FROM #t: a temporary table, though # is an operator
  // tables and clauses of Hive's family
  kInlineFunctions,   ///< WITH FUNCTION f() RETURNS INT RETURN 1 SELECT …
  kSampleFirst,       ///< t TABLESAMPLE (…) AS a: the sample before the alias
  kQuotedSettings,    ///< TBLPROPERTIES ('k'='v'), USING PARQUET: keys are texts, formats in upper case
  kLateralView,       ///< LATERAL VIEW [OUTER] EXPLODE(x) t AS c
  kTransformUsing,    ///< SELECT TRANSFORM(…) USING '…'
  kSortBy,            ///< DISTRIBUTE BY, SORT BY, CLUSTER BY
  kOffsetNeedsLimit,  ///< OFFSET stands behind a LIMIT only: LIMIT NULL
  kAsOfVersion,       ///< t VERSION AS OF 1, t TIMESTAMP AS OF '…'
  kInsertOverwrite,   ///< INSERT OVERWRITE TABLE t PARTITION(…)
  kBareValues,        ///< VALUES 1, 2 are rows of one column
  kIntervalSums,      ///< INTERVAL 5 HOURS 30 MINUTES is a sum
  kUsingFormat,       ///< CREATE TABLE t USING PARQUET; what is temporary is a view or has a format
  kStructPositions,   ///< STRUCT(1, 2) has fields col1 and col2
  kLengthsNeeded,     ///< VARCHAR and CHAR have a length, else they are STRING
  kIntersectExceptAll,
  kTrailingCommas,
  kDerivedTableNeedsAlias,
  kAliasInWhere,
  kAliasInGroupBy,
  kAliasInHaving,
  kNamesAfterCalls,  ///< an output without alias is called as its function, or as what is cast
  kNamesAfterText,   ///< an output without alias is called as its text is written; outputs of one name get numbers
  kAliasFirst,       ///< where a select alias is visible it goes before a column of that name
  kLateralAlias,     ///< select items see the aliases of those before them
  kUsingInPlace,     ///< SELECT * shows USING columns in the left table's place (else before all others)
  kOrdinality,
  kTableKeyword,    ///< FROM TABLE(f(x)), and TABLE(t) as an argument
  kFlatten,         ///< rows of arrays come from FLATTEN, whose output has fixed columns
  kStagedFiles,     ///< FROM @stage/path (FILE_FORMAT => …)
  kTimeTravel,      ///< t AT (…), t BEFORE (…), t CHANGES (…)
  kMatchRecognize,  ///< t MATCH_RECOGNIZE (…)
  kSemanticView,    ///< SEMANTIC_VIEW(v METRICS … DIMENSIONS …)
  kMatchCondition,  ///< ASOF JOIN … MATCH_CONDITION (…)
  kDirectedJoin,    ///< INNER DIRECTED JOIN
  kJoinAlwaysOn,    ///< a join without a condition is written ON TRUE
  kBareJoin,        ///< joins other than CROSS may stand without a condition
  kSampleWord,      ///< SAMPLE says TABLESAMPLE
  kSampleSeed,      ///< SEED (1), not REPEATABLE (1)
  kSampleMethod,    ///< the method of a sample is always written
  kSamplePlain,     ///< TABLESAMPLE … (5) are five percent, without the word
  kSampleNoMethod,  ///< TABLESAMPLE (5 PERCENT) has no method
  kWithOnTop,       ///< WITH stands before a whole statement only
  kRecursionNamed,  ///< a recursive CTE says the names of its columns
  // expressions
  kTryCast,
  kArrayBrackets,
  kArrayKeyword,
  kStructBraces,
  kMapBraces,
  kListSlices,
  kBooleanLiterals,
  kBooleanType,
  kConditionsOnly,  ///< conditions are no values, values no conditions
  kScopeOperator,   ///< type::member beside x::type
  kIntervalType,
  kIntervalUnitOutside,  ///< INTERVAL '1' DAY (needs a unit)
  kIntervalString,       ///< INTERVAL '1 day 2 hours'
  kIntervalParens,       ///< INTERVAL (a + 1) DAY: what is computed stands in parentheses
  kOverlay,
  kExtract,
  kPositionFunction,
  kSubstringFrom,
  kTrimFrom,
  kRowConstructor,
  kCollateClause,
  kAtTimeZone,
  kCharsetIntroducer,
  kDatePartKeywords,
  kMatchAgainst,
  kLowerCaseHex,           ///< x'1F' and b'01'
  kTransactionWords,       ///< BEGIN TRANSACTION and COMMIT TRANSACTION are how they are written
  kMultiTableDelete,       ///< DELETE FROM a, b USING …
  kLimitedCasts,           ///< CAST takes CHAR, SIGNED, DECIMAL … only
  kPathKeysBehindDots,     ///< JSONPath: $."a b" (else $["a b"])
  kPathKeysInApostrophes,  ///< JSONPath: $['a b']
  kTrimSides,              ///< TRIM(BOTH x FROM y): the side is always said
  kCallsAsWritten,         ///< functions that are not known keep their case
  kEqualsNull,             ///< x = NULL is no expression: NULL
  kShowCommands,           ///< SHOW … of many kinds, EXPLAIN is DESCRIBE
  kKeyIsIndex,             ///< KEY k (a) in a table is INDEX k (a), UNIQUE KEY u is UNIQUE u
  kComputedGenerated,      ///< AS (x) STORED is GENERATED ALWAYS AS (x) STORED
  kRawCalls,               ///< XMLTABLE, JSON_VALUE … RETURNING: their arguments are kept as written
  kSubstringWords,         ///< SUBSTRING(x FROM a FOR b) is how it is written
  kTrimOneSided,           ///< TRIM(LEADING FROM x) is written LTRIM(x)
  kNamedArguments,
  kColonPath,          ///< v:a.b[0] is a path into a semi-structured value
  kModelCall,          ///< model!PREDICT(x)
  kObjectStar,         ///< {*} and {t.*}: all columns as one object
  kAliasedArguments,   ///< f(x AS a)
  kMethodCalls,        ///< x.f(y) is f(x, y)
  kParametricCalls,    ///< f(p)(x)
  kCallClauses,        ///< ANY_VALUE(x HAVING MAX y), ARRAY_AGG(x IGNORE NULLS ORDER BY y LIMIT 3)
  kNullsInWindows,     ///< only windows take IGNORE NULLS: aggregates filter
  kPatternsApart,      ///< LIKE ANY and LIKE ALL are written as OR and AND
  kNullsInCall,        ///< FIRST_VALUE(x IGNORE NULLS) OVER …
  kSafeCast,           ///< SAFE_CAST for TRY_CAST
  kScripts,            ///< DECLARE, LOOP, WHILE, REPEAT, FOR … IN
  kModFunction,        ///< MOD(a, b) and DIV(a, b) for % and //
  kArraysFromOne,      ///< the first element of an array is a[1]
  kElementAt,          ///< ELEMENT_AT(a, i) is NULL where there is no element
  kBareCasts,          ///< types of casts take no parameters
  kExceptStar,         ///< * EXCEPT (a) for * EXCLUDE (a)
  kCastFormat,         ///< CAST(x AS STRING FORMAT 'YYYY')
  kUnboundedCasts,     ///< CAST(x AS VARCHAR(3)) does not cut
  kIgnoreNullsTrue,    ///< FIRST_VALUE(x, TRUE) for IGNORE NULLS
  kRlike,              ///< the operator is RLIKE, not REGEXP
  kBitwiseCalls,       ///< BITWISE_AND(a, b), not a & b
  kLenientCasts,       ///< CAST of what is no such value is NULL
  kCallableExists,     ///< EXISTS(array, x -> condition)
  kArrayCalls,         ///< ARRAY(1, 2) is a constructor
  kLiteralDigits,      ///< TIMESTAMP '… 00.10 +02:00' has the precision and the zone that are written
  kWrittenPaths,       ///< v:a.b is how a path is written, not GET_PATH(v, 'a.b')
  kTypedLiterals,      ///< JSON '{}', NUMERIC '1.5'
  kAngleTypes,         ///< ARRAY<INT>, STRUCT<a INT>, and as constructors before ( or [
  kTypedArguments,     ///< types take types, expressions and fields: Nullable(Int8), Nested(a Int8)
  kNotInParens,        ///< NOT (a IS NULL)
  kTupleValues,        ///< the values of a row to insert stand in parentheses each
  kDatabasesOnly,      ///< a schema is a DATABASE
  kSubcolumnTypes,     ///< v.a.:Int64, v.^a, v.a[]
  kTryCastMark,        ///< x?::INT
  kTypedLambdas,       ///< a INT -> a + 1
  kApproximateCalls,   ///< APPROXIMATE COUNT(DISTINCT x)
  kNullableTypes,      ///< a type holds NULL only as Nullable(type)
  kKeepTypeCase,       ///< type names are case-sensitive
  kWordOperators,      ///< and(a, b), or(a, b), not(a) are calls
  kCanonicalNames,     ///< its names of functions and types are the canonical ones
  kKeepFunctionCase,   ///< function names are case-sensitive: never rewritten in upper case
  kRegexpCall,         ///< x REGEXP y is REGEXP_LIKE(x, y)
  kDatePartCall,       ///< fields are written DATE_PART(DAY, x)
  kValueWindows,       ///< FIRST_VALUE and its kin see the whole partition unless a frame is given
  kOrderWithin,        ///< the order of LISTAGG and ARRAY_AGG stands in WITHIN GROUP
  kOrderInside,        ///< … inside of the parentheses
  kPivotBareColumns,   ///< columns inside of a pivot take no qualifier
  kFilterFolded,       ///< FILTER is written as a condition of the arguments
  kBitFunctions,       ///< BITAND(a, b), not a & b
  kPivotLiteralNames,  ///< a pivot's columns are called like the literals, quotes included
  kTextTryCast,        ///< TRY_CAST takes texts only
  kTruthItself,        ///< x IS TRUE is written x
  kFieldsAsColumns,    ///< fields of STRUCT(x, 1) are called x and col2
  kUnnestNavigated,    ///< FROM t, t.items AS item AT place: an array is a table as it stands; UNPIVOT x AS value AT key
  kDistinctOneValue,   ///< aggregates of distinct values have one argument, perhaps a row
  kIdentityGenerated,  ///< counters are GENERATED BY DEFAULT AS IDENTITY
  kIdentityCall,       ///< … or IDENTITY(1, 1)
  kCommentsApart,      ///< definitions hold no comments
  kArraysApart,        ///< an array of values stands in parentheses before a subscript
  kAnyWordBehindDot,   ///< behind a dot any word is a name
  kDecimalDefaults,    ///< a DECIMAL without parameters is DECIMAL(38, 0), and is written so
  kNoTruthTests,       ///< there is no IS TRUE
  kUnicodeStrings,     ///< U&'\0041' UESCAPE '!'
  kPlainStructs,       ///< STRUCT(1, 2): fields have no names
  kUnorderedLists,     ///< COLLECT_LIST takes no order
  kWeeksAsDays,        ///< intervals know no weeks
  // meaning
  kSlashIsInteger,       ///< 7 / 2 is 3
  kSlashNullOnZero,      ///< 1 / 0 is NULL (else an error, or infinity)
  kNullsLow,             ///< NULLs sort before all values when ascending
  kNullsAlwaysLast,      ///< … after all values, ascending and descending
  kCaseInsensitiveText,  ///< string comparison ignores case by default
  kBlankPadCompare,      ///< 'a' = 'a ' by default
  kDynamicTyping,        ///< columns hold any type; dates are text
  kImplicitStringCasts,  ///< '1' + 1 works and means a number
  kLikeIgnoresCase,
  kConcatNullIsEmpty,  ///< CONCAT skips NULLs
  kGreatestIgnoresNull,
  kLocaleTextOrder,  ///< texts sort by the server's locale (else by bytes or case-insensitively)
  kLikeBackslash,    ///< LIKE escapes with \ unless told otherwise
  kSymmetricBetween,
  kSetDistinctWord,   ///< UNION DISTINCT is said where it is meant
  kSingularUnits,     ///< INTERVAL takes DAY, not DAYS
  kUnquotedKeywords,  ///< any word may be an unquoted name: nothing is quoted that was not
  kFlatSetOperators,  ///< UNION, EXCEPT and INTERSECT bind alike, from the left, without parentheses
  kSmallSums,         ///< the sum of integers is an integer of 64 bits
  kUnsignedBits,      ///< bit operators work on unsigned 64-bit values
  kQuotientDigits,    ///< / of exact numbers keeps four digits more than its left side
  kTransactionalDdl,
  kReturning,
  kOnConflict,
  kOnDuplicateKey,
  kOutputClause,  ///< INSERT … OUTPUT a, b INTO t …
  kProcedural,    ///< DECLARE, IF, WHILE, BEGIN … END, EXECUTE as statements
  kMerge,
  kDeleteUsing,
  kUpdateFrom,
  kPlainDefinitions,  ///< tables have no storage properties, columns neither comments nor counters
  kCreateOrReplace,
  kProceduralDdl,            ///< IF NOT EXISTS (…) EXEC('CREATE …'), EXEC sp_rename, ALTER TABLE t ADD a INT, b INT
  kGlobalTemporary,          ///< CREATE GLOBAL TEMPORARY TABLE; ALTER TABLE t ADD (a INT, b INT)
  kPathsWithoutWildcards,    ///< $.a[*] and $.* are no paths into JSON
  kDatesByRecursion,         ///< rows of dates come from a recursive query: nothing generates them
  kAddWithoutColumn,         ///< ALTER TABLE t ADD c INT, without COLUMN
  kRenamedBare,              ///< ALTER TABLE t RENAME u
  kRenamedInPlace,           ///< RENAME TO takes a name alone: the table stays in its schema
  kSessionVariables,         ///< SET x = 1 gives a variable its value
  kVariableWord,             ///< SET VARIABLE x = 1
  kModifyColumn,             ///< a column's type is changed by MODIFY COLUMN
  kModifyIsAlter,            ///< MODIFY COLUMN is ALTER COLUMN
  kNotInIsAll,               ///< x NOT IN (SELECT …) is read as x <> ALL (SELECT …)
  kAutoincrement,            ///< IDENTITY(1, 2) is AUTOINCREMENT START 1 INCREMENT 2
  kAlterTypeWithoutSetData,  ///< ALTER COLUMN c TYPE INT (else SET DATA TYPE)
  kTableSettings,            ///< properties of tables stand in WITH (a='b'), columns of partitions among the others
  kPlainViews,               ///< views do not name their columns: their queries do
  kBareDelete,               ///< the table of a DELETE has no alias
  kBareMergeColumns,         ///< MERGE … SET x = 1 and INSERT (x): columns without their table
  kStartTransaction,         ///< START TRANSACTION, not BEGIN
  kIndexOnTable,             ///< CREATE INDEX i ON TABLE t
  kOffsetFirst,              ///< OFFSET stands before LIMIT
  kListaggWithin,            ///< the order of LISTAGG stands in WITHIN GROUP, that of other aggregates inside of the parentheses
  kNullImplied,              ///< a column that may be NULL does not say so
  kColumnsRedefined,         ///< CHANGE COLUMN a b INT, MODIFY COLUMN a INT
  kFrameExclude,             ///< ROWS … EXCLUDE CURRENT ROW
  kNthFromEnd,               ///< NTH_VALUE(x, 2) FROM LAST
  kBareTableNames,           ///< aliases of tables do not name columns
  kSetsBehindKeys,           ///< GROUP BY a, b GROUPING SETS (…)
  kSerde,                    ///< ALTER TABLE t SET SERDEPROPERTIES (…)
  kNoRecursion,              ///< there is no WITH RECURSIVE
  kCount
};

/// A constexpr set of features.
struct FeatureSet {
  std::array<uint64_t, 8> words{};

  constexpr FeatureSet() = default;
  constexpr FeatureSet(std::initializer_list<Feature> list) {
    for (Feature f : list) words[static_cast<size_t>(f) / 64] |= uint64_t{1} << (static_cast<size_t>(f) % 64);
  }
  constexpr bool Has(Feature f) const { return (words[static_cast<size_t>(f) / 64] >> (static_cast<size_t>(f) % 64) & 1) != 0; }
  constexpr FeatureSet With(const FeatureSet& other) const {
    FeatureSet out = *this;
    for (size_t i = 0; i < words.size(); ++i) out.words[i] |= other.words[i];
    return out;
  }
  constexpr FeatureSet Without(const FeatureSet& other) const {
    FeatureSet out = *this;
    for (size_t i = 0; i < words.size(); ++i) out.words[i] &= ~other.words[i];
    return out;
  }
};
static_assert(static_cast<size_t>(Feature::kCount) <= 512);

}  // namespace dvt::sql
