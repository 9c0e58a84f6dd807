#pragma once

#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dvt/base/result/result.h"
#include "dvt/columnar/types/relation.h"
#include "dvt/sql/analyze/schema.h"
#include "dvt/sql/ast/node.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::sql {

struct Scope;
struct Source;

enum class SourceKind : uint8_t { kTable, kCte, kDerived, kFunction, kValues, kJoin, kPivot };

/// A column that unqualified names and stars see in a FROM clause.
struct VisibleColumn {
  std::string name;                            ///< empty: all columns of a source whose columns are not known
  std::vector<std::pair<Source*, int>> sides;  ///< one, or all that USING and NATURAL made one, first the one whose value it has
  bool any_side = false;                       ///< of a full join: its value is that of the first side that is not NULL
};

/// One thing in a FROM clause that has columns.
struct Source {
  SourceKind kind = SourceKind::kTable;
  std::string name;                               ///< by which columns refer to it (folded): alias or table name
  Scope* scope = nullptr;                         ///< in whose FROM it stands
  Node* node = nullptr;                           ///< the kTable, kDerivedTable or kTableFunction
  columnar::RelationName relation;                ///< kTable: its (folded) name as written
  Scope* query = nullptr;                         ///< kCte, kDerived, kValues: the scope that yields its rows
  std::vector<VisibleColumn> joined;              ///< kJoin (a join in parentheses with an alias), kPivot: what its columns are
  std::vector<std::vector<const Node*>> made_of;  ///< kPivot: expressions that make a column; none: it is that of `joined`
  columnar::Fields columns;                       ///< visible columns, renamed by the alias' column list
  bool columns_known = false;
  bool nullable_side = false;  ///< on the null-supplying side of an outer join
  std::vector<int> used;       ///< indexes of referenced columns, ascending, without duplicates (if columns are known)
  std::set<std::string, std::less<>> used_names;  ///< names of referenced columns (known or not)
};

/// A pair of columns that USING or NATURAL compares.
struct JoinPair {
  VisibleColumn left, right;
};

/// Where an output column of a scope comes from.
struct OutputOrigin {
  Node* item = nullptr;                          ///< the select item: an expression, a kAlias, or the kStar that gave it
  std::vector<std::pair<Source*, int>> columns;  ///< what a star took: one column, or all sides of a merged one
  std::vector<std::string> fields;               ///< what a star over a struct took of that column: the way to the field
  int left = -1, right = -1;                     ///< of a set operation: the branches' output columns, -1 for one that lacks it
};

enum class ScopeKind : uint8_t { kRoot, kCte, kDerived, kSubquery, kSetBranch };

/// One query block: a kSelect, kValues or kSetOperation, and what it sees.
struct Scope {
  ScopeKind kind = ScopeKind::kRoot;
  Node* query = nullptr;               ///< kSelect, kValues or kSetOperation
  Node* outermost = nullptr;           ///< with the kSubquery layers around it
  Scope* parent = nullptr;             ///< the scope whose columns a correlated subquery may see
  std::vector<Source*> sources;        ///< of this FROM clause, in order
  std::vector<Scope*> children;        ///< CTEs, derived tables, subqueries and set branches, in order of appearance
  std::vector<Scope*> branches;        ///< of a set operation: left and right
  columnar::Fields output;             ///< result columns with inferred types (kUnknown where not inferable)
  std::vector<OutputOrigin> origins;   ///< one for each of `output`, except of kValues
  std::vector<VisibleColumn> visible;  ///< columns of the FROM clause in the order of SELECT *
  std::vector<std::pair<Source*, int>> join_columns;  ///< all that USING and NATURAL compare
  std::vector<Source*> open_stars;                    ///< sources that a star takes whole although their columns are not known
  bool output_known = true;                           ///< false: a star over an unknown table remains
  bool correlated = false;                            ///< refers to columns of an outer scope
  bool recursive = false;                             ///< body of a recursive CTE
};

/// What a kColumn refers to.
struct ColumnBinding {
  Source* source = nullptr;                     ///< nullptr: a select alias, or unresolved
  int index = -1;                               ///< in source->columns, -1 if those are unknown
  Node* alias = nullptr;                        ///< the select item (kAlias or expression) that an alias refers to
  Scope* scope = nullptr;                       ///< the scope in which it stands
  std::string name;                             ///< where the index is -1: the column's (folded) name
  int fields = 0;                               ///< how many last parts of the name are fields of the column
  bool row = false;                             ///< the whole row of `source`
  bool outer = false;                           ///< the source belongs to an enclosing scope (correlation)
  int output = -1;                              ///< ORDER BY of a set operation or VALUES: the output column it names
  std::vector<std::pair<Source*, int>> merged;  ///< both sides, if it is an unqualified USING/NATURAL column
  bool any_side = false;                        ///< of `merged`: the first side that is not NULL, as after a full join
};

/// The result of analysing one query; owns scopes and sources, points into the tree.
class Analysis {
 public:
  Analysis() = default;
  Analysis(Analysis&&) = default;
  Analysis& operator=(Analysis&&) = default;

  Scope* root() const { return root_; }
  const std::deque<Scope>& scopes() const { return scopes_; }
  const std::deque<Source>& sources() const { return sources_; }
  /// What a column refers to, or nullptr for an unresolved or foreign node.
  const ColumnBinding* Find(const Node* column) const;
  /// What the USING or NATURAL of a kJoin compares; nullptr if it has neither, or not all columns are known.
  const std::vector<JoinPair>* PairsOf(const Node* join) const;
  /// The scope of a query node (kSelect, kValues, kSetOperation), or nullptr.
  Scope* ScopeOf(const Node* query) const;
  /// The inferred type of an expression that stands in an analysed query.
  columnar::DataType TypeOf(const Node* expression) const;
  /// Usable as ColumnTypes of transpile.h; valid while the analysis lives.
  std::function<columnar::DataType(const Node&)> column_types() const;

 private:
  friend class Analyzer;
  const Dialect* dialect_ = nullptr;
  Scope* root_ = nullptr;
  std::deque<Scope> scopes_;
  std::deque<Source> sources_;
  std::unordered_map<const Node*, ColumnBinding> bindings_;
  std::unordered_map<const Node*, std::vector<JoinPair>> pairs_;
  std::unordered_map<const Node*, Scope*> by_query_;
  mutable std::unordered_map<const Node*, columnar::DataType> alias_types_;  // of select items that aliases refer to
};

struct AnalyzeOptions {
  bool strict = true;  ///< an unknown or ambiguous column of fully known tables is an error (kNotFound, with the nearest name)
  bool system_names =
      false;  ///< outputs without a name or of equal names are called as the dialect's system calls them, if that goes
              ///< by the text (Feature::kNamesAfterText)
  std::string file;
  std::string_view source;  ///< the SQL text, for places in errors
};

/// Resolves a query without changing it. `schema` may be null.
Result<Analysis> Analyze(Node* query, const Dialect& dialect, SchemaProvider* schema, const AnalyzeOptions& options = {});

/// A table that a statement reads or writes.
struct TableReference {
  columnar::RelationName name;  ///< folded parts as written
  Node* node = nullptr;         ///< the kTable; null from the text variant
  bool written = false;         ///< target of INSERT, UPDATE, DELETE, CREATE …
};
/// Every real table of any statement, in order of appearance (duplicates kept): never CTEs, aliases or subqueries.
std::vector<TableReference> ReferencedTables(Node* statement, const Dialect& dialect);
/// The same from text, distinct names only.
Result<std::vector<columnar::RelationName>> ReferencedTables(std::string_view sql, const Dialect& dialect);

/// The inferred type of an expression, given its columns' types.
columnar::DataType InferType(const Node* expression, const Dialect& dialect,
                             const std::function<columnar::DataType(const Node&)>& column_type);

/// Whether it (subqueries included) calls anything that may give another value when evaluated again, or has effects. Unknown functions count.
bool IsVolatile(const Node* expression, const Dialect& dialect);
/// Whether it contains an aggregate call outside of nested queries and without OVER.
bool HasAggregate(const Node* expression, const Dialect& dialect);
/// Whether an argument of a call is the name of a unit, as in DATE_TRUNC(day, MONTH), rather than a column.
bool IsDateUnit(const Node* function, uint32_t argument);
bool HasWindow(const Node* expression);
bool HasSubquery(const Node* expression);

}  // namespace dvt::sql
