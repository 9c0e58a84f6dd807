#include "dvt/sql/lex/lexer.h"

#include <algorithm>
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/lex/escapes.h"
#include "dvt/sql/lex/symbols.h"

namespace dvt::sql {
namespace {

bool IsWordStart(unsigned char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsWordPart(unsigned char c) { return IsWordStart(c) || IsDigit(static_cast<char>(c)) || c == '$'; }

// What closes q'[…]': the partner of a bracket, else the same character.
char Partner(char open) {
  static constexpr std::string_view kOpening = "[({<", kClosing = "])}>";
  const size_t at = kOpening.find(open);
  return at == std::string_view::npos ? open : kClosing[at];
}

constexpr size_t kMostFailures = 100;

class Lexer {
 public:
  Lexer(std::string_view source, const Dialect& dialect, Arena& arena, bool comments, std::vector<LexFailure>& failures)
      : src_(source), d_(dialect), arena_(arena), comments_(comments), failures_(failures) {}

  std::vector<Token> Run() {
    tokens_.reserve(src_.size() / 4 + 8);
    while (true) {
      SkipBlanks();
      if (pos_ >= src_.size()) break;
      begin_ = pos_;
      Next();
    }
    begin_ = pos_ = src_.size();
    Push(Tok::kEnd, {});
    return std::move(tokens_);
  }

 private:
  char At(size_t offset = 0) const { return pos_ + offset < src_.size() ? src_[pos_ + offset] : '\0'; }
  // Reading goes on at `resume`. Only so many failures are worth telling.
  void Fail(std::string message, size_t at, size_t resume) {
    if (failures_.size() < kMostFailures) failures_.push_back({at, std::move(message)});
    begin_ = at;
    pos_ = resume;
    Push(Tok::kError, src_.substr(at, resume - at));
  }
  void Unclosed(std::string message) { Fail(std::move(message), begin_, src_.size()); }

  void Push(Tok type, std::string_view text) {
    tokens_.push_back({type, Kw::kNone, 0, static_cast<uint32_t>(begin_), static_cast<uint32_t>(pos_), text});
  }

  void SkipBlanks() {
    while (pos_ < src_.size()) {
      char c = src_[pos_];
      if (c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\v') {
        ++pos_;
      } else if (c == '-' && At(1) == '-' && DashComment()) {
        LineComment(2);
      } else if (c == '/' && At(1) == '/' && d_.Has(Feature::kSlashComments)) {
        LineComment(2);
      } else if (c == '#' && d_.Has(Feature::kHashComments)) {
        LineComment(At(1) == '!' ? 2 : 1);
      } else if (c == '/' && At(1) == '*') {
        if (At(2) == '!' && d_.Has(Feature::kVersionComments)) {
          pos_ += 3;
          while (IsDigit(At())) ++pos_;
          ++in_version_;
          continue;
        }
        if (At(2) == '+' && d_.Has(Feature::kOptimizerHints) && BehindVerb()) break;
        BlockComment();
      } else if (in_version_ > 0 && c == '*' && At(1) == '/') {
        --in_version_;
        pos_ += 2;
      } else if (static_cast<unsigned char>(c) == 0xEF && src_.substr(pos_, 3) == "\xEF\xBB\xBF") {
        pos_ += 3;
      } else if (const size_t blank = BlankAhead(); blank > 0) {
        pos_ += blank;
      } else {
        break;
      }
    }
  }

  // How long the blank outside of ASCII is that stands here: the ideographic one, or that which does not break lines.
  size_t BlankAhead() const {
    const std::string_view rest = src_.substr(pos_, 3);
    return rest == "\xE3\x80\x80" ? 3 : rest.starts_with("\xC2\xA0") ? 2 : 0;
  }

  // Whether the last token is one behind which hints may stand.
  bool BehindVerb() const {
    for (size_t i = tokens_.size(); i-- > 0;) {
      if (tokens_[i].type == Tok::kComment) continue;
      const Kw kw = tokens_[i].kw;
      return kw == Kw::kSELECT || kw == Kw::kINSERT || kw == Kw::kUPDATE || kw == Kw::kDELETE || kw == Kw::kMERGE;
    }
    return false;
  }

  void Hint() {
    const size_t end = src_.find("*/", pos_ + 3);
    if (end == std::string_view::npos) return Unclosed("this hint is never closed; expected */");
    const std::string_view text = TrimView(src_.substr(pos_ + 3, end - pos_ - 3));
    pos_ = end + 2;
    Push(Tok::kHint, text);
  }

  bool DashComment() const {
    if (!d_.Has(Feature::kDashCommentNeedsSpace)) return true;
    char c = At(2);
    return c == '\0' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }

  void LineComment(size_t skip) {
    begin_ = pos_;
    pos_ += skip;
    size_t end = src_.find('\n', pos_);
    if (end == std::string_view::npos) end = src_.size();
    std::string_view text = src_.substr(pos_, end - pos_);
    pos_ = end;
    if (comments_) Push(Tok::kComment, text);
  }

  void BlockComment() {
    begin_ = pos_;
    pos_ += 2;
    int depth = 1;
    while (pos_ < src_.size()) {
      if (At() == '*' && At(1) == '/') {
        pos_ += 2;
        if (--depth == 0) {
          if (comments_) Push(Tok::kComment, src_.substr(begin_ + 2, pos_ - begin_ - 4));
          return;
        }
      } else if (At() == '/' && At(1) == '*' && d_.Has(Feature::kNestedComments)) {
        ++depth;
        pos_ += 2;
      } else {
        ++pos_;
      }
    }
    Unclosed("this comment is never closed; expected */");
  }

  void Next() {
    char c = src_[pos_];
    if (c == '\0') return Fail("unexpected NUL byte", pos_, pos_ + 1);
    if ((c == '\'' || c == '"') && TripleAhead()) return TripleQuoted(Tok::kString, false);
    if (c == '/' && At(1) == '*') return Hint();
    if (c == '\'') return Quoted(Tok::kString, '\'', d_.Has(Feature::kBackslashEscapes));
    if (c == '"') {
      if (d_.Has(Feature::kDoubleQuotedStrings)) return Quoted(Tok::kString, '"', d_.Has(Feature::kBackslashEscapes));
      return Quoted(Tok::kQuotedName, '"', d_.Has(Feature::kEscapedNames));
    }
    if (c == '`' && d_.Has(Feature::kBacktickIdentifiers)) return Quoted(Tok::kQuotedName, '`', d_.Has(Feature::kEscapedNames));
    if (c == '[' && d_.Has(Feature::kBracketIdentifiers)) return BracketName();
    if (IsDigit(c) || (c == '.' && IsDigit(At(1)) && !AfterName())) return Number();
    if (IsWordStart(static_cast<unsigned char>(c)) || (c == '#' && d_.Has(Feature::kHashNames))) return Word();
    if (c == '$') return Dollar();
    if (c == '@' && d_.Has(Feature::kAtVariables)) return Variable();
    if (c == '?') {
      if (d_.Has(Feature::kJsonContainment) && (At(1) == '|' || At(1) == '&')) return Punctuation();
      ++pos_;
      while (IsDigit(At()) && !d_.Has(Feature::kTernary)) ++pos_;
      Push(Tok::kParameter, src_.substr(begin_, pos_ - begin_));
      return;
    }
    if (c == '#' && d_.Has(Feature::kHashPositions) && IsDigit(At(1))) {
      ++pos_;
      while (IsDigit(At())) ++pos_;
      return Push(Tok::kParameter, src_.substr(begin_, pos_ - begin_));
    }
    if (c == ':' && d_.Has(Feature::kColonParameters) && IsWordPart(static_cast<unsigned char>(At(1)))) {
      ++pos_;
      while (IsWordPart(static_cast<unsigned char>(At()))) ++pos_;
      Push(Tok::kParameter, src_.substr(begin_, pos_ - begin_));
      return;
    }
    return Punctuation();
  }

  bool AfterName() const {
    return !tokens_.empty() && tokens_.back().end == pos_ &&
           (tokens_.back().type == Tok::kWord || tokens_.back().type == Tok::kQuotedName);
  }

  // Value of a quoted run; doubled quotes and, if asked for, backslashes are resolved. \% and \_ keep the backslash where LIKE needs it.
  void Quoted(Tok type, char quote, bool backslash) {
    size_t start = ++pos_;
    bool plain = true;
    while (pos_ < src_.size()) {
      char c = src_[pos_];
      if (c == '\\' && backslash) {
        plain = false;
        pos_ += 2;
      } else if (c == quote) {
        if (At(1) != quote || (type == Tok::kString && d_.Has(Feature::kTripleQuotes))) break;
        plain = false;
        pos_ += 2;
      } else {
        ++pos_;
      }
    }
    if (pos_ >= src_.size()) return Unclosed(std::string("this quote is never closed; expected ") + quote);
    std::string_view raw = src_.substr(start, pos_ - start);
    ++pos_;
    const bool hex = type == Tok::kHexString;
    if ((hex && !std::all_of(raw.begin(), raw.end(), IsHex)) ||
        (type == Tok::kBitString && raw.find_first_not_of("01") != std::string_view::npos)) {
      return Fail(hex ? "X'…' holds hexadecimal digits only" : "B'…' holds 0 and 1 only", begin_, pos_);
    }
    if (plain) {
      Push(type, raw);
      return;
    }
    std::string value;
    value.reserve(raw.size());
    for (size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] == '\\' && backslash && i + 1 < raw.size()) {
        char next = raw[++i];
        if (next == '%' || next == '_') value += '\\';
        if ((type == Tok::kEString || d_.Has(Feature::kCodeEscapes)) && DecodeCode(raw, i, value, CodesAreBytes(type))) continue;
        AppendEscape(value, next, d_.Has(Feature::kEscapedControls));
      } else {
        value += raw[i];
        if (raw[i] == quote) ++i;
      }
    }
    if (type == Tok::kEString && FirstInvalidUtf8(value) < value.size())
      return Fail("the escapes of this text give bytes that are not UTF-8", begin_, pos_);
    Push(type, arena_.Copy(value));
  }

  bool TripleAhead(size_t offset = 0) const {
    const char quote = At(offset);
    return d_.Has(Feature::kTripleQuotes) && At(offset + 1) == quote && At(offset + 2) == quote &&
           (quote == '\'' || d_.Has(Feature::kDoubleQuotedStrings));
  }

  // r'…', b'…', rb'…', with one or three quotes. False if this word is no such prefix.
  bool PrefixedString() {
    size_t length = 0;
    bool raw = false, bytes = false;
    for (; length < 2; ++length) {
      const char c = static_cast<char>(At(length) | 32);
      if (c == 'r' && !raw && d_.Has(Feature::kRawStrings))
        raw = true;
      else if (c == 'b' && !bytes && d_.Has(Feature::kBytesStrings))
        bytes = true;
      else
        break;
    }
    const char quote = At(length);
    if (length == 0 || (quote != '\'' && (quote != '"' || !d_.Has(Feature::kDoubleQuotedStrings)))) return false;
    pos_ += length;
    const Tok type = bytes ? Tok::kBytesString : Tok::kString;
    if (TripleAhead())
      TripleQuoted(type, raw);
    else if (raw)
      Delimited(type, std::string_view(&src_[pos_], 1), true);
    else
      Quoted(type, quote, true);
    return true;
  }

  void TripleQuoted(Tok type, bool raw) { Delimited(type, src_.substr(pos_, 3), raw); }

  // A string that ends only with its whole delimiter. Backslashes protect what follows, and stay if it is raw.
  void Delimited(Tok type, std::string_view delimiter, bool raw) {
    pos_ += delimiter.size();
    const size_t start = pos_;
    std::string value;
    while (pos_ < src_.size() && src_.substr(pos_, delimiter.size()) != delimiter) {
      if (src_[pos_] != '\\' || pos_ + 1 >= src_.size()) {
        value += src_[pos_++];
        continue;
      }
      size_t at = pos_ + 1 - start;
      if (raw)
        value += src_.substr(pos_, 2);
      else if (!d_.Has(Feature::kCodeEscapes) || !DecodeCode(src_.substr(start), at, value, CodesAreBytes(type)))
        AppendEscape(value, src_[pos_ + 1], d_.Has(Feature::kEscapedControls));
      pos_ = start + at + 1;
    }
    if (pos_ >= src_.size()) return Unclosed("this quote is never closed; expected " + std::string(delimiter));
    pos_ += delimiter.size();
    Push(type, arena_.Copy(value));
  }

  // Whether \xFF is a byte (else a character).
  // \377 is a byte in these, elsewhere a code point.
  static bool CodesAreBytes(Tok type) { return type == Tok::kBytesString || type == Tok::kEString; }

  void BracketName() {
    size_t end = src_.find(']', pos_);
    if (end == std::string_view::npos) return Unclosed("this name is never closed; expected ]");
    const bool doubled = d_.Has(Feature::kHashNames);  // [a]]b] is a]b
    while (doubled && end + 1 < src_.size() && src_[end + 1] == ']') {
      end = src_.find(']', end + 2);
      if (end == std::string_view::npos) return Unclosed("this name is never closed; expected ]");
    }
    std::string_view name = src_.substr(pos_ + 1, end - pos_ - 1);
    if (doubled && name.find(']') != std::string_view::npos) name = arena_.Copy(ReplaceAll(std::string(name), "]]", "]"));
    pos_ = end + 1;
    Push(Tok::kQuotedName, name);
  }

  void Number() {
    if (At() == '0' && (At(1) | 32) == 'x' && IsHex(At(2)) && (d_.Has(Feature::kHexNumbers) || d_.Has(Feature::kHexStrings))) {
      pos_ += 2;
      size_t start = pos_;
      while (IsHex(At())) ++pos_;
      if (d_.Has(Feature::kHexNumbers))
        Push(Tok::kNumber, src_.substr(begin_, pos_ - begin_));
      else
        Push(Tok::kHexString, src_.substr(start, pos_ - start));
      return;
    }
    if (const size_t length = d_.Has(Feature::kCharsetIntroducer) ? BinaryNumber(src_.substr(pos_)) : 0) {
      pos_ += length;
      return Push(Tok::kBitString, src_.substr(begin_ + 2, length - 2));
    }
    Digits();
    if (At() == '.' && At(1) != '.') {
      ++pos_;
      Digits();
    }
    if ((At() | 32) == 'e' && (IsDigit(At(1)) || ((At(1) == '+' || At(1) == '-') && IsDigit(At(2))))) {
      pos_ += 2;
      Digits();
    }
    if (d_.Has(Feature::kNumberSuffixes) && IsWordPart(static_cast<unsigned char>(At()))) return Suffix();
    Push(Tok::kNumber, src_.substr(begin_, pos_ - begin_));
  }

  // 10BD is a typed number, 1a a name.
  void Suffix() {
    const size_t digits = pos_;
    while (pos_ < src_.size() && IsWordPart(static_cast<unsigned char>(src_[pos_]))) ++pos_;
    const std::string suffix = ToUpper(src_.substr(digits, pos_ - digits));
    for (const std::string_view known : {"L", "S", "Y", "D", "F", "BD"}) {
      if (suffix == known) return Push(Tok::kNumber, src_.substr(begin_, pos_ - begin_));
    }
    Push(Tok::kWord, src_.substr(begin_, pos_ - begin_));
  }

  void Digits() {
    while (IsDigit(At()) || (At() == '_' && IsDigit(At(1)) && d_.Has(Feature::kUnderscoreNumbers))) ++pos_;
  }

  void Word() {
    char c = static_cast<char>(At() | 32);
    if ((c == 'r' || c == 'b') && PrefixedString()) return;
    if (d_.Has(Feature::kQuoteStrings)) {
      if (c == 'q' && At(1) == '\'') return AlternativeQuote(Tok::kString, 2);
      if (c == 'n' && (At(1) | 32) == 'q' && At(2) == '\'') return AlternativeQuote(Tok::kNationalString, 3);
    }
    if (At(1) == '\'') {
      if (c == 'e' && d_.Has(Feature::kEStrings)) return ++pos_, Quoted(Tok::kEString, '\'', true);
      if (c == 'x') return ++pos_, Quoted(Tok::kHexString, '\'', false);
      if (c == 'b' && d_.Has(Feature::kBitStrings)) return ++pos_, Quoted(Tok::kBitString, '\'', false);
      if (c == 'n') return ++pos_, Quoted(Tok::kNationalString, '\'', d_.Has(Feature::kBackslashEscapes));
    }
    const bool unicode = c == 'u' && At(1) == '&' && d_.Has(Feature::kUnicodeStrings);
    if (unicode && At(2) == '\'') return pos_ += 2, Quoted(Tok::kUnicodeString, '\'', false);
    if (unicode && At(2) == '"') return Fail("names of the form U&\"…\" are not supported", pos_, pos_ + 2);
    const bool hash = d_.Has(Feature::kHashNames);
    while (pos_ < src_.size() && !BlankAhead() &&
           (IsWordPart(static_cast<unsigned char>(At())) || (hash && (At() == '#' || At() == '@')))) {
      ++pos_;
    }
    std::string_view word = src_.substr(begin_, pos_ - begin_);
    Push(Tok::kWord, word);
    tokens_.back().kw = LookUpKeyword(word);
  }

  // q'[…]': everything up to ]'.
  void AlternativeQuote(Tok type, size_t prefix) {
    const char close[] = {Partner(At(prefix)), '\''};
    const size_t start = pos_ + prefix + 1;
    const size_t end = start > src_.size() ? std::string_view::npos : src_.find(std::string_view(close, 2), start);
    if (end == std::string_view::npos) return Unclosed("this quote is never closed; expected " + std::string(close, 2));
    pos_ = end + 2;
    Push(type, src_.substr(start, end - start));
  }

  void Dollar() {
    const char open = At(1);
    if ((open == '{' && d_.Has(Feature::kBraceVariables)) || (open == '"' && d_.Has(Feature::kDollarParameters))) {
      const size_t end = src_.find(open == '{' ? '}' : '"', pos_ + 2);
      if (end == std::string_view::npos) return Unclosed("this variable is never closed");
      pos_ = end + 1;
      return Push(Tok::kParameter, src_.substr(begin_, pos_ - begin_));
    }
    if (IsDigit(At(1)) && d_.Has(Feature::kHashNames)) {  // $5.00 is money
      ++pos_;
      while (IsDigit(At()) || At() == '.') ++pos_;
      return Push(Tok::kNumber, src_.substr(begin_, pos_ - begin_));
    }
    if (IsDigit(At(1)) && d_.Has(Feature::kDollarParameters)) {
      while (IsDigit(At(1))) ++pos_;
      ++pos_;
      return Push(Tok::kParameter, src_.substr(begin_, pos_ - begin_));
    }
    if (d_.Has(Feature::kDollarStrings)) {
      size_t tag = pos_ + 1;
      while (tag < src_.size() && src_[tag] != '$' && IsWordPart(static_cast<unsigned char>(src_[tag]))) ++tag;
      if (tag < src_.size() && src_[tag] == '$') {
        std::string_view mark = src_.substr(pos_, tag + 1 - pos_);
        size_t end = src_.find(mark, tag + 1);
        if (end == std::string_view::npos)
          return Unclosed("this dollar quote is never closed; expected " + std::string(mark.substr(0, 40)));
        std::string_view value = src_.substr(tag + 1, end - tag - 1);
        pos_ = end + mark.size();
        Push(Tok::kString, value);
        return;
      }
    }
    if (d_.Has(Feature::kDollarParameters) && IsWordStart(static_cast<unsigned char>(At(1)))) {
      ++pos_;
      while (IsWordPart(static_cast<unsigned char>(At()))) ++pos_;
      Push(Tok::kParameter, src_.substr(begin_, pos_ - begin_));
      return;
    }
    if (d_.Has(Feature::kDollarParameters) && At(1) == '"') return ++pos_, Variable();  // $"my name"
    if (d_.Has(Feature::kMatchRecognize)) return Punctuation();                         // the end of a row pattern
    Fail("unexpected character '$'", pos_, pos_ + 1);
  }

  void Variable() {
    while (At() == '@') ++pos_;
    if (At() == '`' || At() == '\'' || At() == '"') {
      char quote = At();
      size_t end = src_.find(quote, pos_ + 1);
      if (end == std::string_view::npos) return Unclosed("this quote is never closed");
      pos_ = end + 1;
    } else {
      const bool hash = d_.Has(Feature::kHashNames);
      while (IsWordPart(static_cast<unsigned char>(At())) || (hash ? At() == '#' || At() == '@' : At() == '.')) ++pos_;
    }
    Push(Tok::kParameter, src_.substr(begin_, pos_ - begin_));
  }

  void Punctuation() {
    std::string_view rest = src_.substr(pos_, 4);
    const size_t length = SymbolLength(rest, d_);
    char c = rest[0];
    if (length == 1 && std::string_view("()[]{},;.+-*/%<>=!~^&|:#@$?").find(c) == std::string_view::npos) {
      return Fail(static_cast<unsigned char>(c) < 32 || c == 127 ? "unexpected control character"
                                                                 : std::string("unexpected character '") + c + "'",
                  pos_, pos_ + 1);
    }
    pos_ += length;
    Push(Tok::kSymbol, src_.substr(begin_, length));
    tokens_.back().symbol = Symbol(tokens_.back().text);
  }

  std::string_view src_;
  const Dialect& d_;
  Arena& arena_;
  bool comments_;
  std::vector<LexFailure>& failures_;
  std::vector<Token> tokens_;
  size_t pos_ = 0;
  size_t begin_ = 0;
  int in_version_ = 0;
};

}  // namespace

std::vector<Token> Lex(std::string_view source, const Dialect& dialect, Arena& arena, bool comments,
                       std::vector<LexFailure>& failures) {
  if (const size_t bad = FirstInvalidUtf8(source); bad < source.size()) {
    failures.push_back({bad, "the text is not UTF-8 here"});
    Token end;
    end.begin = end.end = static_cast<uint32_t>(bad);
    return {end};
  }
  return Lexer(source, dialect, arena, comments, failures).Run();
}

}  // namespace dvt::sql
