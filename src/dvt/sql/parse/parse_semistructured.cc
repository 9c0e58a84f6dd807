// Paths into semi-structured values, objects of all columns, files on stages.
#include <algorithm>
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

namespace {

bool IsPlainKey(std::string_view key) {
  if (key.empty() || (key[0] >= '0' && key[0] <= '9')) return false;
  return std::all_of(key.begin(), key.end(), [](unsigned char c) {
    return c == '_' || c >= 0x80 || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
  });
}

}  // namespace

// One key of a path, appended to `path`: a word, a quoted name or a position. False if there is none.
bool Parser::PathKey(std::string& path) {
  const Token& t = Cur();
  if (t.type != Tok::kWord && t.type != Tok::kQuotedName && t.type != Tok::kString) return false;
  if (IsPlainKey(t.text)) {
    path += (path.empty() ? "" : ".") + std::string(t.text);
  } else {
    path += "[\"" + std::string(t.text) + "\"]";
  }
  Next();
  return true;
}

// v:a.b[0]."c d" as GET_PATH(v, 'a.b[0]["c d"]'); a position that is no literal ends one path, and what follows begins another.
Node* Parser::ColonPath(Node* value) {
  while (true) {
    std::string path;
    Next();
    const bool bracket = IsSymbol("[") && Ahead(1).type != Tok::kSymbol && Has(Feature::kWrittenPaths);
    if (!bracket && !PathKey(path)) Unexpected("a key behind ':'");
    while (true) {
      const bool key = (IsSymbol(".") || IsSymbol(":")) && Ahead(1).type != Tok::kSymbol && Ahead(1).type != Tok::kEnd;
      if (key) {
        Next();
        if (!PathKey(path)) Unexpected("a key of a path");
      } else if (IsSymbol("[") && Ahead(1).type == Tok::kNumber && SymbolAhead(2, "]")) {
        path += "[" + std::string(Ahead(1).text) + "]";
        at_ += 3;
      } else if (IsSymbol("[") && SymbolAhead(1, "*") && SymbolAhead(2, "]")) {
        path += "[*]";
        at_ += 3;
      } else if (IsSymbol("[") && Ahead(1).type == Tok::kString && SymbolAhead(2, "]")) {
        path += "[\"" + std::string(Ahead(1).text) + "\"]";
        at_ += 3;
      } else {
        break;
      }
    }
    Node* text = NewAt(value->begin, Kind::kString, {}, arena_.Copy(path), Op::kPlain);
    value = NewAt(value->begin, Kind::kFunction, {NewAt(value->begin, Kind::kList, {value, text})}, "GET_PATH");
    bool subscripts = false;
    while (IsSymbol("[")) {
      Next();
      Node* index = Expression();
      ExpectSymbol("]");
      value = NewAt(value->begin, Kind::kSubscript, {value, index});
      subscripts = true;
    }
    const bool more = subscripts && (IsSymbol(".") || IsSymbol(":")) && Ahead(1).type != Tok::kSymbol;
    if (!more) return value;
  }
}

// {'a': 1, b: 2}
Node* Parser::Braces() {
  Depth depth(*this);
  Node* node = New(Kind::kStruct);
  ExpectSymbol("{");
  if (!IsSymbol("}")) {
    do {
      Node* name = nullptr;
      if (Cur().type == Tok::kString) {
        name = New(Kind::kIdentifier, {}, Cur().text);
        name->Set(kQuoted);
        Next();
      } else {
        name = AnyWord("a field name");
      }
      ExpectSymbol(":");
      Add(node, NewAt(name->begin, Kind::kAlias, {Expression(), name}));
    } while (EatSymbol(","));
  }
  ExpectSymbol("}");
  return node;
}

// {*}, {t.*}, {* EXCLUDE (a)}
Node* Parser::ObjectStar() {
  Node* node = New(Kind::kStruct);
  ExpectSymbol("{");
  Node* qualifier = nullptr;
  if (!IsSymbol("*")) {
    qualifier = New(Kind::kName);
    do Add(qualifier, AnyWord("a table"));
    while (EatSymbol(".") && !IsSymbol("*"));
  }
  Add(node, Star(qualifier));
  ExpectSymbol("}");
  return node;
}

// @stage/path/file, @~/path, @%table, '@stage/path': as written, up to a blank or parenthesis; then perhaps (FILE_FORMAT => …).
Node* Parser::StagedFile() {
  const uint32_t begin = Cur().begin;
  std::string_view text;
  if (Cur().type == Tok::kString) {
    text = SourceOf(begin, Cur().end);
    Next();
  } else {
    size_t end = begin;
    bool quoted = false;
    for (; end < ast_.source.size(); ++end) {
      const char c = ast_.source[end];
      if (c == '"') quoted = !quoted;
      if (!quoted && (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '(' || c == ')' || c == ',' || c == ';')) break;
    }
    while (!AtEnd() && Cur().begin < end) Next();
    text = SourceOf(begin, static_cast<uint32_t>(end));
  }
  Node* table =
      NewAt(begin, Kind::kTable,
            {nullptr, NewAt(begin, Kind::kName, {NewAt(begin, Kind::kParameter, {}, text)}), nullptr, nullptr, nullptr});
  if (!IsSymbol("(") || !SymbolAhead(2, "=>")) return table;
  Node* options = New(Kind::kList);
  Next();
  do Add(options, Argument());
  while (EatSymbol(","));
  ExpectSymbol(")");
  std::stable_sort(options->Children().begin(), options->Children().end(), [](const Node* a, const Node* b) {
    auto rank = [](const Node* n) { return n->Is(Kind::kNamedArg) && EqualsIgnoreCase(n->Child(0)->text, "PATTERN") ? 1 : 0; };
    return rank(a) < rank(b);
  });
  table->children[4] = options;
  return table;
}

}  // namespace dvt::sql
