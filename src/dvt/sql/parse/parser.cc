#include "dvt/sql/parse/parser.h"

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

void Parser::Expect(Kw kw, std::string_view text) {
  if (!Eat(kw)) Unexpected(text);
}

void Parser::ExpectSymbol(std::string_view s) {
  if (!EatSymbol(s)) Unexpected("'" + std::string(s) + "'");
}

// The text from `begin` to the next semicolon; the tokens are consumed. Its parentheses are balanced, else it fails.
std::string_view Parser::RawUntilStatementEnd(uint32_t begin) {
  uint32_t end = begin;
  const size_t start = at_;
  // Comments inside stay where they are: in the text.
  for (bool first = true; !AtEnd() && !IsSymbol(";"); first = false) {
    if (!first && at_ < comments_.size()) comments_[at_] = nullptr;
    end = Next().end;
  }
  CheckBalance(start);
  return SourceOf(begin, end);
}

void Parser::SkipBalanced() {
  int open = 0;
  do {
    if (AtEnd()) Unexpected("')'");
    if (IsSymbol("(")) ++open;
    if (IsSymbol(")")) --open;
    Next();
  } while (open > 0);
}

namespace {

// Trees are walked by recursion, so their height is bounded: the node where it is exceeded, or nullptr.
constexpr size_t kMaxHeight = 1500;

const Node* TooHigh(const Node* root) {
  std::vector<std::pair<const Node*, size_t>> open = {{root, 1}};
  while (!open.empty()) {
    const auto [node, height] = open.back();
    open.pop_back();
    if (height > kMaxHeight) return node;
    for (const Node* child : node->Children()) {
      if (child != nullptr) open.emplace_back(child, height + 1);
    }
  }
  return nullptr;
}

enum class What { kStatements, kQuery, kExpression, kAny };

// Reads what is asked for into `ast`; failures stay with the parser.
void ReadStatements(Parser& parser, Ast& ast, What what) {
  while (true) {
    while (parser.EatSymbol(";")) {}
    if (parser.AtEnd()) return;
    const size_t start = parser.at();
    try {
      ast.statements.push_back(parser.Statement());
      if (what == What::kQuery) {
        while (parser.EatSymbol(";")) {}
        if (!parser.AtEnd()) parser.Unexpected("the end of the statement");
      } else if (!parser.AtEnd() && !parser.EatSymbol(";")) {
        parser.Unexpected("the end of the statement or ';'");
      }
    } catch (const ParseFailure& failure) {
      if (!parser.Report(failure) || !parser.SkipStatement(start)) return;
    }
  }
}

void Read(Parser& parser, Ast& ast, What what) {
  try {
    while (what != What::kExpression && parser.EatSymbol(";")) {}
    if (what == What::kQuery) {
      if (!parser.AtQuery()) parser.Unexpected("a query (SELECT, WITH, VALUES or a parenthesis)");
    }
    if (what != What::kExpression && (what != What::kAny || parser.AtStatement() || parser.AtEnd()))
      return ReadStatements(parser, ast, what);
    ast.statements.push_back(parser.TopExpression());
    if (!parser.AtEnd()) parser.Unexpected(what == What::kExpression ? "the end of the expression" : "the end of the statement");
  } catch (const ParseFailure& failure) {
    if (parser.Report(failure) && what == What::kAny && parser.SkipStatement(0)) ReadStatements(parser, ast, what);
  }
}

// The first of the failures, as an error; all of them go to the diagnostics, if they are asked for.
Error Failed(const Ast& ast, const std::vector<LexFailure>& tokens, const std::vector<ParseFailure>& failures,
             const ParseOptions& options) {
  struct Found {
    size_t offset;
    const std::string* message;
    const char* code;
  };
  std::vector<Found> all;
  for (const auto& failure : tokens) all.push_back({failure.offset, &failure.message, "token"});
  for (const auto& failure : failures) all.push_back({failure.offset, &failure.message, "parse"});
  std::stable_sort(all.begin(), all.end(), [](const Found& a, const Found& b) { return a.offset < b.offset; });
  if (options.diagnostics != nullptr) {
    const size_t most = std::min<size_t>(all.size(), static_cast<size_t>(std::max(1, options.max_errors)));
    for (size_t i = 0; i < most; ++i) {
      const Error error = SyntaxError(ast.source, all[i].offset, *all[i].message, options.file);
      options.diagnostics->Add({Severity::kError, all[i].code, error.message(), error.place(), error.hint()});
    }
  }
  return SyntaxError(ast.source, all.front().offset, *all.front().message, options.file);
}

Result<Ast> Run(std::string_view sql, const Dialect& dialect, const ParseOptions& options, What what) {
  if (sql.size() > 0xFFFFFFF0u) return Error(ErrorCode::kSyntax, "the statement is larger than 4 GB");
  Ast ast;
  ast.file = options.file;
  ast.source = ast.arena.Copy(sql);
  std::vector<LexFailure> odd;
  std::vector<Token> tokens = Lex(ast.source, dialect, ast.arena, options.comments, odd);
  // Without diagnostics the first failure is the answer.
  if (!odd.empty() && options.diagnostics == nullptr) return Failed(ast, odd, {}, options);
  Parser parser(ast, dialect, std::move(tokens), options);
  Read(parser, ast, what);
  std::vector<ParseFailure> failures = parser.failures();
  if (odd.empty() && failures.empty()) {
    for (const Node* statement : ast.statements) {
      const Node* node = TooHigh(statement);
      if (node == nullptr) continue;
      failures.push_back({node->begin, "the statement chains or nests more than " + std::to_string(kMaxHeight) + " operations"});
      break;
    }
    if (ast.statements.empty()) failures.push_back({0, "the text holds no statement"});
  }
  if (!odd.empty() || !failures.empty()) return Failed(ast, odd, failures, options);
  return ast;
}

}  // namespace

Result<Ast> Parse(std::string_view sql, const Dialect& dialect, const ParseOptions& options) {
  return Run(sql, dialect, options, What::kStatements);
}
Result<Ast> ParseQuery(std::string_view sql, const Dialect& dialect, const ParseOptions& options) {
  return Run(sql, dialect, options, What::kQuery);
}
Result<Ast> ParseExpression(std::string_view sql, const Dialect& dialect, const ParseOptions& options) {
  return Run(sql, dialect, options, What::kExpression);
}
Result<Ast> ParseAny(std::string_view sql, const Dialect& dialect, const ParseOptions& options) {
  return Run(sql, dialect, options, What::kAny);
}

}  // namespace dvt::sql
