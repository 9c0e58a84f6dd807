// Numbers, value for value: quotients with four digits more, unsigned bits, extremes, and calls of any number of arguments.
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

using columnar::DataType;
using columnar::TypeKind;

namespace {

bool IsExactNumber(const DataType& type) {
  return type.is_integer() || (type.kind == TypeKind::kDecimal && type.precision > 0 && type.precision <= 18);
}

bool HasTail(const Node* call) {
  for (uint32_t i = 1; i < call->count; ++i) {
    if (call->Child(i) != nullptr) return true;
  }
  return call->Has(kDistinctArgs);
}

std::string Power(int digits) { return "1" + std::string(static_cast<size_t>(digits), '0'); }

// a / b rounded half away from zero to `digits` digits behind the point, both given as whole numbers.
std::string Quotient(const std::string& a, const std::string& b, int factor, int digits) {
  const std::string twice = "2" + std::string(static_cast<size_t>(factor), '0');
  return "CAST(SIGN(" + a + ") * SIGN(" + b + ") * ((ABS(" + a + ") * " + twice + " + ABS(" + b + ")) // (2 * ABS(NULLIF(" + b +
         ", 0)))) AS DECIMAL(30, 0)) * 0." + std::string(static_cast<size_t>(digits - 1), '0') + "1";
}

// An exact number as a whole one: its digits without the point.
std::string Whole(const std::string& argument, const DataType& type) {
  return type.is_integer() ? "CAST(" + argument + " AS HUGEINT)"
                           : "CAST(" + argument + " * " + Power(type.scale) + " AS HUGEINT)";
}

}  // namespace

// The quotients and averages that are results themselves: inside of an expression more digits are kept.
void Rewriter::FindResults(const Node* query) {
  if (!default_settings() || !from_.Has(Feature::kQuotientDigits) || query == nullptr || !query->Is(Kind::kSelect)) return;
  for (const Node* item : query->Child(kItemsSlot)->Children())
    results_.insert(Unparen(item->Is(Kind::kAlias) ? item->Child(0) : item));
}

Node* Rewriter::ExactQuotient(Node* node) {
  if (!results_.contains(node)) return nullptr;
  if (node->Is(Kind::kBinary, Op::kDiv)) {
    const DataType left = TypeOf(node->Child(0)), right = TypeOf(node->Child(1));
    if (!IsExactNumber(left) || !IsExactNumber(right) || left.scale > 6 || right.scale > 6) return nullptr;
    const int scale = left.is_integer() ? 0 : left.scale, other = right.is_integer() ? 0 : right.scale;
    return Compose(Quotient(Whole("ARG1", left), Whole("ARG2", right), other + 4, scale + 4), {node->Child(0), node->Child(1)},
                   node);
  }
  if (!node->Is(Kind::kFunction) || node->Child(kArgsSlot) == nullptr || node->Child(kArgsSlot)->count != 1 || HasTail(node))
    return nullptr;
  const std::string name = ToUpper(node->text);
  Node* value = node->Child(kArgsSlot)->Child(0);
  const DataType type = TypeOf(value);
  if (!IsExactNumber(type) || type.scale > 6) return nullptr;
  const int digits = (type.is_integer() ? 0 : type.scale) + 4;
  if (name == "AVG") {
    DataType sum = type;
    return Compose(Quotient(Whole("SUM(ARG1)", sum), "CAST(COUNT(ARG1) AS HUGEINT)", 4, digits), {value}, node);
  }
  static constexpr std::pair<std::string_view, std::string_view> kSpread[] = {
      {"STD", "STDDEV_POP"},   {"STDDEV", "STDDEV_POP"}, {"STDDEV_POP", "STDDEV_POP"}, {"STDDEV_SAMP", "STDDEV_SAMP"},
      {"VARIANCE", "VAR_POP"}, {"VAR_POP", "VAR_POP"},   {"VAR_SAMP", "VAR_SAMP"}};
  for (const auto& [from, to] : kSpread) {
    if (name == from)
      return Compose("ROUND(" + std::string(to) + "(CAST(ARG1 AS DOUBLE)), " + std::to_string(digits) + ")", {value}, node);
  }
  return nullptr;
}

// & | ^ ~ << >> of unsigned 64 bits.
Node* Rewriter::UnsignedBits(Node* node) {
  const auto bits = [&](const Node* operand, const std::string& argument) -> std::string {
    const Node* bare = Unparen(operand);
    int64_t value = 0;
    if (IsNumber(bare, &value)) return "CAST(" + argument + " AS UBIGINT)";
    if (bare->Is(Kind::kBinary) && TypeOf(bare).kind == TypeKind::kUInt64) return "CAST(" + argument + " AS UBIGINT)";
    return "CAST(CASE WHEN " + argument + " < 0 THEN CAST(" + argument + " AS HUGEINT) + 18446744073709551616 ELSE " + argument +
           " END AS UBIGINT)";
  };
  if (!TypeOf(node->Child(0)).is_integer()) return nullptr;
  const std::string a = bits(node->Child(0), "ARG1");
  if (node->Is(Kind::kUnary, Op::kBitNot)) return Compose("(18446744073709551615 - " + a + ")", {node->Child(0)}, node);
  if (!node->Is(Kind::kBinary) || !TypeOf(node->Child(1)).is_integer()) return nullptr;
  Node* right = node->Child(1);
  const std::string b = bits(right, "ARG2");
  int64_t shift = 0;
  switch (node->op) {
    case Op::kBitAnd: return Compose("(" + a + " & " + b + ")", {node->Child(0), right}, node);
    case Op::kBitOr: return Compose("(" + a + " | " + b + ")", {node->Child(0), right}, node);
    case Op::kBitXor: return Compose("XOR(" + a + ", " + b + ")", {node->Child(0), right}, node);
    case Op::kShiftLeft:
    case Op::kShiftRight: {
      if (!IsNumber(right, &shift) || shift < 0 || shift > 62) return nullptr;
      const std::string power = std::to_string(int64_t{1} << shift);
      if (node->op == Op::kShiftRight) return Compose("(" + a + " // " + power + ")", {node->Child(0)}, node);
      return Compose("CAST((CAST(" + a + " AS UHUGEINT) * " + power + ") % 18446744073709551616 AS UBIGINT)", {node->Child(0)},
                     node);
    }
    default: return nullptr;
  }
}

// CONV('ff', 16, 10) of literals.
Node* Rewriter::ConvertedNumber(Node* node) {
  const Node* args = node->Child(kArgsSlot);
  const Node* text = Unparen(args->Child(0));
  int64_t from = 0, to = 0;
  const bool known = text->Is(Kind::kString, Op::kPlain) && IsNumber(args->Child(1), &from) && IsNumber(args->Child(2), &to) &&
                     from >= 2 && from <= 36 && to >= 2 && to <= 36 && !text->text.empty() && text->text.size() <= 12;
  if (!known) return nullptr;
  const std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  uint64_t value = 0;
  for (const char c : ToUpper(text->text)) {
    const size_t digit = kDigits.find(c);
    if (digit >= static_cast<uint64_t>(from)) return nullptr;
    value = value * static_cast<uint64_t>(from) + digit;
  }
  std::string out;
  do out.insert(out.begin(), kDigits[value % static_cast<uint64_t>(to)]);
  while ((value /= static_cast<uint64_t>(to)) > 0);
  return Made(MakeString(arena_, out));
}

// GREATEST and LEAST that are NULL as soon as one value is; ELT; FORMAT.
Node* Rewriter::ExactCall(Node* node) {
  const std::string name = ToUpper(node->text);
  const Node* list = node->Child(kArgsSlot);
  if (list == nullptr || list->count < 2 || list->count > 9) return nullptr;
  const auto args = list->Children();
  const auto all = [&](auto holds) { return std::all_of(args.begin(), args.end(), holds); };
  if (name == "GREATEST" || name == "LEAST") {
    const bool numbers = all([&](const Node* n) { return TypeOf(n).is_numeric() || Unparen(n)->Is(Kind::kNull); });
    const bool dates = all([&](const Node* n) { return TypeOf(n).kind == TypeKind::kDate; }) ||
                       all([&](const Node* n) { return TypeOf(n).kind == TypeKind::kTimestamp; });
    if (!numbers && !dates) return nullptr;
    std::string values, missing;
    for (size_t i = 0; i < args.size(); ++i) {
      const std::string argument = "ARG" + std::to_string(i + 1);
      values += (i == 0 ? "" : ", ") + argument;
      if (!Unparen(args[i])->Is(Kind::kNumber)) missing += (missing.empty() ? "" : " OR ") + argument + " IS NULL";
    }
    const std::string call = name + "(" + values + ")";
    const Node* shape = ComposeShape(missing.empty() ? call : "CASE WHEN " + missing + " THEN NULL ELSE " + call + " END");
    return shape == nullptr ? nullptr : Compose(shape, args, node);
  }
  if (name == "CONV" && args.size() == 3) return ConvertedNumber(node);
  if (name == "GROUP_CONCAT" && !node->Has(kDistinctArgs)) {
    const bool known = all([&](const Node* n) { return IsPlainText(n) || TypeOf(n).is_integer(); });
    if (!known) return nullptr;
    Node* joined = args[0];
    for (size_t i = 1; i < args.size(); ++i) joined = MakeBinary(arena_, Op::kConcat, joined, args[i]);
    node->children[kArgsSlot] = NewNode(arena_, Kind::kList, {joined});
    return nullptr;  // one text now
  }
  if (name == "ELT" && TypeOf(args[0]).is_integer() &&
      std::all_of(args.begin() + 1, args.end(), [&](const Node* n) { return IsPlainText(n); })) {
    std::string text = "CASE ARG1";
    for (size_t i = 1; i < args.size(); ++i) text += " WHEN " + std::to_string(i) + " THEN ARG" + std::to_string(i + 1);
    const Node* shape = ComposeShape(text + " END");
    return shape == nullptr ? nullptr : Compose(shape, args, node);
  }
  int64_t digits = 0;
  if (name == "FORMAT" && args.size() == 2 && IsNumber(args[1], &digits) && digits >= 0 && digits <= 10 &&
      (TypeOf(args[0]).is_integer() || TypeOf(args[0]).kind == TypeKind::kDecimal)) {
    const std::string rounded = "CAST(ARG1 AS DECIMAL(38, " + std::to_string(digits) + "))";
    const std::string tail = digits == 0 ? "" : " || RIGHT(CAST(" + rounded + " AS VARCHAR), " + std::to_string(digits + 1) + ")";
    return Compose("(CASE WHEN " + rounded + " < 0 THEN '-' ELSE '' END || FORMAT('{:,}', ABS(CAST(TRUNC(" + rounded +
                       ") AS BIGINT)))" + tail + ")",
                   {args[0]}, node);
  }
  return nullptr;
}

// A text as a number is the number that it begins with.
Node* Rewriter::LeadingNumber(Node* node) {
  if (!node->Is(Kind::kBinary)) return nullptr;
  const DataType left = TypeOf(node->Child(0)), right = TypeOf(node->Child(1));
  const bool a = IsPlainText(node->Child(0)), b = IsPlainText(node->Child(1));
  const bool calculates = node->op == Op::kAdd || node->op == Op::kSub || node->op == Op::kMul || node->op == Op::kDiv;
  const std::string_view sign = node->op == Op::kAdd   ? " + "
                                : node->op == Op::kSub ? " - "
                                : node->op == Op::kMul ? " * "
                                : node->op == Op::kDiv ? " / "
                                : node->op == Op::kEq  ? " = "
                                : node->op == Op::kNeq ? " <> "
                                : node->op == Op::kLt  ? " < "
                                : node->op == Op::kLe  ? " <= "
                                : node->op == Op::kGt  ? " > "
                                : node->op == Op::kGe  ? " >= "
                                                       : "";
  const auto plain_literal = [](const Node* n) {
    const Node* bare = Unparen(n);
    return bare->Is(Kind::kString) &&
           (bare->op != Op::kPlain || bare->text.find_first_not_of("0123456789.") == std::string_view::npos);
  };
  if (sign.empty() || (!a && !b) || (a && b && !calculates)) return nullptr;
  if ((a && plain_literal(node->Child(0))) || (b && plain_literal(node->Child(1)))) return nullptr;
  if ((!a && (!left.is_numeric() || left.kind == TypeKind::kBool)) ||
      (!b && (!right.is_numeric() || right.kind == TypeKind::kBool)))
    return nullptr;
  const auto number = [](const std::string& argument) {
    return "CASE WHEN " + argument + " IS NOT NULL THEN COALESCE(TRY_CAST(REGEXP_EXTRACT(" + argument +
           ", '^[ \\t\\n\\r\\f\\v]*([+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?)', 1) AS DOUBLE), 0) END";
  };
  const std::string x = a ? number("ARG1") : "CAST(ARG1 AS DOUBLE)", y = b ? number("ARG2") : "CAST(ARG2 AS DOUBLE)";
  return Compose("(" + x + std::string(sign) + (node->op == Op::kDiv ? "NULLIF(" + y + ", 0)" : y) + ")",
                 {node->Child(0), node->Child(1)}, node);
}

Node* Rewriter::ExactNumbers(Node* node) {
  if (!from_.Has(Feature::kUnsignedBits)) return nullptr;
  if (Node* out = ExactQuotient(node)) return out;
  const bool bits = node->op == Op::kBitAnd || node->op == Op::kBitOr || node->op == Op::kBitXor || node->op == Op::kShiftLeft ||
                    node->op == Op::kShiftRight || node->op == Op::kBitNot;
  if (bits && (node->Is(Kind::kBinary) || node->Is(Kind::kUnary))) return UnsignedBits(node);
  if (node->Is(Kind::kFunction)) return ExactCall(node);
  return LeadingNumber(node);
}

}  // namespace dvt::sql
