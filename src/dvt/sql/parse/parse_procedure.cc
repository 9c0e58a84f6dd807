// Statements of procedures: DECLARE, SET @x, IF, WHILE, BEGIN … END, EXECUTE, transactions.
#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

bool Parser::ProceduralAhead() const {
  if (!Has(Feature::kProcedural) || Cur().type != Tok::kWord) return false;
  const bool variable = Ahead(1).type == Tok::kParameter;
  if (IsWord("DECLARE") || Is(Kw::kSET)) return variable;
  if (IsWord("EXEC") || IsWord("EXECUTE"))
    return variable || (SymbolAhead(1, "(") && Ahead(2).type == Tok::kParameter) || Ahead(1).type == Tok::kQuotedName ||
           Ahead(1).type == Tok::kWord;
  if (IsWord("WHILE")) return true;
  if (IsWord("RETURN")) return !SymbolAhead(1, ",");
  if (IsWord("PRINT")) return !SymbolAhead(1, ",");
  if (IsWord("BREAK") || IsWord("CONTINUE")) return SymbolAhead(1, ";") || Ahead(1).type == Tok::kEnd || IsAhead(1, Kw::kEND);
  if (Is(Kw::kUPDATE) && IsWord("STATISTICS", 1)) return !IsAhead(2, Kw::kSET);
  if (Is(Kw::kFETCH)) return Ahead(1).type == Tok::kWord;
  if (Is(Kw::kIF)) return true;
  const bool transaction = IsWord("TRAN", 1) || IsWord("TRANSACTION", 1);
  if (IsWord("COMMIT") || IsWord("ROLLBACK")) return transaction || SymbolAhead(1, ";") || Ahead(1).type == Tok::kEnd;
  return Is(Kw::kBEGIN);
}

Node* Parser::Procedural() {
  Depth depth(*this);
  if (IsWord("DECLARE")) return Declare();
  if (Is(Kw::kSET)) return SetVariable();
  if (IsWord("EXEC") || IsWord("EXECUTE")) return Execute();
  if (IsWord("WHILE")) return WhileStatement();
  if (IsWord("BREAK") || IsWord("CONTINUE")) return Word(ToUpper(Next().text));
  if (EatWord("PRINT")) return Phrase("PRINT", {Word("PRINT"), Expression()});
  if (Is(Kw::kUPDATE) || Is(Kw::kFETCH)) return New(Kind::kCommand, {}, RawUntilStatementEnd(Cur().begin));
  if (EatWord("RETURN")) {
    const bool bare = AtEnd() || IsSymbol(";") || Is(Kw::kEND) || Is(Kw::kELSE);
    return bare ? Phrase("RETURN", {Word("RETURN")}) : Phrase("RETURN", {Word("RETURN"), QueryAhead(0) ? Query() : Expression()});
  }
  if (Is(Kw::kIF)) return IfStatement();
  if (Is(Kw::kBEGIN) && !IsWord("TRAN", 1) && !IsWord("TRANSACTION", 1)) return Block();
  return Transaction();
}

// DECLARE @x INT = 5, @t TABLE (a INT)
Node* Parser::Declare() {
  Node* declare = New(Kind::kDeclare);
  Next();
  do {
    if (Cur().type != Tok::kParameter) Unexpected("a variable");
    Node* one = New(Kind::kDeclaration, {Primary(), nullptr, nullptr});
    Eat(Kw::kAS);
    if (Is(Kw::kTABLE)) {
      Next();
      one->children[1] = CreateColumns();
    } else {
      one->children[1] = TypeName();
    }
    if (EatSymbol("=")) one->children[2] = Expression();
    Add(declare, one);
  } while (EatSymbol(","));
  return declare;
}

// SET @x = 1, SET @x += 1
Node* Parser::SetVariable() {
  Node* set = New(Kind::kSetVariable);
  Next();
  Add(set, Primary());
  set->text = "=";
  static constexpr std::string_view kOperators[] = {"+", "-", "*", "/", "%", "&", "|", "^"};
  for (std::string_view op : kOperators) {
    if (!IsSymbol(op) || !SymbolAhead(1, "=")) continue;
    Next();
    set->text = arena_.Copy(std::string(op) + "=");
  }
  ExpectSymbol("=");
  Add(set, Expression());
  return set;
}

// EXECUTE dbo.p @a = 1, 'x', @b OUTPUT
Node* Parser::Execute() {
  Node* execute = New(Kind::kExecute);
  Next();
  if (IsSymbol("(")) return Phrase("EXECUTE", {Word("EXECUTE"), Primary()});
  if (Cur().type == Tok::kParameter && SymbolAhead(1, "=")) {  // EXECUTE @status = p
    Node* status = Primary();
    Next();
    Add(execute, NewAt(status->begin, Kind::kBinary, {status, DottedName()}, {}, Op::kEq));
  } else {
    Add(execute, Cur().type == Tok::kParameter ? Primary() : DottedName());
  }
  Node* arguments = New(Kind::kList);
  Add(execute, arguments);
  if (AtEnd() || IsSymbol(";") || Is(Kw::kEND) || Is(Kw::kELSE)) return execute;
  do {
    Node* argument = Is(Kw::kDEFAULT) ? (Next(), New(Kind::kDefault)) : Expression();
    if (IsWord("OUTPUT") || IsWord("OUT")) {
      Next();
      argument = New(Kind::kList, {argument});
      argument->text = "OUTPUT";
    }
    Add(arguments, argument);
  } while (EatSymbol(","));
  return execute;
}

// A statement inside of another; its semicolon is eaten.
Node* Parser::InnerStatement() {
  Node* statement = Statement();
  while (EatSymbol(";")) {}
  return statement;
}

Node* Parser::IfStatement() {
  Node* node = New(Kind::kIfStatement);
  Next();
  Add(node, Expression());
  Add(node, InnerStatement());
  if (Eat(Kw::kELSE)) Add(node, Statement());
  return node;
}

Node* Parser::WhileStatement() {
  Node* node = New(Kind::kWhileStatement);
  Next();
  Add(node, Expression());
  Add(node, Statement());
  return node;
}

// BEGIN … END; BEGIN TRY … END TRY BEGIN CATCH … END CATCH is two blocks.
Node* Parser::Block() {
  Node* block = New(Kind::kBlock);
  Next();
  if (IsWord("TRY") || IsWord("CATCH")) block->text = arena_.Copy(ToUpper(Next().text));
  while (EatSymbol(";")) {}
  while (!Is(Kw::kEND)) {
    if (AtEnd()) Unexpected("END");
    Add(block, InnerStatement());
  }
  Next();
  if (!block->text.empty() && !EatWord(block->text)) Unexpected(block->text);
  return block;
}

// BEGIN, COMMIT, ROLLBACK with their optional TRANSACTION, name and WITH (…).
Node* Parser::Transaction() {
  Node* node = New(Kind::kTransaction, {}, arena_.Copy(ToUpper(Cur().text)));
  Next();
  if (IsWord("TRAN") || IsWord("TRANSACTION")) Next();
  if (Cur().type == Tok::kParameter || (NameAhead() && !Is(Kw::kWITH))) Add(node, Primary());
  if (Is(Kw::kWITH)) {
    if (node->count == 0) Add(node, nullptr);
    Add(node, NewAt(Cur().begin, Kind::kCommand, {}, RawUntilStatementEnd(Cur().begin)));
  }
  return node;
}

// @name type = default OUTPUT
Node* Parser::RoutineParameter() {
  if (Cur().type != Tok::kParameter) Unexpected("a parameter");
  Node* parameter = Phrase("PARAMETER", {Primary()});
  if (Eat(Kw::kAS)) Add(parameter, Word("AS"));
  Add(parameter, TypeName());
  if (EatSymbol("=")) {
    Add(parameter, Word(" = "));
    Add(parameter, Expression());
  }
  while (Cur().type == Tok::kWord && !Is(Kw::kAS) && !Is(Kw::kWITH)) Add(parameter, Word(ToUpper(Next().text)));
  return parameter;
}

// The parts of CREATE PROCEDURE and CREATE FUNCTION behind these words.
bool Parser::ProceduralRoutine(Node* create) {
  create->children[kCreateName] = DottedName();
  Node* properties = New(Kind::kList);
  if (EatSymbol("(")) {
    Node* parameters = New(Kind::kList);
    while (!IsSymbol(")")) {
      Add(parameters, RoutineParameter());
      if (!EatSymbol(",")) break;
    }
    ExpectSymbol(")");
    create->children[kCreateColumns] = parameters;
  } else if (Cur().type == Tok::kParameter) {
    Node* parameters = New(Kind::kList);
    do Add(parameters, RoutineParameter());
    while (EatSymbol(","));
    Add(properties, parameters);
  }
  if (EatWord("RETURNS")) {
    Node* returns = Phrase("RETURNS", {Word("RETURNS")});
    if (Cur().type == Tok::kParameter) Add(returns, Primary());
    if (Is(Kw::kTABLE)) {
      Next();
      Add(returns, Word("TABLE"));
      if (IsSymbol("(")) {
        Node* columns = CreateColumns();
        columns->kind = Kind::kTuple;
        Add(returns, columns);
      }
    } else {
      Add(returns, TypeName());
    }
    Add(properties, returns);
  }
  if (Is(Kw::kWITH)) {  // WITH EXECUTE AS OWNER, SCHEMABINDING
    const uint32_t begin = Cur().begin;
    uint32_t end = begin;
    for (bool owner = false; !AtEnd() && (owner || !Is(Kw::kAS)); end = tokens_[at_ - 1].end) {
      owner = IsWord("EXECUTE") || IsWord("EXEC");
      Next();
    }
    Add(properties, NewAt(begin, Kind::kCommand, {}, SourceOf(begin, end)));
  }
  create->children[kCreateProperties] = properties;
  if (AtEnd() || IsSymbol(";")) return true;
  Expect(Kw::kAS, "AS");
  create->children[kCreateBody] = Statement();
  return true;
}

}  // namespace dvt::sql
