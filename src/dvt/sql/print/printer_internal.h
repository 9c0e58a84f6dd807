#pragma once

#include <span>
#include <string>
#include <string_view>

#include "dvt/sql/print/printer.h"

namespace dvt::sql {

/// Writes one tree. Clauses go on lines of their own when pretty; expressions stay on one line.
class Writer {
 public:
  Writer(const Dialect& dialect, const PrintOptions& options) : dialect_(dialect), options_(options) {}
  void Any(const Node* node);
  std::string Take() { return std::move(out_); }

 private:
  static constexpr int kAtom = 100;  ///< the level of what needs no parentheses anywhere

  // Queries and statements (print_query.cc).
  void Query(const Node* query);
  void QueryBody(const Node* query);
  void Comments(const Node* node, bool before);
  void Select(const Node* select);
  void FromClause(const Node* from);
  void GroupClause(const Node* group);
  void WindowClause(const Node* windows);
  void SetOperation(const Node* set);
  void Values(const Node* values);
  void Tail(const Node* query);
  void With(const Node* with);
  void GroupBy(const Node* group);
  void Limit(const Node* query);
  void Output(const Node* list);
  void Returning(const Node* list);
  void Hint(const Node* hint);
  void Top(const Node* query);
  bool TopInstead(const Node* query) const;
  void TailClauses(const Node* clauses);
  void Procedural(const Node* statement);
  void InsertAll(const Node* statement);
  void Declaration(const Node* statement);
  void Execute(const Node* statement);
  void Into(const Node* into);
  void Connect(const Node* connect);
  void RowColumns(const Node* columns);
  void Scope(const Node* scope);
  void Statement(const Node* statement);
  void OrderClauses(const Node* order);
  void LateralView(const Node* join);
  void MultiInsert(const Node* statement);
  void TableHints(const Node* table);
  void AssignmentLines(const Node* list);
  void GroupedKeys(const Node* node);
  void StructCall(const Node* node);
  void RenameCall(const Node* alter);
  void AlterAction(const Node* action, bool more);
  void Partition(const Node* part);
  void Quantified(const Node* node);
  void Insert(const Node* insert);
  void OnConflict(const Node* conflict);
  void Update(const Node* update);
  void Delete(const Node* del);
  void Merge(const Node* merge);
  void Assignments(const Node* list);
  void MergeAction(const Node* action);
  // Definitions (print_ddl.cc).
  void Create(const Node* create);
  void Alter(const Node* alter);
  void Drop(const Node* drop);
  void Phrase(const Node* node);
  void Pieces(const Node* node, std::string_view separator);
  void ColumnDef(const Node* column);
  void DictionaryPart(const Node* node);
  void Definitions(const Node* list);
  void Properties(const Node* list);
  void ParenthesizedQuery(const Node* query);
  const Node* BareValues(const Node* table) const;
  void SetBranch(const Node* branch, const Node* parent, bool right);
  // Tables (print_query.cc).
  void Table(const Node* table);
  void TableBody(const Node* table);
  void NamedTable(const Node* table);
  void Join(const Node* join);
  void JoinWords(const Node* join);
  void StrictJoin(const Node* join);
  void JoinRight(const Node* join);
  void TableAlias(const Node* alias, bool said = false);  ///< `said`: with AS in any case
  // What stands behind tables (print_table_suffix.cc).
  void DirectedJoin(const Node* join);
  void Sample(const Node* sample);
  void RenameTo(const Node* phrase);
  void Sample(const Node* sample, std::string_view word);
  void TimeTravel(const Node* travel);
  void Pivot(const Node* pivot);
  void MatchRecognize(const Node* match);
  void MatchPart(std::string_view keyword, const Node* list, bool lines);
  void SemanticView(const Node* call);
  // Expressions (print_expression.cc, print_operator.cc, print_function.cc, print_nested.cc, print_value.cc, print_name.cc).
  void Expression(const Node* node, int parent_level);
  void ExpressionBody(const Node* node);
  int Level(const Node* node) const;
  void Paren(const Node* node);
  void Alias(const Node* node);
  void Binary(const Node* node);
  void Unary(const Node* node);
  void Between(const Node* node);
  void Is(const Node* node);
  void Collate(const Node* node);
  void AtTimeZone(const Node* node);
  bool BitwiseCall(const Node* node);
  std::string_view Operator(const Node* node) const;
  void Function(const Node* node);
  void ColonPath(const Node* node);
  void SpecialCall(const Node* node);
  void CallSuffix(const Node* node);
  void Extract(const Node* node);
  void Position(const Node* node);
  void Lambda(const Node* node);
  void NamedArgument(const Node* node);
  void CallClauses(const Node* node);
  void CallName(const Node* node, bool approximate);
  bool WordedArguments(const Node* node);
  void EscapedText(std::string_view text);
  bool SkipsByArgument(const Node* node) const;
  void Nulls(const Node* node);
  void Field(const Node* node);
  void Row(const Node* node);
  void Array(const Node* node);
  void Struct(const Node* node);
  void Map(const Node* node);
  void Subscript(const Node* node);
  void Slice(const Node* node);
  void Window(const Node* window);
  void Frame(const Node* frame);
  void FrameBound(const Node* bound);
  void Cast(const Node* node);
  void TypeName(const Node* node);
  void NestedType(const Node* node);
  void TypeArguments(const Node* node);
  void String(const Node* node);
  void Bytes(const Node* node);
  void Interval(const Node* node);
  void Trim(const Node* node);
  void Like(const Node* node);
  void In(const Node* node);
  void Case(const Node* node);
  void Star(const Node* node);
  void Column(const Node* node);
  void OrderItem(const Node* item);
  void Parameter(const Node* node);
  void Identifier(const Node* identifier);
  void Dotted(const Node* name);
  void Columns(const Node* list);  ///< (a, b)
  void List(const Node* list, std::string_view separator = ", ");

  void Put(std::string_view text) { out_ += text; }
  // Layout (print_layout.cc).
  size_t Width(const Node* node) const;  ///< of its text on lines of its own
  bool TooWide(std::span<Node* const> nodes, size_t width = 0) const;
  void Lines(std::span<Node* const> nodes, std::string_view end = {});  ///< one a line, a step further in, when pretty
  void Arguments(const Node* list, size_t commas = 0);                  ///< on lines of their own if they are too wide
  void ClauseList(std::string_view keyword, const Node* list);
  void ClauseExpression(std::string_view keyword, const Node* expression);
  void Connectors(const Node* node);
  void LongCase(const Node* node);

  /// A new line at the present indent when pretty, else one blank.
  void Break();
  void Clause(std::string_view keyword);

  const Dialect& dialect_;
  const PrintOptions& options_;
  std::string out_;
  int indent_ = 0;
  bool like_pattern_ = false;   ///< LIKE ALL (…)
  bool arrow_inside_ = false;   ///< the left side of -> or ->>
  bool inline_values_ = false;  ///< … THEN INSERT (a) VALUES (1)
  bool hints_first_ = false;    ///< WITH (HOLDLOCK) before the alias
  const Node* held_ = nullptr;  ///< its comments are written by its list, behind the comma
};

}  // namespace dvt::sql
