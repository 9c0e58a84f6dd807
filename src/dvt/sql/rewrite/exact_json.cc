// Paths into JSON values, and what a JSON value contains.
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/base/text/value.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

using columnar::TypeKind;

namespace {

bool IsName(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// "$.a.b[1]" → its part before the last [n], and n; -1 if there is none or something else is in the path.
int LastPlace(std::string_view path, std::string& before) {
  if (!path.starts_with('$') || !path.ends_with(']')) return -1;
  const size_t open = path.rfind('[');
  if (open == std::string_view::npos || path.size() - open > 6) return -1;
  const std::string_view digits = path.substr(open + 1, path.size() - open - 2);
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return -1;
  before = path.substr(0, open);
  for (const std::string& part : Split(before == "$" ? std::string_view() : std::string_view(before).substr(1), '.')) {
    if (!part.empty() && !IsName(part)) return -1;
  }
  return std::stoi(std::string(digits));
}

}  // namespace

// JSON_EXTRACT(x, '$.a[0]'): a value that is no array counts as an array of one.
Node* Rewriter::PlacedJson(Node* node) {
  const Node* args = node->Child(kArgsSlot);
  if (args == nullptr || args->count != 2 || !EqualsIgnoreCase(node->text, "JSON_EXTRACT")) return nullptr;
  const Node* path = Unparen(args->Child(1));
  std::string before;
  const int place = path->Is(Kind::kString, Op::kPlain) ? LastPlace(path->text, before) : -1;
  if (place < 0 || TypeOf(args->Child(0)).kind != TypeKind::kJson) return nullptr;
  const std::string whole = "JSON_EXTRACT(ARG1, '" + std::string(path->text) + "')";
  if (place > 0) return Compose(whole, {args->Child(0)}, node);
  return Compose(
      "CASE WHEN JSON_TYPE(ARG1, '" + before + "') = 'ARRAY' THEN " + whole + " ELSE JSON_EXTRACT(ARG1, '" + before + "') END",
      {args->Child(0)}, node);
}

// JSONB_EXTRACT_PATH[_TEXT](x, 'a', '0').
Node* Rewriter::JsonByParts(Node* node) {
  const std::string name = ToUpper(node->text);
  const bool text = name == "JSONB_EXTRACT_PATH_TEXT" || name == "JSON_EXTRACT_PATH_TEXT";
  const Node* args = node->Child(kArgsSlot);
  if ((!text && name != "JSONB_EXTRACT_PATH" && name != "JSON_EXTRACT_PATH") || args == nullptr || args->count < 2)
    return nullptr;
  std::string pointer;
  for (uint32_t i = 1; i < args->count; ++i) {
    const Node* part = Unparen(args->Child(i));
    if (!part->Is(Kind::kString, Op::kPlain) || !IsName(part->text)) return nullptr;
    pointer += "/" + std::string(part->text);
  }
  return Compose(std::string(text ? "JSON_EXTRACT_STRING" : "JSON_EXTRACT") + "(ARG1, '" + pointer + "')", {args->Child(0)},
                 node);
}

// x @> '{"a": 1, "b": "c"}': an object of plain values.
Node* Rewriter::JsonContains(Node* node) {
  Node* value = node->Child(0);
  const Node* literal = Unparen(node->Child(1));
  if (literal->Is(Kind::kCast)) literal = Unparen(literal->Child(0));
  if (TypeOf(value).kind != TypeKind::kJson || !literal->Is(Kind::kString, Op::kPlain)) return nullptr;
  auto parsed = ParseJson(literal->text);
  if (!parsed || !parsed->is_map() || parsed->map().empty()) return nullptr;
  std::string all;
  for (const auto& entry : parsed->map()) {
    if (!IsName(entry.key)) return nullptr;
    const std::string at = "JSON_EXTRACT(ARG1, '$.\"" + entry.key + "\"')";
    std::string term;
    if (entry.value.is_bool()) term = "CAST(" + at + " AS VARCHAR) = '" + (entry.value.as_bool() ? "true" : "false") + "'";
    if (entry.value.is_int())
      term = "REGEXP_FULL_MATCH(CAST(" + at + " AS VARCHAR), '" + std::to_string(entry.value.as_int()) + "(\\.0+)?')";
    if (entry.value.is_string() && IsName(entry.value.as_string()))
      term = "CAST(" + at + " AS VARCHAR) = '\"" + entry.value.as_string() + "\"'";
    if (term.empty()) return nullptr;
    all += (all.empty() ? "" : " AND ") + ("COALESCE(" + term + ", FALSE)");
  }
  return Compose("CASE WHEN ARG1 IS NOT NULL THEN JSON_TYPE(ARG1) = 'OBJECT' AND " + all + " END", {value}, node);
}

// FORMAT('%s-%s', a, b) of texts and whole numbers.
Node* Rewriter::FormattedText(Node* node) {
  const Node* args = node->Child(kArgsSlot);
  if (!EqualsIgnoreCase(node->text, "FORMAT") || args == nullptr || args->count == 0 || args->count > 10) return nullptr;
  const Node* format = Unparen(args->Child(0));
  if (!format->Is(Kind::kString, Op::kPlain)) return nullptr;
  std::string text, literal;
  size_t used = 0;
  const auto flush = [&] {
    if (!literal.empty()) text += (text.empty() ? "'" : " || '") + ReplaceAll(literal, "'", "''") + "'";
    literal.clear();
  };
  for (size_t i = 0; i < format->text.size(); ++i) {
    if (format->text[i] != '%') {
      literal += format->text[i];
      continue;
    }
    if (++i == format->text.size()) return nullptr;
    if (format->text[i] == '%') {
      literal += '%';
      continue;
    }
    if (format->text[i] != 's' || ++used >= args->count) return nullptr;
    const Node* value = args->Child(static_cast<uint32_t>(used));
    if (!IsPlainText(value) && !TypeOf(value).is_integer()) return nullptr;
    flush();
    text += std::string(text.empty() ? "" : " || ") + "COALESCE(CAST(ARG" + std::to_string(used) + " AS VARCHAR), '')";
  }
  flush();
  if (used + 1 != args->count || used == 0) return nullptr;
  const Node* shape = ComposeShape("(" + text + ")");
  return shape == nullptr ? nullptr : Compose(shape, args->Children().subspan(1), node);
}

// CHAR(4) beside ||: trailing blanks of a padded text do not count.
Node* Rewriter::PaddedText(Node* node) {
  const auto padded = [&](const Node* side) -> int64_t {
    side = Unparen(side);
    if (!side->Is(Kind::kCast) || side->Has(kTry)) return 0;
    const columnar::DataType type = TypeOf(side);
    return type.kind == TypeKind::kString && type.fixed && IsPlainText(side->Child(0)) ? type.length : 0;
  };
  const int64_t left = padded(node->Child(0)), right = padded(node->Child(1));
  if ((left == 0 && !IsPlainText(node->Child(0))) || (right == 0 && !IsPlainText(node->Child(1))) || left + right == 0)
    return nullptr;
  const auto text = [](const std::string& argument, int64_t length) {
    return length == 0 ? argument : "RTRIM(LEFT(" + argument + ", " + std::to_string(length) + "), ' ')";
  };
  Node* a = left == 0 ? node->Child(0) : Unparen(node->Child(0))->Child(0);
  Node* b = right == 0 ? node->Child(1) : Unparen(node->Child(1))->Child(0);
  return Compose(text("ARG1", left) + " || " + text("ARG2", right), {a, b}, node);
}

Node* Rewriter::ExactJson(Node* node) {
  if (from_.Has(Feature::kUnsignedBits)) return node->Is(Kind::kFunction) ? PlacedJson(node) : nullptr;
  if (node->Is(Kind::kBinary, Op::kContains)) return JsonContains(node);
  if (node->Is(Kind::kBinary, Op::kConcat)) return PaddedText(node);
  if (!node->Is(Kind::kFunction)) return nullptr;
  if (Node* out = FormattedText(node)) return out;
  return JsonByParts(node);
}

}  // namespace dvt::sql
