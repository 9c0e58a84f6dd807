// Functions: by concept where a spelling of the same meaning exists, by a rewrite where one can be made, else unsupported.
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/function_template.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

bool StartsWith(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

bool IsPositive(const Node* node) {
  int64_t value = 0;
  return IsNumber(node, &value) && value >= 1;
}

}  // namespace

Node* Rewriter::Rename(Node* node, std::string_view concept_name) {
  const FunctionSpec* spec = FindConcept(to_, concept_name);
  if (spec == nullptr || spec->name.empty()) return nullptr;
  node->text = spec->name;
  node->Set(kNoParens, (spec->flags & kNoParentheses) != 0 && node->Child(kArgsSlot)->count == 0);
  return node;
}

// What follows the arguments of a call: orders, IGNORE NULLS, KEEP, FILTER.
void Rewriter::CallClauses(Node* node) {
  if (Node* order = node->Child(kArgOrderSlot)) Order(order, nullptr);
  if (Node* order = node->Child(kWithinSlot)) Order(order, nullptr);
  if (node->Has(kIgnoreNulls) && !to_.Has(Feature::kIgnoreNulls) && to_.Has(Feature::kDistinctOneValue))
    Note(Verdict::kUnsupported, node, "IGNORE NULLS", std::string(to_.name) + " has no such clause");
  if (const Node* keep = node->Child(kKeepSlot)) {
    if (Node* order = keep->children[1]) Order(order, nullptr);
    if (!to_.Has(Feature::kConnectBy)) Note(Verdict::kUnsupported, node, "KEEP", std::string(to_.name) + " has no such clause");
  }
  if (node->Child(kFilterSlot) != nullptr && !to_.Has(Feature::kFilterClause)) {
    Note(Verdict::kUnsupported, node, "FILTER", std::string(to_.name) + " has no FILTER clause");
  }
  if (node->Child(kArgOrderSlot) != nullptr && to_.Has(Feature::kDynamicTyping)) {
    Note(Verdict::kUnsupported, node, "ORDER BY in " + ToUpper(node->text),
         std::string(to_.name) + " has aggregates without an order only");
  }
}

Node* Rewriter::Function(Node* node) {
  PlainArguments(node);
  DistinctRow(node);
  ParametersBehind(node);
  ValueWindow(node);
  node = FoldFilter(node);
  ListedTexts(node);
  if (made_.contains(node)) return node;
  Node* args = node->Child(kArgsSlot);
  const int count = args == nullptr ? 0 : static_cast<int>(args->count);
  CallClauses(node);
  if (node->Child(kSchemaSlot) != nullptr && SpecOf(node) != nullptr) {
    node->text = SpecOf(node)->name;
    node->children[kSchemaSlot] = nullptr;
  }
  if (node->Child(kSchemaSlot) != nullptr) {
    Note(Verdict::kUnsupported, node, "function " + ToUpper(node->text),
         "functions of a schema are known only to " + std::string(from_.name));
    return node;
  }
  if (count > 1 && args->Child(0)->Is(Kind::kTypeName)) return Conversion(node);
  if (customary_) Filtered(node);
  if (customary_ && from_.Has(Feature::kAliasedArguments) &&
      (EqualsIgnoreCase(node->text, "STRUCT") || EqualsIgnoreCase(node->text, "STRUCT_PACK")))
    return Structure(node);
  const FunctionSpec* spec = SpecOf(node);
  return spec == nullptr ? UnknownFunction(node) : KnownFunction(node, *spec);
}

// A function of no table keeps its name.
Node* Rewriter::UnknownFunction(Node* node) {
  const Node* args = node->Child(kArgsSlot);
  const std::string count = std::to_string(args == nullptr ? 0 : args->count);
  Note(Verdict::kUnsupported, node, "function " + ToUpper(node->text),
       "it is not known in " + std::string(from_.name) + " with " + count + " arguments");
  if (normalize_ && !node->Has(kQuotedName) && !to_.Has(Feature::kKeepFunctionCase) && !to_.Has(Feature::kCallsAsWritten))
    node->text = arena_.Copy(ToUpper(node->text));
  return node;
}

// A function by its row of the source's table: by a template that reads it, by its topic, else as the target's table says it.
Node* Rewriter::KnownFunction(Node* node, const FunctionSpec& spec) {
  Node* args = node->Child(kArgsSlot);
  const int count = args == nullptr ? 0 : static_cast<int>(args->count);
  if (customary_ && (spec.flags & kTableValued) != 0 && !table_calls_.contains(node)) {
    const FunctionSpec* rows = FindConcept(to_, std::string(spec.concept_) + "_rows", count);
    if (rows != nullptr) return Call(node, *rows, args->Children());
  }
  FunctionNotes(node, spec);
  if ((spec.flags & kTableValued) != 0 && (to_.Has(Feature::kDynamicTyping) || to_.Has(Feature::kBackslashEscapes)) &&
      FindFamily(to_, spec.family_name()) == nullptr) {
    Note(Verdict::kUnsupported, node, "function " + ToUpper(node->text), std::string(to_.name) + " has no such table function");
    return node;
  }
  if (!spec.read.empty() && spec.read.front() == '=') {
    const FunctionSpec* own = customary_ && spec.concept_.ends_with("_call") ? FindConcept(to_, spec.concept_, count) : nullptr;
    if (own != nullptr) return Call(node, *own, args->Children());
    std::vector<Node*> args_of_call(args->Children().begin(), args->Children().end()), fresh;
    if (const Node* shape = FunctionTemplate(from_, spec.read.substr(1))) {
      Node* made = WithTail(node, Instantiate(arena_, shape, args_of_call, fresh));
      if (made->Is(Kind::kCast)) made->text = "CALL";  // what is no such value is an error, as in any function
      return Visit(made);
    }
  }
  if (spec.concept_ == "parsename") return DottedPart(node, true);
  if (spec.family_name() == "split_part" && FindConcept(to_, "parsename") != nullptr) return DottedPart(node, false);
  return TargetFunction(node, spec);
}

// Where a function's value may differ: the order and equality of texts, the system that runs it.
void Rewriter::FunctionNotes(const Node* node, const FunctionSpec& spec) {
  const std::string name = "function " + ToUpper(node->text);
  const Node* args = node->Child(kArgsSlot);
  const uint32_t count = args == nullptr ? 0 : args->count;
  const Node* first = count > 0 ? args->Child(0) : nullptr;
  if ((spec.flags & kTextCompare) != 0 && TextOrdersDiffer() && first != nullptr && IsText(first)) {
    const bool equality = spec.concept_ == "nullif";
    if (!equality || CollationsDiffer())
      Note(Verdict::kDifferent, node, name, "it compares texts, which are ordered differently in the two systems");
  }
  if (!customary_ && spec.concept_.starts_with("bit_") && spec.concept_.ends_with("_agg") &&
      from_.Has(Feature::kUnsignedBits) != to_.Has(Feature::kUnsignedBits)) {
    Note(Verdict::kDifferent, node, name,
         "of no values it is NULL in one of the two systems only, and its bits are unsigned in the other");
  }
  if (node->Has(kDistinctArgs) && CollationsDiffer() && first != nullptr && IsText(first)) {
    Note(Verdict::kDifferent, node, ToUpper(node->text) + "(DISTINCT …)",
         "texts that differ only in case are one value in one of the two systems");
  }
  if (node->Has(kDistinctArgs) && count > 1)
    Note(Verdict::kUnsupported, node, ToUpper(node->text) + "(DISTINCT a, b)",
         "several distinct arguments are not known everywhere");
  if ((spec.flags & (kSession | kVolatile | kStable)) != 0) {
    Note(Verdict::kDifferent, node, name, "its value belongs to the system that runs it");
  }
}

// Whether it is known only to some that speak the target's dialect. What people translate is for a system that has it.
bool Rewriter::MayLack(std::string_view what, int arguments) const {
  if (customary_) return false;
  const std::string name = arguments < 0 ? std::string(what) : std::string(what) + "/" + std::to_string(arguments);
  return std::find(to_.not_everywhere.begin(), to_.not_everywhere.end(), name) != to_.not_everywhere.end();
}

// LAG(x, 1, NULL) says what LAG(x, 1) does.
bool Rewriter::IsDefaultOfLag(const FunctionSpec& spec, std::span<Node* const> args) {
  return (spec.concept_ == "lag" || spec.concept_ == "lead") && args.size() == 3 && Unparen(args[2])->Is(Kind::kNull);
}

// The target's function of the same concept, or what is made in its place.
Node* Rewriter::TargetFunction(Node* node, const FunctionSpec& spec) {
  const Node* args = node->Child(kArgsSlot);
  const int count = args == nullptr ? 0 : static_cast<int>(args->count);
  bool exact = false;
  std::vector<Node*> canonical;
  if (!CanonicalArguments(node, spec, canonical)) return node;
  const FunctionSpec* target = TargetOf(spec, canonical, exact);
  if (IsDefaultOfLag(spec, canonical) && MayLack(spec.concept_, 3)) {
    SetChild(arena_, node, kArgsSlot, MakeList(arena_, std::span(canonical).first(2)));
    return node;
  }
  if (exact && MayLack(spec.concept_, count))
    Note(Verdict::kDifferent, node, ToUpper(node->text), "not every system or version of " + std::string(to_.name) + " has it");
  if (target != nullptr && (exact || customary_) && (!spec.read.empty() || !target->write.empty())) {
    if (!exact) return Near(node, spec, target, canonical);
    return Call(node, *target, canonical);
  }
  if (target != nullptr && exact) {
    if (!customary_ && &from_ != &to_ && (spec.concept_ == "max" || spec.concept_ == "min")) {
      if (Node* truth = TruthExtreme(node, spec.concept_)) return truth;
    }
    const FunctionSpec* same = (spec.flags & kStable) != 0 ? FindFunction(to_, node->text, count) : nullptr;
    if (customary_ && same != nullptr && !same->read_only && (same->flags & kStable) != 0)
      target = same;  // LOCALTIMESTAMP stays what it was
    if (normalize_ || !EqualsIgnoreCase(target->name, node->text)) node->text = target->name;
    node->Set(kNoParens, (target->flags & kNoParentheses) != 0 && count == 0);
    const bool spread = spec.type == TypeRule::kFloat64 && target->type == TypeRule::kUnknown && (spec.flags & kAggregate) != 0 &&
                        !canonical.empty() && TypeOf(canonical.front()).kind != columnar::TypeKind::kFloat64;
    if (spread && !customary_) return Made(AsFloat(Made(node)));  // elsewhere of many digits, for exact numbers
    if (spec.concept_ == "round_away" || spec.concept_ == "round") return Numbers(node, spec.concept_);
    if (spec.concept_ == "mod" || spec.concept_ == "mod_null") return Numbers(node, spec.concept_);
    return node;
  }
  return Special(node, spec);
}

Node* Rewriter::Substring(Node* node, std::string_view target) {
  const Node* args = node->Child(kArgsSlot);
  const bool positive = IsPositive(args->Child(1)) && (args->count < 3 || IsPositive(args->Child(2)));
  if (!positive) Note(Verdict::kDifferent, node, "SUBSTRING", "a start or length below one is read differently");
  node->text = target;
  return node;
}

Node* Rewriter::Special(Node* node, const FunctionSpec& spec) {
  const std::string_view meaning = spec.concept_;
  // By topic only where exactness counts; else by the tables alone.
  Node* out = !customary_ && (spec.flags & kAggregate) != 0 ? Aggregate(node, meaning) : nullptr;
  if (out == nullptr && !customary_) out = Texts(node, meaning);
  if (out == nullptr && !customary_) out = Numbers(node, meaning);
  if (out == nullptr && (!customary_ || !from_.Has(Feature::kCanonicalNames))) out = Dates(node, meaning);
  if (out != nullptr) return out;
  bool exact = false;
  std::vector<Node*> canonical;
  if (!CanonicalArguments(node, spec, canonical)) return node;
  return Near(node, spec, TargetOf(spec, canonical, exact), canonical);
}

// What is left: the nearest function of the family, or the neutral name.
Node* Rewriter::Near(Node* node, const FunctionSpec& spec, const FunctionSpec* near, std::span<Node* const> args) {
  const std::string name = "function " + ToUpper(node->text);
  if (near != nullptr) {
    Note(Verdict::kDifferent, node, name, "the nearest function of " + std::string(to_.name) + " agrees only in common cases");
    return Call(node, *near, args);
  }
  Note(Verdict::kUnsupported, node, name, std::string(to_.name) + " has no function of the same meaning");
  const int count = static_cast<int>(args.size());
  const FunctionSpec* neutral = FindConcept(Neutral(), spec.concept_, count);
  if (neutral == nullptr) neutral = FindFamily(Neutral(), spec.family_name(), count);
  const bool untold =
      to_.functions.empty() && !from_.Has(Feature::kCanonicalNames);  // nothing is known of the other side's names
  // A name that is known everywhere is kept between two dialects.
  const FunctionSpec* alias = FindFunction(Neutral(), node->text, count);
  const bool common = alias != nullptr && alias->read_only && !from_.Has(Feature::kCanonicalNames) &&
                      !to_.Has(Feature::kCanonicalNames) && spec.read.empty();
  if (neutral != nullptr && !untold && !common) {
    FunctionSpec plain = *neutral;
    if (to_.functions.empty()) plain.write = {};
    return Call(node, plain, args);
  }
  if (normalize_) node->text = arena_.Copy(ToUpper(node->text));
  return node;
}

// CONCAT that is NULL if any part is: the || operator.
Node* Rewriter::ConcatOrNull(const Node* args) {
  Node* out = Made(MakeParen(arena_, args->Child(0)));
  for (uint32_t i = 1; i < args->count; ++i) out = MakeBinary(arena_, Op::kConcat, out, args->Child(i));
  if (args->count > 1) Concatenation(out);
  return args->count == 1 ? Made(MakeCast(arena_, out, MakeTypeName(arena_, to_.unlimited_text))) : Made(MakeParen(arena_, out));
}

// CONCAT that skips NULLs: every part falls back to the empty text.
Node* Rewriter::ConcatWithoutNulls(Node* node) {
  Node* args = node->Child(kArgsSlot);
  for (uint32_t i = 0; i < args->count; ++i) {
    const auto type = TypeOf(args->Child(i));
    if (type.kind != columnar::TypeKind::kString && !type.is_integer()) return nullptr;
    Node* text = to_.Has(Feature::kPipesConcat) ? Made(MakeCast(arena_, args->Child(i), MakeTypeName(arena_, to_.unlimited_text)))
                                                : args->Child(i);
    args->children[i] = Made(MakeFunction(arena_, "COALESCE", {text, Made(MakeString(arena_, ""))}));
  }
  if (!to_.Has(Feature::kPipesConcat)) return node;
  Node* out = args->Child(0);
  for (uint32_t i = 1; i < args->count; ++i) out = Made(MakeBinary(arena_, Op::kConcat, out, args->Child(i)));
  return Made(MakeParen(arena_, out));
}

// LPAD and RPAD to a known length with a known text.
Node* Rewriter::Padding(Node* node, std::string_view side) {
  Node* args = node->Child(kArgsSlot);
  int64_t length = -1;
  const bool plain = args->count == 2 || (Unparen(args->Child(2))->Is(Kind::kString) && !Unparen(args->Child(2))->text.empty());
  if (!IsNumber(args->Child(1), &length) || !plain) return nullptr;
  if (args->count == 2) Append(arena_, args, Made(MakeString(arena_, " ")));
  return Rename(node, FindConcept(to_, side, 3) != nullptr ? std::string(side) : std::string(side) + "_mysql");
}

// REGEXP_REPLACE with a pattern and flags that mean the same on both sides.
Node* Rewriter::RegexReplace(const Node* args) {
  const Node* pattern = Unparen(args->Child(1));
  const Node* flags = args->count > 3 ? Unparen(args->Child(3)) : nullptr;
  const bool portable = pattern->Is(Kind::kString) && IsPortableRegex(pattern->text, true) &&
                        Unparen(args->Child(2))->Is(Kind::kString) &&
                        Unparen(args->Child(2))->text.find_first_of("&\\") == std::string_view::npos;
  if (!portable ||
      (flags != nullptr && (!flags->Is(Kind::kString) || flags->text.find_first_not_of("gi") != std::string_view::npos)))
    return nullptr;
  const std::string options = std::string(flags == nullptr ? "" : flags->text) + "s";
  return Made(MakeFunction(arena_, "REGEXP_REPLACE",
                           {args->Child(0), args->Child(1), args->Child(2), Made(MakeString(arena_, options))}));
}

Node* Rewriter::Texts(Node* node, std::string_view meaning) {
  Node* args = node->Child(kArgsSlot);
  auto argument = [&](uint32_t i) { return args->Child(i); };
  if (StartsWith(meaning, "substring_")) return Substring(node, to_.Has(Feature::kDynamicTyping) ? "SUBSTR" : "SUBSTRING");
  if (meaning == "char_length_dynamic" && TypeOf(argument(0)).kind == columnar::TypeKind::kString)
    return Rename(node, "char_length");
  if (meaning == "char_length" && to_.Has(Feature::kDynamicTyping) && TypeOf(argument(0)).kind == columnar::TypeKind::kString)
    return Rename(node, "char_length_dynamic");
  if (meaning == "concat_null" && to_.Has(Feature::kPipesConcat)) return ConcatOrNull(args);
  if (meaning == "concat_skip_null" && !to_.Has(Feature::kConcatNullIsEmpty)) return ConcatWithoutNulls(node);
  if (StartsWith(meaning, "left") || StartsWith(meaning, "right")) {
    int64_t length = -1;
    const std::string side = meaning.substr(0, 4) == "left" ? "left" : "right";
    if (!IsNumber(argument(1), &length)) return nullptr;
    return Rename(node, FindConcept(to_, side) != nullptr ? side : side + "_nonnegative");
  }
  if (meaning == "lpad" || meaning == "rpad" || meaning == "lpad_mysql" || meaning == "rpad_mysql")
    return Padding(node, meaning.substr(0, 4));
  if ((meaning == "if" || meaning == "if_number") && args->count == 3) {
    Node* condition = argument(0);
    if (TypeOf(condition).is_numeric())
      condition = Made(MakeBinary(arena_, Op::kNeq, Made(MakeParen(arena_, condition)), MakeNumber(arena_, 0)));
    Node* when = NewNode(arena_, Kind::kWhen, {condition, argument(1)});
    return NewNode(arena_, Kind::kCase, {nullptr, argument(2), when});
  }
  if (meaning == "is_null")
    return Made(MakeParen(arena_, NewNode(arena_, Kind::kIs, {argument(0), NewNode(arena_, Kind::kNull)})));
  if (meaning == "regexp_replace_pg" && to_.Has(Feature::kStructBraces)) return RegexReplace(args);
  if (StartsWith(meaning, "greatest_") || StartsWith(meaning, "least_")) {
    const bool skips = to_.Has(Feature::kGreatestIgnoresNull);
    Note(Verdict::kDifferent, node, ToUpper(node->text),
         std::string("a NULL among the values ") + (skips ? "is skipped" : "makes the result NULL") + " in " +
             std::string(to_.name));
    return Rename(node, std::string(StartsWith(meaning, "greatest") ? "greatest" : "least") + (skips ? "_skip_null" : "_null"));
  }
  return nullptr;
}

Node* Rewriter::Numbers(Node* node, std::string_view meaning) {
  Node* args = node->Child(kArgsSlot);
  auto argument = [&](uint32_t i) { return args->Child(i); };
  if (StartsWith(meaning, "round")) {
    const auto type = TypeOf(argument(0));
    const bool exact = type.kind == columnar::TypeKind::kDecimal || type.is_integer();
    const bool even = meaning == "round" && args->count == 1 && to_.Has(Feature::kStructBraces);
    const bool dynamic = to_.Has(Feature::kDynamicTyping) || from_.Has(Feature::kDynamicTyping);
    if (even && (type.kind == columnar::TypeKind::kFloat64 || type.kind == columnar::TypeKind::kFloat32)) {
      return Made(MakeFunction(arena_, "ROUND_EVEN", {argument(0), MakeNumber(arena_, 0)}));
    }
    if (!exact || dynamic) Note(Verdict::kDifferent, node, "ROUND", "halves of floating-point numbers are rounded differently");
    node->text = "ROUND";
    return node;
  }
  const auto operand = [&](uint32_t i) { return customary_ ? argument(i) : Made(MakeParen(arena_, argument(i))); };
  if (meaning == "mod" || meaning == "mod_null") return Modulo(Made(MakeBinary(arena_, Op::kMod, operand(0), operand(1))));
  if (meaning == "div") {
    Node* quotient =
        Made(MakeBinary(arena_, Op::kIntDiv, Made(MakeParen(arena_, argument(0))), Made(MakeParen(arena_, argument(1)))));
    if (!TypeOf(argument(0)).is_integer() || !TypeOf(argument(1)).is_integer() || to_.Has(Feature::kSlashIsInteger))
      return nullptr;
    return Made(MakeParen(arena_, quotient));
  }
  if (meaning == "power" || meaning == "power_float" || meaning == "log10" || meaning == "log10_float") {
    const bool power = meaning[0] == 'p';
    const bool from_exact = meaning == "power" || meaning == "log10";
    for (uint32_t i = 0; i < args->count; ++i) {
      const auto type = TypeOf(argument(i));
      const bool decimal = type.kind == columnar::TypeKind::kDecimal || !type.is_numeric();
      if (decimal)
        Note(Verdict::kDifferent, node, power ? "POWER" : "LOG",
             "PostgreSQL keeps decimals exact, others compute in floating point");
    }
    return Rename(node, std::string(power ? "power" : "log10") + (from_exact ? "_float" : ""));
  }
  if (meaning == "trunc_digits" && to_.Has(Feature::kTildeRegex)) {
    const auto type = TypeOf(argument(0));
    int64_t digits = -1;
    if (IsNumber(argument(1), &digits) && digits == 0 && type.kind == columnar::TypeKind::kDecimal)
      return Made(MakeFunction(arena_, "TRUNC", {argument(0)}));
  }
  return nullptr;
}

}  // namespace dvt::sql
