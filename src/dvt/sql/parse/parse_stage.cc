// What is made of settings alone: stages, file formats, warehouses, integrations; and COPY INTO.
#include <string>
#include <vector>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

namespace {

constexpr std::string_view kKinds[] = {"STAGE", "FILE FORMAT", "WAREHOUSE", "STORAGE INTEGRATION"};

}  // namespace

// (a = 1, b = 'x' c = (d)) without blanks around the signs, or with them where `apart`.
std::string Parser::TightTuple(bool apart) {
  Depth depth(*this);
  ExpectSymbol("(");
  std::string text = "(";
  while (!IsSymbol(")")) {
    if (AtEnd()) Unexpected("')'");
    const bool first = text.back() == '(' || text.back() == '=' || text.ends_with("= ");
    if (IsSymbol(",")) {
      text += ",";
    } else if (IsSymbol("=")) {
      text += apart ? " = " : "=";
    } else if (IsSymbol("(")) {
      text += (first ? "" : " ") + TightTuple(apart);
      continue;
    } else {
      const bool truth = Is(Kw::kTRUE) || Is(Kw::kFALSE);
      const std::string_view source = SourceOf(Cur().begin, Cur().end);
      const bool glued = Cur().begin == tokens_[at_ - 1].end && !first && text.back() != ',';
      text += (first || glued ? "" : " ") + (truth ? ToUpper(source) : std::string(source));
    }
    Next();
  }
  Next();
  return text + ")";
}

// The kind of what CREATE makes here, if it is one of these; else empty.
std::string_view Parser::StagedKind() const {
  if (!Has(Feature::kStagedFiles)) return {};
  size_t n = 1;
  if (Ahead(n).kw == Kw::kOR && Ahead(n + 1).kw == Kw::kREPLACE) n += 2;
  if (Ahead(n).kw == Kw::kTEMP || Ahead(n).kw == Kw::kTEMPORARY) ++n;
  for (const std::string_view kind : kKinds) {
    const size_t blank = kind.find(' ');
    if (IsWord(kind.substr(0, blank), n) && (blank == std::string_view::npos || IsWord(kind.substr(blank + 1), n + 1)))
      return kind;
  }
  return {};
}

// The value of a setting, its blanks brought to one form.
std::string Parser::TightValue(bool apart) {
  if (IsSymbol("(")) return TightTuple(apart);
  if (Is(Kw::kTRUE) || Is(Kw::kFALSE)) return ToUpper(Next().text);
  const uint32_t begin = Cur().begin;
  return std::string(RawPiece(begin));
}

// One piece as written: tokens without blanks between.
std::string_view Parser::RawPiece(uint32_t begin) {
  if (AtEnd() || IsSymbol(",") || IsSymbol(")") || IsSymbol(";")) Unexpected("a value");
  do Next();
  while (!AtEnd() && Cur().begin == tokens_[at_ - 1].end && !IsSymbol(",") && !IsSymbol(")") && !IsSymbol(";"));
  return SourceOf(begin, tokens_[at_ - 1].end);
}

// CREATE STAGE name key = value …: the comment first, a format by its name in parentheses.
Node* Parser::CreateStage(std::string_view kind) {
  Node* create = Slots(Kind::kCreate, kCreateSlots);
  Next();
  if (Eat(Kw::kOR, Kw::kREPLACE)) create->Set(kOrReplace);
  if (Eat(Kw::kTEMPORARY) || Eat(Kw::kTEMP)) create->Set(kTemporary);
  at_ += kind.find(' ') == std::string_view::npos ? 1 : 2;
  create->text = kind;
  if (Is(Kw::kIF) && IsAhead(1, Kw::kNOT) && IsAhead(2, Kw::kEXISTS)) create->Set(kIfNotExists), at_ += 3;
  create->children[kCreateName] = DottedName();
  std::vector<Node*> comments, settings;
  Eat(Kw::kWITH);
  while (!AtEnd() && !IsSymbol(";")) {
    if (Cur().type != Tok::kWord || !SymbolAhead(1, "=")) {
      settings.push_back(PhrasePiece());
      continue;
    }
    const std::string_view key = arena_.Copy(ToUpper(Cur().text));
    at_ += 2;
    Node* value = nullptr;
    if (key == "FILE_FORMAT" && !IsSymbol("(")) {
      if (Cur().type == Tok::kNumber) Unexpected("a file format");
      const std::string name(Cur().type == Tok::kString ? QuoteString(d_, StringLiteral()->text) : PhrasePiece()->text);
      value = Word("(FORMAT_NAME=" + name + ")");
    } else if (Cur().type == Tok::kString) {
      value = StringLiteral();
    } else {
      value = Word(TightValue(kind == "STAGE" && key != "FILE_FORMAT" && key != "CREDENTIALS"));
    }
    (key == "COMMENT" ? comments : settings).push_back(New(Kind::kSetting, {Word(key), value}, key));
  }
  Node* list = New(Kind::kList);
  for (const auto* part : {&comments, &settings}) {
    for (Node* each : *part) Add(list, each);
  }
  if (list->count > 0) create->children[kCreateProperties] = list;
  return create;
}

// A table, a stage or an address of COPY INTO.
Node* Parser::CopyPlace() {
  if (IsSymbol("(")) return Subquery();
  if (Cur().type == Tok::kString) return StringLiteral();
  if (IsSymbol("@") || Cur().type == Tok::kParameter) return Word(StagedFile()->Child(1)->Child(0)->text);
  return DottedName();
}

// COPY INTO t (a, b) FROM @stage, or (query) FILE_FORMAT = (TYPE='CSV') ON_ERROR = x …; nullptr where it is kept as written.
Node* Parser::CopyParts() {
  Node* copy = Phrase("COPY INTO", {Word("COPY INTO")});
  at_ += 2;
  Add(copy, CopyPlace());
  if (IsSymbol("(")) Add(copy, KeyColumns());
  if (!Eat(Kw::kFROM)) return nullptr;
  Add(copy, Word("FROM"));
  Add(copy, CopyPlace());
  if (NameAhead() && !SymbolAhead(1, "=") && !Is(Kw::kPARTITION)) return nullptr;
  while (!AtEnd() && !IsSymbol(";")) {
    if (Cur().type != Tok::kWord || !SymbolAhead(1, "=")) return nullptr;
    const std::string key(Next().text);
    Next();
    Add(copy, Word(key + " = " + TightValue(false)));
  }
  return copy;
}

// COPY t (a, b) FROM 'file' (options), COPY (query) TO 'file' WITH (options); nullptr where it is kept as written.
Node* Parser::CopyFile() {
  Node* copy = Phrase("COPY", {Word("COPY")});
  Next();
  Add(copy, IsSymbol("(") ? Subquery() : DottedName());
  if (IsSymbol("(")) Add(copy, KeyColumns());
  if (!Is(Kw::kFROM) && !Is(Kw::kTO)) return nullptr;
  Add(copy, Word(ToUpper(Next().text)));
  if (Cur().type != Tok::kString) return nullptr;
  Add(copy, StringLiteral());
  Eat(Kw::kWITH);
  if (IsSymbol("(")) Add(copy, Word("WITH " + TightTuple()));
  return AtEnd() || IsSymbol(";") ? copy : nullptr;
}

Node* Parser::CopyInto() {
  const size_t start = at_;
  try {
    if (Node* copy = Has(Feature::kStagedFiles) ? CopyParts() : CopyFile()) return copy;
  } catch (const ParseFailure&) {
    // Its options are open-ended.
  }
  at_ = start;
  return Command();
}

}  // namespace dvt::sql
