#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/sql/ast/arena.h"
#include "dvt/sql/ast/op.h"

namespace dvt::sql {

/// What a node is. The comment lists its children by slot (absent ones are nullptr), then `text`, `op` and flags in use.
enum class Kind : uint8_t {
  kList,  ///< any number of nodes
  // Queries. Slots 0–4 are the same in all four: see QuerySlot.
  kSelect,        ///< QuerySlot, then SelectSlot; text: "AS STRUCT", "AS VALUE" or empty
  kSetOperation,  ///< QuerySlot, then 5 left, 6 right, 7 kList of ON; text: sides (FULL OUTER …); op kUnion/kExcept/kIntersect; flags kAll, kByName, kDistinctSet, kChained
  kValues,        ///< QuerySlot, then 5 kList of kRow
  kSubquery,  ///< QuerySlot, then 5 query, 6 kTableAlias of an operand: a query in parentheses, as an operand, a table (via kDerivedTable) or an expression
  kWith,      ///< kCte…; flag kRecursive
  kCte,       ///< 0 kTableAlias, 1 query (or DML; an expression with kScalar); flags kMaterialized, kNotMaterialized
  kDistinct,  ///< the ON expressions; none: plain DISTINCT
  kGroupBy,  ///< expressions, kRollup, kCube, kGroupingSets (flag kBehindKeys); flags kAll (GROUP BY ALL), kWithRollup, kWithCube
  kRollup,   ///< expressions
  kCube,     ///< expressions
  kGroupingSets,  ///< kRow (perhaps empty), expressions, nested kRollup/kCube/kGroupingSets
  kOrderItem,  ///< 0 expression, 1 kPhrase behind it (WITH FILL …); text: its clause if not ORDER BY ("SORT BY" …); flags kDesc, kAsc, kNullsFirst, kNullsLast
  kLimit,      ///< 0 count; text NEXT or FIRST of FETCH; flags kFetch, kPercent, kWithTies, kImplicitCount
  kNamedWindow,  ///< 0 kIdentifier, 1 kWindow
  kLock,         ///< text: FOR UPDATE … as written
  kTailClause,   ///< text: "FOR XML", "FOR JSON", "OPTION"; its items as kCommand. In kLockSlot, alone or in a kList
  kHint,         ///< text: the inside of /*+ … */
  kInto,         ///< kName or kParameter targets of SELECT … INTO; text: "", "TEMPORARY", "UNLOGGED", "BULK COLLECT"
  kConnect,      ///< 0 START WITH condition, 1 CONNECT BY condition; flag kNoCycle
  // Tables. Slot 0 is always the kTableAlias.
  kTable,  ///< 0 alias, 1 kName (a staged file: one kParameter), 2 kSample, 3 kTimeTravel, 4 kList of kNamedArg options of a staged file, 5 kList of hints, 6 partition
  kDerivedTable,   ///< 0 alias, 1 kSubquery (or kValues in parentheses); flag kLateral
  kTableFunction,  ///< 0 alias, 1 kFunction or kUnnest-like call; flags kLateral, kWithOrdinality
  kParenTable,     ///< 0 alias, 1 table expression (a join in parentheses)
  kPivot,  ///< 0 alias, 1 table, 2 kList of aggregates (UNPIVOT: value columns), 3 kList of kIn, 4 DEFAULT ON NULL, 5 kList GROUP BY; flags kUnpivot, kIncludeNulls, kExcludeNulls
  kMatchRecognize,  ///< MatchSlot
  kJoin,  ///< 0 left, 1 right, 2 ON expression, 3 USING kList of kIdentifier; op kInner…; flags kNatural, kAsof, kStraight, kInnerWord, kOuterWord, kApplied; text: LOOP, HASH …
  kTableAlias,  ///< 0 kIdentifier (or null), 1 kList of kIdentifier or kColumnDef, 2 kIdentifier of WITH OFFSET
  kSample,  ///< 0 size, 1 seed, 2 bucket count, 3 bucket column; text: the method (BERNOULLI …) or empty; flags kPercent, kRowCount; op kCustom: text as written
  kTimeTravel,  ///< 0 kNamedArg, 1 kNamedArg of END, 2 kNamedArg of CHANGES; text: AT or BEFORE; VERSION or TIMESTAMP (AS OF): 0 any expression
  kName,  ///< kIdentifier parts of a dotted object name, outermost first
  // Expressions.
  kIdentifier,  ///< text: the name without quotes; flag kQuoted
  kColumn,      ///< kIdentifier parts, the column last; flag kOuterMark
  kStar,        ///< 0 kName qualifier, 1 kList EXCEPT idents, 2 kList REPLACE kAlias, 3 kList RENAME kAlias, 4 kList of APPLY
  kNumber,      ///< text as written
  kString,  ///< text: the value, unescaped; op kPlain, kNational, kHex, kBit, kBytes, kUnicode (its escapes as written; 0: kString of UESCAPE)
  kBoolean,  ///< op kTrue, kFalse
  kNull,
  kDefault,     ///< DEFAULT as a value
  kParameter,   ///< text as written: ?, $1, :name, @v
  kUnary,       ///< 0; op
  kBinary,      ///< 0, 1; op; text: the operator if op is kCustom; flag kChained
  kLike,        ///< 0 value, 1 pattern, 2 escape; op kLikeOp, kIlikeOp, kSimilarTo, kRegexp, kGlob; flag kNot
  kBetween,     ///< 0, 1, 2; flags kNot, kSymmetric
  kIn,          ///< 0 value, 1 kList or kSubquery (or another expression); flag kNot
  kIs,          ///< 0 value, 1 kNull / kBoolean / kColumn UNKNOWN; flag kNot
  kExists,      ///< 0 query; flag kNot never set (NOT EXISTS is kUnary kNot over it)
  kQuantified,  ///< 0 kSubquery or array; op kAny, kEvery (the right side of a comparison)
  kCase,        ///< 0 operand, 1 else, 2… kWhen
  kWhen,        ///< 0 condition, 1 result
  kCast,        ///< 0 value, 1 kTypeName, 2 format; flags kTry, kImplicitText
  kTypeName,  ///< text: upper-case name; children: parameters (kNumber), element types or kColumnDef fields; op kArrayType: 0 element
  kFunction,  ///< FunctionSlot; text: the name as written; flags kDistinctArgs, kNoParens, kIgnoreNulls, kRespectNulls, kQuoted
  kExtract,   ///< 0 value; text: the field, upper-case
  kPosition,  ///< 0 needle, 1 haystack
  kTrim,      ///< 0 value, 1 characters; op kBoth (plain), kLeading, kTrailing; flag kExplicitBoth
  kInterval,  ///< 0 value (kString, kNumber or any expression); text: unit, upper-case, perhaps "YEAR TO MONTH", or empty; flag kPluralUnit
  kCollate,     ///< 0 value, 1 kName
  kAtTimeZone,  ///< 0 value, 1 zone
  kRow,         ///< elements: (a, b) or ROW(a, b) (flag kExplicitRow)
  kArray,       ///< elements
  kStruct,      ///< kAlias fields: {'a': 1}
  kMap,         ///< 0 keys and values as kAlias-less pairs kRow
  kScope,       ///< 0 type or null, 1 member: GEOGRAPHY::Point(1, 2, 4326)
  kLambda,      ///< 0 kList of kIdentifier, 1 body
  kNamedArg,    ///< 0 kIdentifier, 1 value; op kArrowArg (=>) or kAssignArg (:=); kPairArg (:): 0 any key
  kSubscript,   ///< 0 value, 1 index or kSlice
  kSlice,       ///< 0 begin, 1 end, 2 step
  kField,       ///< 0 value, 1 kIdentifier or kStar: (expression).field
  kParen,       ///< 0
  kAlias,       ///< 0 expression, 1 kIdentifier, or kList of them: e AS (a, b)
  kWindow,      ///< 0 base kIdentifier, 1 PARTITION BY kList, 2 ORDER BY kList, 3 kFrame
  kFrame,       ///< 0 begin, 1 end (kFrameBound); op kRows, kRange, kGroups; text: EXCLUDE part
  kFrameBound,  ///< 0 distance; op kPreceding, kFollowing, kCurrentRow (no distance: UNBOUNDED)
  // Pieces of definitions, which are open-ended in every dialect.
  kWord,    ///< text: keywords, as they are printed
  kPhrase,  ///< pieces printed one after another with a blank between; text: what it is ("DEFAULT", "REFERENCES", "PARTITIONED BY"), for rewrites
  kTuple,   ///< pieces printed in parentheses with commas
  kSetting,  ///< 0 key, 1 value: printed key=value
  // Statements other than queries.
  kInsert,  ///< InsertSlot; text: INSERT, REPLACE, "INSERT IGNORE" …
  kUpdate,  ///< 0 with, 1 table, 2 kList of kBinary kEq assignments, 3 from kList, 4 where, 5 returning, 6 order, 7 limit, 8 kTailClause, 9 kHint
  kDelete,  ///< 0 with, 1 table, 2 using kList, 3 where, 4 returning, 5 order, 6 limit, 7 kTailClause, 8 kHint; flags kWithoutFrom, kFromTables
  kMultiInsert,  ///< 0 kList of tables, then kInsert…: FROM t INSERT … INSERT …
  kMerge,        ///< 0 with, 1 target table, 2 source table, 3 ON expression, 4 kList of kMergeWhen, 5 returning, 6 kTailClause
  kMergeWhen,  ///< 0 extra condition, 1 action: kInsert, kUpdate (without tables), kDelete or kWord; text: "MATCHED", "NOT MATCHED BY SOURCE" …
  kCreate,     ///< CreateSlot; text: "TABLE", "UNIQUE INDEX" …; flags kOrReplace, kTemporary, kIfNotExists
  kDrop,       ///< 0 kList of kName, 1 kPhrase behind them; text: object kind; op kCascade/kRestrict; flag kIfExists
  kAlter,      ///< 0 kName, 1 kList of kPhrase actions, 2 kPhrase before them; text: object kind; flag kIfExists
  kColumnDef,  ///< 0 kIdentifier, 1 kTypeName, 2 kList of kPhrase constraints; text: the rest as written
  kOnConflict,      ///< 0 kList target, 1 kList assignments, 2 where; flags kDoNothing, kDuplicateKey
  kInsertAll,       ///< 0 query, then kWhen: condition (kDefault: ELSE), kList of kInsert; text: INSERT ALL, INSERT FIRST
  kBlock,           ///< statements between BEGIN and END
  kIfStatement,     ///< 0 condition, 1 statement, 2 ELSE statement
  kWhileStatement,  ///< 0 condition, 1 statement
  kDeclare,         ///< kDeclaration
  kDeclaration,     ///< 0 kParameter or kIdentifier, 1 kTypeName (or kList: a table's columns), 2 default
  kSetVariable,     ///< 0 kParameter, 1 value; text: the operator
  kExecute,         ///< 0 kName, kParameter or kString, 1 kList of arguments
  kTransaction,     ///< text: "BEGIN", "COMMIT", "ROLLBACK"; 0 name
  kCommand,         ///< text: any other statement, as written
};

/// Slots that kSelect, kSetOperation, kValues and kSubquery share.
enum QuerySlot : uint32_t { kWithSlot = 0, kOrderSlot = 1, kLimitSlot = 2, kOffsetSlot = 3, kLockSlot = 4 };
/// kOrderSlot holds a kList of kOrderItem, kLimitSlot a kLimit, kOffsetSlot an expression, kWindowSlot a kList of kNamedWindow.
enum SelectSlot : uint32_t {
  kDistinctSlot = 5,
  kItemsSlot = 6,
  kFromSlot = 7,
  kWhereSlot = 8,
  kGroupSlot = 9,
  kHavingSlot = 10,
  kWindowSlot = 11,
  kQualifySlot = 12,
  kHintSlot = 13,
  kIntoSlot = 14,
  kConnectSlot = 15,
  kPrewhereSlot = 16,      ///< expression
  kLimitBySlot = 17,       ///< kPhrase: LIMIT n [OFFSET m] BY keys
  kSampleClauseSlot = 18,  ///< kSample of the query's rows
  kSelectSlots = 19,
  kExcludeSlot = 19  ///< kList: EXCLUDE (a, b) behind the items; only where it is said
};
/// Slots of kSetOperation, and slot 5 of kSubquery (the query) and kValues (the rows).
enum SetSlot : uint32_t {
  kLeftSlot = 5,
  kRightSlot = 6,
  kSetSlots = 7,
  kMatchedSlot = 7,
  kInnerSlot = 5,
  kInnerSlots = 6,
  kOperandAlias = 6
};
/// Slots of kTable: kTableHintsSlot a kList of kCommand, kPartitionSlot a kCommand, or a kList of keys that rows go to, kRateSlot the kPhrase SAMPLE n OFFSET m.
enum TableSlot : uint32_t {
  kAliasSlot = 0,
  kNameSlot = 1,
  kSampleSlot = 2,
  kTableHintsSlot = 5,
  kPartitionSlot = 6,
  kRateSlot = 7
};
/// Trailing slots may be missing: always read through Child().
enum FunctionSlot : uint32_t {
  kArgsSlot = 0,       ///< kList
  kFilterSlot = 1,     ///< expression
  kOverSlot = 2,       ///< kWindow or kIdentifier
  kArgOrderSlot = 3,   ///< kList of kOrderItem inside the parentheses
  kWithinSlot = 4,     ///< kList of kOrderItem of WITHIN GROUP
  kSeparatorSlot = 5,  ///< GROUP_CONCAT's SEPARATOR
  kSchemaSlot = 6,     ///< kName before the function name
  kParameterSlot = 7,  ///< kList: the first parentheses of f(p)(x)
  kCallLimitSlot = 8,  ///< LIMIT inside the parentheses
  kMaxMinSlot = 9,     ///< kPhrase HAVING MAX x
  kCallTailSlot = 10,  ///< kCommand: clauses behind the last argument, as written
  kFromEndSlot = 11,   ///< kWord: FROM LAST behind the parentheses
  kKeepSlot = 12,      ///< kPhrase KEEP: kWord DENSE_RANK FIRST or LAST, kList ORDER BY
};
/// Slots of kMatchRecognize. The row pattern and what follows a match are kept as written.
enum MatchSlot : uint32_t {
  kMatchAlias = 0,
  kMatchTable = 1,
  kMatchPartition = 2,  ///< kList
  kMatchOrder = 3,      ///< kList of kOrderItem
  kMatchMeasures = 4,   ///< kList; a kAlias with text FINAL or RUNNING in front
  kMatchRows = 5,       ///< kCommand: ONE ROW PER MATCH …
  kMatchAfter = 6,      ///< kCommand: AFTER MATCH SKIP …
  kMatchPattern = 7,    ///< kCommand: the pattern without its parentheses
  kMatchDefine = 8,     ///< kList of kAlias: condition AS symbol
  kMatchSlots = 9
};
enum InsertSlot : uint32_t {
  kInsertWith = 0,
  kInsertTable = 1,
  kInsertColumns = 2,
  kInsertSource = 3,
  kInsertConflict = 4,
  kInsertReturning = 5,  ///< kList, perhaps with a kInto at its end
  kInsertHint = 6,

  kInsertRowAlias = 7,  ///< kTableAlias of the new row, which ON DUPLICATE KEY UPDATE refers to
  kInsertSlots = 8,
  kInsertReplaced = 8  ///< what stands before the columns: a kPhrase REPLACE WHERE …, a kWord BY NAME, IF EXISTS
};

enum CreateSlot : uint32_t {
  kCreateName = 0,        ///< kName; absent for an index without one
  kCreateColumns = 1,     ///< kList: kColumnDef, kPhrase constraints; parameters of a function; columns of a view
  kCreateBody = 2,        ///< query, expression or text behind AS
  kCreateProperties = 3,  ///< kList of kPhrase/kSetting between columns and AS
  kCreateTail = 4,        ///< kList of kPhrase behind the body
  kCreateOn = 5,          ///< kTable of an index
  kCreateKeys = 6,        ///< kList of the index' kOrderItem
  kCreateSlots = 7
};

/// Flag bits; each kind uses those that its comment names.
enum Flag : uint16_t {
  kNot = 1,
  kQuoted = 1,
  kAll = 1,
  kRecursive = 1,
  kDesc = 1,
  kFetch = 1,
  kLateral = 1,
  kNatural = 1,
  kTry = 1,
  kDistinctArgs = 1,
  kMaterialized = 1,
  kExplicitRow = 1,
  kExplicitBoth = 1,
  kEscapedString = 1,  ///< kString: was written E'…'
  kDollarQuoted = 2,   ///< kString: the body of a routine, written $$…$$
  kOrReplace = 1,
  kUnpivot = 1,
  kIfExists = 1,
  kNoCycle = 1,
  kOuterMark = 1,
  kDoNothing = 1,
  kByName = 2,
  kIncludeNulls = 2,
  kNotMaterialized = 2,
  kAsc = 2,
  kPercent = 2,
  kWithRollup = 2,
  kWithCube = 4,
  kBehindKeys = 4,  ///< GROUP BY a, b GROUPING SETS (…)
  kWithOrdinality = 2,
  kAsof = 2,
  kSymmetric = 2,
  kNoParens = 2,
  kTemporary = 2,
  kDuplicateKey = 2,
  kDistinctSet = 4,
  kExcludeNulls = 4,
  kRowCount = 4,
  kNullsFirst = 4,
  kWithTies = 4,
  kStraight = 4,
  kIgnoreNulls = 4,
  kIfNotExists = 4,
  kNullsLast = 8,
  kRespectNulls = 8,
  kShorthand = 2,
  kPluralUnit = 1,     ///< INTERVAL '2' DAYS
  kImplicitCount = 8,  ///< FETCH FIRST ROWS ONLY
  kInnerWord = 8,      ///< INNER JOIN as written, not plain JOIN
  kOuterWord = 16,     ///< LEFT OUTER JOIN as written
  kQuotedName = 16,
  /// A right operand that goes on with its parent's chain of equal operators: printed without parentheses. Long chains of an
  /// associative operator are read into balanced trees, so that every walk over them is shallow.
  kChained = 32,
  kFromTables = 2,     ///< DELETE t FROM t JOIN u: slot 2 holds a FROM, not USING
  kApplied = 32,       ///< CROSS APPLY, OUTER APPLY
  kWithoutFrom = 1,    ///< DELETE t, as written
  kScalar = 8,         ///< WITH expression AS name
  kLeftWord = 128,     ///< LEFT SEMI JOIN, as written
  kRightWord = 256,    ///< RIGHT ANTI JOIN
  kGlobal = 64,        ///< GLOBAL IN, GLOBAL JOIN
  kFinal = 64,         ///< t FINAL
  kNullsWithin = 512,  ///< f(x IGNORE NULLS), as written
  kWithOffset = 64,    ///< UNNEST(x) WITH OFFSET: slot 2 of the alias names it
};

/// A comment beside a node, in source order.
struct Comment {
  std::string_view text;  ///< without its delimiters
  bool line = false;      ///< -- or #, not /* */
  bool before = false;    ///< stood before the node
  const Comment* next = nullptr;
};

/// One node of the tree: uniform, trivially destructible, living in an Arena.
struct Node {
  Kind kind = Kind::kList;
  Op op = Op::kNone;
  uint16_t flags = 0;
  uint32_t begin = 0;  ///< byte offset in the source text; generated nodes inherit or have 0
  uint32_t count = 0;
  uint32_t capacity = 0;
  Node** children = nullptr;
  std::string_view text;
  const Comment* comments = nullptr;

  /// The child in a slot, nullptr where it is absent or the slot is beyond the end.
  Node* Child(uint32_t slot) const { return slot < count ? children[slot] : nullptr; }
  bool Has(Flag flag) const { return (flags & flag) != 0; }
  void Set(Flag flag, bool on = true) { flags = static_cast<uint16_t>(on ? flags | flag : flags & ~flag); }
  bool Is(Kind k) const { return kind == k; }
  bool Is(Kind k, Op o) const { return kind == k && op == o; }
  bool IsQuery() const { return kind >= Kind::kSelect && kind <= Kind::kSubquery; }
  bool IsTable() const { return kind >= Kind::kTable && kind <= Kind::kJoin; }
  std::span<Node* const> Children() const { return {children, count}; }
  std::span<Node*> Children() { return {children, count}; }
};

/// One parsed text: its nodes, and the copy of the source that they point into. Movable.
struct Ast {
  Arena arena;
  std::string_view source;  ///< in the arena
  std::string file;         ///< named in errors, may be empty
  std::vector<Node*> statements;

  Node* root() const { return statements.empty() ? nullptr : statements.front(); }
};

// Building. All return nodes in `arena`; texts passed to them must outlive it (arena.Copy).
Node* NewNode(Arena& arena, Kind kind, std::initializer_list<Node*> children = {}, std::string_view text = {}, Op op = Op::kNone);
/// A node of `slots` empty slots.
Node* NewSlots(Arena& arena, Kind kind, uint32_t slots);
void Append(Arena& arena, Node* node, Node* child);
/// Sets a slot, growing the node if needed.
void SetChild(Arena& arena, Node* node, uint32_t slot, Node* child);
Node* MakeList(Arena& arena, std::span<Node* const> items);
Node* MakeIdentifier(Arena& arena, std::string_view name, bool quoted = true);    ///< copies the name
Node* MakeColumn(Arena& arena, std::string_view table, std::string_view column);  ///< table may be empty; both quoted
Node* MakeNumber(Arena& arena, int64_t value);
Node* MakeString(Arena& arena, std::string_view value);
Node* MakeBinary(Arena& arena, Op op, Node* left, Node* right);
Node* MakeNot(Arena& arena, Node* operand);
Node* MakeFunction(Arena& arena, std::string_view name, std::initializer_list<Node*> args);
Node* MakeFunction(Arena& arena, std::string_view name, std::span<Node* const> args);
Node* MakeAlias(Arena& arena, Node* expression, std::string_view name, bool quoted = true);
Node* MakeParen(Arena& arena, Node* expression);
Node* MakeTypeName(Arena& arena, std::string_view name, std::initializer_list<int64_t> parameters = {});
Node* MakeCast(Arena& arena, Node* value, Node* type);
Node* MakeTable(Arena& arena, std::span<const std::string> parts, std::string_view alias);  ///< parts outermost first, all quoted
Node* MakeSelect(Arena& arena);  ///< an empty kSelect with an empty items list
Node* MakeDerivedTable(Arena& arena, Node* query, std::string_view alias);
Node* MakeJoin(Arena& arena, Op type, Node* left, Node* right, Node* on);
/// AND of all non-null terms; nullptr if there are none.
Node* Conjunction(Arena& arena, std::span<Node* const> terms);
/// The same chain of binary operators or set operations (nested on the left) with its long runs of one associative operator as
/// balanced trees, whose right operands carry kChained.
Node* BalanceChain(Node* chain);
/// The terms of nested ANDs (through parentheses), in order.
void SplitConjunction(Node* predicate, std::vector<Node*>& terms);

/// A deep copy into `arena`, texts included, so that it outlives its origin.
Node* Clone(Arena& arena, const Node* node);
/// Same structure, kinds, ops, flags and texts; positions and comments do not count. Unquoted identifiers compare ignoring case.
bool Equal(const Node* a, const Node* b);

/// Calls `visit` on every node before its children; false from it skips the children. Null-safe.
void Visit(const Node* node, const std::function<bool(const Node*)>& visit);
/// Bottom-up rewriting: every non-null child slot, then `slot` itself, is replaced by what `rewrite` returns (never null).
void Rewrite(Node*& slot, const std::function<Node*(Node*)>& rewrite);
/// Top-down rewriting: `rewrite` may replace the node, and says by its second value whether to go on into the children.
void RewriteTop(Node*& slot, const std::function<std::pair<Node*, bool>(Node*)>& rewrite);
/// Nodes below (and with) `node` of that kind; does not enter nested queries if `same_query`.
std::vector<Node*> FindAll(Node* node, Kind kind, bool same_query = false);
bool Contains(const Node* node, const std::function<bool(const Node*)>& predicate);

/// The name by which a select item or table is known: alias, else column or table name; empty if it has none.
std::string_view AliasOrName(const Node* node);
/// Removes kParen layers.
Node* Unparen(Node* node);
const Node* Unparen(const Node* node);
/// The query inside kSubquery layers that carry nothing of their own.
Node* InnerQuery(Node* query);
/// The leftmost kSelect of a query, which names its output columns; nullptr for VALUES.
Node* LeftmostSelect(Node* query);

/// A one-line structural dump, "(kSelect …)", for tests and `parse`.
std::string Dump(const Node* node);
std::string_view KindName(Kind kind);

}  // namespace dvt::sql
