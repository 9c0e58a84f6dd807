#include <array>

#include "dvt/base/text/text.h"
#include "dvt/template/lang/parser.h"
#include "dvt/template/lang/parser_depth.h"
#include "dvt/template/lang/raise.h"

namespace dvt::tmpl {

using ast::StmtPtr;

void Parser::ParseInto(Template& tmpl) {
  tmpl.body_ = std::make_unique<ast::Body>(Statements({}, false));
  tmpl.definitions_ = std::move(definitions_);
}

ast::Body Parser::Statements(const std::vector<std::string>& end_tags, bool drop_end) {
  Deeper deeper(*this);
  ast::Body body;
  Token opened = Current();
  for (const auto& tag : end_tags) open_tags_.push_back(tag);
  while (!Is(TokenType::kEnd)) {
    if (Is(TokenType::kData)) {
      ast::Pos pos = Here();
      body.statements.push_back(std::make_unique<ast::Data>(pos, Take().text));
    } else if (Is(TokenType::kVariableBegin)) {
      Take();
      ast::Pos pos = Here();
      body.statements.push_back(std::make_unique<ast::ExprStmt>(ast::StmtType::kOutput, pos, Tuple()));
      Expect(TokenType::kVariableEnd);
    } else {
      Expect(TokenType::kBlockBegin);
      for (const auto& tag : end_tags) {
        if (!IsName(tag)) continue;
        open_tags_.resize(open_tags_.size() - end_tags.size());
        if (drop_end) Take();
        return body;
      }
      ++nested_;
      body.statements.push_back(Statement());
      --nested_;
      if (body.statements.back() == nullptr) body.statements.pop_back();
      Expect(TokenType::kBlockEnd);
    }
  }
  if (!end_tags.empty()) {
    std::string wanted = "'" + Join(end_tags, "' or '") + "'";
    Fail("Unexpected end of template. Jinja was looking for the following tags: " + wanted + ".", Current(),
         "the block begun at line " + std::to_string(opened.line) + " is never closed");
  }
  return body;
}

StmtPtr Parser::Statement() {
  Token tag = Current();
  if (tag.type != TokenType::kName) Fail("tag name expected", tag);
  const std::string& name = tag.text;
  if (name == "for") return ForStatement();
  if (name == "if") return IfStatement();
  if (name == "set") return SetStatement();
  if (name == "macro") return MacroStatement();
  if (name == "call") return CallStatement();
  if (name == "filter") return FilterStatement();
  if (name == "do") return DoStatement();
  if (name == "break" || name == "continue") return JumpStatement();
  if (name == "with") return WithStatement();
  if (name == "autoescape") return ScopeStatement("endautoescape");
  if (name == "block") return ScopeStatement("endblock");
  if (name == "print") return PrintStatement();
  if (options_.dbt_blocks) {
    if (name == "materialization") return MaterializationStatement();
    if (name == "test") return TestStatement("endtest");
    if (name == "data_test") return TestStatement("enddata_test");
    if (name == "snapshot") return SnapshotStatement();
    if (name == "docs") return DocsStatement();
  }
  if (name == "include" || name == "import" || name == "from" || name == "extends") {
    Fail("'" + name + "' needs other template files, which a project does not have", tag, "write a macro and call it by name");
  }
  UnknownTag(tag);
  return nullptr;
}

void Parser::UnknownTag(const Token& tag) const {
  static const std::vector<std::string> kTags = {
      "break",  "continue",  "for",      "if",         "set",       "macro",   "call",
      "filter", "do",        "with",     "autoescape", "print",     "raw",     "materialization",
      "test",   "data_test", "snapshot", "docs",       "elif",      "else",    "endfor",
      "endif",  "endset",    "endmacro", "endcall",    "endfilter", "endwith", "endraw"};
  std::string hint;
  if (!open_tags_.empty()) hint = "the innermost open block is closed by {% " + open_tags_.back() + " %}";
  bool is_known = std::find(kTags.begin(), kTags.end(), tag.text) != kTags.end();
  std::string nearest = is_known ? std::string() : DidYouMean(tag.text, kTags);
  Fail("Encountered unknown tag '" + tag.text + "'." + nearest, tag, hint);
}

StmtPtr Parser::IfStatement() {
  auto node = std::make_unique<ast::If>(Here());
  Take();
  while (true) {
    ast::ExprPtr test = Tuple(false);
    Expect(TokenType::kBlockEnd);
    ast::Body body = Statements({"elif", "else", "endif"}, false);
    node->branches.emplace_back(std::move(test), std::move(body));
    Token tag = Take();
    if (tag.text == "elif") continue;
    if (tag.text == "else") {
      Expect(TokenType::kBlockEnd);
      node->otherwise = Statements({"endif"}, true);
    }
    return node;
  }
}

ast::Target Parser::SingleTarget(bool with_namespace) {
  ast::Target target;
  target.pos = Here();
  if (SkipIf(TokenType::kLeftParen)) {
    target.is_tuple = true;
    while (!Is(TokenType::kRightParen)) {
      target.parts.push_back(SingleTarget(with_namespace));
      if (!SkipIf(TokenType::kComma)) break;
    }
    Expect(TokenType::kRightParen);
    if (target.parts.size() == 1) return std::move(target.parts[0]);
    return target;
  }
  Token name = Expect(TokenType::kName);
  static const std::array<std::string_view, 6> kReserved{"true", "false", "none", "True", "False", "None"};
  if (std::find(kReserved.begin(), kReserved.end(), name.text) != kReserved.end()) {
    Fail("can't assign to '" + name.text + "'", name);
  }
  target.name = name.text;
  if (with_namespace && SkipIf(TokenType::kDot)) target.attribute = Expect(TokenType::kName).text;
  return target;
}

ast::Target Parser::AssignTarget(bool with_namespace, const std::vector<std::string>& stop_names) {
  ast::Target target;
  target.pos = Here();
  auto at_stop = [&] {
    if (Is(TokenType::kAssign) || Is(TokenType::kBlockEnd)) return true;
    for (const auto& name : stop_names) {
      if (IsName(name)) return true;
    }
    return false;
  };
  target.parts.push_back(SingleTarget(with_namespace));
  while (SkipIf(TokenType::kComma)) {
    target.is_tuple = true;
    if (at_stop()) break;
    target.parts.push_back(SingleTarget(with_namespace));
  }
  if (!target.is_tuple) return std::move(target.parts[0]);
  return target;
}

StmtPtr Parser::ForStatement() {
  auto node = std::make_unique<ast::For>(Here());
  Take();
  node->target = AssignTarget(false, {"in"});
  ExpectName("in");
  node->iterable = Tuple(false, {"recursive"});
  if (SkipIfName("if")) node->filter = Expression();
  node->recursive = SkipIfName("recursive");
  Expect(TokenType::kBlockEnd);
  node->body = Statements({"endfor", "else"}, false);
  if (Take().text == "else") {
    Expect(TokenType::kBlockEnd);
    node->otherwise = Statements({"endfor"}, true);
  }
  return node;
}

StmtPtr Parser::SetStatement() {
  ast::Pos pos = Here();
  Take();
  ast::Target target = AssignTarget(true);
  if (SkipIf(TokenType::kAssign)) {
    auto node = std::make_unique<ast::Set>(pos);
    node->target = std::move(target);
    node->value = Tuple();
    return node;
  }
  auto node = std::make_unique<ast::SetBlock>(pos);
  node->target = std::move(target);
  if (Is(TokenType::kPipe)) node->filter = FilterChain(nullptr);
  Expect(TokenType::kBlockEnd);
  node->body = Statements({"endset"}, true);
  return node;
}

void Parser::Signature(ast::Macro& macro) {
  Expect(TokenType::kLeftParen);
  bool has_default = false;
  while (!Is(TokenType::kRightParen)) {
    if (!macro.params.empty()) Expect(TokenType::kComma);
    if (Is(TokenType::kRightParen)) break;
    ast::MacroParam param;
    param.pos = Here();
    param.name = SingleTarget(false).name;
    if (SkipIf(TokenType::kAssign)) {
      param.default_value = Expression();
      has_default = true;
    } else if (has_default) {
      Fail("non-default argument follows default argument", Current());
    }
    if (param.name == "caller") macro.explicit_caller = true;
    macro.params.push_back(std::move(param));
  }
  Expect(TokenType::kRightParen);
}

void Parser::MacroBody(ast::Macro& macro, std::string_view end_tag) {
  macros_.push_back(&macro);
  macro.body = Statements({std::string(end_tag)}, true);
  macros_.pop_back();
}

void Parser::StartDefinition(Definition::Type /*type*/, const Token& /*begin*/) {}

StmtPtr Parser::FinishDefinition(std::shared_ptr<ast::Macro> macro, Definition definition, bool binds) {
  // The current token is the end of the closing tag; find where it began.
  size_t close = at_;
  while (tokens_[close].type != TokenType::kBlockBegin) --close;
  definition.body_end = tokens_[close].begin;
  definition.end = Current().end;
  for (const auto& param : macro->params) definition.parameters.push_back(param.name);
  ast::Pos pos = macro->pos;
  definition.macro = macro;
  if (nested_ <= 1) definitions_.push_back(std::move(definition));
  return std::make_unique<ast::DefinitionStmt>(pos, std::move(macro), binds);
}

namespace {

Definition Begin(Definition::Type type, const Token& begin, const Token& name, const std::string& file) {
  Definition definition;
  definition.type = type;
  definition.name = name.text;
  definition.macro_name = name.text;
  definition.place = {file, begin.line, begin.column};
  definition.begin = begin.begin;
  return definition;
}

}  // namespace

StmtPtr Parser::MacroStatement() {
  Token begin = tokens_[at_ - 1];
  auto macro = std::make_shared<ast::Macro>(Here());
  Take();
  Token name = Current();
  macro->name = SingleTarget(false).name;
  Definition definition = Begin(Definition::Type::kMacro, begin, name, file_);
  Signature(*macro);
  definition.body_begin = Current().end;
  definition.body_line = Current().line;
  Expect(TokenType::kBlockEnd);
  MacroBody(*macro, "endmacro");
  return FinishDefinition(std::move(macro), std::move(definition), true);
}

StmtPtr Parser::MaterializationStatement() {
  Token begin = tokens_[at_ - 1];
  auto macro = std::make_shared<ast::Macro>(Here());
  Take();
  Token name = Expect(TokenType::kName);
  Definition definition = Begin(Definition::Type::kMaterialization, begin, name, file_);
  definition.adapter = "default";
  while (SkipIf(TokenType::kComma)) {
    Token word = Expect(TokenType::kName);
    if (word.text == "default") continue;
    Expect(TokenType::kAssign);
    if (word.text == "adapter") {
      definition.adapter = Expect(TokenType::kString).text;
    } else if (word.text == "supported_languages") {
      Expression();
    } else {
      Fail("a materialization takes 'default', 'adapter' and 'supported_languages', not '" + word.text + "'", word);
    }
  }
  macro->name = "materialization_" + name.text + "_" + definition.adapter;
  definition.macro_name = macro->name;
  definition.body_begin = Current().end;
  definition.body_line = Current().line;
  Expect(TokenType::kBlockEnd);
  MacroBody(*macro, "endmaterialization");
  return FinishDefinition(std::move(macro), std::move(definition), false);
}

StmtPtr Parser::TestStatement(std::string_view end_tag) {
  Token begin = tokens_[at_ - 1];
  auto macro = std::make_shared<ast::Macro>(Here());
  Take();
  Token name = Expect(TokenType::kName);
  Definition definition = Begin(Definition::Type::kTest, begin, name, file_);
  macro->name = "test_" + name.text;
  definition.macro_name = macro->name;
  Signature(*macro);
  definition.body_begin = Current().end;
  definition.body_line = Current().line;
  Expect(TokenType::kBlockEnd);
  MacroBody(*macro, end_tag);
  return FinishDefinition(std::move(macro), std::move(definition), false);
}

StmtPtr Parser::SnapshotStatement() {
  Token begin = tokens_[at_ - 1];
  auto macro = std::make_shared<ast::Macro>(Here());
  Take();
  Token name = Expect(TokenType::kName);
  Definition definition = Begin(Definition::Type::kSnapshot, begin, name, file_);
  macro->name = "snapshot_" + name.text;
  definition.macro_name = macro->name;
  definition.body_begin = Current().end;
  definition.body_line = Current().line;
  Expect(TokenType::kBlockEnd);
  MacroBody(*macro, "endsnapshot");
  return FinishDefinition(std::move(macro), std::move(definition), false);
}

StmtPtr Parser::DocsStatement() {
  Token begin = tokens_[at_ - 1];
  auto macro = std::make_shared<ast::Macro>(Here());
  Take();
  Token name = Expect(TokenType::kName);
  Definition definition = Begin(Definition::Type::kDocs, begin, name, file_);
  definition.macro_name.clear();
  Expect(TokenType::kBlockEnd);
  definition.body_begin = Current().begin;
  definition.body_line = Current().line;
  MacroBody(*macro, "enddocs");
  FinishDefinition(macro, std::move(definition), false);
  if (!definitions_.empty()) definitions_.back().macro = nullptr;
  return nullptr;
}

StmtPtr Parser::CallStatement() {
  auto node = std::make_unique<ast::CallBlock>(Here());
  Take();
  auto body = std::make_shared<ast::Macro>(node->pos);
  body->name = "caller";
  if (Is(TokenType::kLeftParen)) Signature(*body);
  Token at = Current();
  node->call = Expression();
  if (node->call->type != ast::ExprType::kCall) Fail("expected call", at);
  Expect(TokenType::kBlockEnd);
  // The body sees the surrounding macro's varargs, kwargs and caller, so it is not pushed on macros_.
  body->body = Statements({"endcall"}, true);
  node->body = std::move(body);
  return node;
}

StmtPtr Parser::FilterStatement() {
  auto node = std::make_unique<ast::FilterBlock>(Here());
  Take();
  node->filter = FilterChain(nullptr, true);
  Expect(TokenType::kBlockEnd);
  node->body = Statements({"endfilter"}, true);
  return node;
}

StmtPtr Parser::JumpStatement() {
  const Token tag = Take();
  const bool in_loop = std::find(open_tags_.begin(), open_tags_.end(), "endfor") != open_tags_.end();
  if (!in_loop) Fail("'" + tag.text + "' outside of a loop", tag);
  const auto type = tag.text == "break" ? ast::StmtType::kBreak : ast::StmtType::kContinue;
  return std::make_unique<ast::LoopJump>(type, ast::Pos{tag.line, tag.column});
}

StmtPtr Parser::DoStatement() {
  ast::Pos pos = Here();
  Take();
  return std::make_unique<ast::ExprStmt>(ast::StmtType::kDo, pos, Tuple());
}

StmtPtr Parser::PrintStatement() {
  ast::Pos pos = Here();
  Take();
  return std::make_unique<ast::ExprStmt>(ast::StmtType::kOutput, pos, Tuple());
}

StmtPtr Parser::WithStatement() {
  auto node = std::make_unique<ast::With>(Here());
  Take();
  while (!Is(TokenType::kBlockEnd)) {
    if (!node->values.empty()) Expect(TokenType::kComma);
    ast::Target target = SingleTarget(false);
    Expect(TokenType::kAssign);
    node->values.emplace_back(std::move(target), Expression());
  }
  Expect(TokenType::kBlockEnd);
  node->body = Statements({"endwith"}, true);
  return node;
}

StmtPtr Parser::ScopeStatement(std::string_view end_tag) {
  auto node = std::make_unique<ast::Scope>(Here());
  Token tag = Take();
  if (tag.text == "autoescape") {
    Expression();
  } else {
    Expect(TokenType::kName);
    SkipIfName("scoped");
    SkipIfName("required");
  }
  Expect(TokenType::kBlockEnd);
  node->body = Statements({std::string(end_tag)}, true);
  if (tag.text == "block" && Is(TokenType::kName)) Take();
  return node;
}

}  // namespace dvt::tmpl
