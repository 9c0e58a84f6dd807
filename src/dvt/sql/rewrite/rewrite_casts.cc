// Casts: their values, the names of their types, the forms they take.
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/dialects/time_formats.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

using columnar::DataType;
using columnar::TypeKind;

namespace {

// 2024-02-29
bool IsIsoDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (size_t i : {0, 1, 2, 3, 5, 6, 8, 9}) {
    if (text[i] < '0' || text[i] > '9') return false;
  }
  return true;
}

bool IsDigits(std::string_view text, size_t most) {
  return !text.empty() && text.size() <= most && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// 12, -1.5 and the like, which every system reads alike, with no more digits behind the point than the type has.
bool IsPlainNumber(std::string_view text, const DataType& type) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const size_t dot = text.find('.');
  if (dot == std::string_view::npos) return IsDigits(text, 15);
  const size_t most = type.is_integer() ? 0 : type.kind == TypeKind::kDecimal ? static_cast<size_t>(type.scale) : 15;
  return IsDigits(text.substr(0, dot), 15) && IsDigits(text.substr(dot + 1), most);
}

// MySQL casts to a few names only; false if there is none for the type.
bool MysqlCastName(const DataType& type, std::string& name) {
  if (type.kind == TypeKind::kBool || type.kind == TypeKind::kJson || type.kind == TypeKind::kList) return false;
  if (type.is_integer()) name = type.kind == TypeKind::kUInt64 ? "UNSIGNED" : "SIGNED";
  if (type.kind == TypeKind::kString) name = type.length > 0 ? "CHAR(" + std::to_string(type.length) + ")" : "CHAR";
  if (type.kind == TypeKind::kUuid) name = "CHAR(36)";
  if (type.kind == TypeKind::kDecimal && type.precision == 0) name = "DECIMAL(38, 18)";
  if (type.kind == TypeKind::kTimestamp) name = "DATETIME(6)";
  if (type.kind == TypeKind::kTime) name = "TIME(6)";
  return true;
}

}  // namespace

bool IsPlainValue(std::string_view text, const DataType& type) {
  if (type.kind == TypeKind::kBool) return false;
  if (type.is_numeric()) return IsPlainNumber(text, type);
  if (type.kind == TypeKind::kDate) return IsIsoDate(text);
  return !type.is_temporal() ||
         (IsIsoDate(text.substr(0, 10)) && text.find_first_not_of("0123456789-:.T ") == std::string_view::npos);
}

// What a cast does to values beyond its target type.
void Rewriter::CastValue(const Node* node, const DataType& type, const DataType& source) {
  if (type.fixed && type.kind == TypeKind::kString)
    Note(Verdict::kDifferent, node, "CAST to CHAR(n)", "blank padding is not the same everywhere");
  if (type.kind == TypeKind::kBinary || source.kind == TypeKind::kBinary)
    Note(Verdict::kUnsupported, node, "CAST of bytes", "bytes and texts are converted differently");
  if (type.kind == TypeKind::kUInt64 && from_.Has(Feature::kImplicitStringCasts))
    Note(Verdict::kDifferent, node, "CAST to UNSIGNED", "negative values wrap around in " + std::string(from_.name));
  const Node* literal = Unparen(node->Child(0));
  if (literal->Is(Kind::kString) && type.kind == TypeKind::kDate && IsIsoDate(literal->text)) return;
  if (from_.Has(Feature::kImplicitStringCasts) && source.is_text() && !type.is_text()) {
    Note(Verdict::kDifferent, node, "CAST of a text",
         "what is no such value is an error in " + std::string(to_.name) + ", not in " + std::string(from_.name));
  }
  if (to_.Has(Feature::kImplicitStringCasts) && source.is_text() && !type.is_text() &&
      !Unparen(node->Child(0))->Is(Kind::kString)) {
    Note(Verdict::kDifferent, node, "CAST of a text",
         "what is no such value is an error in " + std::string(from_.name) + ", not in " + std::string(to_.name));
  }
  const bool loose = to_.Has(Feature::kImplicitStringCasts) || to_.Has(Feature::kDynamicTyping);
  if (loose && literal->Is(Kind::kString) && !IsPlainValue(literal->text, type)) {
    Note(Verdict::kDifferent, node, "CAST of a text",
         "what is no plain value is read otherwise in " + std::string(to_.name) + " than in " + std::string(from_.name));
  }
  const bool floating = source.kind == TypeKind::kFloat32 || source.kind == TypeKind::kFloat64;
  if (type.is_integer() && floating) {
    const bool even_from = !from_.Has(Feature::kImplicitStringCasts), even_to = !to_.Has(Feature::kImplicitStringCasts);
    if (even_from != even_to) Note(Verdict::kDifferent, node, "CAST", "halves are rounded differently");
  }
}

// CAST(x AS DATE FORMAT 'f') that is NULL where x is no such date, JSON '…': what the target has a row for; else nullptr.
Node* Rewriter::TabledCast(Node* node) {
  Node* value = node->Child(0);
  if (node->text == "LITERAL" && EqualsIgnoreCase(node->Child(1)->text, "JSON")) {
    const FunctionSpec* literal = FindConcept(to_, "json_literal", 1);
    return literal == nullptr ? nullptr : Call(node, *literal, {&value, 1});
  }
  const Node* format = node->Child(2);
  const TimeFormat* alphabet = FindTimeFormat("teradata");
  if (format == nullptr || !format->Is(Kind::kString) || alphabet == nullptr || !node->Has(kTry)) return nullptr;
  const FunctionSpec* parsed = FindConcept(to_, "safe_parsed_" + ToLower(node->Child(1)->text), 2);
  if (parsed == nullptr) return nullptr;
  Node* args[] = {value, Made(MakeString(arena_, ToStrftime(*alphabet, format->text)))};
  return Call(node, *parsed, args);
}

// The cast as it stands, its type by the tables; what would differ is only noted.
Node* Rewriter::CustomaryCast(Node* node) {
  if (Node* tabled = TabledCast(node)) return tabled;
  Node* value = node->Child(0);
  const bool braces = to_.Has(Feature::kStructBraces) && !to_.Has(Feature::kCanonicalNames);
  const bool row = braces && node->Child(1)->op == Op::kStructType && value->Is(Kind::kFunction) &&
                   EqualsIgnoreCase(value->text, "STRUCT") && value->Child(kArgsSlot) != nullptr;
  if (row && std::none_of(value->Child(kArgsSlot)->Children().begin(), value->Child(kArgsSlot)->Children().end(),
                          [](const Node* field) { return field->Is(Kind::kAlias); })) {
    value->text = "ROW";  // the type names the fields
    Made(value);
  }
  Node* copy = NewNode(arena_, node->kind, {node->Child(0), Clone(arena_, node->Child(1))}, node->text, node->op);
  copy->flags = node->flags;
  copy->begin = node->begin;
  Cast(copy);
  const TypeSpec* read = from_.Has(Feature::kColonPath) ? FindType(from_, node->Child(1)->text) : nullptr;
  if (read != nullptr && read->kind == TypeKind::kString && Unparen(node->Child(0))->Is(Kind::kFunction) &&
      Unparen(node->Child(0))->text == "GET_PATH") {  // the text's characters, without quotes
    Node* parts[] = {const_cast<Node*>(Unparen(node->Child(0)))};
    if (const FunctionSpec* text = FindConcept(to_, "variant_to_text", 1)) return Call(node, *text, parts);
  }
  UnboundText(node->Child(1));
  const Node* type = node->Child(1);
  if (from_.Has(Feature::kTypedLiterals) && node->Child(0)->Is(Kind::kString, Op::kPlain) &&
      EqualsIgnoreCase(type->text, "JSON")) {
    Node* json = CallOf(node, "json_literal", {node->Child(0)});
    if (json != node) return json;
  }
  if (Node* json = JsonCast(node)) return json;
  if (to_.Has(Feature::kLimitedCasts)) {
    if (!to_.Has(Feature::kTryCast)) node->Set(kTry, false);
    return LimitedCast(node);
  }
  const bool lenient = from_.Has(Feature::kLenientCasts) && !to_.Has(Feature::kLenientCasts) && node->text.empty();
  if (lenient && to_.Has(Feature::kTryCast)) node->Set(kTry);
  if (node->Has(kTry) && to_.Has(Feature::kTextTryCast) && TypeOf(node->Child(0)).kind != TypeKind::kString) {
    node->Set(kTry, false);
    Note(Verdict::kDifferent, node, "TRY_CAST",
         "it takes texts only in " + std::string(to_.name) + "; what is no such value is an error");
  }
  return node;
}

Node* Rewriter::Cast(Node* node) {
  const Node* value = Unparen(node->Child(0));
  auto type = ParseTypeName(from_, Print(node->Child(1), from_));
  const bool keeps_length =
      from_.Has(Feature::kStructBraces) || from_.Has(Feature::kDynamicTyping);  // a declared length is only a remark
  if (type && type->kind == TypeKind::kString && keeps_length) type->length = 0, type->fixed = false;
  if (!type || type->kind == TypeKind::kUnknown) {
    Note(Verdict::kUnsupported, node, "CAST", "type " + Print(node->Child(1), from_) + " is not known");
    return node;
  }
  if (to_.Has(Feature::kDynamicTyping)) {
    // Date literals are texts there; a CAST would make numbers of them.
    if (value->Is(Kind::kString) && type->kind == TypeKind::kDate && IsIsoDate(value->text)) return node->Child(0);
    if (type->is_temporal() || type->kind == TypeKind::kDecimal || type->kind == TypeKind::kBool) {
      Note(Verdict::kUnsupported, node, "CAST",
           "casts to " + type->ToString() + " mean something else in " + std::string(to_.name));
      return node;
    }
  }
  if (from_.Has(Feature::kDynamicTyping) && (type->is_temporal() || type->kind == TypeKind::kDecimal ||
                                             type->kind == TypeKind::kBool || type->kind == TypeKind::kUuid)) {
    Note(Verdict::kUnsupported, node, "CAST",
         "casts to " + type->ToString() + " mean something else in " + std::string(from_.name));
    return node;
  }
  auto name = RenderTypeName(to_, *type);
  if (!name) {
    Note(Verdict::kUnsupported, node, "CAST", name.error().message());
    return node;
  }
  const DataType source = TypeOf(node->Child(0));
  CastValue(node, *type, source);
  if (type->is_integer() && !source.is_integer() && (from_.Has(Feature::kDynamicTyping) || to_.Has(Feature::kDynamicTyping))) {
    Note(Verdict::kDifferent, node, "CAST", "a cast to a whole number cuts in SQLite and rounds elsewhere");
  }
  if (type->kind == TypeKind::kString && !source.is_text() && !value->Is(Kind::kString) && !source.is_integer() &&
      source.kind != TypeKind::kDate) {
    Note(Verdict::kDifferent, node, "CAST", "the text of " + source.ToString() + " values is not the same everywhere");
  }
  if (customary_ && type->kind == TypeKind::kString && type->length > 0)
    Note(Verdict::kDifferent, node, "CAST to a length", "whether the text is cut is not the same everywhere");
  if (node->Has(kTry) && !to_.Has(Feature::kTryCast))
    Note(Verdict::kUnsupported, node, "TRY_CAST", std::string(to_.name) + " has no TRY_CAST");
  const bool mysql_cast = to_.Has(Feature::kDatePartKeywords) && to_.Has(Feature::kBacktickIdentifiers);
  const bool zoned = !customary_ && type->kind == TypeKind::kTimestampTz;
  if (mysql_cast && (!MysqlCastName(*type, *name) || zoned))
    Note(Verdict::kUnsupported, node, "CAST", "MySQL has no cast to " + type->ToString());
  if (type->kind == TypeKind::kDecimal && type->precision == 0 && to_.Has(Feature::kStructBraces)) *name = "DECIMAL(38, 18)";
  return customary_ ? node : ExactCast(node, *type, *name);  // else its type follows by the tables
}

// The cast with a type of the target's name.
Node* Rewriter::ExactCast(Node* node, const DataType& type, const std::string& name) {
  const bool cuts =
      type.kind == TypeKind::kString && type.length > 0 && (to_.Has(Feature::kStructBraces) || to_.Has(Feature::kDynamicTyping));
  if (cuts) {
    auto text = RenderTypeName(to_, DataType::String());
    Node* whole = Made(MakeCast(arena_, node->Child(0), MakeTypeName(arena_, *text)));
    return Made(MakeFunction(arena_, to_.Has(Feature::kDynamicTyping) ? "SUBSTR" : "SUBSTRING",
                             {whole, MakeNumber(arena_, 1), MakeNumber(arena_, type.length)}));
  }
  Node* fresh =
      NewNode(arena_, Kind::kCast, {node->Child(0), NewNode(arena_, Kind::kTypeName, {}, arena_.Copy(name), Op::kScalarType)});
  fresh->flags = node->flags;
  fresh->begin = node->begin;
  Made(fresh->Child(1));
  Made(fresh);
  return fresh;
}

}  // namespace dvt::sql
