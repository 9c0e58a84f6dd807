// Regular expressions and SIMILAR TO, where RE2 finds the same: literal patterns of known pieces.
#include <algorithm>
#include <optional>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

using columnar::TypeKind;

namespace {

struct Pattern {
  std::string text;      ///< RE2's
  std::string skeleton;  ///< every special piece as a plain letter or sign, for IsPortableRegex
  int groups = 0;
  bool may_be_empty = false;
  bool at_end = false;  ///< ends with $
};

struct NamedClass {
  std::string_view name;
  std::string_view posix;    ///< inside of brackets
  std::string_view unicode;  ///< the same in a library that asks Unicode's properties
};

constexpr NamedClass kClasses[] = {{"\\d", "0-9", "\\p{Nd}"},
                                   {"\\w", "\\p{L}\\p{N}_", "\\p{L}\\p{N}_"},
                                   {"\\s", " \\t\\n\\r\\f\\v", "\\s\\p{Z}\\v\\x{85}"},
                                   {"[:digit:]", "0-9", "\\p{Nd}"},
                                   {"[:alpha:]", "\\p{L}", "\\p{L}"},
                                   {"[:alnum:]", "\\p{L}\\p{N}", "\\p{L}\\p{N}"},
                                   {"[:space:]", " \\t\\n\\r\\f\\v", "\\s\\p{Z}\\v\\x{85}"},
                                   {"[:upper:]", "\\p{Lu}", ""},
                                   {"[:lower:]", "\\p{Ll}", ""}};

class Translator {
 public:
  Translator(std::string_view pattern, bool posix) : rest_(pattern), posix_(posix) {}

  std::optional<Pattern> Run() {
    while (!rest_.empty()) {
      if (!(in_class_ ? InClass() : Outside())) return std::nullopt;
    }
    if (in_class_) return std::nullopt;
    out_.at_end = out_.text.ends_with('$') && !out_.text.ends_with("\\$");
    return out_;
  }

 private:
  bool Emit(size_t length, std::string_view text, std::string_view skeleton) {
    out_.text += text;
    out_.skeleton += skeleton;
    rest_.remove_prefix(length);
    return true;
  }

  bool Letter() {
    size_t length = 1;
    while (length < rest_.size() && (static_cast<unsigned char>(rest_[length]) & 0xC0) == 0x80) ++length;
    const std::string_view text = rest_.substr(0, length);
    return Emit(length, text, static_cast<unsigned char>(text[0]) >= 0x80 ? "e" : text);
  }

  std::string_view Class(std::string_view name) const {
    for (const NamedClass& each : kClasses) {
      if (each.name == name) return posix_ ? each.posix : each.unicode;
    }
    return {};
  }

  bool InClass() {
    if (rest_[0] == ']') {
      in_class_ = false;
      return Emit(1, "]", "]");
    }
    if (rest_[0] == '[') {
      const size_t end = rest_.find(":]");
      const std::string_view inside = end == std::string_view::npos ? std::string_view() : Class(rest_.substr(0, end + 2));
      return !inside.empty() && Emit(end + 2, inside, "d");
    }
    if (rest_[0] == '\\') {
      const std::string_view inside = Class(rest_.substr(0, 2));
      if (!inside.empty()) return Emit(2, inside, "d");
      const bool sign = rest_.size() > 1 && std::string_view("-.]\\^[$+*()/").find(rest_[1]) != std::string_view::npos;
      return sign && Emit(2, rest_.substr(0, 2), "d");
    }
    return Letter();
  }

  bool Outside() {
    const char c = rest_[0];
    if (c == '\\' && rest_.size() > 1) {
      const std::string lower = "\\" + ToLower(rest_.substr(1, 1));
      const std::string_view inside = Class(lower);
      if (inside.empty()) return Emit(2, rest_.substr(0, 2), rest_.substr(0, 2));
      return Emit(2, std::string(lower[1] == rest_[1] ? "[" : "[^") + std::string(inside) + "]", "d");
    }
    if (c == '[') {
      in_class_ = true;
      const bool negated = rest_.size() > 1 && rest_[1] == '^';
      return Emit(negated ? 2 : 1, negated ? "[^" : "[", negated ? "[^" : "[");
    }
    if (c == '(') {
      if (rest_.starts_with("(?:")) return Emit(3, "(?:", "(");
      ++out_.groups;
    }
    if (c == '*' || c == '?' || c == '|') out_.may_be_empty = true;
    if (c == '{') return Count();
    return Letter();
  }

  // {2}, {2,}, {2,5}
  bool Count() {
    const size_t end = rest_.find('}');
    if (end == std::string_view::npos || end > 8) return false;
    const std::string_view inside = rest_.substr(1, end - 1);
    const bool counts = !inside.empty() && inside[0] != ',' &&
                        inside.find_first_not_of("0123456789,") == std::string_view::npos &&
                        std::count(inside.begin(), inside.end(), ',') <= 1;
    const std::string_view most = inside.substr(inside.find(',') == std::string_view::npos ? 0 : inside.find(',') + 1);
    if (!counts || inside.size() > 7 || inside.substr(0, inside.find(',')).size() > 3 || most.size() > 3) return false;
    if (inside[0] == '0') out_.may_be_empty = true;
    return Emit(end + 1, rest_.substr(0, end + 1), "+");
  }

  std::string_view rest_;
  bool posix_, in_class_ = false;
  Pattern out_;
};

// `longest`: what is found counts, and the source looks for the longest, RE2 for the first.
std::optional<Pattern> Translate(const Node* pattern, bool posix, bool longest) {
  if (pattern == nullptr || !Unparen(pattern)->Is(Kind::kString, Op::kPlain)) return std::nullopt;
  auto out = Translator(Unparen(pattern)->text, posix).Run();
  if (!out || out->text.empty()) return std::nullopt;
  std::string skeleton = out->skeleton;
  if (longest && out->groups > 0 && skeleton.find_first_of("|\\[") == std::string::npos) {
    bool repeated = false;
    for (size_t i = 0; i + 1 < skeleton.size(); ++i)
      repeated = repeated || (skeleton[i] == ')' && std::string_view("*+?").find(skeleton[i + 1]) != std::string_view::npos);
    if (!repeated) std::erase_if(skeleton, [](char c) { return c == '(' || c == ')'; });
  }
  if (!IsPortableRegex(skeleton, longest)) return std::nullopt;
  return out;
}

std::string Quoted(std::string_view text) { return "'" + ReplaceAll(std::string(text), "'", "''") + "'"; }

// '\1' and the like; what else a backslash may mean differs.
bool ReplacementOf(const Node* node, int groups, bool posix, std::string& out) {
  node = node == nullptr ? nullptr : Unparen(node);
  if (node == nullptr || !node->Is(Kind::kString, Op::kPlain)) return false;
  for (size_t i = 0; i < node->text.size(); ++i) {
    out += node->text[i];
    if (node->text[i] != '\\') continue;
    if (++i == node->text.size()) return false;
    const char c = node->text[i] == '&' && posix ? '0' : node->text[i];
    if (c < '0' || c > '9' || c - '0' > groups || (posix && node->text[i] == '0')) return false;
    out += c;
  }
  return true;
}

// %, _ and the signs that SIMILAR TO shares with regular expressions, anchored.
std::string SimilarPattern(std::string_view pattern, char escape) {
  std::string out = "^(?:";
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' || c == '-' ||
                       c == ',' || c == ':' || c == '/' || c == '@' || c == '#' || c == '\'' ||
                       static_cast<unsigned char>(c) >= 0x80;
    if (c == escape) {
      if (++i == pattern.size() || std::string_view("%_|*+?()[]{}.\\^$").find(pattern[i]) == std::string_view::npos) return {};
      out += pattern[i] == '%' || pattern[i] == '_' ? std::string(1, pattern[i]) : std::string("\\") + pattern[i];
    } else if (in_class) {
      if (c == ']') in_class = false;
      if (!plain && c != ']' && !(c == '^' && pattern[i - 1] == '[')) return {};
      out += c;
    } else if (c == '%' || c == '_') {
      out += c == '%' ? ".*" : ".";
    } else if (c == '.' || c == '^' || c == '$') {
      out += std::string("\\") + c;
    } else if (plain || std::string_view("|*+?()[").find(c) != std::string_view::npos) {
      if (c == '[') in_class = true;
      if (c == '(' && i + 1 < pattern.size() && pattern[i + 1] == '?') return {};
      out += c;
    } else {
      return {};
    }
  }
  return in_class ? std::string() : out + ")$";
}

}  // namespace

// REGEXP and its functions where case does not count.
Node* Rewriter::CaselessPatterns(Node* node) {
  if (!default_settings()) return nullptr;
  if (node->Is(Kind::kLike, Op::kRegexp)) {
    const auto pattern = Translate(node->Child(1), false, false);
    if (!pattern || !IsPlainText(node->Child(0)) || node->Child(2) != nullptr) return nullptr;
    std::string text = pattern->text;
    if (pattern->at_end) text.insert(text.size() - 1, "\\n?");  // there $ goes before a last line end, too
    return Compose(std::string(node->Has(kNot) ? "NOT " : "") + "REGEXP_MATCHES(ARG1, " + Quoted(text) + ", 'i')",
                   {node->Child(0)}, node);
  }
  const Node* args = node->Is(Kind::kFunction) ? node->Child(kArgsSlot) : nullptr;
  if (args == nullptr || args->count < 2 || !IsPlainText(args->Child(0))) return nullptr;
  const std::string name = ToUpper(node->text);
  const auto pattern = Translate(args->Child(1), false, false);
  if (!pattern || pattern->at_end) return nullptr;
  Node* value = args->Child(0);
  const std::string found = "REGEXP_EXTRACT(ARG1, " + Quoted(pattern->text) + ", 0, 'i')";
  if (name == "REGEXP_SUBSTR" && args->count == 2) return Compose(found, {value}, node);
  if (name == "REGEXP_INSTR" && args->count == 2 && !pattern->may_be_empty && pattern->text[0] != '^')
    return Compose("CASE WHEN REGEXP_MATCHES(ARG1, " + Quoted(pattern->text) + ", 'i') THEN STRPOS(ARG1, " + found +
                       ") WHEN ARG1 IS NOT NULL THEN 0 END",
                   {value}, node);
  std::string by;
  if (name != "REGEXP_REPLACE" || args->count != 3 || pattern->may_be_empty ||
      !ReplacementOf(args->Child(2), pattern->groups, false, by))
    return nullptr;
  return Compose("REGEXP_REPLACE(ARG1, " + Quoted(pattern->text) + ", " + Quoted(by) + ", 'gi')", {value}, node);
}

// POSIX patterns: ~, SIMILAR TO and the functions.
Node* Rewriter::PosixPatterns(Node* node) {
  if (node->Is(Kind::kLike, Op::kSimilarTo)) {
    const Node* pattern = Unparen(node->Child(1));
    const Node* escape = node->Child(2) == nullptr ? nullptr : Unparen(node->Child(2));
    const bool known =
        pattern->Is(Kind::kString, Op::kPlain) && (escape == nullptr || (escape->Is(Kind::kString) && escape->text.size() == 1));
    if (!known || !IsPlainText(node->Child(0))) return nullptr;
    const std::string text = SimilarPattern(pattern->text, escape == nullptr ? '\\' : escape->text[0]);
    if (text.empty()) return nullptr;
    return Compose(std::string(node->Has(kNot) ? "NOT " : "") + "REGEXP_MATCHES(ARG1, " + Quoted(text) + ", 's')",
                   {node->Child(0)}, node);
  }
  const bool negated = node->op == Op::kRegexNoMatch || node->op == Op::kRegexINoMatch;
  const bool ignores = node->op == Op::kRegexIMatch || node->op == Op::kRegexINoMatch;
  if (node->Is(Kind::kBinary) && (negated || ignores || node->op == Op::kRegexMatch)) {
    const auto pattern = Translate(node->Child(1), true, false);
    if (!pattern || !IsPlainText(node->Child(0))) return nullptr;
    return Compose(
        std::string(negated ? "NOT " : "") + "REGEXP_MATCHES(ARG1, " + Quoted(pattern->text) + (ignores ? ", 'is')" : ", 's')"),
        {node->Child(0)}, node);
  }
  if (node->Is(Kind::kFunction)) return PosixFunction(node, false);
  // (REGEXP_MATCHES(x, 'p'))[1] makes no row where nothing is found.
  int64_t place = 0;
  Node* call = node->Is(Kind::kSubscript) ? Unparen(node->Child(0)) : nullptr;
  if (call == nullptr || !call->Is(Kind::kFunction) || !IsNumber(node->Child(1), &place) || place != 1) return nullptr;
  return PosixFunction(call, true);
}

Node* Rewriter::PosixFunction(Node* node, bool first) {
  const Node* args = node->Child(kArgsSlot);
  const std::string name = ToUpper(node->text);
  if (args == nullptr || args->count < 2 || !IsPlainText(args->Child(0))) return nullptr;
  Node* value = args->Child(0);
  const Node* last = Unparen(args->Child(args->count - 1));
  if (name == "REGEXP_LIKE" && !first) {
    const auto pattern = Translate(args->Child(1), true, false);
    const bool flags = args->count == 3;
    if (!pattern || args->count > 3 || (flags && !(last->Is(Kind::kString) && last->text == "i"))) return nullptr;
    return Compose("REGEXP_MATCHES(ARG1, " + Quoted(pattern->text) + (flags ? ", 'is')" : ", 's')"), {value}, node);
  }
  const bool words = name == "SUBSTRING" || name == "REGEXP_SUBSTR" || name == "REGEXP_COUNT" || name == "REGEXP_INSTR" ||
                     name == "REGEXP_REPLACE" || name == "REGEXP_SPLIT_TO_ARRAY" || name == "REGEXP_MATCHES" ||
                     name == "REGEXP_MATCH";
  const auto pattern = words ? Translate(args->Child(1), true, true) : std::nullopt;
  if (!pattern) return nullptr;
  const std::string what = Quoted(pattern->text);
  if (name == "REGEXP_REPLACE" && !first) {
    std::string by, options = "s";
    if (args->count > 4 ||
        (args->count == 4 && (!last->Is(Kind::kString) || last->text.find_first_not_of("gi") != std::string_view::npos)))
      return nullptr;
    if (args->count == 4) options = std::string(last->text) + "s";
    if (pattern->may_be_empty || !ReplacementOf(args->Child(2), pattern->groups, true, by)) return nullptr;
    return Compose("REGEXP_REPLACE(ARG1, " + what + ", " + Quoted(by) + ", '" + options + "')", {value}, node);
  }
  if (args->count != 2) return nullptr;
  const std::string matches = "REGEXP_MATCHES(ARG1, " + what + ", 's')";
  const bool group = pattern->groups > 0;
  const std::string found = "REGEXP_EXTRACT(ARG1, " + what + ", " + (group ? "1" : "0") + ", 's')";
  if (first && name == "REGEXP_MATCH") return Compose("CASE WHEN " + matches + " THEN " + found + " END", {value}, node);
  if (first && name == "REGEXP_MATCHES")
    return Compose("UNNEST(CASE WHEN " + matches + " THEN [" + found + "] ELSE [] END)", {value}, node);
  if (first) return nullptr;
  if (name == "SUBSTRING") return Compose("CASE WHEN " + matches + " THEN " + found + " END", {value}, node);
  const std::string whole = "REGEXP_EXTRACT(ARG1, " + what + ", 0, 's')";
  if (name == "REGEXP_SUBSTR") return Compose("CASE WHEN " + matches + " THEN " + whole + " END", {value}, node);
  if (pattern->may_be_empty) return nullptr;
  if (name == "REGEXP_COUNT" && pattern->text[0] != '^')
    return Compose("LEN(REGEXP_EXTRACT_ALL(ARG1, " + what + ", 0, 's'))", {value}, node);
  if (name == "REGEXP_INSTR" && pattern->text[0] != '^' && !pattern->at_end)
    return Compose("CASE WHEN " + matches + " THEN STRPOS(ARG1, " + whole + ") WHEN ARG1 IS NOT NULL THEN 0 END", {value}, node);
  if (name == "REGEXP_SPLIT_TO_ARRAY" && pattern->groups == 0)
    return Compose("REGEXP_SPLIT_TO_ARRAY(ARG1, " + what + ", 's')", {value}, node);
  return nullptr;
}

Node* Rewriter::ExactPatterns(Node* node) {
  return from_.Has(Feature::kCaseInsensitiveText) ? CaselessPatterns(node) : PosixPatterns(node);
}

}  // namespace dvt::sql
