#pragma once

#include <functional>
#include <string>
#include <tuple>
#include <vector>

#include "dvt/sql/analyze/scope.h"

namespace dvt::sql {

/// A column on its way through a query: either of an entry of FROM (`source`) or of a query's result (`scope`).
struct FlowColumn {
  const Source* source = nullptr;
  const Scope* scope = nullptr;
  int index = -1;    ///< among the columns of either; -1 if those are not known
  std::string name;  ///< where the index is -1

  friend bool operator<(const FlowColumn& a, const FlowColumn& b) {
    return std::tie(a.source, a.scope, a.index, a.name) < std::tie(b.source, b.scope, b.index, b.name);
  }
  /// Whether it is a column of a real table, where ways end.
  bool IsBase() const { return source != nullptr && source->kind == SourceKind::kTable; }
};

/// Which columns each column of an analysed query is made of, one step at a time. Refers to the analysis.
class ColumnFlow {
 public:
  explicit ColumnFlow(const Analysis& analysis) : analysis_(analysis) {}

  using Take = std::function<void(FlowColumn)>;
  /// The columns that an expression of `scope` takes its value from: nested queries by their result columns, but for EXISTS, whose value is
  /// made of rows.
  void OfExpression(const Node* expression, const Scope* scope, const Take& take) const;
  /// The columns that this one takes its value from, directly; none for those of real tables.
  void Of(const FlowColumn& column, const Take& take) const;
  /// The name of a column of a source.
  static std::string NameOf(const FlowColumn& column);

 private:
  void OfResult(const FlowColumn& column, const Take& take) const;
  void OfJoined(const FlowColumn& column, const Take& take) const;
  void OfSource(const FlowColumn& column, const Take& take) const;
  void OfColumn(const Node* column, const Scope* scope, const Take& take) const;
  void OfNamedWindow(const Node* name, const Scope* scope, const Take& take) const;
  void OfOpenStars(const Scope& scope, const std::string& name, const Take& take) const;

  const Analysis& analysis_;
};

}  // namespace dvt::sql
