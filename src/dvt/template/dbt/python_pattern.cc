#include "dvt/template/dbt/python_pattern.h"

#include <fmt/format.h>

#include <cctype>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "dvt/template/lang/unicode.h"

namespace dvt::tmpl {
namespace {

constexpr std::string_view kFlagLetters = "aiLmsux";

int64_t FlagOf(char letter) {
  switch (letter) {
    case 'a': return PythonPattern::kAscii;
    case 'i': return PythonPattern::kIgnoreCase;
    case 'L': return PythonPattern::kLocale;
    case 'm': return PythonPattern::kMultiline;
    case 's': return PythonPattern::kDotAll;
    case 'x': return PythonPattern::kVerbose;
    default: return PythonPattern::kUnicode;
  }
}

bool IsOctal(char c) { return c >= '0' && c <= '7'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Rewrites Python's way of writing a pattern as PCRE2's.
class Translation {
 public:
  explicit Translation(std::string_view text) : text_(text) {}

  /// Takes the flags off the pattern's head, "(?ix)…".
  int64_t TakeFlags() {
    int64_t flags = 0;
    while (text_.compare(at_, 2, "(?") == 0) {
      const size_t end = text_.find_first_not_of(kFlagLetters, at_ + 2);
      if (end == std::string_view::npos || text_[end] != ')' || end == at_ + 2) break;
      for (size_t i = at_ + 2; i < end; ++i) flags |= FlagOf(text_[i]);
      at_ = end + 1;
    }
    return flags;
  }

  Result<std::string> Run(bool verbose) {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\\') {
        DVT_TRY(Escape());
      } else if (in_class_) {
        InClass(c);
      } else if (verbose && c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == '[') {
        OpenClass();
      } else if (c == '(') {
        DVT_TRY(Parenthesis());
      } else if (c == '{' && Follows(',')) {
        out_ += IsQuantifier() ? "{0" : "{";  // {,n} counts from nothing
        ++at_;
      } else {
        out_ += c;
        ++at_;
      }
    }
    return std::move(out_);
  }

 private:
  bool Follows(char c) const { return at_ + 1 < text_.size() && text_[at_ + 1] == c; }
  bool IsQuantifier() const {
    size_t i = at_ + 2;
    while (i < text_.size() && IsDigit(text_[i])) ++i;
    return i < text_.size() && text_[i] == '}';
  }
  Error Bad(std::string_view why) const { return Error(ErrorCode::kSyntax, fmt::format("{} at position {}", why, at_)); }

  // A bracket inside is only a bracket: Python has no [:alpha:].
  void InClass(char c) {
    if (c == ']') in_class_ = false;
    if (c == '[') out_ += '\\';
    out_ += c;
    ++at_;
  }

  void OpenClass() {
    in_class_ = true;
    out_ += '[';
    ++at_;
    if (at_ < text_.size() && text_[at_] == '^') out_ += text_[at_++];
    if (at_ < text_.size() && text_[at_] == ']') {
      out_ += "\\]";
      ++at_;
    }
  }

  Status Parenthesis() {
    if (Follows('*')) return Bad("nothing to repeat");
    out_ += '(';
    ++at_;
    if (text_.compare(at_, 1, "?") != 0) return {};
    // Flags of a group, "(?ai-m:…)": PCRE2 does not know those about the alphabet.
    const size_t end = text_.find_first_not_of("aiLmsux-", at_ + 1);
    if (end == std::string_view::npos || end == at_ + 1 || (text_[end] != ':' && text_[end] != ')')) return {};
    for (; at_ < end; ++at_) {
      if (text_[at_] != 'a' && text_[at_] != 'u' && text_[at_] != 'L') out_ += text_[at_];
    }
    return {};
  }

  Status Escape() {
    if (at_ + 1 >= text_.size()) return Bad("bad escape (end of pattern)");
    const char c = text_[at_ + 1];
    if (IsDigit(c)) return Number();
    if (c == 'x' || c == 'u' || c == 'U') return Hex(c == 'x' ? 2 : c == 'u' ? 4 : 8);
    if (!IsLetter(c)) return Copy({text_.substr(at_, 2)});
    switch (c) {
      case 'a': return Copy("\\x07");
      case 'v': return Copy("\\x0b");
      case 'b': return Copy(in_class_ ? "\\x08" : "\\b");
      case 'Z':
      case 'A':
      case 'B':
        if (in_class_) break;
        return Copy(c == 'Z' ? "\\z" : c == 'A' ? "\\A" : "\\B");
      default:
        if (std::string_view("dDsSwWfnrt").find(c) != std::string_view::npos) return Copy({text_.substr(at_, 2)});
    }
    return Bad(fmt::format("bad escape \\{}", c));
  }

  Status Copy(std::string_view escape) {
    out_ += escape;
    at_ += 2;
    return {};
  }

  Status Hex(size_t digits) {
    const std::string_view hex = text_.substr(at_ + 2, digits);
    for (const char c : hex) {
      if (!IsHex(c)) return Bad("incomplete escape");
    }
    if (hex.size() != digits) return Bad("incomplete escape");
    out_ += fmt::format("\\x{{{}}}", hex);
    at_ += 2 + digits;
    return {};
  }

  // \0, \07 and three octal digits are a character, all else is a group's text.
  Status Number() {
    const std::string_view rest = text_.substr(at_ + 1);
    const bool octal = rest[0] == '0' || in_class_ ||
                       (rest.size() >= 3 && rest[0] <= '3' && IsOctal(rest[0]) && IsOctal(rest[1]) && IsOctal(rest[2]));
    size_t size = 1;
    if (octal) {
      while (size < 3 && size < rest.size() && IsOctal(rest[size])) ++size;
      if (!IsOctal(rest[0])) return Bad(fmt::format("bad escape \\{}", rest[0]));
      out_ += fmt::format("\\o{{{}}}", rest.substr(0, size));
    } else {
      if (rest.size() > 1 && IsDigit(rest[1])) size = 2;
      out_ += fmt::format("\\g{{{}}}", rest.substr(0, size));
    }
    at_ += 1 + size;
    return {};
  }

  std::string_view text_;
  size_t at_ = 0;
  bool in_class_ = false;
  std::string out_;
};

uint32_t OptionsOf(int64_t flags) {
  uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
  if ((flags & PythonPattern::kAscii) == 0) options |= PCRE2_UCP;
  if ((flags & PythonPattern::kIgnoreCase) != 0) options |= PCRE2_CASELESS;
  if ((flags & PythonPattern::kMultiline) != 0) options |= PCRE2_MULTILINE | PCRE2_ALT_CIRCUMFLEX;
  if ((flags & PythonPattern::kDotAll) != 0) options |= PCRE2_DOTALL;
  if ((flags & PythonPattern::kVerbose) != 0) options |= PCRE2_EXTENDED;
  return options;
}

std::string MessageOf(int code) {
  PCRE2_UCHAR text[256];
  return pcre2_get_error_message(code, text, sizeof text) < 0 ? fmt::format("error {}", code)
                                                              : std::string(reinterpret_cast<const char*>(text));
}

template <class T, void (*kFree)(T*)>
struct Freed {
  void operator()(T* it) const { kFree(it); }
};
using CompileContext = std::unique_ptr<pcre2_compile_context, Freed<pcre2_compile_context, pcre2_compile_context_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, Freed<pcre2_match_data, pcre2_match_data_free>>;

PCRE2_SPTR Units(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

}  // namespace

struct PythonPattern::Code {
  std::unique_ptr<pcre2_code, Freed<pcre2_code, pcre2_code_free>> it;
};

PythonPattern::~PythonPattern() = default;

Result<std::shared_ptr<const PythonPattern>> PythonPattern::Compile(const std::string& text, int64_t flags) {
  const std::shared_ptr<PythonPattern> made(new PythonPattern());
  Translation translation(text);
  made->text_ = text;
  made->flags_ = flags | translation.TakeFlags();
  DVT_ASSIGN(const std::string source, translation.Run((made->flags_ & kVerbose) != 0));
  const CompileContext context(pcre2_compile_context_create(nullptr));
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  int code = 0;
  PCRE2_SIZE offset = 0;
  made->code_ = std::make_unique<Code>();
  made->code_->it.reset(pcre2_compile(Units(source), source.size(), OptionsOf(made->flags_), &code, &offset, context.get()));
  if (!made->code_->it) return Error(ErrorCode::kSyntax, fmt::format("{} at position {}", MessageOf(code), offset));
  uint32_t groups = 0;
  pcre2_pattern_info(made->code_->it.get(), PCRE2_INFO_CAPTURECOUNT, &groups);
  made->groups_ = groups;
  made->ReadNames();
  return std::shared_ptr<const PythonPattern>(made);
}

void PythonPattern::ReadNames() {
  uint32_t count = 0;
  uint32_t size = 0;
  PCRE2_SPTR table = nullptr;
  pcre2_pattern_info(code_->it.get(), PCRE2_INFO_NAMECOUNT, &count);
  pcre2_pattern_info(code_->it.get(), PCRE2_INFO_NAMEENTRYSIZE, &size);
  pcre2_pattern_info(code_->it.get(), PCRE2_INFO_NAMETABLE, &table);
  // An entry: two bytes of number, the name, a zero.
  for (uint32_t i = 0; i < count; ++i, table += size)
    names_.emplace(reinterpret_cast<const char*>(table + 2), static_cast<size_t>(table[0]) << 8 | table[1]);
}

Result<bool> PythonPattern::Match(std::string_view text, size_t from, Anchor anchor, bool not_empty_there, Spans& spans) const {
  const MatchData data(pcre2_match_data_create_from_pattern(code_->it.get(), nullptr));
  uint32_t options = 0;
  if (anchor != Anchor::kNone) options |= PCRE2_ANCHORED;
  if (anchor == Anchor::kBoth) options |= PCRE2_ENDANCHORED;
  if (not_empty_there) options |= PCRE2_NOTEMPTY_ATSTART;
  const int found = pcre2_match(code_->it.get(), Units(text), text.size(), from, options, data.get(), nullptr);
  if (found == PCRE2_ERROR_NOMATCH) return false;
  if (found < 0) return Error(ErrorCode::kMemory, fmt::format("the search for '{}' was given up: {}", text_, MessageOf(found)));
  const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(data.get());
  spans.clear();
  for (size_t i = 0; i <= groups_; ++i) {
    const bool took_part = ends[2 * i] != PCRE2_UNSET;
    spans.emplace_back(took_part ? static_cast<int64_t>(ends[2 * i]) : -1,
                       took_part ? static_cast<int64_t>(ends[2 * i + 1]) : -1);
  }
  return true;
}

// After an empty match the next one may begin at the same place, but must not be empty there.
Result<std::vector<PythonPattern::Spans>> PythonPattern::MatchAll(std::string_view text, int64_t most) const {
  std::vector<Spans> all;
  Spans spans;
  size_t at = 0;
  bool was_empty = false;
  while (most <= 0 || static_cast<int64_t>(all.size()) < most) {
    DVT_ASSIGN(const bool found, Match(text, at, Anchor::kNone, was_empty, spans));
    if (!found) break;
    at = static_cast<size_t>(spans[0].second);
    was_empty = spans[0].first == spans[0].second;
    all.push_back(spans);
  }
  return all;
}

}  // namespace dvt::tmpl
