#include <fmt/format.h>

#include <cctype>

#include "dvt/base/text/text.h"
#include "dvt/lake/filter/expression.h"
#include "dvt/lake/iceberg/transform.h"

namespace dvt::lake {

namespace {

enum class TokenKind : uint8_t { kEnd, kName, kNumber, kText, kSign };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;
  size_t at = 0;
  bool quoted = false;
};

constexpr int kMaxDepth = 200;

class FilterParser {
 public:
  explicit FilterParser(std::string_view sql) : sql_(sql) {}

  Result<Filter> Whole() {
    DVT_TRY(Next());
    DVT_ASSIGN(Filter filter, Disjunction(0));
    if (token_.kind != TokenKind::kEnd) return Unexpected("AND, OR or the end");
    return filter;
  }

 private:
  // The filter in one line, cut where it is long.
  std::string Shown() const {
    constexpr int kLongest = 200;
    std::string text(TruncateText(sql_, kLongest));
    const bool cut = text.size() < sql_.size();
    for (char& c : text)
      if (static_cast<unsigned char>(c) < ' ') c = ' ';
    return cut ? text + "…" : text;
  }

  Error Unexpected(const char* wanted) const {
    const std::string found = token_.kind == TokenKind::kEnd ? "the end" : fmt::format("'{}'", token_.text);
    return Error(ErrorCode::kSyntax, fmt::format("the filter has {} at character {} where {} was expected: {}", found,
                                                 token_.at + 1, wanted, Shown()));
  }

  // Up to the closing quote; a doubled quote stands for one.
  Status QuotedToken(char quote) {
    token_.text.clear();
    for (++at_; at_ < sql_.size(); ++at_) {
      if (sql_[at_] == quote) {
        if (at_ + 1 >= sql_.size() || sql_[at_ + 1] != quote) {
          ++at_;
          return {};
        }
        ++at_;
      }
      token_.text += sql_[at_];
    }
    return Error(ErrorCode::kSyntax,
                 fmt::format("the filter has no closing {} for character {}: {}", quote, token_.at + 1, Shown()));
  }

  static bool NameChar(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0; }

  Status Next() {
    while (at_ < sql_.size() && std::isspace(static_cast<unsigned char>(sql_[at_])) != 0) ++at_;
    token_ = {TokenKind::kEnd, {}, at_, false};
    if (at_ >= sql_.size()) return {};
    const char c = sql_[at_];
    if (c == '\'') {
      token_.kind = TokenKind::kText;
      return QuotedToken(c);
    }
    if (c == '"' || c == '`') {
      token_.kind = TokenKind::kName;
      token_.quoted = true;
      return QuotedToken(c);
    }
    const bool digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
    if (digit || (c == '.' && at_ + 1 < sql_.size() && std::isdigit(static_cast<unsigned char>(sql_[at_ + 1])) != 0)) {
      token_.kind = TokenKind::kNumber;
      while (at_ < sql_.size() && (NameChar(sql_[at_]) || sql_[at_] == '.' || Exponent())) token_.text += sql_[at_++];
      return {};
    }
    if (NameChar(c)) {
      token_.kind = TokenKind::kName;
      while (at_ < sql_.size() && NameChar(sql_[at_])) token_.text += sql_[at_++];
      return {};
    }
    token_.kind = TokenKind::kSign;
    for (const auto* sign : {"<=", ">=", "<>", "!=", "=="}) {
      if (sql_.substr(at_, 2) != sign) continue;
      token_.text = sign;
      at_ += 2;
      return {};
    }
    token_.text = sql_[at_++];
    return {};
  }

  bool Exponent() const { return (sql_[at_] == '+' || sql_[at_] == '-') && (sql_[at_ - 1] == 'e' || sql_[at_ - 1] == 'E'); }
  bool Is(const char* word) const {
    return token_.kind == TokenKind::kName && !token_.quoted && EqualsIgnoreCase(token_.text, word);
  }
  bool IsSign(const char* sign) const { return token_.kind == TokenKind::kSign && token_.text == sign; }
  Result<bool> Accept(const char* word) {
    if (!Is(word)) return false;
    DVT_TRY(Next());
    return true;
  }
  Status ExpectSign(const char* sign) {
    if (!IsSign(sign)) return Unexpected(sign);
    return Next();
  }

  Result<Filter> Disjunction(int depth) {
    if (depth > kMaxDepth) return Error(ErrorCode::kSyntax, "the filter is nested too deeply");
    DVT_ASSIGN(Filter left, Conjunction(depth));
    while (Is("or")) {
      DVT_TRY(Next());
      DVT_ASSIGN(Filter right, Conjunction(depth));
      left = Filter::Or(std::move(left), std::move(right));
    }
    return left;
  }

  Result<Filter> Conjunction(int depth) {
    DVT_ASSIGN(Filter left, Negation(depth));
    while (Is("and")) {
      DVT_TRY(Next());
      DVT_ASSIGN(Filter right, Negation(depth));
      left = Filter::And(std::move(left), std::move(right));
    }
    return left;
  }

  Result<Filter> Negation(int depth) {
    if (Is("not")) {
      if (depth > kMaxDepth) return Error(ErrorCode::kSyntax, "the filter is nested too deeply");
      DVT_TRY(Next());
      DVT_ASSIGN(Filter inner, Negation(depth + 1));
      return Filter::Not(std::move(inner));
    }
    if (IsSign("(")) {
      DVT_TRY(Next());
      DVT_ASSIGN(Filter inner, Disjunction(depth + 1));
      DVT_TRY(ExpectSign(")"));
      return inner;
    }
    if (Is("true") || Is("false")) {
      Filter constant;
      constant.op = Is("true") ? Op::kTrue : Op::kFalse;
      DVT_TRY(Next());
      return constant;
    }
    return Predicate();
  }

  Result<std::string> Column() {
    if (token_.kind != TokenKind::kName) return Unexpected("a column");
    std::string name = token_.text;
    DVT_TRY(Next());
    while (IsSign(".")) {
      DVT_TRY(Next());
      if (token_.kind != TokenKind::kName) return Unexpected("a column");
      name += "." + token_.text;
      DVT_TRY(Next());
    }
    return name;
  }

  Result<std::string> Literal() {
    for (const auto* word : {"date", "timestamp", "timestamptz", "time", "decimal", "uuid"})
      if (Is(word)) DVT_TRY(Next());
    // X'00ff' are bytes; a text is read as such where the column has them.
    if (Is("x") && sql_.substr(at_).starts_with('\'')) DVT_TRY(Next());
    std::string text;
    if (IsSign("-") || IsSign("+")) {
      text = token_.text == "-" ? "-" : "";
      DVT_TRY(Next());
      if (token_.kind != TokenKind::kNumber) return Unexpected("a number");
    }
    if (token_.kind != TokenKind::kNumber && token_.kind != TokenKind::kText && !Is("true") && !Is("false"))
      return Unexpected("a value");
    text += token_.text;
    DVT_TRY(Next());
    return text;
  }

  Result<Filter> Predicate() {
    DVT_ASSIGN(std::string column, Column());
    DVT_ASSIGN(const bool is, Accept("is"));
    if (is) return NullTest(std::move(column));
    DVT_ASSIGN(const bool negated, Accept("not"));
    if (Is("in") || Is("between") || Is("like")) {
      DVT_ASSIGN(Filter filter, WordTest(std::move(column)));
      return negated ? Filter::Not(std::move(filter)) : std::move(filter);
    }
    if (negated) return Unexpected("IN, BETWEEN or LIKE");
    for (const auto& [sign, op] : {std::pair{"=", Op::kEqual}, std::pair{"==", Op::kEqual}, std::pair{"<>", Op::kNotEqual},
                                   std::pair{"!=", Op::kNotEqual}, std::pair{"<", Op::kLess}, std::pair{"<=", Op::kLessEqual},
                                   std::pair{">", Op::kGreater}, std::pair{">=", Op::kGreaterEqual}}) {
      if (!IsSign(sign)) continue;
      DVT_TRY(Next());
      DVT_ASSIGN(std::string value, Literal());
      return Filter::Test(op, std::move(column), {std::move(value)});
    }
    return Unexpected("a comparison");
  }

  Result<Filter> NullTest(std::string column) {
    DVT_ASSIGN(const bool negated, Accept("not"));
    const bool null = Is("null");
    if (!null && !Is("nan")) return Unexpected("NULL or NAN");
    DVT_TRY(Next());
    return Filter::Test(null ? (negated ? Op::kNotNull : Op::kIsNull) : (negated ? Op::kNotNan : Op::kIsNan), std::move(column));
  }

  Result<Filter> WordTest(std::string column) {
    if (Is("in")) return InList(std::move(column));
    const bool like = Is("like");
    DVT_TRY(Next());
    if (like) return Like(std::move(column));
    DVT_ASSIGN(std::string low, Literal());
    if (!Is("and")) return Unexpected("AND");
    DVT_TRY(Next());
    DVT_ASSIGN(std::string high, Literal());
    return Filter::And(Filter::Test(Op::kGreaterEqual, column, {std::move(low)}),
                       Filter::Test(Op::kLessEqual, column, {std::move(high)}));
  }

  Result<Filter> InList(std::string column) {
    DVT_TRY(Next());
    DVT_TRY(ExpectSign("("));
    std::vector<std::string> values;
    while (true) {
      DVT_ASSIGN(std::string value, Literal());
      values.push_back(std::move(value));
      if (!IsSign(",")) break;
      DVT_TRY(Next());
    }
    DVT_TRY(ExpectSign(")"));
    return Filter::Test(Op::kIn, std::move(column), std::move(values));
  }

  Result<Filter> Like(std::string column) {
    if (token_.kind != TokenKind::kText) return Unexpected("a quoted pattern");
    std::string pattern = token_.text;
    const size_t wild = pattern.find_first_of("%_\\");
    if (wild != std::string::npos && (pattern[wild] != '%' || wild + 1 != pattern.size())) {
      return Error(ErrorCode::kUnsupported, fmt::format("LIKE '{}' is not supported: only 'prefix%' is", pattern));
    }
    DVT_TRY(Next());
    if (wild == std::string::npos) return Filter::Test(Op::kEqual, std::move(column), {std::move(pattern)});
    pattern.pop_back();
    return Filter::Test(Op::kStartsWith, std::move(column), {std::move(pattern)});
  }

  std::string_view sql_;
  size_t at_ = 0;
  Token token_;
};

}  // namespace

Result<Filter> Filter::Parse(std::string_view sql) { return FilterParser(sql).Whole(); }

}  // namespace dvt::lake
