#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dvt/template/lang/ast.h"
#include "dvt/template/lang/lexer.h"
#include "dvt/template/lang/template.h"

namespace dvt::tmpl {

/// Recursive descent over the token list of one text; throws Raised.
class Parser {
 public:
  Parser(std::vector<Token> tokens, std::string file, const ParseOptions& options)
      : tokens_(std::move(tokens)), file_(std::move(file)), options_(options) {}

  /// Fills body and definitions.
  void ParseInto(Template& tmpl);
  /// A bare expression up to the end.
  ast::ExprPtr ParseSingleExpression();

 private:
  // Tokens.
  const Token& Current() const { return tokens_[at_]; }
  const Token& Next() const { return tokens_[at_ + 1 < tokens_.size() ? at_ + 1 : at_]; }
  Token Take() { return at_ + 1 < tokens_.size() ? tokens_[at_++] : tokens_[at_]; }
  bool Is(TokenType type) const { return Current().type == type; }
  bool IsName(std::string_view name) const { return Is(TokenType::kName) && Current().text == name; }
  bool SkipIf(TokenType type);
  bool SkipIfName(std::string_view name);
  Token Expect(TokenType type);
  void ExpectName(std::string_view name);
  ast::Pos Here() const { return {Current().line, Current().column}; }
  [[noreturn]] void Fail(const std::string& message, const Token& token, std::string hint = {}) const;

  // Expressions.
  ast::ExprPtr Expression(bool with_condition = true);
  ast::ExprPtr Condition();
  ast::ExprPtr Or();
  ast::ExprPtr And();
  ast::ExprPtr Not();
  ast::ExprPtr Comparison();
  ast::ExprPtr Sum();
  ast::ExprPtr Concat();
  ast::ExprPtr Product();
  ast::ExprPtr Power();
  ast::ExprPtr Unary(bool with_filter = true);
  ast::ExprPtr Primary();
  ast::ExprPtr Postfix(ast::ExprPtr node);
  ast::ExprPtr FilterChain(ast::ExprPtr node, bool start_inline = false);
  ast::ExprPtr PostfixAndFilters(ast::ExprPtr node);
  ast::ExprPtr Subscript(ast::ExprPtr node);
  ast::ExprPtr SubscriptPart();
  ast::ExprPtr CallOf(ast::ExprPtr callee);
  ast::ExprPtr TestOf(ast::ExprPtr operand);
  ast::CallArgs Arguments();
  ast::ExprPtr ListLiteral();
  ast::ExprPtr DictLiteral();
  /// Comma-separated expressions; `stop_names` end an unparenthesised tuple.
  ast::ExprPtr Tuple(bool with_condition = true, std::vector<std::string> stop_names = {}, bool parenthesised = false);
  bool AtTupleEnd(const std::vector<std::string>& stop_names) const;
  std::string DottedName();

  // Statements.
  ast::Body Statements(const std::vector<std::string>& end_tags, bool drop_end);
  ast::StmtPtr Statement();
  ast::StmtPtr IfStatement();
  ast::StmtPtr ForStatement();
  ast::StmtPtr SetStatement();
  ast::StmtPtr MacroStatement();
  ast::StmtPtr CallStatement();
  ast::StmtPtr FilterStatement();
  ast::StmtPtr DoStatement();
  ast::StmtPtr JumpStatement();
  ast::StmtPtr WithStatement();
  ast::StmtPtr ScopeStatement(std::string_view end_tag);
  ast::StmtPtr PrintStatement();
  ast::StmtPtr MaterializationStatement();
  ast::StmtPtr TestStatement(std::string_view end_tag);
  ast::StmtPtr SnapshotStatement();
  ast::StmtPtr DocsStatement();
  ast::Target AssignTarget(bool with_namespace, const std::vector<std::string>& stop_names = {});
  ast::Target SingleTarget(bool with_namespace);
  void Signature(ast::Macro& macro);
  void MacroBody(ast::Macro& macro, std::string_view end_tag);
  void UnknownTag(const Token& tag) const;

  /// Begins a definition at the block-begin token before the current name.
  void StartDefinition(Definition::Type type, const Token& begin);
  ast::StmtPtr FinishDefinition(std::shared_ptr<ast::Macro> macro, Definition definition, bool binds);

  std::vector<Token> tokens_;
  size_t at_ = 0;
  std::string file_;
  const ParseOptions& options_;
  std::vector<Definition> definitions_;
  std::vector<std::string> open_tags_;  ///< for messages: which tags may come next
  std::vector<ast::Macro*> macros_;     ///< being parsed, innermost last: they learn which special names they use
  int depth_ = 0;
  int nested_ = 0;  ///< statements around the current one

  struct Deeper;
};

}  // namespace dvt::tmpl
