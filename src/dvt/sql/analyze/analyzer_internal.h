#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dvt/sql/analyze/infer_internal.h"
#include "dvt/sql/analyze/scope.h"

namespace dvt::sql {

/// Builds an Analysis. Errors are thrown as AnalysisFailure inside the folder and caught in Analyze.
struct AnalysisFailure {
  Error error;
};

class Analyzer {
 public:
  Analyzer(const Dialect& dialect, SchemaProvider* schema, const AnalyzeOptions& options, Analysis& out)
      : dialect_(dialect), schema_(schema), options_(options), out_(out) {
    out_.dialect_ = &dialect;
  }

  void Run(Node* query);

 private:
  /// CTEs visible at a point, innermost last.
  struct VisibleCte {
    std::string name;
    Scope* scope;
    columnar::Fields columns;
  };
  /// What an expression of a block may see besides its sources.
  enum class Aliases : uint8_t { kNone, kAfterColumns, kBeforeColumns, kFirst, kHaving };
  struct Block {
    Scope* scope = nullptr;
    Block* outer = nullptr;       ///< whose columns may be seen too
    const Node* items = nullptr;  ///< for aliases
    const Node* group = nullptr;  ///< GROUP BY
    uint32_t aliased = 0;         ///< how many of the items an alias may mean
    std::vector<const Node*> lambda_names;
    std::vector<VisibleColumn> visible;  ///< as Scope::visible
    std::vector<const Source*> hidden;   ///< right sides of semi and anti joins, once past their ON
    bool applied = false;                ///< on the right of CROSS or OUTER APPLY
    size_t join_begin = 0;               ///< in an ON: where the columns of the join's own sides begin
  };

  // Queries (analyzer.cc).
  Scope* NewScope(ScopeKind kind, Node* query, Node* outermost, Scope* parent);
  Scope* BuildQuery(Node* query, ScopeKind kind, Block* outer, Scope* parent);
  Scope* BuildLayers(Node* query, Node* outermost, ScopeKind kind, Block* outer, Scope* parent);
  void BuildWith(Node* with, Block* outer, Scope* parent);
  Scope* BuildSelect(Node* select, Node* outermost, ScopeKind kind, Block* outer, Scope* parent);
  Scope* BuildSetOperation(Node* set, Node* outermost, ScopeKind kind, Block* outer, Scope* parent);
  Scope* BuildValues(Node* values, Node* outermost, ScopeKind kind, Block* outer, Scope* parent);
  void SetBranchOutput(Scope& scope, const Node* set);
  void ResolveOutputOrder(Node* query, Scope* scope, Block* outer);

  // Stars (star_expansion.cc).
  void SetOutput(Block& block, Node* items);
  void ExpandStar(Block& block, Node* star);
  void TakeColumn(Scope& scope, Node* star, const VisibleColumn& column);
  void TakeSource(Scope& scope, Node* star, Source* source);
  bool TakeFields(Block& block, Node* star);

  // FROM (from_clause.cc).
  void BuildFrom(Node* table, Block& block, bool nullable);
  void BuildJoin(Node* join, Block& block, bool nullable);
  Source* AddSource(Block& block, SourceKind kind, Node* node, bool nullable);
  void AddTable(Node* table, Block& block, bool nullable);
  void AddDerived(Node* table, Block& block, bool nullable);
  void ResolveArguments(Node* call, Block& block);
  void AddParenthesized(Node* table, Block& block, bool nullable);
  // Pivots (pivot.cc).
  std::vector<VisibleColumn> TakeInner(Node* table, Block& block, bool nullable, size_t& first);
  Source* HideInner(Node* table, Block& block, bool nullable, size_t first, size_t columns);
  void AddArrayJoin(Node* join, Block& block, bool nullable);
  void AddPivot(Node* pivot, Block& block, bool nullable);
  void ResolvePivotKeys(Node* pivot, Block& block);
  bool InPivotGroup(const Node* pivot, const std::string& name) const;
  void AddPivoted(const Node& pivot, Source& source);
  void AddUnpivoted(const Node& pivot, Source& source);
  void AddMatchRecognize(Node* match, Block& block, bool nullable);
  bool Learn(Block& block, const std::string& name, size_t begin, size_t end, size_t& at);
  void AddFunction(Node* table, Block& block, bool nullable);
  void NameSource(Source& source, const Node* alias, std::string fallback);
  void Show(Block& block, Source* source);
  std::vector<std::string> MergedNames(const Block& block, const Node* join, size_t left_begin, size_t right_begin) const;
  void MergeColumns(Block& block, const Node* join, size_t left_begin, size_t right_begin);

  // Columns (column_binding.cc).
  void Resolve(Node* expression, Block& block, Aliases aliases);
  void BindColumn(Node* column, Block& block, Aliases aliases);
  bool BindInBlock(Node* column, Block& block, Block& from, bool outer);
  Aliases Visible(Feature feature) const;
  void ResolveItems(Node* items, Block& block);
  bool BindAlias(Node* column, Block& block, bool implicit = false);
  bool IsGroupKey(const std::string& name, const Block& block) const;
  bool BindUnqualified(const std::string& name, Node* column, Block& block, Block& from, bool outer);
  bool BindElement(const std::string& name, Node* column, Block& block, Block& from, bool outer);
  bool BindQualified(Node* column, uint32_t at, Source& source, Block& from, bool outer);
  bool HasFields(const std::string& name, const Block& block) const;
  bool BindRow(Node* column, Block& block);
  void BindByElimination(Node* column, Block& block);
  Source* FindSource(const Node* column, uint32_t at, const Block& block) const;
  void Use(Source* source, int index, std::string_view name);
  void Bound(Node* column, Block& from, Source* source, int index, bool outer);
  [[noreturn]] void FailUnknown(const Node* column, const Block& block, const std::string& name);
  [[noreturn]] void FailHidden(const Node* column, const std::string& table);
  Place PlaceOf(const Node* node) const;
  bool Same(std::string_view a, std::string_view b) const { return SameName(dialect_, a, b); }
  std::string Fold(const Node* identifier) const;
  columnar::DataType TypeOf(const Node* expression) const { return out_.TypeOf(expression); }

  const Dialect& dialect_;
  SchemaProvider* schema_;
  const AnalyzeOptions& options_;
  Analysis& out_;
  std::vector<VisibleCte> ctes_;
  std::vector<std::string> scalars_;  ///< WITH expression AS name
};

/// The folded relation name of a kTable.
columnar::RelationName TableName(const Node* table, const Dialect& dialect);
/// The name an output column gets: alias, column name, or what the dialect makes up; empty if it makes up none.
std::string OutputName(const Node* item, const Dialect& dialect);

}  // namespace dvt::sql
