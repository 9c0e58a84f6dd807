#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "dvt/sql/rewrite/transpile.h"

namespace dvt::sql {

/// Rewrites one tree bottom-up from a dialect into another. What it cannot keep exactly it notes; an unknown function is
/// unsupported.
class Rewriter {
 public:
  Rewriter(Arena& arena, const Dialect& from, const Dialect& to, const ColumnTypes& types, std::vector<TranspileNote>& notes, std::string_view source)
      : arena_(arena), from_(from), to_(to), types_(types), notes_(notes), source_(source) {}

  void Run(Node*& slot);
  Verdict verdict() const { return verdict_; }

 private:
  void Walk(Node*& slot);
  Node* Visit(Node* node);
  // Operators and literals (rewrite_operators.cc).
  Node* Binary(Node* node);
  Node* Division(Node* node);
  Node* Concatenation(Node* node);
  Node* Like(Node* node);
  Node* Comparison(Node* node);
  Node* Cast(Node* node);
  Node* Interval(Node* node);
  Node* Extract(Node* node);
  void Order(Node* list);
  void Select(Node* select);
  // Functions (rewrite_functions.cc).
  Node* Function(Node* node);
  Node* Special(Node* node, const FunctionSpec& spec);
  Node* Substring(Node* node, std::string_view target);

  columnar::DataType TypeOf(const Node* node) const;
  bool IsText(const Node* node) const;
  void Note(Verdict verdict, const Node* node, std::string construct, std::string message);

  Arena& arena_;
  const Dialect& from_;
  const Dialect& to_;
  const ColumnTypes& types_;
  std::vector<TranspileNote>& notes_;
  std::string_view source_;
  Verdict verdict_ = Verdict::kExact;
};

}  // namespace dvt::sql
