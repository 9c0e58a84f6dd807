// Functions: by concept where a spelling of the same meaning exists, by a rewrite where one can be made, else unsupported.
#include <charconv>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

bool PositiveNumber(const Node* node) {
  const Node* bare = Unparen(node);
  if (!bare->Is(Kind::kNumber)) return false;
  int64_t value = 0;
  const auto parsed = std::from_chars(bare->text.data(), bare->text.data() + bare->text.size(), value);
  return parsed.ec == std::errc() && parsed.ptr == bare->text.data() + bare->text.size() && value >= 1;
}

bool StartsWith(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

}  // namespace

Node* Rewriter::Function(Node* node) {
  Node* args = node->Child(kArgsSlot);
  const int count = args == nullptr ? 0 : static_cast<int>(args->count);
  if (Node* order = node->Child(kArgOrderSlot)) Order(order);
  if (node->Child(kFilterSlot) != nullptr && !to_.Has(Feature::kFilterClause)) {
    Note(Verdict::kUnsupported, node, "FILTER", std::string(to_.name) + " has no FILTER clause");
  }
  const FunctionSpec* spec = FindFunction(from_, node->text, count);
  if (spec == nullptr) {
    Note(Verdict::kUnsupported, node, "function " + ToUpper(node->text), "it is not known in " + std::string(from_.name) + " with " + std::to_string(count) + " arguments");
    return node;
  }
  const bool collations_differ = from_.Has(Feature::kCaseInsensitiveText) != to_.Has(Feature::kCaseInsensitiveText);
  if ((spec->flags & kTextCompare) != 0 && collations_differ && count > 0 && IsText(args->Child(0))) {
    Note(Verdict::kDifferent, node, "function " + ToUpper(node->text), "it compares texts, which ignores case in one of the two systems");
  }
  if (node->Has(kDistinctArgs) && collations_differ && count > 0 && IsText(args->Child(0))) {
    Note(Verdict::kDifferent, node, ToUpper(node->text) + "(DISTINCT …)", "texts that differ only in case are one value in one of the two systems");
  }
  if ((spec->flags & (kSession | kVolatile)) != 0) {
    Note(Verdict::kDifferent, node, "function " + ToUpper(node->text), "its value belongs to the system that runs it");
  }
  if (const FunctionSpec* same = FindConcept(to_, spec->concept_, count)) {
    if (!EqualsIgnoreCase(same->name, node->text)) node->text = same->name;
    node->Set(kNoParens, (same->flags & kNoParentheses) != 0 && count == 0);
    return node;
  }
  return Special(node, *spec);
}

Node* Rewriter::Substring(Node* node, std::string_view target) {
  const Node* args = node->Child(kArgsSlot);
  const bool positive = PositiveNumber(args->Child(1)) && (args->count < 3 || PositiveNumber(args->Child(2)));
  if (!positive) Note(Verdict::kDifferent, node, "SUBSTRING", "a start or length below one is read differently");
  node->text = target;
  return node;
}

Node* Rewriter::Special(Node* node, const FunctionSpec& spec) {
  Node* args = node->Child(kArgsSlot);
  const std::string_view meaning = spec.concept_;
  auto argument = [&](uint32_t i) { return args == nullptr ? nullptr : args->Child(i); };
  if (StartsWith(meaning, "substring_")) return Substring(node, to_.Has(Feature::kDynamicTyping) ? "SUBSTR" : "SUBSTRING");
  if (meaning == "octet_length" && FindConcept(to_, "octet_length") != nullptr) {
    node->text = FindConcept(to_, "octet_length")->name;
    return node;
  }
  if (meaning == "char_length_dynamic" && FindConcept(to_, "char_length") != nullptr && TypeOf(argument(0)).kind == columnar::TypeKind::kString) {
    node->text = FindConcept(to_, "char_length")->name;
    return node;
  }
  if (meaning == "concat_null" && to_.Has(Feature::kPipesConcat)) {
    // CONCAT that is NULL if any part is: the || operator.
    Node* out = args->Child(0);
    for (uint32_t i = 1; i < args->count; ++i) out = MakeBinary(arena_, Op::kConcat, out, args->Child(i));
    return args->count == 1 ? MakeCast(arena_, out, MakeTypeName(arena_, to_.unlimited_text)) : MakeParen(arena_, out);
  }
  static constexpr std::string_view kParts[] = {"year", "month", "day", "hour", "minute", "quarter"};
  for (const auto part : kParts) {
    if (meaning != part || !to_.Has(Feature::kExtract)) continue;
    return NewNode(arena_, Kind::kExtract, {argument(0)}, arena_.Copy(ToUpper(part)));
  }
  if ((meaning == "if" || meaning == "if_number") && args->count == 3) {
    Node* when = NewNode(arena_, Kind::kWhen, {argument(0), argument(1)});
    return NewNode(arena_, Kind::kCase, {nullptr, argument(2), when});
  }
  if ((meaning == "date_add" || meaning == "date_sub") && argument(1)->Is(Kind::kInterval) && to_.Has(Feature::kIntervalType)) {
    Node* sum = MakeParen(arena_, MakeBinary(arena_, meaning == "date_add" ? Op::kAdd : Op::kSub, argument(0), argument(1)));
    const bool whole_days = TypeOf(argument(0)).kind == columnar::TypeKind::kDate && argument(1)->text != "HOUR" && argument(1)->text != "MINUTE" && argument(1)->text != "SECOND";
    return whole_days ? MakeCast(arena_, sum, MakeTypeName(arena_, "DATE")) : sum;
  }
  if (meaning == "datediff_days" && to_.Has(Feature::kDoubleColonCast)) {
    Node* left = MakeCast(arena_, argument(0), MakeTypeName(arena_, "DATE"));
    Node* right = MakeCast(arena_, argument(1), MakeTypeName(arena_, "DATE"));
    return MakeParen(arena_, MakeBinary(arena_, Op::kSub, left, right));
  }
  if (meaning == "to_date_of_timestamp" && !to_.Has(Feature::kDynamicTyping)) return MakeCast(arena_, argument(0), MakeTypeName(arena_, "DATE"));
  if (meaning == "string_agg_comma" && FindConcept(to_, "string_agg") != nullptr) {
    Append(arena_, args, MakeString(arena_, ","));
    node->text = FindConcept(to_, "string_agg")->name;
    return node;
  }
  if (meaning == "round_mysql" || meaning == "round_float" || meaning == "round") {
    const auto type = TypeOf(argument(0));
    const bool decimal = type.kind == columnar::TypeKind::kDecimal || type.is_integer();
    if (!decimal || to_.Has(Feature::kDynamicTyping) || from_.Has(Feature::kDynamicTyping)) {
      Note(Verdict::kDifferent, node, "ROUND", "halves of floating-point numbers are rounded differently");
    }
    return node;
  }
  if (meaning == "power" || meaning == "power_float") {
    Note(Verdict::kDifferent, node, "POWER", "PostgreSQL keeps decimals exact, others compute in floating point");
    node->text = "POWER";
    return node;
  }
  if (meaning == "date_part" || meaning == "date_part_int") {
    const Node* field = Unparen(argument(0));
    if (field->Is(Kind::kString) && to_.Has(Feature::kExtract)) return Extract(NewNode(arena_, Kind::kExtract, {argument(1)}, arena_.Copy(ToUpper(field->text))));
  }
  if (meaning == "log10" && FindConcept(to_, "log10_float") != nullptr) {
    Note(Verdict::kDifferent, node, "LOG", "PostgreSQL keeps decimals exact, others compute in floating point");
    node->text = FindConcept(to_, "log10_float")->name;
    return node;
  }
  if (meaning == "now_local" && FindConcept(to_, "localtimestamp") != nullptr) {
    node->text = FindConcept(to_, "localtimestamp")->name;
    node->Set(kNoParens);
    SetChild(arena_, node, kArgsSlot, NewNode(arena_, Kind::kList));
    return node;
  }
  if (meaning == "greatest_null" || meaning == "least_null" || meaning == "greatest_skip_null" || meaning == "least_skip_null") {
    const bool skips = to_.Has(Feature::kGreatestIgnoresNull);
    Note(Verdict::kDifferent, node, ToUpper(node->text), std::string("a NULL among the values ") + (skips ? "is skipped" : "makes the result NULL") + " in " + std::string(to_.name));
    const FunctionSpec* other = FindConcept(to_, std::string(StartsWith(meaning, "greatest") ? "greatest" : "least") + (skips ? "_skip_null" : "_null"));
    if (other != nullptr) node->text = other->name;
    return node;
  }
  Note(Verdict::kUnsupported, node, "function " + ToUpper(node->text), std::string(to_.name) + " has no function of the same meaning");
  return node;
}

}  // namespace dvt::sql
