// Types, casts, literals, intervals and TRIM.
#include <charconv>

#include "dvt/base/text/text.h"
#include "dvt/sql/print/printer_internal.h"

namespace dvt::sql {

void Writer::Cast(const Node* node) {
  if (node->text == ".:" && dialect_.Has(Feature::kSubcolumnTypes)) {  // v.:Int64, v.:"Array(JSON)"
    Expression(node->Child(0), kAtom);
    Put(".:");
    const bool quoted = node->Child(1)->count > 0;
    if (quoted) Put("\"");
    TypeName(node->Child(1));
    if (quoted) Put("\"");
    return;
  }
  if (dialect_.Has(Feature::kTypedLiterals) && node->Child(0)->Is(Kind::kString) && node->Child(1)->text == "JSON") {
    Put("JSON ");
    return Expression(node->Child(0), 0);
  }
  if (node->Has(kTry) && dialect_.Has(Feature::kSafeCast))
    Put("SAFE_CAST(");
  else
    Put(node->Has(kTry) && dialect_.Has(Feature::kTryCast) ? "TRY_CAST(" : "CAST(");
  Expression(node->Child(0), 0);
  Put(" AS ");
  TypeName(node->Child(1));
  if (node->Child(2) != nullptr) {
    Put(" FORMAT ");
    Expression(node->Child(2), 0);
  }
  Put(")");
}

void Writer::String(const Node* node) {
  switch (node->op) {
    case Op::kNational: Put("N"); break;
    case Op::kHex:
      if (dialect_.Has(Feature::kHashNames)) return Put("0x"), Put(node->text);
      Put(dialect_.Has(Feature::kLowerCaseHex) ? "x'" : "X'");
      Put(node->text);
      return Put("'");
    case Op::kBit:
      Put(dialect_.Has(Feature::kLowerCaseHex) ? "b'" : "B'");
      Put(node->text);
      return Put("'");
    case Op::kBytes: return Bytes(node);
    case Op::kUnicode:
      if (dialect_.Has(Feature::kCodeEscapes) && node->count == 0) return EscapedText(node->text);
      Put("U&");
      Put(QuoteString(dialect_, node->text));
      if (node->count == 0) return;
      Put(" UESCAPE ");
      return String(node->Child(0));
    default: break;
  }
  if (node->op == Op::kPlain && node->Has(kEscapedString) && dialect_.Has(Feature::kEStrings)) {
    Put("e'");
    for (const char c : node->text) {
      switch (c) {
        case '\n': Put("\\n"); break;
        case '\t': Put("\\t"); break;
        case '\r': Put("\\r"); break;
        case '\\': Put("\\\\"); break;
        case '\'': Put("''"); break;
        default: out_ += c;
      }
    }
    return Put("'");
  }
  if (node->op == Op::kPlain && node->Has(kDollarQuoted) &&
      (dialect_.Has(Feature::kDollarStrings) || dialect_.Has(Feature::kCanonicalNames))) {
    Put("$$");
    out_ += node->text;
    return Put("$$");
  }
  Put(QuoteString(dialect_, node->text));
}

// A text whose escapes \u0041 stand as they are.
void Writer::EscapedText(std::string_view text) {
  std::string out;
  for (size_t from = 0; from < text.size();) {
    const size_t escape = std::min(text.find("\\u", from), text.size());
    const std::string plain = QuoteString(dialect_, text.substr(from, escape - from));
    out += plain.substr(1, plain.size() - 2);
    out += text.substr(escape, 6);
    from = std::min(escape + 6, text.size());
  }
  Put("'" + out + "'");
}

// b'…': bytes that are no ASCII characters as \xFF.
void Writer::Bytes(const Node* node) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : QuoteString(dialect_, node->text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 32 && byte < 127)
      text += c;
    else
      ((text += "\\x") += kDigits[byte >> 4]) += kDigits[byte & 15];
  }
  if (dialect_.Has(Feature::kBytesStrings)) Put("b");
  Put(text);
}

// {name: Type} where parameters have types.
void Writer::Parameter(const Node* node) {
  if (node->text.starts_with('%') && !dialect_.Has(Feature::kFormatParameters)) {
    if (node->text == "%s") return Put("?");
    Put(dialect_.Has(Feature::kStructBraces) ? "$" : ":");
    return Put(node->text.substr(2, node->text.size() - 4));
  }
  if (node->count == 0) return Put(node->text);
  if (!dialect_.Has(Feature::kBraceParameters)) {
    Put(":");
    return Identifier(node->Child(0));
  }
  Put("{");
  Identifier(node->Child(0));
  Put(": ");
  TypeName(node->Child(1));
  Put("}");
}

void Writer::Interval(const Node* node) {
  Put("INTERVAL ");
  const Node* value = node->Child(0);
  const bool outside = dialect_.Has(Feature::kIntervalUnitOutside) || node->text.find(" TO ") != std::string_view::npos;
  if (!outside && !node->text.empty() && (value->Is(Kind::kString) || value->Is(Kind::kNumber))) {
    // One string with its unit, which every reader of INTERVAL '…' takes. Quarters are months there.
    double quarters = 0;
    const auto read = std::from_chars(value->text.data(), value->text.data() + value->text.size(), quarters);
    if (node->text == "QUARTER" && read.ec == std::errc() && read.ptr == value->text.data() + value->text.size()) {
      char months[32];
      const auto end = std::to_chars(months, months + sizeof(months), quarters * 3);
      return Put(QuoteString(dialect_, std::string(months, end.ptr) + " MONTH"));
    }
    Put(QuoteString(dialect_, std::string(value->text) + " " + std::string(node->text) + (node->Has(kPluralUnit) ? "S" : "")));
    return;
  }
  const bool wrap = !value->Is(Kind::kString) && !value->Is(Kind::kNumber) && !value->Is(Kind::kParen) &&
                    (!dialect_.Has(Feature::kIntervalParens) || !(value->Is(Kind::kColumn) || value->Is(Kind::kUnary) ||
                                                                  value->Is(Kind::kParameter) || value->Is(Kind::kSubquery))) &&
                    !((dialect_.Has(Feature::kModFunction) || dialect_.Has(Feature::kCanonicalNames) ||
                       dialect_.Has(Feature::kIntervalSums) || dialect_.Has(Feature::kBitwiseCalls)) &&
                      (value->Is(Kind::kColumn) || value->Is(Kind::kUnary)));
  if (wrap) Put("(");
  Expression(value, 0);
  if (wrap) Put(")");
  if (!node->text.empty()) {
    Put(" ");
    Put(node->text);
    if (node->Has(kPluralUnit) && !dialect_.Has(Feature::kSingularUnits)) Put("S");
  }
}

void Writer::Trim(const Node* node) {
  const Node* characters = node->Child(1);
  const bool one_side = characters == nullptr && node->op != Op::kBoth && dialect_.Has(Feature::kTrimOneSided);
  const bool both = characters == nullptr && node->Has(kExplicitBoth) && dialect_.Has(Feature::kTrimOneSided);
  if (!dialect_.Has(Feature::kTrimFrom) || one_side || both || dialect_.Has(Feature::kTrimArguments)) {
    Put(node->op == Op::kLeading ? "LTRIM(" : node->op == Op::kTrailing ? "RTRIM(" : "TRIM(");
    Expression(node->Child(0), 0);
    if (characters != nullptr) {
      Put(", ");
      Expression(characters, 0);
    }
    return Put(")");
  }
  Put("TRIM(");
  if (node->op == Op::kLeading) Put("LEADING ");
  if (node->op == Op::kTrailing) Put("TRAILING ");
  const bool said = characters != nullptr && node->op != Op::kLeading && node->op != Op::kTrailing;
  if (node->Has(kExplicitBoth) || (said && dialect_.Has(Feature::kTrimSides))) Put("BOTH ");
  if (characters != nullptr) {
    Expression(characters, 0);
    Put(" ");
  }
  if (characters != nullptr || node->op == Op::kLeading || node->op == Op::kTrailing || node->Has(kExplicitBoth)) Put("FROM ");
  Expression(node->Child(0), 0);
  Put(")");
}

// a & b as BITWISE_AND(a, b).
bool Writer::BitwiseCall(const Node* node) {
  const std::string_view name = node->op == Op::kBitAnd       ? "BITWISE_AND("
                                : node->op == Op::kBitOr      ? "BITWISE_OR("
                                : node->op == Op::kBitXor     ? "BITWISE_XOR("
                                : node->op == Op::kShiftLeft  ? "BITWISE_LEFT_SHIFT("
                                : node->op == Op::kShiftRight ? "BITWISE_RIGHT_SHIFT("
                                : node->op == Op::kBitNot     ? "BITWISE_NOT("
                                                              : "";
  if (name.empty()) return false;
  Put(name);
  List(node);
  Put(")");
  return true;
}

}  // namespace dvt::sql
