#include "dvt/template/lang/lexer.h"

#include <array>
#include <cstring>
#include <utility>

#include "dvt/template/lang/raise.h"
#include "dvt/template/lang/unicode.h"

namespace dvt::tmpl {
namespace {

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= '\x1f'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0; }
bool IsNamePart(char c) { return IsNameStart(c) || IsDigit(c); }

struct Operator {
  std::string_view text;
  TokenType type;
};
// Longer spellings first.
constexpr std::array<Operator, 27> kOperators{{
    {"//", TokenType::kFloorDiv},   {"**", TokenType::kPow},         {"==", TokenType::kEq},       {"!=", TokenType::kNe},
    {">=", TokenType::kGe},         {"<=", TokenType::kLe},          {"+", TokenType::kAdd},       {"-", TokenType::kSub},
    {"/", TokenType::kDiv},         {"*", TokenType::kMul},          {"%", TokenType::kMod},       {"~", TokenType::kTilde},
    {"[", TokenType::kLeftBracket}, {"]", TokenType::kRightBracket}, {"(", TokenType::kLeftParen}, {")", TokenType::kRightParen},
    {"{", TokenType::kLeftBrace},   {"}", TokenType::kRightBrace},   {">", TokenType::kGt},        {"<", TokenType::kLt},
    {"=", TokenType::kAssign},      {".", TokenType::kDot},          {":", TokenType::kColon},     {"|", TokenType::kPipe},
    {",", TokenType::kComma},       {";", TokenType::kSemicolon},    {"!", TokenType::kEnd},
}};

class Lexer {
 public:
  Lexer(std::string_view text, const std::string& file, const ParseOptions& options)
      : text_(text), file_(file), options_(options), line_(options.first_line) {
    end_ = text.size();
    if (!options.keep_trailing_newline && end_ > 0) {
      if (text[end_ - 1] == '\n') {
        --end_;
        if (end_ > 0 && text[end_ - 1] == '\r') --end_;
      } else if (text[end_ - 1] == '\r') {
        --end_;
      }
    }
  }

  std::vector<Token> Run() {
    while (pos_ < end_) {
      size_t tag = FindTag(pos_);
      char kind = tag < end_ ? text_[tag + 1] : '\0';
      EmitData(pos_, tag, kind);
      if (tag >= end_) break;
      Advance(tag);
      if (kind == '#') {
        Comment();
      } else if (kind == '{') {
        Expression(TokenType::kVariableBegin, TokenType::kVariableEnd, "}}");
      } else if (!RawLike()) {
        Expression(TokenType::kBlockBegin, TokenType::kBlockEnd, "%}");
      }
    }
    Advance(end_);
    tokens_.push_back({TokenType::kEnd, "", line_, Column(end_), end_, end_});
    return std::move(tokens_);
  }

 private:
  bool At(size_t pos, std::string_view what) const { return pos + what.size() <= end_ && text_.substr(pos, what.size()) == what; }
  size_t SkipSpace(size_t pos) const {
    while (pos < end_ && IsSpace(text_[pos])) ++pos;
    return pos;
  }
  int Column(size_t pos) const { return static_cast<int>(pos - line_start_) + 1; }
  /// Moves on to `pos`, counting lines.
  void Advance(size_t pos) {
    for (; pos_ < pos; ++pos_) {
      bool lone_return = text_[pos_] == '\r' && !(pos_ + 1 < text_.size() && text_[pos_ + 1] == '\n');
      if (text_[pos_] == '\n' || lone_return) {
        ++line_;
        line_start_ = pos_ + 1;
      }
    }
  }
  [[noreturn]] void Fail(const std::string& message, std::string hint = {}) {
    throw Raised{Error(ErrorCode::kSyntax, message).At({file_, line_, Column(pos_)}).WithHint(std::move(hint))};
  }
  void Push(TokenType type, std::string text, size_t begin, size_t end) {
    tokens_.push_back({type, std::move(text), line_, Column(begin), begin, end});
  }

  size_t FindTag(size_t from) const {
    for (size_t i = from; i + 1 < end_; ++i) {
      const void* brace = std::memchr(text_.data() + i, '{', end_ - 1 - i);
      if (brace == nullptr) return end_;
      i = static_cast<size_t>(static_cast<const char*>(brace) - text_.data());
      char next = text_[i + 1];
      if (next == '{' || next == '%' || next == '#') return i;
    }
    return end_;
  }

  /// Text before a tag at `end`, stripped as the tag's marks ask.
  void EmitData(size_t begin, size_t end, char kind) {
    size_t stop = end;
    char mark = kind != '\0' && end + 2 < end_ ? text_[end + 2] : '\0';
    if (mark == '-') {
      while (stop > begin && IsSpace(text_[stop - 1])) --stop;
    } else if (options_.lstrip_blocks && mark != '+' && (kind == '%' || kind == '#')) {
      size_t line = stop;
      while (line > begin && (text_[line - 1] == ' ' || text_[line - 1] == '\t')) --line;
      bool at_line_start = line == 0 || text_[line - 1] == '\n' || text_[line - 1] == '\r';
      if (at_line_start && (line > begin || begin == 0 || text_[begin - 1] == '\n')) stop = line;
    }
    if (stop > begin) Push(TokenType::kData, NormalizeNewlines(text_.substr(begin, stop - begin)), begin, stop);
  }

  /// After the closing text of a tag at `pos` (length `size`): applies -, + and trim_blocks.
  size_t AfterTag(size_t pos, size_t size, bool strip, bool block, bool plus) const {
    pos += size;
    if (strip) return SkipSpace(pos);
    if (block && options_.trim_blocks && !plus && pos < end_) {
      if (text_[pos] == '\n') return pos + 1;
      if (text_[pos] == '\r') return pos + (pos + 1 < end_ && text_[pos + 1] == '\n' ? 2 : 1);
    }
    return pos;
  }

  void Comment() {
    size_t close = text_.substr(0, end_).find("#}", pos_ + 2);
    if (close == std::string_view::npos) Fail("Missing end of comment tag", "close the comment with #}");
    char before = close > pos_ + 2 ? text_[close - 1] : '\0';
    Advance(AfterTag(close, 2, before == '-', true, before == '+'));
  }

  /// `{% word … %}` at pos: end of the opening tag, or npos.
  size_t MatchTag(size_t pos, std::string_view word, std::string* argument, bool* strip) const {
    if (!At(pos, "{%")) return std::string_view::npos;
    pos += 2;
    if (pos < end_ && (text_[pos] == '-' || text_[pos] == '+')) ++pos;
    pos = SkipSpace(pos);
    if (!At(pos, word)) return std::string_view::npos;
    pos += word.size();
    if (pos < end_ && IsNamePart(text_[pos])) return std::string_view::npos;
    pos = SkipSpace(pos);
    size_t name = pos;
    while (pos < end_ && IsNamePart(text_[pos])) ++pos;
    if (pos > name) {
      if (argument == nullptr) return std::string_view::npos;
      *argument = std::string(text_.substr(name, pos - name));
      pos = SkipSpace(pos);
    }
    *strip = At(pos, "-%}");
    bool plus = At(pos, "+%}");
    if (*strip || plus) ++pos;
    if (!At(pos, "%}")) return std::string_view::npos;
    return AfterTag(pos, 2, *strip, true, plus);
  }

  /// raw and docs blocks: their content is no template.
  bool RawLike() {
    bool strip = false;
    size_t body = MatchTag(pos_, "raw", nullptr, &strip);
    if (body != std::string_view::npos) {
      size_t close = FindClosing(body, "endraw");
      if (close == std::string_view::npos) Fail("Missing end of raw directive", "close the block with {% endraw %}");
      size_t after = MatchTag(close, "endraw", nullptr, &strip);
      Advance(body);
      EmitData(body, close, '%');
      Advance(after);
      return true;
    }
    std::string name;
    if (!options_.dbt_blocks) return false;
    body = MatchTag(pos_, "docs", &name, &strip);
    if (body == std::string_view::npos || name.empty()) return false;
    size_t close = FindClosing(body, "enddocs");
    if (close == std::string_view::npos) Fail("Missing end of docs block", "close the block with {% enddocs %}");
    size_t after = MatchTag(close, "enddocs", nullptr, &strip);
    Push(TokenType::kBlockBegin, "", pos_, pos_ + 2);
    Push(TokenType::kName, "docs", pos_, pos_ + 2);
    Push(TokenType::kName, name, pos_, body);
    Push(TokenType::kBlockEnd, "", pos_, body);
    Advance(body);
    Push(TokenType::kData, NormalizeNewlines(text_.substr(body, close - body)), body, close);
    Advance(close);
    Push(TokenType::kBlockBegin, "", close, close + 2);
    Push(TokenType::kName, "enddocs", close, close + 2);
    Push(TokenType::kBlockEnd, "", close, after);
    Advance(after);
    return true;
  }

  size_t FindClosing(size_t from, std::string_view word) const {
    bool strip = false;
    for (size_t at = from; (at = text_.substr(0, end_).find("{%", at)) != std::string_view::npos; at += 2) {
      if (MatchTag(at, word, nullptr, &strip) != std::string_view::npos) return at;
    }
    return std::string_view::npos;
  }

  void Expression(TokenType begin, TokenType end, std::string_view close) {
    size_t start = pos_;
    int start_line = line_;
    int start_column = Column(pos_);
    size_t inner = pos_ + 2;
    if (inner < end_ && (text_[inner] == '-' || text_[inner] == '+')) ++inner;
    Push(begin, "", pos_, inner);
    Advance(inner);
    std::vector<char> brackets;
    while (true) {
      Advance(SkipSpace(pos_));
      if (pos_ >= end_) {
        throw Raised{Error(ErrorCode::kSyntax, "unexpected end of template: the tag that begins here is never closed")
                         .At({file_, start_line, start_column})
                         .WithHint("close it with " + std::string(close))};
      }
      if (brackets.empty()) {
        bool strip = text_[pos_] == '-' && At(pos_ + 1, close);
        bool plus = close == "%}" && text_[pos_] == '+' && At(pos_ + 1, close);
        if (strip || plus || At(pos_, close)) {
          size_t at = pos_ + (strip || plus ? 1 : 0);
          size_t after = AfterTag(at, 2, strip, close == "%}", plus);
          Push(end, "", pos_, at + 2);
          tokens_.back().end = after;
          Advance(after);
          return;
        }
      }
      NextToken(brackets, start);
    }
  }

  void NextToken(std::vector<char>& brackets, size_t /*start*/) {
    char c = text_[pos_];
    if (IsNameStart(c)) {
      size_t end = pos_ + 1;
      while (end < end_ && IsNamePart(text_[end])) ++end;
      PushAndAdvance(TokenType::kName, std::string(text_.substr(pos_, end - pos_)), end);
    } else if (IsDigit(c)) {
      Number();
    } else if (c == '"' || c == '\'') {
      String(c);
    } else {
      for (const auto& op : kOperators) {
        if (!At(pos_, op.text) || op.text == "!") continue;
        if (op.text == "(" || op.text == "[" || op.text == "{") brackets.push_back(c);
        if (op.text == ")" || op.text == "]" || op.text == "}") CloseBracket(brackets, c);
        PushAndAdvance(op.type, std::string(op.text), pos_ + op.text.size());
        return;
      }
      size_t size = Utf8Size(text_, pos_);
      Fail("unexpected char '" + std::string(text_.substr(pos_, size)) + "'");
    }
  }

  void CloseBracket(std::vector<char>& brackets, char c) {
    char wanted = c == ')' ? '(' : c == ']' ? '[' : '{';
    if (brackets.empty()) Fail(std::string("unexpected '") + c + "'");
    if (brackets.back() != wanted) {
      char expected = brackets.back() == '(' ? ')' : brackets.back() == '[' ? ']' : '}';
      Fail(std::string("unexpected '") + c + "', expected '" + expected + "'");
    }
    brackets.pop_back();
  }

  void PushAndAdvance(TokenType type, std::string text, size_t end) {
    Push(type, std::move(text), pos_, end);
    Advance(end);
  }

  /// Digits with single underscores between them, from `pos`; the end.
  template <class IsPart>
  size_t Digits(size_t pos, IsPart is_part) const {
    size_t end = pos;
    while (end < end_ && (is_part(text_[end]) || (text_[end] == '_' && end > pos && end + 1 < end_ && is_part(text_[end + 1]))))
      ++end;
    return end;
  }

  static bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

  void Number() {
    auto without_underscores = [&](size_t end) {
      std::string digits;
      for (size_t i = pos_; i < end; ++i) {
        if (text_[i] != '_') digits += text_[i];
      }
      return digits;
    };
    char second = pos_ + 1 < end_ ? static_cast<char>(text_[pos_ + 1] | 0x20) : '\0';
    if (text_[pos_] == '0' && (second == 'x' || second == 'o' || second == 'b')) {
      size_t from = pos_ + 2 + (pos_ + 2 < end_ && text_[pos_ + 2] == '_' ? 1 : 0);
      size_t end = second == 'x'   ? Digits(from, IsHex)
                   : second == 'o' ? Digits(from, [](char c) { return c >= '0' && c <= '7'; })
                                   : Digits(from, [](char c) { return c == '0' || c == '1'; });
      if (end > from) return PushAndAdvance(TokenType::kInteger, without_underscores(end), end);
    }
    size_t end = Digits(pos_, IsDigit);
    size_t whole = end;
    bool after_dot = pos_ > 0 && text_[pos_ - 1] == '.';
    bool is_float = false;
    if (!after_dot) {
      if (end + 1 < end_ && text_[end] == '.' && IsDigit(text_[end + 1])) {
        end = Digits(end + 1, IsDigit);
        is_float = true;
      }
      if (end < end_ && (text_[end] | 0x20) == 'e') {
        size_t exponent = end + 1;
        if (exponent < end_ && (text_[exponent] == '+' || text_[exponent] == '-')) ++exponent;
        size_t stop = Digits(exponent, IsDigit);
        if (stop > exponent) {
          end = stop;
          is_float = true;
        }
      }
    }
    if (is_float) return PushAndAdvance(TokenType::kFloat, without_underscores(end), end);
    if (text_[pos_] == '0') {  // only zeros may follow a leading zero
      whole = Digits(pos_, [](char c) { return c == '0'; });
    }
    PushAndAdvance(TokenType::kInteger, without_underscores(whole), whole);
  }

  void String(char quote) {
    size_t end = pos_ + 1;
    while (end < end_ && text_[end] != quote) end += text_[end] == '\\' && end + 1 < end_ ? 2 : 1;
    if (end >= end_) Fail(std::string("unexpected char '") + quote + "'", "the string that begins here is never closed");
    std::string raw = NormalizeNewlines(text_.substr(pos_ + 1, end - pos_ - 1));
    std::string decoded;
    if (!DecodeEscapes(raw, &decoded)) Fail("broken escape sequence in the string that begins here");
    PushAndAdvance(TokenType::kString, std::move(decoded), end + 1);
  }

  std::string_view text_;
  const std::string& file_;
  const ParseOptions& options_;
  size_t pos_ = 0;
  size_t end_ = 0;
  int line_;
  size_t line_start_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::string_view DescribeTokenType(TokenType type) {
  switch (type) {
    case TokenType::kData: return "template data / text";
    case TokenType::kVariableBegin: return "begin of print statement";
    case TokenType::kVariableEnd: return "end of print statement";
    case TokenType::kBlockBegin: return "begin of statement block";
    case TokenType::kBlockEnd: return "end of statement block";
    case TokenType::kName: return "name";
    case TokenType::kInteger: return "integer";
    case TokenType::kFloat: return "float";
    case TokenType::kString: return "string";
    case TokenType::kEnd: return "end of template";
    default: break;
  }
  for (const auto& op : kOperators) {
    if (op.type == type) return op.text;
  }
  return "token";
}

std::string DescribeToken(const Token& token) {
  if (token.type == TokenType::kName || token.type == TokenType::kInteger || token.type == TokenType::kFloat ||
      token.type == TokenType::kString) {
    return token.text;
  }
  return std::string(DescribeTokenType(token.type));
}

std::vector<Token> Tokenize(std::string_view text, const std::string& file, const ParseOptions& options) {
  return Lexer(text, file, options).Run();
}

}  // namespace dvt::tmpl
