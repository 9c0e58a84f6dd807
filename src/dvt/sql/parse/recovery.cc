// Errors of the parser: what they say, and where reading goes on behind one.
#include <algorithm>
#include <array>

#include "dvt/base/text/text.h"
#include "dvt/sql/parse/parser_internal.h"

namespace dvt::sql {

namespace {

// The words that shape statements; others are more often names than misspellings.
constexpr std::string_view kShapes[] = {
    "SELECT", "FROM",      "WHERE",    "GROUP",     "HAVING", "ORDER",     "LIMIT",     "OFFSET",  "UNION", "EXCEPT",
    "INSERT", "UPDATE",    "DELETE",   "CREATE",    "VALUES", "INTO",      "TABLE",     "JOIN",    "INNER", "OUTER",
    "CROSS",  "USING",     "DISTINCT", "BETWEEN",   "LIKE",   "EXISTS",    "CASE",      "WHEN",    "THEN",  "ELSE",
    "WITH",   "RECURSIVE", "OVER",     "PARTITION", "FILTER", "RETURNING", "INTERSECT", "QUALIFY", "WINDOW"};

// Whether one insertion, deletion, replacement or swap of neighbours turns one word into the other.
bool OneSlipApart(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  size_t first = 0;
  while (first < a.size() && a[first] == b[first]) ++first;
  if (a.size() < b.size()) return a.substr(first) == b.substr(first + 1);
  if (first == a.size()) return false;
  if (a.substr(first + 1) == b.substr(first + 1)) return true;
  return first + 1 < a.size() && a[first] == b[first + 1] && a[first + 1] == b[first] &&
         a.substr(first + 2) == b.substr(first + 2);
}

// Words that begin a clause of a query: there reading goes on behind an error.
bool BeginsClause(Kw kw) {
  switch (kw) {
    case Kw::kFROM:
    case Kw::kWHERE:
    case Kw::kGROUP:
    case Kw::kHAVING:
    case Kw::kWINDOW:
    case Kw::kQUALIFY:
    case Kw::kORDER:
    case Kw::kLIMIT:
    case Kw::kUNION:
    case Kw::kEXCEPT:
    case Kw::kINTERSECT: return true;
    default: return false;
  }
}

bool BeginsStatement(Kw kw) {
  switch (kw) {
    case Kw::kSELECT:
    case Kw::kWITH:
    case Kw::kINSERT:
    case Kw::kUPDATE:
    case Kw::kDELETE:
    case Kw::kCREATE:
    case Kw::kDROP:
    case Kw::kALTER: return true;
    default: return false;
  }
}

}  // namespace

std::string_view NearestKeyword(std::string_view word) {
  if (word.size() < 3 || word.size() > 12) return {};
  const std::string upper = ToUpper(word);
  for (std::string_view shape : kShapes) {
    if (OneSlipApart(upper, shape)) return shape;
  }
  return {};
}

// The word here, or the one before it that was taken for a name, may be a misspelt keyword.
std::string Parser::Suggestion() const {
  for (size_t back = 0; back <= 2 && back <= at_; ++back) {
    const Token& token = tokens_[at_ - back];
    if (token.type != Tok::kWord || token.kw != Kw::kNone) continue;
    const std::string_view nearest = NearestKeyword(token.text);
    if (nearest.empty()) continue;
    return (back == 0 ? ". Did you mean " : ". Is '" + std::string(token.text) + "' meant to be ") + std::string(nearest) + "?";
  }
  return {};
}

void Parser::Unexpected(std::string_view expected) {
  const Token& t = Cur();
  std::string found = "the end of the text";
  if (t.type != Tok::kEnd) {
    const std::string_view text = t.type == Tok::kWord ? t.text : SourceOf(t.begin, t.end);
    size_t shown = std::min<size_t>(text.size(), 40);
    while (shown < text.size() && (static_cast<unsigned char>(text[shown]) & 0xC0) == 0x80) --shown;
    found = "'" + std::string(text.substr(0, shown)) + (shown < text.size() ? "…'" : "'");
  }
  Fail("unexpected " + found + "; expected " + std::string(expected) + Suggestion());
}

void Parser::Fail(std::string message) { throw ParseFailure{Cur().begin, std::move(message)}; }

void Parser::TooDeep() {
  throw ParseFailure{Cur().begin, "nested deeper than " + std::to_string(options_.max_depth) + " levels", true};
}

bool Parser::Report(const ParseFailure& failure) {
  const bool follows = failure.offset == resumed_at_ || Cur().type == Tok::kError;
  if (!follows) failures_.push_back(failure);
  return options_.diagnostics != nullptr && !failure.final && static_cast<int>(failures_.size()) < options_.max_errors;
}

// Goes on at the next clause of the query whose clause began at token `start`, or at the parenthesis or semicolon that ends it.
bool Parser::RecoverInClause(const ParseFailure& failure, size_t start) {
  if (options_.diagnostics == nullptr || failure.final || failure.offset == resumed_at_) return false;
  const size_t failed_at = at_;
  int open = 0;
  size_t token = start;
  for (; token < tokens_.size() - 1; ++token) {
    const Token& t = tokens_[token];
    if (t.symbol == Symbol("(")) ++open;
    if (t.symbol == Symbol(")") && --open < 0) break;
    if (t.symbol == Symbol(";") && token >= failed_at) break;
    if (open == 0 && token >= failed_at && BeginsClause(t.kw)) break;
  }
  if (token < failed_at || (token == start && BeginsClause(tokens_[token].kw))) return false;
  const bool more = Report(failure);
  if (!more) return false;
  at_ = token;
  no_in_ = false;
  resumed_at_ = Cur().begin;
  return true;
}

bool Parser::SkipStatement(size_t start) {
  int open = 0;
  for (size_t token = start; token < tokens_.size() - 1; ++token) {
    const Token& t = tokens_[token];
    if (t.symbol == Symbol("(")) ++open;
    if (t.symbol == Symbol(")")) open = std::max(0, open - 1);
    if (t.symbol != Symbol(";") || token < at_) continue;
    // Where a closing parenthesis is missing, a semicolon before the beginning of a statement separates all the same.
    if (open > 0 && !BeginsStatement(tokens_[token + 1].kw)) continue;
    at_ = token;
    no_in_ = false;
    resumed_at_ = SIZE_MAX;
    return true;
  }
  at_ = tokens_.size() - 1;
  return false;
}

}  // namespace dvt::sql
