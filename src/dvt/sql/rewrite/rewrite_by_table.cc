// Functions and types whose translation the dialects' tables say: other names, other orders of arguments, whole expressions.
#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/function_template.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

// FILTER, OVER, WITHIN GROUP, DISTINCT … of a call go to the call that takes its place.
void MoveTail(Arena& arena, Node* from, Node* to) {
  const Node* args = to->Child(kArgsSlot);
  if (Node* separator = from->Child(kSeparatorSlot); separator != nullptr && args != nullptr && args->count > 1) {
    args->children[args->count - 1] = separator;  // in the place of the usual one
    from->children[kSeparatorSlot] = nullptr;
  }
  for (const uint32_t slot :
       {kFilterSlot, kOverSlot, kArgOrderSlot, kWithinSlot, kSeparatorSlot, kParameterSlot, kCallLimitSlot, kMaxMinSlot}) {
    Node* part = from->Child(slot) == nullptr ? nullptr : from->children[slot];
    if (part == nullptr) continue;
    if (to->Child(slot) == nullptr)
      SetChild(arena, to, slot, part);
    else if (slot == kFilterSlot)  // both hold
      SetChild(arena, to, slot, MakeBinary(arena, Op::kAnd, part, to->children[slot]));
  }
  for (const Flag flag : {kDistinctArgs, kIgnoreNulls, kRespectNulls}) {
    if (from->Has(flag)) to->Set(flag);
  }
}

bool HasTail(const Node* call) {
  return call->count > 1 || call->Has(kDistinctArgs) || call->Has(kIgnoreNulls) || call->Has(kRespectNulls);
}

// The outermost call of a made expression.
Node* FirstCall(Node* node) {
  if (node == nullptr || node->Is(Kind::kFunction)) return node;
  for (Node* child : node->Children()) {
    if (Node* found = child == nullptr ? nullptr : FirstCall(child)) return found;
  }
  return nullptr;
}

}  // namespace

// What stands in place of a call, with its FILTER, OVER and the like.
Node* Rewriter::WithTail(Node* call, Node* made) {
  Node* inner = HasTail(call) ? FirstCall(made) : nullptr;
  if (inner != nullptr) MoveTail(arena_, call, inner);
  return made;
}

// The row by which the source's table reads a call.
const FunctionSpec* Rewriter::SpecOf(const Node* node) const {
  const Node* given = node->Child(kArgsSlot);
  const std::span<Node* const> args = given == nullptr ? std::span<Node* const>() : given->Children();
  std::string_view name = node->text;
  if (const Node* schema = node->Child(kSchemaSlot); schema != nullptr && schema->count == 1)
    name = arena_.Copy(std::string(schema->Child(0)->text) + "." + std::string(name));
  for (const Dialect* dialect : {&from_, normalize_ ? &Neutral() : &from_}) {  // every dialect knows the neutral names, too
    for (const FunctionSpec* spec : FindFunctions(*dialect, name, static_cast<int>(args.size()))) {
      if (spec->when_read.empty() || Fulfils(spec->when_read, args, [&](const Node* arg) { return TypeOf(arg); })) return spec;
    }
  }
  return nullptr;
}

// The spelling of a function in the target: of the same concept (exact), else of its family.
const FunctionSpec* Rewriter::TargetOf(const FunctionSpec& spec, std::span<Node* const> args, bool& exact) const {
  const auto first = [&](const std::vector<const FunctionSpec*>& rows) -> const FunctionSpec* {
    for (const FunctionSpec* row : rows) {
      if (row->when_write.empty() || Fulfils(row->when_write, args, [&](const Node* arg) { return TypeOf(arg); })) return row;
    }
    return nullptr;
  };
  const int count = static_cast<int>(args.size());
  const FunctionSpec* target = first(FindConcepts(to_, spec.concept_, count));
  exact = target != nullptr && target->family != "approximate";
  return target != nullptr ? target : first(FindFamilies(to_, spec.family_name(), count));
}

// The call's arguments in the concept's own order. Nothing of the call changes.
bool Rewriter::CanonicalArguments(const Node* node, const FunctionSpec& spec, std::vector<Node*>& args) {
  const Node* given = node->Child(kArgsSlot);
  if (given != nullptr) args.assign(given->Children().begin(), given->Children().end());
  const bool places = spec.concept_.ends_with("_by_places");
  if (places || spec.concept_.ends_with("_by_keys")) return &from_ == &to_ || PathOfKeys(args, places);
  if (spec.read.empty() || spec.read.front() == '=') return true;
  const Node* shape = ArgumentTemplate(Neutral(), spec.read);
  if (shape == nullptr) return false;
  std::vector<Node*> fresh;
  const Node* list = Instantiate(arena_, shape, args, fresh, {.dialect = &from_, .reading = true, .same = &from_ == &to_});
  for (const Node* made : fresh) {
    if (!made->Is(Kind::kFunction)) made_.insert(made);  // calls are of the neutral dialect: they are still to be written
  }
  args.clear();
  for (Node* arg : list->Children()) {
    if (arg != nullptr) args.push_back(arg);
  }
  return true;
}

// A call as the target's table says it, over the concept's own arguments.
Node* Rewriter::Call(Node* node, const FunctionSpec& to, std::span<Node* const> args) {
  std::vector<Node*> path;
  if (to.family_name().starts_with("json_extract") && &from_ != &to_) {
    path = PathArguments(to, args);
    args = path;
  }
  if (!to.write.empty()) {
    const Node* shape = FunctionTemplate(to_, to.write);
    if (shape == nullptr) return node;
    std::vector<Node*> fresh;
    Node* made = Instantiate(arena_, shape, args, fresh, {.dialect = &to_, .reading = false, .same = &from_ == &to_});
    made_.insert(fresh.begin(), fresh.end());
    for (Node* type : fresh) {  // types are read in upper case
      const TypeSpec* own = type->Is(Kind::kTypeName) && to_.Has(Feature::kKeepTypeCase) ? FindType(to_, type->text) : nullptr;
      if (own != nullptr && own->spelling.size() == type->text.size()) type->text = own->spelling;
    }
    const bool bare = std::find(args.begin(), args.end(), made) != args.end();
    if (bare) return made_.contains(made) ? made : Visit(made);  // the template is only an argument
    made->begin = node->begin;
    if (node->Is(Kind::kFunction) && made->Is(Kind::kSubscript) &&
        (node->Child(kOverSlot) != nullptr || node->Child(kFilterSlot) != nullptr))
      Note(Verdict::kUnsupported, node, std::string(node->text),
           "its form in " + std::string(to_.name) + " takes neither OVER nor FILTER");
    if (node->Is(Kind::kFunction) && HasTail(node)) {
      // The tail of an aggregate belongs to every aggregate in the expression.
      bool moved = false;
      for (Node* call : fresh) {
        const FunctionSpec* spec = call->Is(Kind::kFunction) ? FindFunction(to_, call->text) : nullptr;
        if (spec == nullptr || (spec->flags & (kAggregate | kWindowOnly)) == 0) continue;
        MoveTail(arena_, moved ? Clone(arena_, node) : node, call);
        moved = true;
      }
      if (Node* call = moved ? nullptr : FirstCall(made)) MoveTail(arena_, node, call);
    }
    return made;
  }
  Node* call = NewNode(arena_, Kind::kFunction, {MakeList(arena_, args)}, to.name);
  call->begin = node->begin;
  call->comments = node->comments;
  if (node->Is(Kind::kFunction)) MoveTail(arena_, node, call);
  call->Set(kNoParens, (to.flags & kNoParentheses) != 0 && args.empty());
  return Made(call);
}

// The same dialect: the preferred spelling of the same concept.
Node* Rewriter::Preferred(Node* node) {
  PlainArguments(node);
  ParametersBehind(node);
  ValueWindow(node);
  for (const uint32_t slot : {kArgOrderSlot, kWithinSlot}) {
    if (Node* order = node->Child(slot)) Order(order, nullptr);
  }
  if (node->Has(kQuotedName) || node->Child(kSchemaSlot) != nullptr) return node;
  if (EqualsIgnoreCase(node->text, "SPLIT_PART") && FindConcept(to_, "parsename") != nullptr) return DottedPart(node, false);
  const Node* args = node->Child(kArgsSlot);
  const FunctionSpec* spec = SpecOf(node);
  if (spec != nullptr && !spec->read.empty() && spec->read.front() == '=') {
    const bool kept = !spec->read_only && spec->concept_.ends_with("_call") && FindConcept(to_, spec->concept_) == spec;
    if (kept) {
      node->text = spec->name;
      return node;
    }
    std::vector<Node*> given(args->Children().begin(), args->Children().end()), fresh;
    const Node* shape = FunctionTemplate(from_, spec->read.substr(1));
    return shape == nullptr ? node : Visit(WithTail(node, Instantiate(arena_, shape, given, fresh)));
  }
  bool exact = false;
  std::vector<Node*> canonical;
  const bool known = spec != nullptr && CanonicalArguments(node, *spec, canonical);
  const bool own = known && spec->read.empty() && spec->write.empty() && !spec->read_only && !spec->when_read.empty();
  const FunctionSpec* target = !known || own ? nullptr : TargetOf(*spec, canonical, exact);
  // A name that the dialect only reads, over arguments that it has no word for.
  if (target != nullptr && !exact && spec->read_only && spec->read.empty() && target != spec && !target->write.empty())
    return Near(node, *spec, target, canonical);
  if (exact && !spec->read_only && spec->read.empty() && spec->write.empty() && !spec->name.empty() &&
      target->when_write.empty() && !from_.Has(Feature::kCanonicalNames) && FindFunction(from_, node->text) != nullptr)
    target = spec;  // two spellings of one meaning: the written one stays
  if (target != nullptr && exact && (target != spec || !spec->read.empty() || !spec->write.empty())) {
    Node* out = Call(node, *target, canonical);
    out->comments = node->comments;
    return out;
  }
  if (to_.Has(Feature::kKeepFunctionCase) && !node->Has(kNoParens)) return node;
  const bool of_target =
      target != nullptr && !to_.functions.empty() && target >= &to_.functions.front() && target <= &to_.functions.back();
  if (of_target && exact && canonical.empty() && !to_.Has(Feature::kKeepFunctionCase) &&
      (target->flags & (kStable | kSession)) != 0)
    node->Set(kNoParens, (target->flags & kNoParentheses) != 0);
  const bool keep = node->Has(kNoParens);
  if (keep && to_.Has(Feature::kKeepFunctionCase)) return node;
  if (spec == nullptr && to_.Has(Feature::kCallsAsWritten)) return node;
  if (!keep || target != nullptr)
    node->text = target != nullptr && exact && !keep ? target->name : arena_.Copy(ToUpper(node->text));
  return node;
}

// MySQL's CAST knows few types: texts are CHAR, whole numbers SIGNED, moments with a zone the TIMESTAMP function.
Node* Rewriter::LimitedCast(Node* cast) {
  using columnar::TypeKind;
  Node* type = cast->Child(1);
  if (type->op != Op::kScalarType) return cast;
  const bool own = &from_ == &to_;
  const TypeSpec* spec = FindType(from_, type->text);
  if (spec == nullptr) spec = FindType(Neutral(), type->text);
  if (spec == nullptr || spec->name == "ENUM" || spec->name == "SET") return cast;
  if (spec->kind == TypeKind::kTimestampTz && (type->count == 0 || !own)) {
    Node* call = MakeFunction(arena_, "TIMESTAMP", {cast->Child(0)});
    call->begin = cast->begin;
    return Made(call);
  }
  const bool whole = columnar::DataType(spec->kind).is_integer() && spec->name != "YEAR";
  const bool natural = spec->kind == TypeKind::kUInt8 || spec->kind == TypeKind::kUInt16 || spec->kind == TypeKind::kUInt32 ||
                       spec->kind == TypeKind::kUInt64;
  if ((spec->kind == TypeKind::kString && (!spec->fixed || spec->neutral == "CHAR")) || (own && spec->name.ends_with("BLOB")))
    type->text = "CHAR";
  else if (whole || spec->kind == TypeKind::kBool)
    type->text = natural ? "UNSIGNED" : "SIGNED", type->count = 0;
  else if (own)
    return cast;
  else if (spec->kind == TypeKind::kTimestamp)
    type->text = "DATETIME";
  else if (spec->kind == TypeKind::kBinary)
    type->text = "BINARY";
  else
    return cast;
  Made(type);
  return cast;
}

Node* Rewriter::Normalize(Node* node) {
  if (node->Is(Kind::kCast) && to_.Has(Feature::kLimitedCasts)) return LimitedCast(node);
  switch (node->kind) {
    case Kind::kFunction: return Preferred(node);
    case Kind::kSelect:
      AliasKeys(node);
      JoinedUnnest(node);
      if (Node* order = node->Child(kOrderSlot)) Order(order, node);
      return node;
    case Kind::kTypeName: TypeName(node); return node;
    case Kind::kIs: return TruthTest(node);
    case Kind::kAlter: AlterActions(node); return node;
    case Kind::kAtTimeZone: return CallOf(node, "at_time_zone", {node->Child(0), node->Child(1)});
    case Kind::kCreate: PlainDefinition(node); return node;
    case Kind::kWindow:
      if (node->Child(2) != nullptr) Order(node->Child(2), nullptr);
      return node;
    case Kind::kBetween: return node->Has(kSymmetric) ? Between(node) : node;
    case Kind::kBinary:
      if (node->op == Op::kNullSafeEq && to_.Has(Feature::kNullSafeWords)) node->op = Op::kNotDistinctFrom;
      return ShiftCall(node);
    case Kind::kTableFunction: TableCall(node); return node;
    case Kind::kPosition:
      return to_.Has(Feature::kCharsetIntroducer) || to_.Has(Feature::kBitwiseCalls)
                 ? CallOf(node, "str_position", {node->Child(1), node->Child(0)})
                 : node;
    case Kind::kExtract:
      if (to_.Has(Feature::kDatePartCall)) {
        Node field;
        field.kind = Kind::kString;
        field.text = node->text;
        node->text = arena_.Copy(UnitWord(&field));
      }
      return node;
    case Kind::kCast:
      UnboundText(node->Child(1));
      BareCast(node);
      if (node->text == "LITERAL" && to_.Has(Feature::kSpreadColumns)) {
        if (Node* literal = TabledCast(node)) return literal;
      }
      if (node->text == "LITERAL" && node->Child(0)->Is(Kind::kString) && node->Child(0)->text.size() < 27) {
        Node* literal[] = {node->Child(0)};
        if (const FunctionSpec* made = FindConcept(to_, "literal_" + ToLower(node->Child(1)->text), 1))
          return Call(node, *made, literal);
      }
      if (const FunctionSpec* made = FindConcept(to_, "cast_" + ToLower(node->Child(1)->text), 1)) {
        Node* parts[] = {node->Child(0)};
        return Call(node, *made, parts);
      }
      return node;
    case Kind::kSetOperation:
      if (node->op != Op::kUnion && node->Has(kAll) && !to_.Has(Feature::kIntersectExceptAll))
        Note(Verdict::kUnsupported, node, "EXCEPT ALL or INTERSECT ALL", std::string(to_.name) + " has no such operation");
      [[fallthrough]];
    default:
      if (Node* order = node->IsQuery() ? node->Child(kOrderSlot) : nullptr) Order(order, node);
      return node;
  }
}

// A length in a cast does not cut everywhere.
void Rewriter::UnboundText(Node* type) {
  if (!from_.Has(Feature::kUnboundedCasts)) return;
  if ((type->text == "VARCHAR" || type->text == "CHAR") && type->Is(Kind::kTypeName)) type->text = "STRING", type->count = 0;
  for (Node* child : type->Children()) {
    if (child != nullptr) UnboundText(child);
  }
}

// A type's name, by its neutral name, else by its kind. Parameters that the target's type does not take are dropped with a note.
// Nullable(T) and LowCardinality(T) are T elsewhere; T is Nullable(T) where types hold no NULL of themselves.
void Rewriter::Nullability(Node* type) {
  const bool from = from_.Has(Feature::kNullableTypes), to = to_.Has(Feature::kNullableTypes);
  if (from == to) return;
  while (from && type->count == 1 && type->Child(0)->Is(Kind::kTypeName) &&
         (EqualsIgnoreCase(type->text, "NULLABLE") || EqualsIgnoreCase(type->text, "LOWCARDINALITY"))) {
    const Node inner = *type->Child(0);
    type->op = inner.op;
    type->flags = inner.flags;
    type->text = inner.text;
    type->children = inner.children;
    type->count = inner.count;
    type->capacity = inner.capacity;
  }
  if (!to) return;
  if (type->op == Op::kMapType) plain_types_.insert(type->Child(0));  // keys are never NULL
  if (type->op != Op::kScalarType || plain_types_.contains(type)) return;
  Node* inner = NewNode(arena_, Kind::kTypeName, {}, type->text, Op::kScalarType);
  inner->children = type->children;
  inner->count = type->count;
  inner->capacity = type->capacity;
  plain_types_.insert(inner);
  *type = *NewNode(arena_, Kind::kTypeName, {inner}, "Nullable", Op::kScalarType);
}

// Whether a floating type of the same name holds fewer digits: FLOAT is one of 64 bits where FLOAT(24) would be one of 32.
static bool Narrower(const TypeSpec& from, const Node* written, const TypeSpec& to) {
  int64_t digits = 53;
  const bool single = written->count == 1 && IsNumber(written->Child(0), &digits) && digits <= 24;
  return from.kind == columnar::TypeKind::kFloat64 && to.kind == columnar::TypeKind::kFloat32 && !single;
}

// VARCHAR(MAX) is a type of its own.
bool Rewriter::UnboundedType(Node* type) {
  if (type->count != 1 || !type->Child(0)->Is(Kind::kColumn) || !EqualsIgnoreCase(type->Child(0)->Child(0)->text, "max"))
    return false;
  type->children[0] = NewNode(arena_, Kind::kWord, {}, "MAX");
  const bool bytes = EqualsIgnoreCase(type->text, "VARBINARY");
  const TypeSpec* whole = &from_ == &to_ ? nullptr : FindNeutralType(to_, bytes ? "VARBINARY" : "TEXT");
  if (whole == nullptr || to_.Has(Feature::kTop)) return true;
  type->text = whole->written();
  type->count = 0;
  return true;
}

// The precision and scale that the source means where it says none.
void Rewriter::DefaultPrecision(Node* type, const TypeSpec& spec) {
  Append(arena_, type, MakeNumber(arena_, spec.default_precision));
  Append(arena_, type, MakeNumber(arena_, spec.default_scale));
}

// The target's type for a type of the source: of the same neutral name, else of the same kind of values.
const TypeSpec* Rewriter::TargetType(const Node* type, const TypeSpec& spec, bool known) const {
  const TypeSpec* target = FindNeutralType(to_, spec.neutral.empty() ? spec.name : spec.neutral);
  if (&from_ == &to_ && known && !spec.read_only && to_.Has(Feature::kLimitedCasts)) target = &spec;
  if (target != nullptr && Narrower(spec, type, *target)) target = nullptr;
  if (target == nullptr && &from_ != &to_ && spec.kind != columnar::TypeKind::kUnknown) {
    for (const Dialect* each = &to_; each != nullptr && target == nullptr; each = each->parent) {
      for (const auto& row : each->types) {
        if (target == nullptr && row.kind == spec.kind && !row.read_only && row.fixed == spec.fixed) target = &row;
      }
    }
  }
  return target;
}

// Texts with a length, or without: as the target wants them.
const TypeSpec* Rewriter::LengthType(const Node* type, const TypeSpec* target) const {
  const bool text = target->name == "VARCHAR" || target->name == "CHAR";
  const bool endless = to_.Has(Feature::kLengthsNeeded) || (customary_ && to_.Has(Feature::kLimitedCasts) && !target->fixed);
  if (text && type->count == 0 && endless) target = FindNeutralType(to_, "TEXT");
  if (customary_ && to_.Has(Feature::kLengthsNeeded) && type->count == 1 && target->kind == columnar::TypeKind::kString &&
      target->parameters == 0 && &from_ != &to_ && !from_.Has(Feature::kDecimalSaid))
    target = FindNeutralType(to_, "VARCHAR");  // a text of some length
  return target;
}

// Lengths, precisions and scales that the target's type takes.
void Rewriter::TypeParameters(Node* type, const TypeSpec& spec, const TypeSpec* target) {
  const bool moment = target->kind == columnar::TypeKind::kTimestamp || target->kind == columnar::TypeKind::kTimestampTz;
  if (type->count > target->parameters && moment && &from_ == &to_) type->count = target->parameters;
  int64_t digits = 0;
  if (customary_ && moment && target->default_precision > 0 && type->count == 1 && target->parameters == 1 &&
      IsNumber(type->Child(0), &digits) && (digits < target->default_precision || digits > 9))
    type->count = 0;
  if (customary_) WideDecimal(type, *target);
  if (customary_ && type->count > target->parameters) {  // another row of that name may take them
    for (const auto& row : to_.types) {
      if (row.written() == target->written() && row.kind == target->kind && row.parameters > target->parameters) target = &row;
    }
  }
  if (type->count > 0 && target->parameters == 0 && type->text.ends_with("(MAX)")) {
    type->text.remove_suffix(5);
    return;
  }
  if (type->count > target->parameters && &from_ != &to_) {
    Note(Verdict::kDifferent, type, "type " + std::string(spec.name), "its parameters have no place in " + std::string(to_.name));
    type->count = target->parameters;
  }
}

void Rewriter::TypeName(Node* type) {
  if (normalize_) Nullability(type);
  for (Node* parameter : type->Children()) {  // VARCHAR2(10 CHAR): the unit has no place elsewhere
    if (&from_ == &to_ || parameter == nullptr || !parameter->Is(Kind::kCommand)) continue;
    parameter->kind = Kind::kNumber;
    parameter->text = parameter->text.substr(0, parameter->text.find(' '));
  }
  if (UnboundedType(type)) return;
  if (type->op != Op::kScalarType || type->Has(kQuotedName)) return;
  const TypeSpec* spec = FindType(from_, type->text);
  const bool known = spec != nullptr;
  if (known && from_.Has(Feature::kLimitedCasts) && (spec->name == "ENUM" || spec->name == "SET")) return;
  if (known && customary_ && from_.Has(Feature::kDecimalSaid) && type->count == 0 &&
      (spec->name == "DECIMAL" || spec->neutral == "DECIMAL")) {
    DefaultPrecision(type, *spec);
    for (Node* parameter : type->Children()) Made(parameter);
  }
  if (known && customary_ && from_.Has(Feature::kDecimalSaid) && spec->kind == columnar::TypeKind::kString)
    type->count = 0;  // a length is only a remark there
  if (!known && &from_ != &to_) spec = FindType(Neutral(), type->text);
  if (spec == nullptr) return;
  if (from_.Has(Feature::kDecimalDefaults) && spec->default_precision > 0 && type->count == 0) DefaultPrecision(type, *spec);
  const TypeSpec* target = TargetType(type, *spec, known);
  const std::string_view neutral = spec->neutral.empty() ? spec->name : spec->neutral;
  if (target == nullptr && known && customary_ && &from_ != &to_ && FindType(Neutral(), neutral) != nullptr) type->text = neutral;
  if (target == nullptr) return;
  if (&from_ != &to_ && spec->default_scale > 0 && spec->parameters == 0 && target->parameters == 2 && type->count == 0)
    DefaultPrecision(type, *spec);  // money
  target = LengthType(type, target);
  type->text = target->written();
  TypeParameters(type, *spec, target);
}

}  // namespace dvt::sql
