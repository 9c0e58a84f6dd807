#include "dvt/sql/parse/parser.h"

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

bool Parser::IsWord(std::string_view upper, size_t n) const {
  const Token& t = Ahead(n);
  return t.type == Tok::kWord && t.text.size() == upper.size() && EqualsIgnoreCase(t.text, upper);
}

bool Parser::Eat(Kw kw) {
  if (!Is(kw)) return false;
  Next();
  return true;
}

bool Parser::Eat(Kw first, Kw second) {
  if (!Is(first) || !IsAhead(1, second)) return false;
  at_ += 2;
  return true;
}

bool Parser::EatWord(std::string_view upper) {
  if (!IsWord(upper)) return false;
  Next();
  return true;
}

bool Parser::EatSymbol(std::string_view s) {
  if (!IsSymbol(s)) return false;
  Next();
  return true;
}

void Parser::Expect(Kw kw, std::string_view text) {
  if (!Eat(kw)) Unexpected(text);
}

void Parser::ExpectSymbol(std::string_view s) {
  if (!EatSymbol(s)) Unexpected("'" + std::string(s) + "'");
}

void Parser::Unexpected(std::string_view expected) {
  const Token& t = Cur();
  std::string found = "the end of the text";
  if (t.type == Tok::kWord)
    found = "'" + std::string(t.text.substr(0, 40)) + "'";
  else if (t.type != Tok::kEnd)
    found = "'" + std::string(SourceOf(t.begin, std::min(t.end, t.begin + 40))) + "'";
  Fail("unexpected " + found + "; expected " + std::string(expected));
}

void Parser::Fail(std::string message) { throw ParseFailure{Cur().begin, std::move(message)}; }

void Parser::TooDeep() { Fail("nested deeper than " + std::to_string(options_.max_depth) + " levels"); }

Node* Parser::New(Kind kind, std::initializer_list<Node*> children, std::string_view text, Op op) {
  Node* node = NewNode(arena_, kind, children, text, op);
  node->begin = Cur().begin;
  return node;
}

Node* Parser::NewAt(uint32_t begin, Kind kind, std::initializer_list<Node*> children, std::string_view text, Op op) {
  Node* node = NewNode(arena_, kind, children, text, op);
  node->begin = begin;
  return node;
}

Node* Parser::Slots(Kind kind, uint32_t slots) {
  Node* node = NewSlots(arena_, kind, slots);
  node->begin = Cur().begin;
  return node;
}

std::string_view Parser::SourceOf(uint32_t begin, uint32_t end) const { return ast_.source.substr(begin, end - begin); }

// The text from `begin` to the next semicolon outside parentheses; the tokens are consumed.
std::string_view Parser::RawUntilStatementEnd(uint32_t begin) {
  uint32_t end = begin;
  // Comments inside stay where they are: in the text.
  for (bool first = true; !AtEnd() && !IsSymbol(";"); first = false) {
    if (!first && at_ < comments_.size()) comments_[at_] = nullptr;
    end = Next().end;
  }
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

// Takes the comment tokens out of the list and remembers them at the token that follows.
void Parser::AttachComments() {
  bool any = false;
  for (const Token& t : tokens_) any = any || t.type == Tok::kComment;
  if (!any) return;
  std::vector<Token> rest;
  rest.reserve(tokens_.size());
  std::vector<const Comment*> waiting;
  for (const Token& t : tokens_) {
    if (t.type == Tok::kComment) {
      auto* c = new (arena_.Allocate(sizeof(Comment))) Comment();
      c->text = t.text;
      c->line = ast_.source[t.begin] != '/';
      waiting.push_back(c);
      continue;
    }
    rest.push_back(t);
    const Comment* head = nullptr;
    for (size_t i = waiting.size(); i-- > 0;) {
      const_cast<Comment*>(waiting[i])->next = head;
      head = waiting[i];
    }
    waiting.clear();
    comments_.push_back(head);
  }
  tokens_ = std::move(rest);
}

// Gives `node` the comments that stand before its first token or inside it and that no node took yet.
void Parser::TakeComments(Node* node, size_t from_token) {
  if (comments_.empty()) return;
  const Comment* head = nullptr;
  Comment* tail = nullptr;
  for (size_t i = from_token; i < at_ && i < comments_.size(); ++i) {
    for (const Comment* c = comments_[i]; c != nullptr;) {
      auto* mine = const_cast<Comment*>(c);
      c = c->next;
      mine->before = i == from_token;
      mine->next = nullptr;
      if (tail == nullptr)
        head = mine;
      else
        tail->next = mine;
      tail = mine;
    }
    comments_[i] = nullptr;
  }
  // A comment on the same line behind the last token belongs to it, not to what follows.
  if (at_ < comments_.size() && comments_[at_] != nullptr && at_ > 0) {
    uint32_t end = tokens_[at_ - 1].end;
    bool separator = IsSymbol(",");
    const Comment* c = comments_[at_];
    std::string_view between = ast_.source.substr(end, static_cast<size_t>(c->text.data() - ast_.source.data()) - end);
    if (AtEnd() || separator || between.find('\n') == std::string_view::npos) {
      if (tail == nullptr)
        head = c;
      else
        tail->next = c;
      comments_[at_] = nullptr;
    }
  }
  if (head == nullptr) return;
  if (node->comments == nullptr) {
    node->comments = head;
  } else {
    auto* last = const_cast<Comment*>(node->comments);
    while (last->next != nullptr) last = const_cast<Comment*>(last->next);
    last->next = head;
  }
}

namespace {

// Trees are walked by recursion, so their height is bounded: the node where it is exceeded, or nullptr.
constexpr size_t kMaxHeight = 3000;

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

Result<Ast> Run(std::string_view sql, const Dialect& dialect, const ParseOptions& options, What what) {
  if (sql.size() > 0xFFFFFFF0u) return Error(ErrorCode::kSyntax, "the statement is larger than 4 GB");
  Ast ast;
  ast.file = options.file;
  ast.source = ast.arena.Copy(sql);
  DVT_ASSIGN(std::vector<Token> tokens, Lex(ast.source, dialect, ast.arena, options.comments, options.file));
  Parser parser(ast, dialect, std::move(tokens), options);
  try {
    if (what == What::kQuery) {
      while (parser.EatSymbol(";")) {}
      if (!parser.AtQuery()) parser.Unexpected("a query (SELECT, WITH, VALUES or a parenthesis)");
      ast.statements.push_back(parser.Statement());
      while (parser.EatSymbol(";")) {}
    } else if (what == What::kExpression || (what == What::kAny && !parser.AtStatement() && !parser.AtEnd())) {
      ast.statements.push_back(parser.Expression());
    } else {
      while (true) {
        while (parser.EatSymbol(";")) {}
        if (parser.AtEnd()) break;
        ast.statements.push_back(parser.Statement());
        if (!parser.AtEnd() && !parser.EatSymbol(";")) parser.Unexpected("the end of the statement or ';'");
      }
    }
    if (!parser.AtEnd()) parser.Unexpected(what == What::kExpression ? "the end of the expression" : "the end of the statement");
  } catch (const ParseFailure& failure) {
    return SyntaxError(ast.source, failure.offset, failure.message, options.file);
  }
  for (const Node* statement : ast.statements) {
    if (const Node* node = TooHigh(statement)) {
      return SyntaxError(ast.source, node->begin,
                         "the statement chains or nests more than " + std::to_string(kMaxHeight) + " operations", options.file);
    }
  }
  if (ast.statements.empty()) return SyntaxError(ast.source, 0, "the text holds no statement", options.file);
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
