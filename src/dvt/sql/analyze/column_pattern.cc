// Which columns COLUMNS(…) and `* LIKE …` mean, told by their names.
#include "dvt/sql/analyze/column_pattern.h"

#include <algorithm>
#include <functional>
#include <regex>

#include "dvt/base/text/text.h"
#include "dvt/base/text/utf8.h"
#include "dvt/sql/dialects/feature.h"

namespace dvt::sql {
namespace {

constexpr uint32_t kStarPatternSlot = 5;

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 128; });
}

// Code points: classes and dots mean letters, not bytes.
std::wstring Wide(std::string_view text) {
  std::wstring out;
  for (size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    auto letter = static_cast<uint32_t>(length == 1 ? first : first & (0xFF >> (length + 1)));
    for (size_t at = 1; at < length && i + at < text.size(); ++at)
      letter = letter << 6 | (static_cast<unsigned char>(text[i + at]) & 0x3F);
    out.push_back(static_cast<wchar_t>(letter));
    i += length;
  }
  return out;
}

// Patterns that RE2 and ECMAScript read alike; what comes back is without a leading (?i).
std::optional<std::string_view> PlainRegex(std::string_view pattern, bool& ignores_case) {
  if (pattern.starts_with("(?i)")) {
    ignores_case = true;
    pattern.remove_prefix(4);
  }
  if (ignores_case && !IsAscii(pattern)) return std::nullopt;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i], next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
    if (c == '\\') {
      const bool known = std::string_view("dwsDWSbB").find(next) != std::string_view::npos ||
                         std::string_view(R"(.[](){}*+?|^$\/-_)").find(next) != std::string_view::npos;
      if (next == '\0' || !known || next == '_') return std::nullopt;
      ++i;
    } else if (c == '(' && next == '?' && !(i + 2 < pattern.size() && pattern[i + 2] == ':')) {
      return std::nullopt;
    } else if (c == '[' && (next == ']' || (next == '^' && i + 2 < pattern.size() && pattern[i + 2] == ']'))) {
      return std::nullopt;
    } else if ((c == '*' || c == '+' || c == '?' || c == '}') && (next == '+' || next == '*')) {
      return std::nullopt;
    }
  }
  return pattern;
}

std::optional<std::wsmatch> Search(std::string_view pattern, const std::wstring& name, bool whole) {
  bool ignores_case = false;
  const auto plain = PlainRegex(pattern, ignores_case);
  const bool ascii = std::all_of(name.begin(), name.end(), [](wchar_t c) { return c < 128; });
  if (!plain || (ignores_case && !ascii)) return std::nullopt;
  try {
    const std::wregex regex(Wide(*plain), ignores_case ? std::regex::ECMAScript | std::regex::icase : std::regex::ECMAScript);
    std::wsmatch match;
    if (whole) {
      (void)std::regex_match(name, match, regex);
    } else {
      (void)std::regex_search(name, match, regex);
    }
    return match;
  } catch (const std::regex_error&) {
    return std::nullopt;  // the system says what is wrong with it
  }
}

std::optional<bool> MatchesRegex(std::string_view pattern, std::string_view name, bool whole) {
  const std::wstring wide = Wide(name);
  const auto match = Search(pattern, wide, whole);
  if (!match) return std::nullopt;
  return !match->empty();
}

// % or * for any text, _ or ? for one letter; the escape makes them letters.
bool MatchesLike(std::wstring_view pattern, std::wstring_view text, wchar_t any, wchar_t one, wchar_t escape) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == any) {
    for (size_t skip = 0; skip <= text.size(); ++skip) {
      if (MatchesLike(pattern.substr(1), text.substr(skip), any, one, escape)) return true;
    }
    return false;
  }
  const bool escaped = escape != 0 && pattern[0] == escape && pattern.size() > 1;
  if (escaped) pattern.remove_prefix(1);
  if (text.empty() || (pattern[0] != text[0] && (escaped || pattern[0] != one))) return false;
  return MatchesLike(pattern.substr(1), text.substr(1), any, one, escape);
}

std::optional<bool> MatchesOp(Op op, std::string pattern, std::string name, wchar_t escape) {
  switch (op) {
    case Op::kIlikeOp:
      if (!IsAscii(pattern) || !IsAscii(name)) return std::nullopt;
      pattern = ToLower(pattern);
      name = ToLower(name);
      [[fallthrough]];
    case Op::kLikeOp: return MatchesLike(Wide(pattern), Wide(name), L'%', L'_', escape);
    case Op::kGlob:
      if (pattern.find_first_of("[\\") != std::string::npos) return std::nullopt;
      return MatchesLike(Wide(pattern), Wide(name), L'*', L'?', 0);
    case Op::kSimilarTo: return MatchesRegex(pattern, name, true);
    default: return std::nullopt;
  }
}

/// A condition on a column's name, as a lambda of COLUMNS has.
class NameCondition {
 public:
  NameCondition(const Node* lambda, std::string_view name) : variable_(lambda->Child(0)), name_(name) {}

  std::optional<bool> Holds(const Node* condition) const {
    condition = Unparen(condition);
    switch (condition->kind) {
      case Kind::kBoolean: return condition->op == Op::kTrue;
      case Kind::kUnary: return condition->op == Op::kNot ? Opposite(Holds(condition->Child(0)), true) : std::nullopt;
      case Kind::kBinary: return Compared(*condition);
      case Kind::kLike: return Matched(*condition);
      case Kind::kIn: return Listed(*condition);
      case Kind::kFunction: return Called(*condition);
      default: return std::nullopt;
    }
  }

 private:
  static std::optional<bool> Opposite(std::optional<bool> value, bool opposite) { return value && opposite ? !*value : value; }

  /// A text made of the name and constants.
  std::optional<std::string> Text(const Node* value) const {
    value = Unparen(value);
    if (value->Is(Kind::kString, Op::kPlain)) return std::string(value->text);
    if (value->Is(Kind::kColumn) && value->count == 1 && EqualsIgnoreCase(value->Child(0)->text, variable_->Child(0)->text))
      return std::string(name_);
    const Node* arguments = value->Is(Kind::kFunction) ? value->Child(kArgsSlot) : nullptr;
    if (arguments == nullptr || arguments->count != 1) return std::nullopt;
    const auto inner = Text(arguments->Child(0));
    if (!inner || !IsAscii(*inner)) return std::nullopt;
    if (EqualsIgnoreCase(value->text, "lower")) return ToLower(*inner);
    if (EqualsIgnoreCase(value->text, "upper")) return ToUpper(*inner);
    return std::nullopt;
  }

  std::optional<bool> Compared(const Node& node) const {
    if (node.op == Op::kAnd || node.op == Op::kOr) {
      const auto left = Holds(node.Child(0)), right = Holds(node.Child(1));
      if (!left || !right) return std::nullopt;
      return node.op == Op::kAnd ? *left && *right : *left || *right;
    }
    const auto left = Text(node.Child(0)), right = Text(node.Child(1));
    if (!left || !right) return std::nullopt;
    switch (node.op) {
      case Op::kEq: return *left == *right;
      case Op::kNeq: return *left != *right;
      case Op::kLt: return *left < *right;
      case Op::kLe: return *left <= *right;
      case Op::kGt: return *left > *right;
      case Op::kGe: return *left >= *right;
      case Op::kRegexMatch: return MatchesRegex(*right, *left, true);
      case Op::kRegexNoMatch: return Opposite(MatchesRegex(*right, *left, true), true);
      default: return std::nullopt;
    }
  }

  std::optional<bool> Matched(const Node& node) const {
    const auto text = Text(node.Child(0)), pattern = Text(node.Child(1));
    if (!text || !pattern) return std::nullopt;
    wchar_t escape = 0;
    if (const Node* written = node.Child(2)) {
      if (!written->Is(Kind::kString) || written->text.size() != 1 || !IsAscii(written->text)) return std::nullopt;
      escape = static_cast<wchar_t>(written->text[0]);
    }
    return Opposite(MatchesOp(node.op, *pattern, *text, escape), node.Has(kNot));
  }

  std::optional<bool> Listed(const Node& node) const {
    const auto text = Text(node.Child(0));
    if (!text || node.Child(1) == nullptr || !node.Child(1)->Is(Kind::kList)) return std::nullopt;
    bool found = false;
    for (const Node* each : node.Child(1)->Children()) {
      const auto value = Text(each);
      if (!value) return std::nullopt;
      found = found || *value == *text;
    }
    return found != node.Has(kNot);
  }

  std::optional<bool> Called(const Node& call) const {
    const Node* arguments = call.Child(kArgsSlot);
    if (arguments == nullptr || arguments->count != 2) return std::nullopt;
    const auto text = Text(arguments->Child(0)), part = Text(arguments->Child(1));
    if (!text || !part) return std::nullopt;
    const std::string name = ToLower(call.text);
    if (name == "starts_with" || name == "prefix") return text->starts_with(*part);
    if (name == "ends_with" || name == "suffix") return text->ends_with(*part);
    if (name == "contains") return text->find(*part) != std::string::npos;
    if (name == "regexp_matches") return MatchesRegex(*part, *text, false);
    if (name == "regexp_full_match") return MatchesRegex(*part, *text, true);
    return std::nullopt;
  }

  const Node* variable_;
  std::string_view name_;
};

std::optional<bool> TakesByWords(const Node* phrase, std::string_view name) {
  std::string words(phrase->Child(0)->text);
  const bool negated = words.starts_with("NOT ");
  if (negated) words.erase(0, 4);
  const Op op = words == "LIKE"         ? Op::kLikeOp
                : words == "ILIKE"      ? Op::kIlikeOp
                : words == "GLOB"       ? Op::kGlob
                : words == "SIMILAR TO" ? Op::kSimilarTo
                                        : Op::kNone;
  // SIMILAR TO is a regular expression found anywhere in the name, its negation one of the whole name.
  const std::string pattern(phrase->Child(1)->text);
  const auto found = op == Op::kSimilarTo ? MatchesRegex(pattern, name, negated) : MatchesOp(op, pattern, std::string(name), 0);
  return found ? std::optional<bool>(*found != negated) : std::nullopt;
}

}  // namespace

bool IsColumnsCall(const Node* node, const Dialect& dialect) {
  if (!node->Is(Kind::kFunction) || !dialect.Has(Feature::kSpreadColumns) || !EqualsIgnoreCase(node->text, "columns") ||
      node->Has(kQuotedName) || node->Child(kSchemaSlot) != nullptr)
    return false;
  const Node* arguments = node->Child(kArgsSlot);
  return arguments != nullptr && arguments->count == 1;
}

bool HasColumnPattern(const Node* node, const Dialect& dialect) {
  bool found = false;
  Visit(node, [&](const Node* each) {
    if (each != node && each->IsQuery()) return false;
    found = found || IsColumnsCall(each, dialect) || (each->Is(Kind::kStar) && each->Child(kStarPatternSlot) != nullptr);
    return !found;
  });
  return found;
}

bool IsOrderByAll(const Node* order, const Dialect& dialect) {
  if (order == nullptr || order->count != 1 || !dialect.Has(Feature::kSpreadColumns)) return false;
  const Node* key = order->Child(0)->Child(0);
  if (key->Is(Kind::kStar)) return key->count == 0;
  return key->Is(Kind::kColumn) && key->count == 1 && !key->Child(0)->Has(kQuoted) &&
         EqualsIgnoreCase(key->Child(0)->text, "all");
}

std::optional<bool> TakesColumn(const Node* pattern, std::string_view name, const Dialect& dialect) {
  switch (pattern->kind) {
    case Kind::kString: return MatchesRegex(pattern->text, name, false);
    case Kind::kPhrase: return TakesByWords(pattern, name);
    case Kind::kLambda: return NameCondition(pattern, name).Holds(pattern->Child(1));
    case Kind::kArray: {
      bool found = false;
      for (const Node* each : pattern->Children()) {
        if (!each->Is(Kind::kString, Op::kPlain)) return std::nullopt;
        found = found || SameName(dialect, each->text, name);
      }
      return found;
    }
    default: return std::nullopt;
  }
}

std::optional<std::string> AliasOfColumn(std::string_view alias, const Node* pattern, std::string_view name) {
  const bool regex = pattern->Is(Kind::kString);
  const std::wstring wide = Wide(name);
  const auto match = regex ? Search(pattern->text, wide, false) : std::optional<std::wsmatch>();
  std::string out;
  for (size_t i = 0; i < alias.size(); ++i) {
    if (alias[i] != '\\') {
      out += alias[i];
      continue;
    }
    const char next = ++i < alias.size() ? alias[i] : '\0';
    if (next == '\\') {
      out += next;
    } else if (next == '0') {
      out += name;
    } else if (next < '0' || next > '9' || !match) {
      return std::nullopt;
    } else {
      const auto group = static_cast<size_t>(next - '0');
      if (group >= match->size()) continue;
      for (const wchar_t c : (*match)[group].str()) AppendUtf8(out, static_cast<uint32_t>(c));
    }
  }
  return out;
}

}  // namespace dvt::sql
