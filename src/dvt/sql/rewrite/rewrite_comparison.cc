// Comparisons: collations, rows, patterns, regular expressions, concatenation.
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

using columnar::DataType;
using columnar::TypeKind;

namespace {

bool IsOrdering(Op op) { return op == Op::kLt || op == Op::kLe || op == Op::kGt || op == Op::kGe; }
bool IsTimestamp(const DataType& type) { return type.kind == TypeKind::kTimestamp || type.kind == TypeKind::kTimestampTz; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

Node* Rewriter::Comparison(Node* node) {
  if (node->Is(Kind::kBinary) && Unparen(node->Child(0))->Is(Kind::kRow) && Unparen(node->Child(1))->Is(Kind::kRow))
    return RowComparison(node);
  const DataType left = TypeOf(node->Child(0));
  const bool ordering = node->Is(Kind::kBetween) || IsOrdering(node->op);
  bool text = left.is_text();
  bool stamps = IsTimestamp(left);
  // A text literal against a typed column takes the column's type.
  for (uint32_t i = 1; i < node->count && i < 3; ++i) {
    const Node* child = node->Child(i);
    if (child->Is(Kind::kList)) {
      bool any = false;
      for (const Node* item : child->Children()) any = any || TypeOf(item).is_text();
      text = text && any;
      continue;
    }
    const DataType other = child->IsQuery() || child->Is(Kind::kQuantified) ? DataType() : TypeOf(child);
    text = text && (other.is_text() || other.kind == TypeKind::kNull);
    stamps = stamps || IsTimestamp(other);
  }
  if (stamps && to_.Has(Feature::kDynamicTyping))
    Note(Verdict::kDifferent, node, "comparison of timestamps",
         "they are texts in " + std::string(to_.name) + ", compared letter by letter");
  if (&from_ != &to_ && !customary_) TextAgainstValue(node);
  if (left.kind == TypeKind::kJson) Note(Verdict::kUnsupported, node, "comparison of JSON", "JSON values compare differently");
  if (!text) return node;
  if (left.kind == TypeKind::kString && left.fixed && from_.Has(Feature::kTildeRegex) && !from_.Has(Feature::kStructBraces)) {
    Note(Verdict::kDifferent, node, "comparison of CHAR(n)", "trailing blanks do not count in PostgreSQL");
  }
  if (CollationsDiffer()) {
    const std::string lax(from_.Has(Feature::kCaseInsensitiveText) ? from_.name : to_.name);
    const std::string strict(from_.Has(Feature::kCaseInsensitiveText) ? to_.name : from_.name);
    Note(Verdict::kDifferent, node, "text comparison",
         "it ignores case and trailing blanks by default in " + lax + ", not in " + strict);
  } else if (ordering && TextOrdersDiffer()) {
    Note(Verdict::kDifferent, node, "order of texts",
         "PostgreSQL orders texts by its locale, " + std::string(from_.Has(Feature::kLocaleTextOrder) ? to_.name : from_.name) +
             " by bytes");
  }
  return node;
}

// A text literal beside a value of another type is converted to it, or the other way round, and rounded or not.
void Rewriter::TextAgainstValue(const Node* node) {
  std::vector<const Node*> sides;
  for (uint32_t i = 0; i < node->count && i < 3; ++i) {
    const Node* child = node->Child(i);
    if (child == nullptr || child->IsQuery() || child->Is(Kind::kQuantified)) continue;
    if (child->Is(Kind::kList))
      sides.insert(sides.end(), child->Children().begin(), child->Children().end());
    else
      sides.push_back(child);
  }
  DataType type;
  for (const Node* side : sides) {
    if (!Unparen(side)->Is(Kind::kString) && type.kind == TypeKind::kUnknown) type = TypeOf(side);
  }
  if (type.kind != TypeKind::kBool && !type.is_numeric() && !type.is_temporal()) return;
  for (const Node* side : sides) {
    const Node* literal = Unparen(side);
    if (!literal->Is(Kind::kString) || IsPlainValue(literal->text, type)) continue;
    Note(Verdict::kDifferent, node, "comparison with a text",
         "'" + std::string(literal->text) + "' is not read as a value of " + type.ToString() + " alike in both systems");
    return;
  }
}

// (a, b) < (c, d) in plain comparisons, because DuckDB's rows take NULL for a value.
Node* Rewriter::RowComparison(Node* node) {
  const Node* left = Unparen(node->Child(0));
  const Node* right = Unparen(node->Child(1));
  const Op op = node->op;
  const bool known = op == Op::kEq || op == Op::kNeq || IsOrdering(op);
  if (from_.Has(Feature::kStructBraces) || !known || left->count != right->count || left->count == 0) {
    Note(Verdict::kDifferent, node, "comparison of rows", "NULLs inside rows count as values in DuckDB only");
    return node;
  }
  if (!to_.Has(Feature::kStructBraces)) return node;
  auto pair = [&](uint32_t i, Op each) {
    return MakeBinary(arena_, each, Clone(arena_, left->Child(i)), Clone(arena_, right->Child(i)));
  };
  const uint32_t last = left->count - 1;
  Node* out = pair(last, op);
  for (uint32_t i = last; i-- > 0;) {
    if (op == Op::kEq || op == Op::kNeq) {
      out = MakeBinary(arena_, op == Op::kEq ? Op::kAnd : Op::kOr, pair(i, op), out);
    } else {
      const Op strict = op == Op::kLe ? Op::kLt : op == Op::kGe ? Op::kGt : op;
      out = MakeParen(arena_, MakeBinary(arena_, Op::kOr, pair(i, strict), MakeBinary(arena_, Op::kAnd, pair(i, Op::kEq), out)));
    }
  }
  return Made(MakeParen(arena_, out));
}

Node* Rewriter::Between(Node* node) {
  Comparison(node);
  if (!node->Has(kSymmetric) || to_.Has(Feature::kSymmetricBetween)) return node;
  const bool negated = node->Has(kNot);
  node->flags = 0;
  Node* other = NewNode(arena_, Kind::kBetween,
                        {Clone(arena_, node->Child(0)), Clone(arena_, node->Child(2)), Clone(arena_, node->Child(1))});
  Node* either = Made(MakeParen(arena_, Made(MakeBinary(arena_, Op::kOr, Made(node), Made(other)))));
  return negated ? Made(MakeNot(arena_, either)) : either;
}

Node* Rewriter::In(Node* node) {
  Node* flattened = InFlattened(node);
  Node* rows = flattened != nullptr ? flattened : InRows(node);
  if (Node* test = rows != nullptr ? rows : InArray(node)) {
    Note(Verdict::kUnsupported, node, "IN UNNEST", "only lists and queries are known to mean the same");
    return test;
  }
  if (Unparen(node->Child(0))->Is(Kind::kRow)) {
    if (from_.Has(Feature::kStructBraces) || to_.Has(Feature::kStructBraces))
      Note(Verdict::kDifferent, node, "IN with rows", "NULLs inside rows count as values in DuckDB only");
  } else if (!node->Child(1)->Is(Kind::kList) && !node->Child(1)->IsQuery()) {
    Note(Verdict::kUnsupported, node, "IN", "only lists and queries are known to mean the same");
  }
  return Comparison(node);
}

// Pattern operators that the target says by a function, or by LOWER around both sides.
Node* Rewriter::CustomaryLike(Node* node) {
  if (node->op == Op::kIlikeOp && !to_.Has(Feature::kIlike)) {
    node->op = Op::kLikeOp;
    for (uint32_t i : {0u, 1u}) node->children[i] = Made(MakeFunction(arena_, "LOWER", {node->children[i]}));
    return node;
  }
  if (node->op != Op::kRegexp || to_.Has(Feature::kRegexpOperator)) return nullptr;
  bool exact = false;
  const FunctionSpec* own = FindFunction(from_, "RLIKE", 2);
  const FunctionSpec* spec = own != nullptr && own->read.empty()
                                 ? TargetOf(*own, std::span<Node* const>(node->children, 2), exact)
                                 : FindFamily(to_, "regexp_like", 2);
  if (spec == nullptr) return nullptr;
  Node* call = Call(MakeFunction(arena_, "REGEXP_LIKE", {node->Child(0), node->Child(1)}), *spec,
                    std::span<Node* const>(node->children, 2));
  return node->Has(kNot) ? Made(MakeNot(arena_, call)) : call;
}

Node* Rewriter::Like(Node* node) {
  if (customary_ && (node->op == Op::kRegexp || node->op == Op::kIlikeOp)) {
    Note(Verdict::kDifferent, node, "pattern match", "the flavours of patterns differ");
    if (Node* out = CustomaryLike(node)) return out;
  }
  if (node->op == Op::kRegexp || node->op == Op::kSimilarTo || node->op == Op::kGlob) {
    Note(Verdict::kUnsupported, node, "pattern match", "the flavours of patterns differ");
    return node;
  }
  const Node* pattern = Unparen(node->Child(1));
  if (node->Child(1)->Is(Kind::kQuantified)) Note(Verdict::kUnsupported, node, "LIKE ANY", "it is not known everywhere");
  const bool literal = pattern->Is(Kind::kString);
  const bool letters = !literal || std::any_of(pattern->text.begin(), pattern->text.end(),
                                               [](char c) { return IsLetter(c) || static_cast<unsigned char>(c) >= 0x80; });
  const bool backslash = !literal || pattern->text.find('\\') != std::string_view::npos;
  if (node->Child(2) == nullptr && backslash && !node->Child(1)->Is(Kind::kQuantified) &&
      from_.Has(Feature::kLikeBackslash) != to_.Has(Feature::kLikeBackslash)) {
    if (customary_ && !literal) {
      Note(Verdict::kDifferent, node, "LIKE", "a backslash in the pattern escapes in only one of the two systems");
    } else if (from_.Has(Feature::kLikeBackslash)) {
      SetChild(arena_, node, 2, Made(MakeString(arena_, "\\")));
    } else if (literal) {
      node->children[1] = Made(MakeString(arena_, ReplaceAll(std::string(pattern->text), "\\", "\\\\")));
    } else if (to_.Has(Feature::kTildeRegex)) {
      SetChild(arena_, node, 2, Made(MakeString(arena_, "")));
    } else {
      Note(Verdict::kDifferent, node, "LIKE", "a backslash in the pattern escapes in " + std::string(to_.name) + " only");
    }
  }
  const bool from_ignores = from_.Has(Feature::kLikeIgnoresCase) || node->op == Op::kIlikeOp;
  const bool to_ignores = to_.Has(Feature::kLikeIgnoresCase);
  if (letters && (to_.Has(Feature::kCaseInsensitiveText) || from_.Has(Feature::kCaseInsensitiveText))) {
    Note(Verdict::kDifferent, node, "LIKE", "case and accents of letters do not count by default in MySQL");
  } else if (letters && from_ignores != to_ignores && !(from_ignores && to_.Has(Feature::kIlike))) {
    Note(Verdict::kDifferent, node, "LIKE",
         "the case of letters does not count in " + std::string(from_ignores ? from_.name : to_.name));
  } else if (letters && from_ignores && (from_.Has(Feature::kDynamicTyping) || to_.Has(Feature::kDynamicTyping))) {
    const bool ascii = literal && std::all_of(pattern->text.begin(), pattern->text.end(),
                                              [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    // K and S have further cases outside of ASCII.
    const bool folds = !ascii || pattern->text.find_first_of("kKsS") != std::string_view::npos;
    if (folds) Note(Verdict::kDifferent, node, "LIKE", "only ASCII letters have a case in SQLite");
  }
  if (from_ignores && !to_ignores && to_.Has(Feature::kIlike)) node->op = Op::kIlikeOp;
  if (customary_ && node->op == Op::kIlikeOp && !to_.Has(Feature::kIlike)) {
    for (uint32_t i : {0u, 1u}) node->children[i] = Made(MakeFunction(arena_, "LOWER", {node->children[i]}));
  }
  if (!to_.Has(Feature::kIlike)) node->op = Op::kLikeOp;
  return node;
}

bool IsPortableRegex(std::string_view pattern, bool replacing) {
  bool atom = false, in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    const bool plain =
        IsLetter(c) || (c >= '0' && c <= '9') || std::string_view(" _-,:;/@#%&!<>=\"'~").find(c) != std::string_view::npos;
    if (in_class) {
      if (c == ']')
        in_class = false, atom = true;
      else if (!plain && c != '^' && c != '.' && c != '$' && c != '+' && c != '*' && c != '(' && c != ')')
        return false;
      continue;
    }
    if (plain || c == '.') {
      atom = true;
    } else if (c == '[') {
      in_class = true;
      if (i + 1 < pattern.size() && pattern[i + 1] == '^') ++i;
      if (i + 1 < pattern.size() && pattern[i + 1] == ']') return false;
    } else if (c == '*' || c == '+' || (c == '?' && !replacing)) {
      if (!atom) return false;
      atom = false;  // a second quantifier would mean "lazy" or "possessive"
    } else if (c == '^' || c == '$') {
      atom = false;
      if (c == '^' && i != 0) return false;
      if (c == '$' && i + 1 != pattern.size()) return false;
    } else if ((c == '|' || c == '(' || c == ')') && !replacing) {
      if (c == '(' && i + 1 < pattern.size() && (pattern[i + 1] == '?' || pattern[i + 1] == '*')) return false;
      atom = c == ')';
    } else if (c == '\\' && i + 1 < pattern.size() &&
               std::string_view(".*+?()[]|^$/\\-").find(pattern[i + 1]) != std::string_view::npos) {
      ++i;
      atom = true;
    } else {
      return false;
    }
  }
  return !in_class;
}

Node* Rewriter::Regex(Node* node) {
  const Node* pattern = Unparen(node->Child(1));
  const bool from_postgres = !from_.Has(Feature::kStructBraces);
  if (!to_.Has(Feature::kStructBraces) || !from_postgres || !pattern->Is(Kind::kString) ||
      !IsPortableRegex(pattern->text, false)) {
    Note(Verdict::kUnsupported, node, "regular expression", "the flavours of regular expressions differ");
    const bool folds = node->op == Op::kRegexIMatch;
    const bool by_call = customary_ && !to_.Has(Feature::kTildeRegex) && (folds || node->op == Op::kRegexMatch);
    if (const FunctionSpec* call = by_call ? FindFamily(to_, folds ? "regexp_i_like" : "regexp_like", 2) : nullptr) {
      Node* parts[] = {node->Child(0), node->Child(1)};
      return Call(node, *call, parts);
    }
    return node;
  }
  const bool ignores = node->op == Op::kRegexIMatch || node->op == Op::kRegexINoMatch;
  Node* match = Made(
      MakeFunction(arena_, "REGEXP_MATCHES", {node->Child(0), node->Child(1), Made(MakeString(arena_, ignores ? "is" : "s"))}));
  const bool negated = node->op == Op::kRegexNoMatch || node->op == Op::kRegexINoMatch;
  return negated ? Made(MakeParen(arena_, Made(MakeNot(arena_, match)))) : match;
}

Node* Rewriter::Concatenation(Node* node) {
  for (uint32_t i = 0; i < 2; ++i) {
    const DataType type = TypeOf(node->Child(i));
    const bool same_text = type.is_integer() || type.kind == TypeKind::kString || type.kind == TypeKind::kUnknown ||
                           type.kind == TypeKind::kNull || type.kind == TypeKind::kUuid;
    const bool similar = from_.Has(Feature::kBooleanType) && to_.Has(Feature::kBooleanType) &&
                         (type.kind == TypeKind::kDate || type.kind == TypeKind::kBool || type.kind == TypeKind::kTimestamp ||
                          (type.kind == TypeKind::kDecimal && type.precision > 0));
    if (type.kind == TypeKind::kList || type.kind == TypeKind::kJson || type.kind == TypeKind::kBinary) {
      Note(Verdict::kUnsupported, node, "||", "arrays, bytes and JSON are joined differently");
      return node;
    }
    if (!same_text && !similar)
      Note(Verdict::kDifferent, node, "||", "the text of " + type.ToString() + " values is not the same everywhere");
  }
  const FunctionSpec* call = customary_ ? FindConcept(to_, "concat_operator", 2) : nullptr;
  if (call != nullptr) {
    std::vector<Node*> parts;
    for (Node* left = node; left != nullptr;) {
      const bool more = left->Is(Kind::kBinary, Op::kConcat);
      parts.insert(parts.begin(), more ? left->children[1] : left);
      left = more ? left->children[0] : nullptr;
    }
    return Call(node, *call, parts);
  }
  if (to_.Has(Feature::kPipesConcat)) return node;
  if (to_.Has(Feature::kConditionsOnly)) {  // texts are added: NULL stays NULL, as CONCAT would not have it
    if (TypeOf(node->Child(0)).kind != TypeKind::kString && TypeOf(node->Child(1)).kind != TypeKind::kString)
      Note(Verdict::kDifferent, node, "||", "values that are no texts are added as numbers");
    node->op = Op::kAdd;
    return Made(node);
  }
  return Made(MakeFunction(arena_, "CONCAT", {node->Child(0), node->Child(1)}));
}

// A condition that may be a number in one system must be a truth value in the other.
void Rewriter::Truth(Node*& slot) {
  if (slot == nullptr || from_.Has(Feature::kBooleanType) || !to_.Has(Feature::kBooleanType)) return;
  const DataType type = TypeOf(slot);
  if (type.is_numeric()) {
    slot = Made(MakeParen(arena_, Made(MakeBinary(arena_, Op::kNeq, slot, MakeNumber(arena_, 0)))));
  } else if (type.is_text() && type.kind != TypeKind::kUnknown && type.kind != TypeKind::kNull) {
    Note(Verdict::kUnsupported, slot, "text as a condition",
         std::string(from_.name) + " reads a number from the beginning of a text");
  }
}

}  // namespace dvt::sql
