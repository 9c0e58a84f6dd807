// Texts, value for value: comparison under a collation that ignores case, accents and trailing blanks, and searching by it.
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

using columnar::TypeKind;

namespace {

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string Quoted(std::string_view text) { return "'" + ReplaceAll(std::string(text), "'", "''") + "'"; }

// What texts are compared by under utf8mb4_general_ci: letters without case and accents, each alone.
std::string Folded(const Node* node, const std::string& argument) {
  node = Unparen(node);
  if (node->Is(Kind::kString, Op::kPlain) && IsAscii(node->text)) return Quoted(ToUpper(node->text));
  return "UPPER(STRIP_ACCENTS(TRANSLATE(" + argument + ", 'ßıſẛ', 'SISS')))";
}

// … and without trailing blanks.
std::string Key(const Node* node, const std::string& argument) {
  node = Unparen(node);
  if (node->Is(Kind::kString, Op::kPlain) && IsAscii(node->text)) {
    std::string_view text = node->text;
    while (text.ends_with(' ')) text.remove_suffix(1);
    return Quoted(ToUpper(text));
  }
  return Folded(node, "RTRIM(" + argument + ", ' ')");
}

std::string_view ComparisonSign(Op op) {
  switch (op) {
    case Op::kEq: return " = ";
    case Op::kNeq: return " <> ";
    case Op::kLt: return " < ";
    case Op::kLe: return " <= ";
    case Op::kGt: return " > ";
    case Op::kGe: return " >= ";
    case Op::kNullSafeEq: return " IS NOT DISTINCT FROM ";
    default: return {};
  }
}

std::string Argument(size_t i) { return "ARG" + std::to_string(i + 1); }

}  // namespace

bool Rewriter::IsPlainText(const Node* node) const {
  const Node* bare = Unparen(node);
  const bool literal = bare->Is(Kind::kString) && bare->op != Op::kPlain && bare->op != Op::kNational;
  return TypeOf(node).kind == TypeKind::kString && !bare->Is(Kind::kNull) && !bare->Is(Kind::kUnary) && !literal &&
         !node->IsQuery();
}

Node* Rewriter::TextKey(Node* node) { return Compose(Key(node, "ARG1"), {node}, node); }

// =, <, IN, BETWEEN, LIKE of texts.
Node* Rewriter::FoldedComparison(Node* node) {
  Node* left = node->Child(0);
  if (left == nullptr || !IsPlainText(left)) return nullptr;
  const bool negated = node->Has(kNot);
  const std::string first = Key(left, "ARG1"), word = negated ? " NOT" : "";
  if (node->Is(Kind::kBinary)) {
    const std::string_view sign = ComparisonSign(node->op);
    if (sign.empty() || node->Child(1)->Is(Kind::kQuantified) || !IsPlainText(node->Child(1))) return nullptr;
    return Compose(first + std::string(sign) + Key(node->Child(1), "ARG2"), {left, node->Child(1)}, node);
  }
  if (node->Is(Kind::kBetween)) {
    Node* low = node->Child(1);
    Node* high = node->Child(2);
    if (node->Has(kSymmetric) || !IsPlainText(low) || !IsPlainText(high)) return nullptr;
    return Compose(first + word + " BETWEEN " + Key(low, "ARG2") + " AND " + Key(high, "ARG3"), {left, low, high}, node);
  }
  if (node->Is(Kind::kIn)) {
    const Node* list = node->Child(1);
    if (!list->Is(Kind::kList) || node->Has(kGlobal)) return nullptr;
    std::string text;
    for (const Node* item : list->Children()) {
      const bool null = Unparen(item)->Is(Kind::kNull);
      if (!null && (!Unparen(item)->Is(Kind::kString, Op::kPlain) || !IsAscii(Unparen(item)->text))) return nullptr;
      text += (text.empty() ? "" : ", ") + (null ? std::string("NULL") : Key(item, {}));
    }
    return Compose(first + word + " IN (" + text + ")", {left}, node);
  }
  if (!node->Is(Kind::kLike, Op::kLikeOp) || !IsPlainText(node->Child(1))) return nullptr;
  const Node* escape = node->Child(2) == nullptr ? nullptr : Unparen(node->Child(2));
  const bool plain_escape = escape == nullptr || (escape->Is(Kind::kString) && escape->text.size() == 1 &&
                                                  ToUpper(escape->text) == ToLower(escape->text));
  if (!plain_escape) return nullptr;
  return Compose(Folded(left, "ARG1") + word + " LIKE " + Folded(node->Child(1), "ARG2") + " ESCAPE " +
                     Quoted(escape == nullptr ? "\\" : escape->text),
                 {left, node->Child(1)}, node);
}

// LOCATE, INSTR, POSITION; from a place on if `start` is given.
Node* Rewriter::FoldedPosition(Node* needle, Node* text, Node* start, const Node* source) {
  if (!IsPlainText(needle) || !IsPlainText(text)) return nullptr;
  // Parts of equal length in bytes are compared, so that accents count where the needle has none.
  const Node* literal = Unparen(needle);
  if (!literal->Is(Kind::kString, Op::kPlain) || !IsAscii(literal->text)) return nullptr;
  const std::string in = "UPPER(TRANSLATE(ARG1, 'ıſ', '¿¿'))", what = Quoted(ToUpper(literal->text));
  if (start == nullptr) return Compose("STRPOS(" + in + ", " + what + ")", {text, needle}, source);
  int64_t place = 0;
  const Node* bare = Unparen(needle);
  if (!IsNumber(start, &place) || place < 1 || !bare->Is(Kind::kString) || bare->text.empty()) return nullptr;
  const std::string found = "STRPOS(SUBSTRING(" + in + ", ARG3), " + what + ")";
  return Compose("CASE WHEN " + found + " > 0 THEN " + found + " + ARG3 - 1 ELSE " + found + " END", {text, needle, start},
                 source);
}

Node* Rewriter::FoldedFunction(Node* node) {
  const std::string name = ToUpper(node->text);
  const Node* list = node->Child(kArgsSlot);
  if (list == nullptr || list->count == 0) return nullptr;
  std::vector<Node*> args(list->Children().begin(), list->Children().end());
  const bool texts = std::all_of(args.begin(), args.end(), [&](const Node* arg) { return IsPlainText(arg); });
  if (name == "LOCATE" && args.size() > 1) return FoldedPosition(args[0], args[1], args.size() > 2 ? args[2] : nullptr, node);
  if (name == "INSTR" && args.size() == 2) return FoldedPosition(args[1], args[0], nullptr, node);
  const bool bare = node->count == 1 ||
                    std::all_of(node->Children().begin() + 1, node->Children().end(), [](const Node* n) { return n == nullptr; });
  if ((name == "MIN" || name == "MAX") && texts && bare && args.size() == 1)
    return Compose("ARG_" + name + "(ARG1, " + Key(args[0], "ARG1") + ")", {args[0]}, node);
  if (name == "COUNT" && node->Has(kDistinctArgs) && bare) return DistinctCount(node, args);
  if (!texts || !bare) return nullptr;
  if (name == "STRCMP" && args.size() == 2) {
    const std::string a = Key(args[0], "ARG1"), b = Key(args[1], "ARG2");
    return Compose(
        "CASE WHEN " + a + " < " + b + " THEN -1 WHEN " + a + " = " + b + " THEN 0 WHEN " + a + " > " + b + " THEN 1 END",
        {args[0], args[1]}, node);
  }
  if (name == "NULLIF" && args.size() == 2)
    return Compose("CASE WHEN " + Key(args[0], "ARG1") + " = " + Key(args[1], "ARG2") + " THEN NULL ELSE ARG1 END",
                   {args[0], args[1]}, node);
  if (name == "FIND_IN_SET" && args.size() == 2) {
    return Compose(
        "CASE WHEN ARG1 IS NULL OR ARG2 IS NULL THEN NULL WHEN ARG2 = '' OR CONTAINS(ARG1, ',') THEN 0 ELSE "
        "COALESCE(LIST_POSITION(STRING_SPLIT(" +
            Folded(args[1], "ARG2") + ", ','), " + Folded(args[0], "ARG1") + "), 0) END",
        {args[0], args[1]}, node);
  }
  if (name == "FIELD" && args.size() > 1 && args.size() < 10) {
    std::string text = "CASE " + Key(args[0], "ARG1");
    for (size_t i = 1; i < args.size(); ++i) text += " WHEN " + Key(args[i], Argument(i)) + " THEN " + std::to_string(i);
    auto shape = ComposeShape(text + " ELSE 0 END");
    return shape == nullptr ? nullptr : Compose(shape, args, node);
  }
  return nullptr;
}

// COUNT(DISTINCT a, b): rows without NULLs that differ in some key.
Node* Rewriter::DistinctCount(Node* node, std::span<Node* const> args) {
  if (args.size() > 9) return nullptr;
  std::string keys, known;
  bool text = false;
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i]->Is(Kind::kStar) || TypeOf(args[i]).kind == TypeKind::kUnknown) return nullptr;
    text = text || IsPlainText(args[i]);
    keys += (keys.empty() ? "" : ", ") + (IsPlainText(args[i]) ? Key(args[i], Argument(i)) : Argument(i));
    known += (known.empty() ? "" : " AND ") + Argument(i) + " IS NOT NULL";
  }
  if (!text && args.size() == 1) return nullptr;
  const std::string row = args.size() == 1 ? keys : "CASE WHEN " + known + " THEN ROW(" + keys + ") END";
  const Node* shape = ComposeShape("COUNT(DISTINCT " + row + ")");
  return shape == nullptr ? nullptr : Compose(shape, args, node);
}

// CASE x WHEN 'a' …: its operand and what it is compared with.
void Rewriter::FoldedCase(Node* node) {
  if (node->Child(0) == nullptr || !IsText(node->Child(0)) || !CollationsDiffer()) return;
  bool plain = FoldsTexts() && IsPlainText(node->Child(0));
  for (uint32_t i = 2; plain && i < node->count; ++i) plain = IsPlainText(node->Child(i)->Child(0));
  if (!plain) {
    Note(Verdict::kDifferent, node, "CASE of a text", "texts are compared under another collation");
    return;
  }
  node->children[0] = TextKey(node->Child(0));
  for (uint32_t i = 2; i < node->count; ++i) node->children[i]->children[0] = TextKey(node->Child(i)->Child(0));
}

Node* Rewriter::ExactTexts(Node* node) {
  if (!FoldsTexts()) return nullptr;
  switch (node->kind) {
    case Kind::kBinary:
    case Kind::kBetween:
    case Kind::kIn:
    case Kind::kLike: return FoldedComparison(node);
    case Kind::kPosition: return FoldedPosition(node->Child(0), node->Child(1), nullptr, node);
    case Kind::kFunction: return FoldedFunction(node);
    default: return nullptr;
  }
}

}  // namespace dvt::sql
