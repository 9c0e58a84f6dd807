// Arithmetic: integer and decimal division, zero divisors, dates, bits, texts used as numbers.
#include <algorithm>
#include <charconv>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

using columnar::DataType;
using columnar::TypeKind;

bool IsNumber(const Node* node, int64_t* value) {
  const Node* bare = Unparen(node);
  if (bare == nullptr || !bare->Is(Kind::kNumber)) return false;
  const auto parsed = std::from_chars(bare->text.data(), bare->text.data() + bare->text.size(), *value);
  return parsed.ec == std::errc() && parsed.ptr == bare->text.data() + bare->text.size();
}

bool IsNonZeroNumber(const Node* node) {
  const Node* bare = Unparen(node);
  if (bare == nullptr) return false;
  if (bare->Is(Kind::kUnary, Op::kNeg)) bare = Unparen(bare->Child(0));
  return bare->Is(Kind::kNumber) && bare->text.find_first_of("123456789") < bare->text.find_first_of("eE");
}

namespace {

bool IsSafeDivisor(const Node* node) {
  const Node* bare = Unparen(node);
  if (IsNonZeroNumber(node)) return true;
  int64_t value = 1;
  return bare->Is(Kind::kFunction) && EqualsIgnoreCase(bare->text, "NULLIF") && bare->Child(kArgsSlot)->count == 2 &&
         IsNumber(bare->Child(kArgsSlot)->Child(1), &value) && value == 0;
}

bool IsFloat(const DataType& type) { return type.kind == TypeKind::kFloat32 || type.kind == TypeKind::kFloat64; }
bool IsExact(const DataType& type) { return type.is_integer() || type.kind == TypeKind::kDecimal; }

bool IsNumberText(std::string_view text) {
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && !text.empty() &&
         (text[0] == '.' || (text[0] >= '0' && text[0] <= '9'));
}

}  // namespace

// Equality that counts NULLs as equal, by its sign or its words.
Node* Rewriter::NullSafeComparison(Node* node) {
  const bool distinct = node->op == Op::kDistinctFrom;
  const bool sign = to_.Has(Feature::kNullSafeEquals) && !to_.Has(Feature::kNullSafeWords);
  Comparison(node);
  if (distinct && !sign) return node;
  node->op = sign ? Op::kNullSafeEq : Op::kNotDistinctFrom;
  if (!distinct) return node;
  return Made(MakeNot(arena_, customary_ ? Made(node) : Made(MakeParen(arena_, Made(node)))));
}

Node* Rewriter::ExclusiveOr(Node* node) {
  if (to_.Has(Feature::kXorOperator)) return node;
  if (const FunctionSpec* call = FindConcept(to_, "boolxor", 2)) {
    Note(Verdict::kDifferent, node, "XOR", "numbers are rounded first");
    return Call(node, *call, node->Children());
  }
  Note(Verdict::kUnsupported, node, "XOR", std::string(to_.name) + " has no such operator");
  return node;
}

Node* Rewriter::Power(Node* node) {
  if (TypeOf(node->Child(0)).kind == TypeKind::kDecimal)
    Note(Verdict::kDifferent, node, "power", "PostgreSQL keeps decimals exact, others compute in floating point");
  if (!to_.Has(Feature::kCaretIsPower)) return Made(MakeFunction(arena_, "POWER", {node->Child(0), node->Child(1)}));
  return node;
}

Node* Rewriter::Binary(Node* node) {
  switch (node->op) {
    case Op::kDiv: return Division(node);
    case Op::kIntDiv: return IntegerDivision(node);
    case Op::kMod: return Modulo(node);
    case Op::kAdd:
    case Op::kSub:
    case Op::kMul: return Sum(node);
    case Op::kConcat: return Concatenation(node);
    case Op::kBitAnd:
    case Op::kBitOr:
    case Op::kBitXor:
    case Op::kShiftLeft:
    case Op::kShiftRight: return Bits(node);
    case Op::kEq:
    case Op::kNeq:
    case Op::kLt:
    case Op::kLe:
    case Op::kGt:
    case Op::kGe: return Comparison(node);
    case Op::kNullSafeEq:
    case Op::kNotDistinctFrom:
    case Op::kIsOp:
    case Op::kDistinctFrom: return NullSafeComparison(node);
    case Op::kAnd:
    case Op::kOr:
      Truth(node->children[0]);
      Truth(node->children[1]);
      return node;
    case Op::kXor: return ExclusiveOr(node);
    case Op::kPow: return Power(node);
    case Op::kRegexMatch:
    case Op::kRegexNoMatch:
    case Op::kRegexIMatch:
    case Op::kRegexINoMatch: return Regex(node);
    case Op::kJsonGet:
    case Op::kJsonGetText:
    case Op::kJsonPath:
    case Op::kJsonPathText:
    case Op::kContains:
    case Op::kContainedBy:
    case Op::kHasKey:
    case Op::kHasAny:
    case Op::kHasAll: return JsonOperator(node);
    case Op::kOverlaps:
    case Op::kCustom:
      Note(Verdict::kUnsupported, node, "operator " + std::string(node->text), "it is not known in " + std::string(to_.name));
      return node;
    default: return node;
  }
}

// Texts and truth values as operands: some systems read a number out of them.
void Rewriter::Operands(Node* node) {
  for (uint32_t i = 0; i < node->count; ++i) {
    Node*& operand = node->children[i];
    const Node* bare = Unparen(operand);
    const DataType type = TypeOf(operand);
    if (type.kind == TypeKind::kBool && !from_.Has(Feature::kBooleanType) && to_.Has(Feature::kBooleanType)) {
      operand = Made(MakeCast(arena_, operand, MakeTypeName(arena_, "INTEGER")));
    } else if (type.kind == TypeKind::kString && from_.Has(Feature::kImplicitStringCasts)) {
      if (bare->Is(Kind::kString) && IsNumberText(bare->text) && bare->text.find_first_of("eE") == std::string_view::npos) {
        operand = Made(NewNode(arena_, Kind::kNumber, {}, arena_.Copy(std::string(bare->text) + "E0")));
      } else {
        Note(Verdict::kUnsupported, node, "arithmetic on texts",
             std::string(from_.name) + " reads a number from the beginning of a text");
      }
    }
  }
}

Node* Rewriter::AsFloat(Node* node) {
  if (const TypeSpec* type = customary_ ? FindNeutralType(to_, "DOUBLE") : nullptr)
    return Made(MakeCast(arena_, node, Made(MakeTypeName(arena_, type->written()))));
  return Made(MakeCast(arena_, node,
                       MakeTypeName(arena_, to_.Has(Feature::kDynamicTyping)    ? "REAL"
                                            : to_.Has(Feature::kConditionsOnly) ? "FLOAT"
                                            : to_.Has(Feature::kQuotientDigits) ? "DOUBLE"
                                                                                : "DOUBLE PRECISION")));
}

// 7 / 2 is 3 or 3.5 or 3.5000, and 1 / 0 an error, infinity or NULL.
Node* Rewriter::Division(Node* node) {
  const DataType left = TypeOf(node->Child(0)), right = TypeOf(node->Child(1));
  if (left.kind == TypeKind::kInterval) {
    if (!to_.Has(Feature::kIntervalString))
      Note(Verdict::kUnsupported, node, "division of an interval", std::string(to_.name) + " cannot divide intervals");
    return node;
  }
  Operands(node);
  const bool integers = left.is_integer() && right.is_integer();
  const bool exact = IsExact(left) && IsExact(right), floating = IsFloat(left) || IsFloat(right);
  const bool cuts = from_.Has(Feature::kSlashIsInteger), other_cuts = to_.Has(Feature::kSlashIsInteger);
  if (customary_ && !cuts && other_cuts && !floating) {
    node->children[0] = AsFloat(node->Child(0));
    Note(Verdict::kDifferent, node, "division", "the quotient is a floating-point number");
  } else if (!exact && !floating && cuts != other_cuts) {
    Note(Verdict::kDifferent, node, "division",
         "if both sides are integers, one of " + std::string(from_.name) + " and " + std::string(to_.name) +
             " drops the fraction; cast one side to say which is meant");
  } else if (integers && cuts) {
    if (!other_cuts) node->op = Op::kIntDiv;
  } else if (from_.Has(Feature::kQuotientDigits)) {
    if (!floating)
      Note(Verdict::kDifferent, node, "division",
           std::string(from_.name) + " rounds quotients of exact numbers to four digits more");
  } else if (from_.Has(Feature::kStructBraces) || to_.Has(Feature::kDynamicTyping)) {
    const bool plain = customary_ && !other_cuts;
    if (!floating && !plain) node->children[0] = AsFloat(node->Child(0));  // floating point whatever the operands
  } else if (to_.Has(Feature::kQuotientDigits) && !floating) {
    Note(Verdict::kDifferent, node, "division", std::string(to_.name) + " rounds quotients of exact numbers to four digits more");
  } else if (from_.Has(Feature::kDynamicTyping) && !floating) {
    Note(Verdict::kDifferent, node, "division",
         "whether a fraction is dropped depends on each stored value in " + std::string(from_.name));
  }
  const bool from_null = from_.Has(Feature::kSlashNullOnZero) || node->op == Op::kIntDiv,
             to_null = to_.Has(Feature::kSlashNullOnZero) || node->op == Op::kIntDiv;
  if (IsSafeDivisor(node->Child(1)) && !(customary_ && from_.Has(Feature::kSlashNullOnZero) && IsNonZeroNumber(node->Child(1))))
    return Made(node);
  if (from_.Has(Feature::kSlashNullOnZero) && !to_null) {
    node->children[1] = Made(MakeFunction(arena_, "NULLIF", {node->Child(1), MakeNumber(arena_, 0)}));
  } else if ((!from_null && to_.Has(Feature::kSlashNullOnZero)) || (from_.Has(Feature::kStructBraces) && !to_null)) {
    Note(Verdict::kDifferent, node, "division",
         "a zero divisor gives something else in " + std::string(to_.name) + " than in " + std::string(from_.name));
  }
  return Made(node);
}

Node* Rewriter::IntegerDivision(Node* node) {
  Operands(node);
  if (!TypeOf(node->Child(0)).is_integer() || !TypeOf(node->Child(1)).is_integer()) {
    Note(Verdict::kDifferent, node, "integer division", "the operands are not known to be integers");
  }
  if (const FunctionSpec* call = customary_ ? FindConcept(to_, "integer_quotient", 2) : nullptr) {
    Note(Verdict::kDifferent, node, "integer division", "a divisor of zero is an error in " + std::string(to_.name));
    return Call(node, *call, node->Children());
  }
  if (to_.Has(Feature::kSlashIsInteger)) node->op = Op::kDiv;
  if (!to_.Has(Feature::kSlashNullOnZero) && node->op == Op::kDiv && !IsSafeDivisor(node->Child(1))) {
    node->children[1] = Made(MakeFunction(arena_, "NULLIF", {node->Child(1), MakeNumber(arena_, 0)}));
  }
  return Made(node);
}

Node* Rewriter::Modulo(Node* node) {
  Operands(node);
  const DataType left = TypeOf(node->Child(0)), right = TypeOf(node->Child(1));
  if ((from_.Has(Feature::kDynamicTyping) || to_.Has(Feature::kDynamicTyping)) && !(left.is_integer() && right.is_integer())) {
    Note(Verdict::kDifferent, node, "%", "SQLite cuts both sides to integers first");
  }
  const bool from_error = from_.Has(Feature::kTildeRegex) && !from_.Has(Feature::kStructBraces);
  const bool to_error = to_.Has(Feature::kTildeRegex) && !to_.Has(Feature::kStructBraces);
  const auto floating = [](const DataType& type) { return type.kind == TypeKind::kFloat32 || type.kind == TypeKind::kFloat64; };
  if (to_error && (floating(left) || floating(right)))
    Note(Verdict::kUnsupported, node, "%", std::string(to_.name) + " has no remainders of floating numbers");
  if (!IsSafeDivisor(node->Child(1)) && from_error != to_error) {
    if (to_error) node->children[1] = Made(MakeFunction(arena_, "NULLIF", {node->Child(1), MakeNumber(arena_, 0)}));
  }
  return Made(node);
}

Node* Rewriter::Sum(Node* node) {
  const DataType left = TypeOf(node->Child(0)), right = TypeOf(node->Child(1));
  if (left.is_temporal() || right.is_temporal()) return DateArithmetic(node, left.kind, right.kind);
  Operands(node);
  if (left.kind == TypeKind::kList || right.kind == TypeKind::kList || left.kind == TypeKind::kJson ||
      right.kind == TypeKind::kJson) {
    Note(Verdict::kUnsupported, node, "arithmetic", "the operands are no numbers");
  } else if (node->op != Op::kMul && !(left.is_numeric() && right.is_numeric()) &&
             (left.kind == TypeKind::kUnknown || right.kind == TypeKind::kUnknown)) {
    const bool dates_differ = to_.Has(Feature::kDynamicTyping) || from_.Has(Feature::kDynamicTyping) ||
                              to_.Has(Feature::kDatePartKeywords) || from_.Has(Feature::kDatePartKeywords);
    const bool other_is_number = left.is_numeric() || right.is_numeric();
    if (dates_differ && !other_is_number)
      Note(Verdict::kDifferent, node, "+ or -", "the operands might be dates, which add up differently");
  }
  return node;
}

Node* Rewriter::DateArithmetic(Node* node, TypeKind left, TypeKind right) {
  auto unsupported = [&](std::string why) {
    Note(Verdict::kUnsupported, node, "date arithmetic", std::move(why));
    return node;
  };
  if (to_.Has(Feature::kDynamicTyping) || from_.Has(Feature::kDynamicTyping)) return unsupported("dates are texts in SQLite");
  const bool from_words = from_.Has(Feature::kDatePartKeywords), to_words = to_.Has(Feature::kDatePartKeywords);
  if (from_words == to_words) return node;
  if (node->op == Op::kMul) return unsupported("intervals cannot be multiplied in MySQL");
  const bool left_date = left == TypeKind::kDate || left == TypeKind::kTimestamp;
  if (right == TypeKind::kInterval && left_date && Unparen(node->Child(1))->Is(Kind::kInterval)) return node;
  if (from_words) return unsupported("MySQL adds up the digits of dates");
  if (left == TypeKind::kDate && right == TypeKind::kDate && node->op == Op::kSub)
    return Made(MakeFunction(arena_, "DATEDIFF", {node->Child(0), node->Child(1)}));
  if (left == TypeKind::kDate && DataType(right).is_integer()) {
    node->children[1] = Made(NewNode(arena_, Kind::kInterval, {Made(MakeParen(arena_, node->Child(1)))}, "DAY"));
    return Made(node);
  }
  return unsupported("MySQL has no values of type interval");
}

// a << b is SHIFTLEFT(a, b).
Node* Rewriter::ShiftCall(Node* node) {
  if (!to_.Has(Feature::kShiftCalls) || (node->op != Op::kShiftLeft && node->op != Op::kShiftRight)) return node;
  return Made(MakeFunction(arena_, node->op == Op::kShiftLeft ? "SHIFTLEFT" : "SHIFTRIGHT", {node->Child(0), node->Child(1)}));
}

Node* Rewriter::Bits(Node* node) {
  if (from_.Has(Feature::kUnsignedBits) != to_.Has(Feature::kUnsignedBits)) {
    Note(Verdict::kDifferent, node, "bit operator", "MySQL computes with unsigned numbers: negative values differ");
  }
  if (to_.Has(Feature::kBitFunctions)) {
    const std::string_view meaning = node->op == Op::kBitAnd      ? "bitand"
                                     : node->op == Op::kBitOr     ? "bitor"
                                     : node->op == Op::kBitXor    ? "bitxor"
                                     : node->op == Op::kShiftLeft ? "bitshiftleft"
                                     : node->op == Op::kBitNot    ? "bitnot"
                                                                  : "bitshiftright";
    if (const FunctionSpec* spec = FindConcept(to_, meaning)) return Call(node, *spec, node->Children());
  }
  if (node->op != Op::kBitXor) return ShiftCall(node);
  if (to_.Has(Feature::kStructBraces) && !to_.Has(Feature::kCanonicalNames))
    return Made(MakeFunction(arena_, "XOR", {node->Child(0), node->Child(1)}));
  if (to_.Has(Feature::kDynamicTyping)) Note(Verdict::kUnsupported, node, "bitwise exclusive or", "sqlite has no such operator");
  return node;
}

namespace {

// "1 month - 1 day" → "1 month -1 day", "1 mon 2 days": numbers and units in turn; empty if it is anything else.
std::string CanonicalInterval(std::string_view text) {
  static constexpr std::string_view kUnits[] = {"microsecond", "millisecond", "second", "minute", "hour",
                                                "day",         "week",        "month",  "year"};
  std::string out;
  size_t at = 0;
  auto skip = [&] {
    while (at < text.size() && text[at] == ' ') ++at;
  };
  while (skip(), at < text.size()) {
    std::string number;
    if (text[at] == '-' || text[at] == '+') {
      if (text[at++] == '-') number = "-";
      skip();
    }
    const size_t digits = number.size();
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') number += text[at++];
    if (number.size() == digits) return {};
    skip();
    std::string unit;
    while (at < text.size() && ((text[at] | 32) >= 'a' && (text[at] | 32) <= 'z')) unit += static_cast<char>(text[at++] | 32);
    if (unit.size() > 1 && unit.back() == 's') unit.pop_back();
    if (unit == "mon") unit = "month";
    if (unit == "sec") unit = "second";
    if (unit == "min") unit = "minute";
    if (std::find(std::begin(kUnits), std::end(kUnits), unit) == std::end(kUnits)) return {};
    out += (out.empty() ? "" : " ") + number + " " + ToUpper(unit);
  }
  return out;
}

}  // namespace

Node* Rewriter::Interval(Node* node) {
  for (size_t open = node->text.find('('); open != std::string_view::npos;
       open = node->text.find('('))  // DAY(3): no digits elsewhere
    node->text = arena_.Copy(std::string(node->text.substr(0, open)) + std::string(node->text.substr(node->text.find(')') + 1)));
  if (to_.Has(Feature::kDynamicTyping)) {
    Note(Verdict::kUnsupported, node, "INTERVAL", "dates are texts in " + std::string(to_.name));
    return node;
  }
  const Node* value = Unparen(node->Child(0));
  if (node->text.empty()) {
    const std::string canonical = value->Is(Kind::kString) ? CanonicalInterval(value->text) : std::string();
    const bool single = std::count(canonical.begin(), canonical.end(), ' ') == 1;
    if (canonical.empty() || (!to_.Has(Feature::kIntervalString) && !single)) {
      Note(Verdict::kUnsupported, node, "INTERVAL",
           "'" + std::string(value->text) + "' cannot be written in " + std::string(to_.name));
    } else if (!to_.Has(Feature::kIntervalString)) {
      const size_t blank = canonical.find(' ');
      node->children[0] = Made(NewNode(arena_, Kind::kNumber, {}, arena_.Copy(canonical.substr(0, blank))));
      node->text = arena_.Copy(ToUpper(canonical.substr(blank + 1)));
    } else {
      node->children[0] = Made(MakeString(arena_, canonical));
    }
    return Made(node);
  }
  static constexpr std::string_view kUnits[] = {"MICROSECOND", "SECOND", "MINUTE",  "HOUR", "DAY",
                                                "WEEK",        "MONTH",  "QUARTER", "YEAR"};
  const bool plain = std::find(std::begin(kUnits), std::end(kUnits), node->text) != std::end(kUnits);
  if (!plain) {
    Note(Verdict::kUnsupported, node, "INTERVAL … " + std::string(node->text),
         "the unit is not known in " + std::string(to_.name));
    return node;
  }
  if (from_.Has(Feature::kDatePartKeywords) && !value->Is(Kind::kNumber) && !TypeOf(value).is_integer()) {
    Note(Verdict::kDifferent, node, "INTERVAL", "fractions are rounded in MySQL");
  }
  if (to_.Has(Feature::kIntervalUnitOutside)) return Made(node);
  // Only literals stand in INTERVAL '…' there; quarters are months.
  int64_t number = 0;
  const bool quarters = node->text == "QUARTER";
  if (IsNumber(value, &number)) {
    node->children[0] = Made(NewNode(arena_, Kind::kNumber, {}, arena_.Copy(std::to_string(number * (quarters ? 3 : 1)))));
    if (quarters) node->text = "MONTH";
    return Made(node);
  }
  if (value->Is(Kind::kString)) return Made(node);
  Node* unit = Made(NewNode(arena_, Kind::kInterval, {Made(NewNode(arena_, Kind::kNumber, {}, quarters ? "3" : "1"))},
                            quarters ? "MONTH" : node->text));
  return Made(MakeParen(arena_, Made(MakeBinary(arena_, Op::kMul, Made(MakeParen(arena_, node->Child(0))), unit))));
}

}  // namespace dvt::sql
