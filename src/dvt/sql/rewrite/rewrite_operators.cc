#include <algorithm>
#include <charconv>

#include "dvt/base/text/text.h"
#include "dvt/sql/analyze/scope.h"
#include "dvt/sql/dialects/time_formats.h"
#include "dvt/sql/lex/escapes.h"
#include "dvt/sql/parse/parser.h"
#include "dvt/sql/rewrite/rewriter_internal.h"
#include "dvt/sql/rewrite/target_shape.h"

namespace dvt::sql {

using columnar::DataType;
using columnar::TypeKind;

void Rewriter::Note(Verdict verdict, const Node* node, std::string construct, std::string message) {
  verdict_ = std::max(verdict_, verdict);
  const Place place = has_source_ ? places_.At(node->begin) : Place{};
  notes_.push_back({verdict, std::move(construct), std::move(message), place});
}

void Rewriter::Unsupported(const Node* node, std::string_view construct) {
  Note(Verdict::kUnsupported, node, std::string(construct), std::string(to_.name) + " has no such construct");
}

DataType Rewriter::TypeOf(const Node* node) const {
  return InferType(
      node, from_, types_ ? types_ : [](const Node&) { return DataType(); });
}

bool Rewriter::IsText(const Node* node) const {
  const DataType type = TypeOf(node);
  return type.is_text();  // unknown counts: it might be text
}

void Rewriter::Run(Node*& slot) {
  FindResults(slot);
  if (customary_) QuotedPaths(slot);
  if (customary_ && &from_ != &to_ && to_.Has(Feature::kDatesByRecursion)) DatesByRecursion(arena_, slot, from_, to_);
  if (customary_ && &from_ != &to_ && ShapeJoins(arena_, slot, to_))
    Note(Verdict::kDifferent, slot, "FULL JOIN", "it is two joins; the columns of SELECT * may stand in another order");
  assigns_ = slot != nullptr && (slot->Is(Kind::kUpdate) || slot->Is(Kind::kInsert) || slot->Is(Kind::kMerge));
  if (slot != nullptr && assigns_) {
    const auto assign = [this](const Node* assignments) {
      for (Node* each : assignments == nullptr ? std::span<Node* const>() : assignments->Children()) {
        if (each->Is(Kind::kBinary) && each->Child(0)->Is(Kind::kRow))
          made_.insert(each);  // SET (a, b) = (1, 2) compares nothing
      }
    };
    for (const Node* update : FindAll(slot, Kind::kUpdate)) assign(update->Child(2));
    for (const Node* conflict : FindAll(slot, Kind::kOnConflict)) assign(conflict->Child(1));
  }
  if (customary_ && &from_ != &to_) ArrayTables(slot);
  Walk(slot);
  if (normalize_ && &from_ != &to_) PlainOrders(slot);
  if (customary_ && (from_.Has(Feature::kAliasKeysGrouping) || to_.Has(Feature::kAliasKeysGrouping))) HexCase(slot);
  if (normalize_) ShapeForTarget(arena_, slot, from_, to_);
  Unsayable(slot);
}

// Parents first: types are inferred in the source's dialect, from children that have not been rewritten.
void Rewriter::Walk(Node*& slot) {
  if (slot == nullptr) return;
  if (slot->Is(Kind::kScope)) made_.insert(slot->Child(1));  // a member is no function of the system
  if (slot->Is(Kind::kTableFunction)) table_calls_.insert(slot->Child(1));
  if (settled_.contains(slot)) return;
  if (!made_.contains(slot)) {
    if (Node* exact = Exactly(slot)) {
      slot = exact;
      return;
    }
    if (normalize_) slot = Canonical(slot);
    slot = Visit(slot);
  }
  for (Node*& child : slot->Children()) Walk(child);
}

Node* Rewriter::Visit(Node* node) {
  if (&from_ == &to_) return Normalize(node);
  if (node->IsQuery()) return Query(node);
  if (node->IsTable()) return TableOrJoin(node);
  switch (node->kind) {
    case Kind::kSetVariable:
    case Kind::kPhrase:
    case Kind::kCommand:
    case Kind::kAlter:
    case Kind::kInsert:
    case Kind::kUpdate:
    case Kind::kDelete:
    case Kind::kCreate:
    case Kind::kDrop:
    case Kind::kColumnDef: return Statement(node);
    case Kind::kStruct:
    case Kind::kLambda:
    case Kind::kMap:
    case Kind::kArray:
    case Kind::kSubscript:
    case Kind::kQuantified:
    case Kind::kField: return NestedValue(node);
    default: return Value(node);
  }
}

Node* Rewriter::Query(Node* node) {
  if (node->Is(Kind::kSelect)) Select(node);
  if (node->Is(Kind::kSetOperation)) SetOperation(node);
  if (Node* order = node->Child(kOrderSlot)) Order(order, node);
  Limit(node);
  return node;
}

Node* Rewriter::TableOrJoin(Node* node) {
  if (node->Is(Kind::kJoin)) {
    if (node->op == Op::kLateralView && !to_.Has(Feature::kLateralView)) node = JoinOfView(node);
    const bool views =
        to_.Has(Feature::kLateralView) && !to_.Has(Feature::kCanonicalNames);  // which take no other rows of arrays
    if (views && (!from_.Has(Feature::kLateralView) || from_.Has(Feature::kCanonicalNames))) node = ViewOfJoin(node);
  }
  Table(node);
  return node;
}

// Statements without rows, and their parts.
Node* Rewriter::Statement(Node* node) {
  switch (node->kind) {
    case Kind::kSetVariable:
      if (to_.Has(Feature::kBraceVariables) && node->Child(0)->Is(Kind::kParameter) && node->Child(0)->text.starts_with('@')) {
        node->children[0] = Made(NewNode(arena_, Kind::kParameter, {}, node->Child(0)->text.substr(1)));
      }
      return node;
    case Kind::kPhrase: return OwnPhrase(node);
    case Kind::kCommand:
      Command(node);
      if (to_.Has(Feature::kUsingFormat) && from_.Has(Feature::kStagedFiles)) DescribedTable(node);
      return node;
    case Kind::kAlter:
      AlterActions(node);
      PlainDefinition(node);
      AlterForTarget(node);
      ColumnsAddedInTurn(node);
      return node;
    default: Definition(node); return node;
  }
}

// Arrays, structures and maps, and what reads them.
Node* Rewriter::NestedValue(Node* node) {
  auto needs = [&](bool has, std::string_view construct) {
    if (!has) Unsupported(node, construct);
    return node;
  };
  switch (node->kind) {
    case Kind::kStruct: needs(to_.Has(Feature::kStructBraces), "nested value"); return customary_ ? Structure(node) : node;
    case Kind::kLambda:
    case Kind::kMap: return needs(to_.Has(Feature::kStructBraces), "nested value");
    case Kind::kArray: return needs(to_.Has(Feature::kArrayBrackets), "array");
    case Kind::kSubscript:
      if (TypeOf(node->Child(0)).kind != TypeKind::kList || node->Child(1)->Is(Kind::kSlice)) {
        Note(Verdict::kUnsupported, node, "subscript",
             "the value is not known to be an array; JSON and texts are read differently");
      }
      needs(to_.Has(Feature::kArrayBrackets), "array");
      return Subscript(node);
    case Kind::kQuantified:
      if (!node->Child(0)->IsQuery() && !node->Child(0)->Is(Kind::kArray) &&
          from_.Has(Feature::kStructBraces) != to_.Has(Feature::kStructBraces) && !customary_)
        Note(Verdict::kDifferent, node, "ANY or ALL of an array", "an array that is NULL counts as an empty one in DuckDB only");
      if (!node->Child(0)->IsQuery()) return needs(to_.Has(Feature::kArrayBrackets), "ANY or ALL of an array");
      return needs(!to_.Has(Feature::kDynamicTyping), "ANY or ALL of a query");
    case Kind::kField: Note(Verdict::kUnsupported, node, "field of a value", "composite values differ"); return node;
    default: return node;
  }
}

// Operators, calls, literals: values of one part, and what stands in their places.
Node* Rewriter::Value(Node* node) {
  switch (node->kind) {
    case Kind::kBinary: return Binary(node);
    case Kind::kUnary:
      if (node->op == Op::kNot) Truth(node->children[0]);
      return node->op == Op::kBitNot ? Bits(node) : node;
    case Kind::kIs:
      if (node->Child(1)->Is(Kind::kBoolean)) Truth(node->children[0]);
      return TruthTest(node);
    case Kind::kCase:
      FoldedCase(node);
      for (uint32_t i = 2; node->Child(0) == nullptr && i < node->count; ++i) Truth(node->children[i]->children[0]);
      return node;
    case Kind::kLike: {
      Node* patterns = PatternList(node);
      return patterns != nullptr ? patterns : Like(node);
    }
    case Kind::kCast: BareCast(node); return customary_ ? CustomaryCast(node) : Cast(node);
    case Kind::kTypeName: TypeName(node); return node;
    case Kind::kString: return String(node);
    case Kind::kInterval: return Interval(node);
    case Kind::kExtract: return Extract(node);
    case Kind::kNumber: DecimalNumber(node); return node;
    case Kind::kFunction:
      if (Node* array = AggregatedArray(node)) return made_.contains(array) ? array : PlaceOrder(Function(NullTreatment(array)));
      return PlaceOrder(Function(NullTreatment(node)));
    case Kind::kIn: return In(node);
    case Kind::kBetween: return Between(node);
    case Kind::kWindow: Window(node); return node;
    case Kind::kCollate:
      Note(Verdict::kUnsupported, node, "COLLATE", "collations are not the same in " + std::string(to_.name));
      return node->count > 1 ? CallOf(node, "collate_call", {node->Child(0), node->Child(1)}) : node;
    case Kind::kParameter: Parameter(node); return node;
    case Kind::kSample:
      if (from_.Has(Feature::kSamplePlain) && node->text.empty() && node->Has(kPercent)) node->text = "BERNOULLI";
      Note(Verdict::kDifferent, node, "TABLESAMPLE", "samples differ");
      return node;
    case Kind::kAtTimeZone:
      if (!to_.Has(Feature::kAtTimeZone) || (!customary_ && FindConcept(to_, "at_time_zone", 2) != nullptr))
        Unsupported(node, "AT TIME ZONE");
      return CallOf(node, "at_time_zone", {node->Child(0), node->Child(1)});
    case Kind::kNamedArg: Note(Verdict::kUnsupported, node, "named argument", "arguments differ"); return node;
    case Kind::kTrim: TrimNotes(node); return node;
    case Kind::kPosition: return Position(node);
    default: return node;
  }
}

// What is defined: words that other systems have for it, and what they cannot say.
void Rewriter::Definition(Node* node) {
  if ((node->Is(Kind::kCreate) || node->Is(Kind::kDrop)) &&
      from_.Has(Feature::kDatabasesOnly) != to_.Has(Feature::kDatabasesOnly)) {
    if (to_.Has(Feature::kDatabasesOnly) && node->text == "SCHEMA") node->text = "DATABASE";
    if (from_.Has(Feature::kDatabasesOnly) && node->text == "DATABASE") node->text = "SCHEMA";
  }
  PlainDefinition(node);
  if (node->Is(Kind::kCreate) && node->text.starts_with("PRIVATE ")) {  // temporary tables are private everywhere
    node->text.remove_prefix(8);
    if (node->text.starts_with("TEMPORARY ")) node->text.remove_prefix(10), node->Set(kTemporary);
  }
  if (node->Is(Kind::kCreate) && node->Child(kCreateKeys) != nullptr && to_.Has(Feature::kNullsOrdering))
    Order(node->Child(kCreateKeys), nullptr);
  if (!node->Is(Kind::kColumnDef))
    Note(Verdict::kDifferent, node, "statement",
         "definitions and changes of tables are only printed in the other dialect, not checked");
}

void Rewriter::TrimNotes(const Node* node) {
  const Node* set = node->Child(1);
  const bool one = set != nullptr && set->Is(Kind::kString) && set->text.size() == 1;
  const bool words = from_.Has(Feature::kBackslashEscapes) != to_.Has(Feature::kBackslashEscapes);
  if (set != nullptr && words && !one)
    Note(Verdict::kDifferent, node, "TRIM", "it trims a whole word in MySQL, any of its characters elsewhere");
  if (set != nullptr && CollationsDiffer() && !one)
    Note(Verdict::kDifferent, node, "TRIM", "characters are compared under another collation");
}

Node* Rewriter::Position(Node* node) {
  if (normalize_ && !CollationsDiffer()) {
    const FunctionSpec* spec = FindFamily(to_, "str_position", 2);
    if (spec != nullptr && !spec->write.starts_with("POSITION")) {
      Node* parts[] = {node->Child(1), node->Child(0)};
      return Call(node, *spec, parts);
    }
  }
  if (CollationsDiffer()) Note(Verdict::kDifferent, node, "POSITION", "it ignores case in one of the two systems");
  if (!to_.Has(Feature::kPositionFunction)) return Made(MakeFunction(arena_, "INSTR", {node->Child(1), node->Child(0)}));
  return node;
}

// Phrases of one system.
Node* Rewriter::OwnPhrase(Node* node) {
  if (node->text == "INTRODUCER" && from_.Has(Feature::kCharsetIntroducer) && !to_.Has(Feature::kCharsetIntroducer)) {
    const std::string charset = ToLower(node->Child(0)->text);
    if (charset.starts_with("_utf8") || charset == "_ascii") return node->Child(1);
    Note(Verdict::kUnsupported, node, "character set", "texts are Unicode in " + std::string(to_.name));
  }
  for (const std::string_view own : {"APPLY", "OVER", "ROWS FROM", "UNPIVOT", "PIVOT", "CACHE", "REPLACE WHERE", "BY NAME",
                                     "COPY INTO", "COPY", "COMPREHENSION", "STAR PATTERN", "USING KEYS", "ANY"}) {
    if (node->text == own) Note(Verdict::kUnsupported, node, std::string(own), std::string(to_.name) + " has no such construct");
  }
  return node;
}

// x IS TRUE is x where that is how it is said: the two differ as values only, where x is NULL.
Node* Rewriter::TruthTest(Node* node) {
  const Node* what = node->Child(1);
  if (!customary_ || !to_.Has(Feature::kTruthItself) || !what->Is(Kind::kBoolean) || node->Has(kNot)) return node;
  Note(Verdict::kDifferent, node, "IS TRUE", "a value that is NULL gives NULL in the customary text");
  return what->op == Op::kTrue ? node->Child(0) : MakeNot(arena_, node->Child(0));
}

// A node as the target's table says its concept, or the node itself.
Node* Rewriter::CallOf(Node* node, std::string_view concept_name, std::initializer_list<Node*> args) {
  const FunctionSpec* spec = customary_ ? FindConcept(to_, concept_name, static_cast<int>(args.size())) : nullptr;
  return spec == nullptr ? node : Call(node, *spec, std::span<Node* const>(args.begin(), args.size()));
}

// x'CC' and b'1100' become numbers where no strings of digits exist.
bool Rewriter::NumberOfDigits(Node* node) {
  const int base = node->op == Op::kHex ? 16 : 2;
  if (FindConcept(to_, "number_of_digits", 1) == nullptr || node->text.size() > (base == 16 ? 15U : 60U)) return false;
  int64_t value = 0;
  std::from_chars(node->text.data(), node->text.data() + node->text.size(), value, base);
  *node = *MakeNumber(arena_, value);
  return true;
}

// Strings of bits and bytes have other spellings, or none.
Node* Rewriter::String(Node* node) {
  if (node->op == Op::kBytes && customary_) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string hex;
    for (const char c : node->text) (hex += kDigits[static_cast<unsigned char>(c) >> 4]) += kDigits[c & 15];
    return CallOf(node, "bytes_literal", {Made(MakeString(arena_, hex))});
  }
  if (node->op == Op::kNational && to_.Has(Feature::kBraceVariables)) node->op = Op::kPlain;  // every text is Unicode
  if (node->op == Op::kUnicode && !to_.Has(Feature::kUnicodeStrings)) return PlainText(node);
  if (node->op != Op::kHex && node->op != Op::kBit) return node;
  if (customary_ && to_.Has(Feature::kCanonicalNames) && from_.Has(Feature::kCharsetIntroducer) && !node->text.empty() &&
      node->text.size() < (node->op == Op::kHex ? 16U : 61U)) {
    int64_t value = 0;
    std::from_chars(node->text.data(), node->text.data() + node->text.size(), value, node->op == Op::kHex ? 16 : 2);
    Note(Verdict::kDifferent, node, "literal of bits or bytes", "it is written as a number");
    return Made(MakeNumber(arena_, value));
  }
  const bool bytes = node->op == Op::kHex && from_.Has(Feature::kHexStrings) && node->text.size() % 2 == 0;
  const FunctionSpec* call = customary_ ? FindConcept(to_, node->op == Op::kHex ? "hex_literal" : "bit_literal", 1) : nullptr;
  if (call != nullptr && !(bytes && to_.Has(Feature::kHexStrings))) {
    Note(Verdict::kDifferent, node, node->op == Op::kHex ? "hexadecimal literal" : "bit literal",
         "it is written as another kind of value");
    Node* text[] = {Made(MakeString(arena_, node->text))};
    return Call(node, *call, text);
  }
  if (customary_ && node->op == Op::kBit && !to_.Has(Feature::kBitStrings) && !node->text.empty() && node->text.size() < 63) {
    Note(Verdict::kDifferent, node, "bit literal", "it is a number in " + std::string(to_.name));
    int64_t value = 0;
    for (const char c : node->text) value = value * 2 + (c - '0');
    return Made(MakeNumber(arena_, value));
  }
  if (customary_ && !to_.Has(Feature::kHexStrings) && (NumberOfDigits(node) || to_.Has(Feature::kLowerCaseHex))) {
    Note(Verdict::kDifferent, node, node->op == Op::kHex ? "hexadecimal literal" : "bit literal",
         "it is another kind of value in " + std::string(to_.name));
    return node;
  }
  if (bytes && to_.Has(Feature::kHexStrings)) return node;
  if (customary_ && to_.Has(Feature::kHexNumbers)) {
    Note(Verdict::kUnsupported, node, "literal of bits or bytes", "it is a number in " + std::string(to_.name));
    return Made(NewNode(arena_, Kind::kNumber, {}, arena_.Copy((node->op == Op::kHex ? "0x" : "0b") + std::string(node->text))));
  }
  if (bytes && to_.Has(Feature::kForXml))
    return Made(NewNode(arena_, Kind::kNumber, {}, arena_.Copy("0x" + std::string(node->text))));
  if (bytes && to_.Has(Feature::kDoubleColonCast) && !to_.Has(Feature::kKeepFunctionCase)) {
    std::string text = to_.Has(Feature::kStructBraces) ? "" : "\\x";
    for (size_t i = 0; i < node->text.size(); i += 2)
      text += (to_.Has(Feature::kStructBraces) ? "\\x" : "") + std::string(node->text.substr(i, 2));
    auto type = RenderTypeName(to_, DataType(TypeKind::kBinary));
    return Made(MakeCast(arena_, Made(MakeString(arena_, text)), MakeTypeName(arena_, type.value_or(std::string("BINARY")))));
  }
  Note(Verdict::kUnsupported, node, node->op == Op::kHex ? "hexadecimal literal" : "bit literal",
       "it is another kind of value in " + std::string(to_.name));
  return node;
}

// U&'d\0061t' is 'data'; where texts know such escapes they stay.
Node* Rewriter::PlainText(Node* node) {
  const bool kept = to_.Has(Feature::kCodeEscapes) && customary_;
  const char mark = node->count > 0 && node->Child(0)->text.size() == 1 ? node->Child(0)->text[0] : '\\';
  std::string text;
  bool escaped = false;
  const std::string_view raw = node->text;
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != mark || i + 1 == raw.size()) {
      text += raw[i];
      continue;
    }
    if (raw[++i] == mark) {
      text += mark;
      continue;
    }
    const bool wide = raw[i] == '+';
    if (kept && !wide && raw.size() >= i + 4) {
      text += "\\u" + std::string(raw.substr(i, 4));
      i += 3;
      escaped = true;
      continue;
    }
    const std::string code = wide ? "U00" + std::string(raw.substr(i + 1, 6)) : "u" + std::string(raw.substr(i, 4));
    size_t at = 0;
    if (code.size() != (wide ? 9U : 5U) || !DecodeCode(code, at, text, false) || at + 1 != code.size()) {
      Note(Verdict::kUnsupported, node, "U&'…'", "an escape in it is no character");
      return node;
    }
    i += wide ? 6 : 3;
  }
  return Made(NewNode(arena_, Kind::kString, {}, arena_.Copy(text), escaped ? Op::kUnicode : Op::kPlain));
}

// Fields that all count alike; the others case by case.
Node* Rewriter::Extract(Node* node) {
  static constexpr std::string_view kPlain[] = {"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "QUARTER"};
  static constexpr std::string_view kShared[] = {"DOW",     "ISODOW", "DOY",        "WEEK", "ISOYEAR",
                                                 "CENTURY", "DECADE", "MILLENNIUM", "EPOCH"};
  if (const FunctionSpec* part = FindConcept(to_, "extract_" + ToLower(node->text), 1)) {
    Node* value[] = {node->Child(0)};
    Note(Verdict::kDifferent, node, "EXTRACT(" + std::string(node->text) + ")", "this field is counted differently");
    return Call(node, *part, value);
  }
  auto in = [&](std::span<const std::string_view> list) { return std::find(list.begin(), list.end(), node->text) != list.end(); };
  if (!to_.Has(Feature::kExtract)) {
    if (const FunctionSpec* part = FindConcept(to_, "date_part_tsql")) {
      Node* field = NewNode(arena_, Kind::kColumn, {MakeIdentifier(arena_, node->text, false)});
      Node* parts[] = {Made(field), node->Child(0)};
      return Call(node, *part, parts);
    }
    Note(Verdict::kUnsupported, node, "EXTRACT", std::string(to_.name) + " has no EXTRACT");
    return node;
  }
  const DataType type = TypeOf(node->Child(0));
  if (type.is_text() && from_.Has(Feature::kImplicitStringCasts)) {
    Note(Verdict::kDifferent, node, "EXTRACT", "the value is not known to be a date");
    return node;
  }
  if (type.kind == TypeKind::kInterval) Note(Verdict::kDifferent, node, "EXTRACT", "intervals are normalised differently");
  if (in(kPlain)) return node;
  const bool both = !from_.Has(Feature::kDatePartKeywords) && !to_.Has(Feature::kDatePartKeywords);
  if (both && in(kShared)) return node;
  if (both && node->text == "SECOND" && !from_.Has(Feature::kStructBraces) && to_.Has(Feature::kStructBraces)) {
    node->text = "MICROSECOND";  // here the fraction counts
    return Made(
        MakeParen(arena_, Made(MakeBinary(arena_, Op::kDiv, Made(node), Made(NewNode(arena_, Kind::kNumber, {}, "1000000.0"))))));
  }
  if (node->text == "SECOND" && from_.Has(Feature::kDatePartKeywords) && to_.Has(Feature::kStructBraces)) return node;
  if (node->text == "SECOND" && to_.Has(Feature::kDatePartKeywords) && from_.Has(Feature::kStructBraces)) return node;
  Note(Verdict::kDifferent, node, "EXTRACT(" + std::string(node->text) + ")", "this field is counted differently");
  return node;
}

}  // namespace dvt::sql
