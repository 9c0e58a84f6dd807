#include "dvt/sql/analyze/text_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "dvt/base/text/text.h"
#include "dvt/sql/print/printer.h"

namespace dvt::sql {
namespace {

struct Unnamed {};  // an expression whose name is not known

// Words that are quoted although they name functions, columns or types.
constexpr std::array<std::string_view, 34> kQuotedWords = {
    "between", "blob",   "bit",    "char",      "cast",    "coalesce", "concat_ws", "date",    "day",
    "decade",  "double", "exists", "float",     "hour",    "ignore",   "interval",  "left",    "map",
    "minute",  "mode",   "month",  "nullif",    "numeric", "overlay",  "position",  "quarter", "replace",
    "right",   "row",    "second", "substring", "trim",    "week",     "year"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 20> kTypeNames = {{
    {"INT", "INTEGER"},       {"INTEGER", "INTEGER"},     {"INT4", "INTEGER"},      {"BIGINT", "BIGINT"},   {"INT8", "BIGINT"},
    {"SMALLINT", "SMALLINT"}, {"TINYINT", "TINYINT"},     {"HUGEINT", "HUGEINT"},   {"VARCHAR", "VARCHAR"}, {"TEXT", "VARCHAR"},
    {"STRING", "VARCHAR"},    {"DOUBLE", "\"DOUBLE\""},   {"FLOAT8", "\"DOUBLE\""}, {"FLOAT", "FLOAT"},     {"REAL", "FLOAT"},
    {"DATE", "\"DATE\""},     {"TIMESTAMP", "TIMESTAMP"}, {"BOOLEAN", "BOOLEAN"},   {"BOOL", "BOOLEAN"},    {"TIME", "\"TIME\""},
}};

constexpr std::array<std::pair<Op, std::string_view>, 21> kOperators = {{
    {Op::kEq, "="},
    {Op::kNeq, "!="},
    {Op::kLt, "<"},
    {Op::kLe, "<="},
    {Op::kGt, ">"},
    {Op::kGe, ">="},
    {Op::kAdd, "+"},
    {Op::kSub, "-"},
    {Op::kMul, "*"},
    {Op::kDiv, "/"},
    {Op::kIntDiv, "//"},
    {Op::kMod, "%"},
    {Op::kConcat, "||"},
    {Op::kBitAnd, "&"},
    {Op::kBitOr, "|"},
    {Op::kShiftLeft, "<<"},
    {Op::kShiftRight, ">>"},
    {Op::kDistinctFrom, "IS DISTINCT FROM"},
    {Op::kNotDistinctFrom, "IS NOT DISTINCT FROM"},
    {Op::kJsonGet, "->"},
    {Op::kJsonGetText, "->>"},
}};

Op Opposite(Op op) {
  switch (op) {
    case Op::kEq: return Op::kNeq;
    case Op::kNeq: return Op::kEq;
    case Op::kLt: return Op::kGe;
    case Op::kGe: return Op::kLt;
    case Op::kGt: return Op::kLe;
    case Op::kLe: return Op::kGt;
    default: return Op::kNone;
  }
}

std::string Word(std::string_view word) {
  const bool plain = !word.empty() && !(word[0] >= '0' && word[0] <= '9') && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
  const bool keyword = std::find(kQuotedWords.begin(), kQuotedWords.end(), ToLower(word)) != kQuotedWords.end();
  return plain && !keyword ? std::string(word) : "\"" + ReplaceAll(std::string(word), "\"", "\"\"") + "\"";
}

/// Writes one expression; throws Unnamed, which does not leave this file.
class TextNamer {
 public:
  std::string Name(const Node* node) {
    if (++depth_ > 200) throw Unnamed{};
    std::string out = Write(node);
    --depth_;
    return out;
  }

 private:
  std::string Write(const Node* node) {
    switch (node->kind) {
      case Kind::kParen: return Name(node->Child(0));
      case Kind::kColumn: return Path(node);
      case Kind::kNumber: return Number(node->text);
      case Kind::kString:
        if (node->op != Op::kPlain && node->op != Op::kNone) throw Unnamed{};
        return "'" + ReplaceAll(std::string(node->text), "'", "''") + "'";
      case Kind::kNull: return "NULL";
      case Kind::kBoolean: return fmt::format("CAST('{}' AS BOOLEAN)", node->op == Op::kTrue ? "t" : "f");
      case Kind::kUnary: return Unary(node);
      case Kind::kBinary: return Binary(node);
      case Kind::kLike: return Like(node);
      case Kind::kBetween: return Between(node);
      case Kind::kIn: return In(node, node->Has(kNot));
      case Kind::kIs: return Is(node);
      case Kind::kCase: return Case(node);
      case Kind::kCast:
        return fmt::format("{}({} AS {})", node->Has(kTry) ? "TRY_CAST" : "CAST", Name(node->Child(0)), Type(node));
      case Kind::kFunction: return Call(node);
      default: throw Unnamed{};
    }
  }

  static std::string Path(const Node* column) {
    std::string out;
    for (const Node* part : column->Children()) {
      if (!part->Is(Kind::kIdentifier)) throw Unnamed{};
      out += (out.empty() ? "" : ".") + Word(part->text);
    }
    return out;
  }

  static std::string Number(std::string_view text) {
    const bool plain = !text.empty() && text.front() != '.' && text.back() != '.' &&
                       text.find_first_not_of("0123456789.") == std::string_view::npos;
    if (!plain || (text.size() > 1 && text[0] == '0' && text[1] != '.')) throw Unnamed{};
    return std::string(text);
  }

  std::string List(const Node* list) {
    std::string out;
    for (const Node* each : list->Children()) out += (out.empty() ? "" : ", ") + Name(each);
    return out;
  }

  std::string Unary(const Node* node) {
    const Node* value = Unparen(node->Child(0));
    if (node->op == Op::kNot) {
      if (value->Is(Kind::kIn)) return In(value, !value->Has(kNot));
      if (value->Is(Kind::kBinary) && Opposite(value->op) != Op::kNone) return Pair(value, Opposite(value->op));
      return fmt::format("(NOT {})", Name(value));
    }
    if (node->op == Op::kNeg && node->Child(0)->Is(Kind::kNumber)) return "-" + Name(value);
    const std::string_view sign = node->op == Op::kNeg ? "-" : node->op == Op::kPlus ? "+" : node->op == Op::kBitNot ? "~" : "";
    if (sign.empty()) throw Unnamed{};
    return fmt::format("{}({})", sign, Name(value));
  }

  std::string Pair(const Node* node, Op op) {
    const auto found = std::find_if(kOperators.begin(), kOperators.end(), [&](const auto& each) { return each.first == op; });
    if (found == kOperators.end()) throw Unnamed{};
    return fmt::format("({} {} {})", Name(node->Child(0)), found->second, Name(node->Child(1)));
  }

  void Terms(const Node* node, Op op, std::string& out) {
    if (node->Is(Kind::kBinary, op)) {
      Terms(node->Child(0), op, out);
      Terms(node->Child(1), op, out);
      return;
    }
    out += (out.empty() ? "" : op == Op::kAnd ? " AND " : " OR ") + Name(node);
  }

  std::string Binary(const Node* node) {
    if (node->op != Op::kAnd && node->op != Op::kOr) {
      if (node->Child(1)->Has(kChained)) throw Unnamed{};
      return Pair(node, node->op);
    }
    std::string out;
    Terms(node, node->op, out);
    return "(" + out + ")";
  }

  std::string Like(const Node* node) {
    if (node->Child(2) != nullptr || (node->op != Op::kLikeOp && node->op != Op::kIlikeOp)) throw Unnamed{};
    return fmt::format("({} {}~~{} {})", Name(node->Child(0)), node->Has(kNot) ? "!" : "", node->op == Op::kIlikeOp ? "*" : "",
                       Name(node->Child(1)));
  }

  std::string Between(const Node* node) {
    if (node->Has(kSymmetric)) throw Unnamed{};
    const std::string text =
        fmt::format("({} BETWEEN {} AND {})", Name(node->Child(0)), Name(node->Child(1)), Name(node->Child(2)));
    return node->Has(kNot) ? "(NOT " + text + ")" : text;
  }

  std::string In(const Node* node, bool negated) {
    if (!node->Child(1)->Is(Kind::kList)) throw Unnamed{};
    return fmt::format("({}{} IN ({}))", Name(node->Child(0)), negated ? " NOT" : "", List(node->Child(1)));
  }

  std::string Is(const Node* node) {
    if (!node->Child(1)->Is(Kind::kNull)) throw Unnamed{};
    return fmt::format("({} IS{} NULL)", Name(node->Child(0)), node->Has(kNot) ? " NOT" : "");
  }

  std::string Case(const Node* node) {
    std::string out = "CASE ";
    for (uint32_t i = 2; i < node->count; ++i) {
      const Node* when = node->Child(i);
      std::string condition = Name(when->Child(0));
      if (node->Child(0) != nullptr) condition = fmt::format("({} = {})", Name(node->Child(0)), condition);
      out += fmt::format(" WHEN ({}) THEN ({})", condition, Name(when->Child(1)));
    }
    return out + " ELSE " + (node->Child(1) == nullptr ? "NULL" : Name(node->Child(1))) + " END";
  }

  static std::string Type(const Node* cast) {
    const Node* type = cast->Child(1);
    if (cast->Child(2) != nullptr || type->op == Op::kArrayType) throw Unnamed{};
    const bool decimal = type->text == "DECIMAL" || type->text == "NUMERIC";
    if (decimal && type->count == 2) return fmt::format("DECIMAL({}, {})", type->Child(0)->text, type->Child(1)->text);
    const auto found =
        std::find_if(kTypeNames.begin(), kTypeNames.end(), [&](const auto& each) { return each.first == type->text; });
    if (decimal || type->count > 0 || found == kTypeNames.end()) throw Unnamed{};
    return std::string(found->second);
  }

  std::string Order(const Node* list) {
    std::string out;
    for (const Node* item : list->Children()) {
      if (item->Child(1) != nullptr || !item->text.empty()) throw Unnamed{};
      out += fmt::format("{}{}{}{}", out.empty() ? "" : ", ", Name(item->Child(0)),
                         item->Has(kDesc)  ? " DESC"
                         : item->Has(kAsc) ? " ASC"
                                           : "",
                         item->Has(kNullsFirst)  ? " NULLS FIRST"
                         : item->Has(kNullsLast) ? " NULLS LAST"
                                                 : "");
    }
    return out;
  }

  std::string Over(const Node* window) {
    if (!window->Is(Kind::kWindow) || window->Child(0) != nullptr || window->Child(3) != nullptr) throw Unnamed{};
    std::string out;
    if (window->Child(1) != nullptr) out = "PARTITION BY " + List(window->Child(1));
    if (window->Child(2) != nullptr) out += (out.empty() ? "ORDER BY " : " ORDER BY ") + Order(window->Child(2));
    return " OVER (" + out + ")";
  }

  std::string Call(const Node* node) {
    for (uint32_t slot = kWithinSlot; slot < node->count; ++slot) {
      if (node->Child(slot) != nullptr) throw Unnamed{};
    }
    if (node->Has(kNoParens) || node->Has(kIgnoreNulls) || node->Has(kRespectNulls)) throw Unnamed{};
    const Node* arguments = node->Child(kArgsSlot);
    const Node* over = node->Child(kOverSlot);
    const std::string name = ToLower(node->text);
    const bool star = arguments != nullptr && arguments->count == 1 && arguments->Child(0)->Is(Kind::kStar);
    std::string inside = arguments == nullptr || star ? "" : List(arguments);
    if (const Node* order = node->Child(kArgOrderSlot)) inside += " ORDER BY " + Order(order);
    if (node->Has(kDistinctArgs)) inside = "DISTINCT " + inside;
    if (name == "if") throw Unnamed{};
    std::string out = name == "coalesce" || name == "ifnull" ? "COALESCE" : star && over == nullptr ? name + "_star" : Word(name);
    if (star && name != "count") throw Unnamed{};
    out += "(" + inside + ")";
    if (const Node* filter = node->Child(kFilterSlot)) out += fmt::format(" FILTER (WHERE {})", Name(filter));
    return over == nullptr ? out : out + Over(over);
  }

  int depth_ = 0;
};

}  // namespace

std::string TextName(const Node* expression, const Dialect& dialect) {
  const bool several = Contains(expression, [](const Node* node) {
    return node->Is(Kind::kStar) || (node->Is(Kind::kFunction) && EqualsIgnoreCase(node->text, "COLUMNS"));
  });
  const bool counted = expression->Is(Kind::kFunction) && EqualsIgnoreCase(expression->text, "COUNT");
  if (several && !counted) return {};
  try {
    return TextNamer().Name(expression);
  } catch (const Unnamed&) {
    return Print(expression, dialect);
  }
}

std::string NameNumbers::Take(const std::string& name) {
  std::string out = name;
  for (auto found = next_.find(ToLower(out)); found != next_.end(); found = next_.find(ToLower(out))) {
    out = fmt::format("{}_{}", name, next_[ToLower(name)]++);
  }
  next_[ToLower(out)] = 1;
  return out;
}

}  // namespace dvt::sql
