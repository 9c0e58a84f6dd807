#pragma once

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dvt/sql/analyze/analyzer_internal.h"
#include "dvt/sql/analyze/qualify.h"

namespace dvt::sql {

/// Rewrites one analysed query in place.
class Qualifier {
 public:
  Qualifier(Arena& arena, const Dialect& dialect, const Analysis& analysis, const QualifyOptions& options)
      : arena_(arena), dialect_(dialect), analysis_(analysis), options_(options) {}

  void Run();

 private:
  using Side = std::pair<Source*, int>;

  // Names (qualify.cc).
  void NameTables();
  void AliasTables(const Scope& scope);
  Node* NamesOf(const Source& source);
  bool IsVisibleOnce(const Scope& scope, const std::string& name) const;
  static const std::string& NameOfColumn(const OutputOrigin& origin);
  bool IsRepeated(const Source& source, int index) const;
  void ExpandStars(const Scope& scope);
  void ExpandOrderByAll(const Scope& scope);
  Node* StarItem(const Scope& scope, size_t output);
  void AliasOutputs(const Scope& scope);
  void NumberName(Node* alias, const std::string& name);
  void MoveColumnLists();
  void MoveColumnList(Node* alias, Node* query);
  void QualifyColumns();
  void QualifyColumn(Node* column);
  void Quote(Node* identifier);
  void Replace(Node* node, const Node* by);
  const std::string& NameOf(const Source& source) const;
  Node* ColumnOf(const Source& source, int index);
  /// One column, or what USING makes of several.
  Node* ValueOf(const std::vector<Side>& sides, bool any_side);

  // References (qualify_references.cc).
  void ExpandReferences(const Scope& scope);
  void ExpandAliases(Node* clause, const Scope& scope, bool group);
  void ExpandAlias(Node* column, const Scope& scope, bool group);
  void ExpandGroupPositions(Node* list, const Scope& scope);
  void ExpandOrder(Node* order, const Scope& scope);
  const Node* ItemAt(const Scope& scope, const Node* number) const;
  void ExpandJoins(const Scope& scope);
  void ExpandJoin(Node* join);

  Arena& arena_;
  const Dialect& dialect_;
  const Analysis& analysis_;
  const QualifyOptions& options_;
  std::unordered_map<const Source*, std::string> names_;  // of sources that have none of their own
};

}  // namespace dvt::sql
