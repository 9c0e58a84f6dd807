#include "dvt/plan/split/join_sides.h"

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/columnar/types/integer_digits.h"
#include "dvt/columnar/types/key_types.h"

namespace dvt::plan {

using columnar::DataType;
using columnar::TypeKind;
using sql::Kind;
using sql::Node;
using sql::Op;
using sql::Source;
using sql::SourceKind;

namespace {

constexpr int kMostDigits = 38;  // of a decimal

bool HasColumnNames(const Node* item) {
  const Node* alias = item->Child(sql::kAliasSlot);
  return alias != nullptr && alias->Child(1) != nullptr;
}

// Digits before the point; 0: it is no exact number.
int WholeDigits(const DataType& type) {
  if (type.kind != TypeKind::kDecimal) return columnar::IntegerDigits(type);
  const auto shape = columnar::ArrowDecimal(type);
  return std::max(1, shape.precision - shape.scale);
}

int ScaleOf(const DataType& type) { return type.kind == TypeKind::kDecimal ? columnar::ArrowDecimal(type).scale : 0; }

// Numbers that the engine compares as doubles.
bool AreDoubles(const DataType& a, const DataType& b) {
  const auto is_float = [](const DataType& t) { return t.kind == TypeKind::kFloat32 || t.kind == TypeKind::kFloat64; };
  if (is_float(a) && is_float(b)) return true;
  return (a.kind == TypeKind::kFloat64 && b.is_numeric()) || (b.kind == TypeKind::kFloat64 && a.is_numeric());
}

// Texts of doubles are as different as the doubles, but for zero and NaN.
Node* TextOfDouble(sql::Arena& arena, Node* value) {
  const auto number = [&] { return sql::MakeCast(arena, sql::Clone(arena, value), sql::MakeTypeName(arena, "DOUBLE")); };
  Node* zero = sql::NewNode(arena, Kind::kWhen,
                            {sql::MakeBinary(arena, Op::kEq, number(), sql::MakeNumber(arena, 0)), sql::MakeString(arena, "0")});
  Node* none = sql::NewNode(arena, Kind::kWhen, {sql::MakeFunction(arena, "ISNAN", {number()}), sql::MakeString(arena, "nan")});
  return sql::NewNode(arena, Kind::kCase,
                      {nullptr, sql::MakeCast(arena, number(), sql::MakeTypeName(arena, "VARCHAR")), zero, none});
}

}  // namespace

bool IsFixed(const Node* expression, const sql::Dialect& dialect) {
  if (expression == nullptr) return true;
  constexpr int kOther = sql::kVolatile | sql::kStable | sql::kSession | sql::kAggregate | sql::kWindowOnly | sql::kTableValued;
  return !sql::HasSubquery(expression) && !sql::HasAggregate(expression, dialect) && !sql::HasWindow(expression) &&
         !sql::IsVolatile(expression, dialect) && !sql::Contains(expression, [&](const Node* node) {
           if (node->Is(Kind::kCollate) || node->Is(Kind::kLambda)) return true;
           if (!node->Is(Kind::kFunction)) return false;
           const auto* spec = sql::FindFunction(dialect, node->text);
           return spec == nullptr || (spec->flags & kOther) != 0;
         });
}

JoinSides::JoinSides(sql::Arena& arena, const sql::Dialect& engine, const std::vector<ExtractFragment>& extracts,
                     const sql::Analysis& analysis, Node* tree)
    : arena_(arena), engine_(engine), extracts_(extracts), analysis_(analysis) {
  for (const Source& source : analysis.sources()) {
    if (source.node != nullptr) by_node_[source.node] = &source;
    if (source.kind == SourceKind::kCte) ++readers_[source.query];
  }
  for (const Node* table : sql::FindAll(tree, Kind::kTable)) {
    const auto source = by_node_.find(table);
    if (source != by_node_.end() && source->second->kind != SourceKind::kTable) continue;
    if (const auto* extract = ExtractOf(table)) ++reads_[extract];
  }
  for (Node* cte : sql::FindAll(tree, Kind::kCte)) {
    if (Node* query = sql::InnerQuery(cte->Child(1))) renamed_[query] = HasColumnNames(cte);
  }
  for (const ExtractFragment& extract : extracts) {
    for (const auto& all : extract.key_filters) {
      for (const KeyFilter& filter : all) {
        for (const KeySource& source : filter.from) in_keys_[source.input] = true;
      }
    }
  }
}

const ExtractFragment* JoinSides::ExtractOf(const Node* table) const {
  if (!table->Is(Kind::kTable)) return nullptr;
  const Node* name = table->Child(sql::kNameSlot);
  if (name == nullptr || !name->Is(Kind::kName) || name->count != 1) return nullptr;
  const auto found = std::find_if(extracts_.begin(), extracts_.end(), [&](const ExtractFragment& extract) {
    return EqualsIgnoreCase(extract.input_name, name->Child(0)->text);
  });
  return found == extracts_.end() ? nullptr : &*found;
}

std::optional<JoinSide> JoinSides::Of(const Node* item) const {
  JoinSide side;
  const auto first = by_node_.find(item);
  if (first == by_node_.end()) return std::nullopt;
  side.source = first->second;
  for (const Source* source = side.source;; source = source->query->sources.front()) {
    const Node* node = source->node;
    if (HasColumnNames(node) || node->Has(sql::kLateral)) return std::nullopt;
    for (uint32_t slot = sql::kSampleSlot; slot < node->count; ++slot) {
      if (node->Child(slot) != nullptr) return std::nullopt;
    }
    side.layers.push_back(source);
    if (source->kind == SourceKind::kTable) break;
    if ((source->kind != SourceKind::kCte && source->kind != SourceKind::kDerived) || !IsRowByRow(source->query))
      return std::nullopt;
  }
  side.extract = ExtractOf(side.layers.back()->node);
  if (side.extract == nullptr || !side.extract->key_filters.empty() || in_keys_.contains(side.extract->input_name) ||
      !side.extract->estimated_rows)
    return std::nullopt;
  return side;
}

bool JoinSides::IsRowByRow(const sql::Scope* scope) const {
  if (scope == nullptr || scope->recursive || scope->correlated || scope->sources.size() != 1) return false;
  Node* select = scope->query;
  if (select == nullptr || !select->Is(Kind::kSelect) || !select->text.empty() || sql::InnerQuery(scope->outermost) != select)
    return false;
  if (const auto renamed = renamed_.find(select); renamed != renamed_.end() && renamed->second) return false;
  for (uint32_t slot = 0; slot < select->count; ++slot) {
    if (slot != sql::kItemsSlot && slot != sql::kFromSlot && slot != sql::kWhereSlot && select->Child(slot) != nullptr)
      return false;
  }
  const Node* from = select->Child(sql::kFromSlot);
  while (from != nullptr && from->Is(Kind::kList) && from->count == 1) from = from->Child(0);
  return from == scope->sources.front()->node && IsFixed(select->Child(sql::kItemsSlot), engine_) &&
         IsFixed(select->Child(sql::kWhereSlot), engine_);
}

int JoinSides::ReadersOf(const Source* cte) const {
  const auto found = readers_.find(cte->query);
  return found == readers_.end() ? 0 : found->second;
}

// Nobody else reads what the layers from that one on are.
bool JoinSides::IsAlone(const JoinSide& side, size_t from) const {
  const auto reads = reads_.find(side.extract);
  if (reads == reads_.end() || reads->second != 1) return false;
  return std::all_of(side.layers.begin() + static_cast<std::ptrdiff_t>(from), side.layers.end(),
                     [&](const Source* source) { return source->kind != SourceKind::kCte || ReadersOf(source) == 1; });
}

bool JoinSides::AreAll(const JoinSide& left, const JoinSide& right) const {
  if (left.source == right.source) return false;
  if (left.extract != right.extract) return IsAlone(left, 0) && IsAlone(right, 0);
  const bool one_cte = left.source->kind == SourceKind::kCte && right.source->kind == SourceKind::kCte &&
                       left.source->query == right.source->query;
  if (one_cte) return ReadersOf(left.source) == 2 && IsAlone(left, 1);
  const auto once = [&](const JoinSide& side) {
    return std::all_of(side.layers.begin(), side.layers.end(),
                       [&](const Source* source) { return source->kind != SourceKind::kCte || ReadersOf(source) == 1; });
  };
  return reads_.at(left.extract) == 2 && once(left) && once(right);
}

bool JoinSides::IsOver(const Node* expression, const Source* source, const Source* other) const {
  return !sql::Contains(expression, [&](const Node* node) {
    if (!node->Is(Kind::kColumn)) return false;
    const sql::ColumnBinding* binding = analysis_.Find(node);
    return binding == nullptr || binding->source == nullptr || binding->index < 0 || binding->row || !binding->merged.empty() ||
           binding->fields != 0 || (binding->source != source && binding->source != other);
  });
}

std::optional<JoinKeys> JoinSides::KeysOf(const Node* term, const JoinSide& left, const JoinSide& right) const {
  term = sql::Unparen(term);
  // NULL finds NULL by some of these: rows without a key are in one part, too.
  if (!term->Is(Kind::kBinary) || (term->op != Op::kEq && term->op != Op::kNotDistinctFrom && term->op != Op::kNullSafeEq))
    return std::nullopt;
  if (auto keys = KeysOf(term->Child(0), term->Child(1), left, right)) return keys;
  return KeysOf(term->Child(1), term->Child(0), left, right);
}

std::optional<JoinKeys> JoinSides::KeysOf(const Node* a, const Node* b, const JoinSide& left, const JoinSide& right) const {
  a = sql::Unparen(a);
  b = sql::Unparen(b);
  const auto is_key = [&](const Node* key, const Source* source) {
    return !key->Is(Kind::kRow) && IsFixed(key, engine_) && IsOver(key, source) &&
           sql::Contains(key, [](const Node* node) { return node->Is(Kind::kColumn); });
  };
  if (!is_key(a, left.source) || !is_key(b, right.source)) return std::nullopt;
  JoinKeys keys{OverInput(left, 0, a), OverInput(right, 0, b), false};
  if (keys.left == nullptr || keys.right == nullptr) return std::nullopt;
  const Node* before[] = {keys.left, keys.right};
  if (!MakeAlike(keys, analysis_.TypeOf(a), analysis_.TypeOf(b))) return std::nullopt;
  keys.columns =
      keys.left == before[0] && keys.right == before[1] && keys.left->Is(Kind::kColumn) && keys.right->Is(Kind::kColumn);
  return keys;
}

// As the engine compares them: exact numbers as decimals, dates with timestamps as these, others with doubles as such.
bool JoinSides::MakeAlike(JoinKeys& keys, const DataType& left, const DataType& right) const {
  if (columnar::HashAlike(left, right)) return true;
  const auto cast = [&](Node* type) {
    keys.left = sql::MakeCast(arena_, keys.left, sql::Clone(arena_, type));
    keys.right = sql::MakeCast(arena_, keys.right, type);
    return true;
  };
  if (const int a = WholeDigits(left), b = WholeDigits(right); a > 0 && b > 0) {
    const int scale = std::max(ScaleOf(left), ScaleOf(right));
    return std::max(a, b) + scale <= kMostDigits && cast(sql::MakeTypeName(arena_, "DECIMAL", {kMostDigits, scale}));
  }
  const auto is_day = [](const DataType& type) { return type.kind == TypeKind::kDate || type.kind == TypeKind::kTimestamp; };
  if (is_day(left) && is_day(right)) return cast(sql::MakeTypeName(arena_, "TIMESTAMP"));
  if (!AreDoubles(left, right)) return false;
  keys.left = TextOfDouble(arena_, keys.left);
  keys.right = TextOfDouble(arena_, keys.right);
  return true;
}

Node* JoinSides::OverInput(const JoinSide& side, size_t layer, const Node* expression) const {
  const Source* source = side.layers[layer];
  Node* out = sql::Clone(arena_, expression);
  const auto columns = sql::FindAll(const_cast<Node*>(expression), Kind::kColumn);
  const auto copies = sql::FindAll(out, Kind::kColumn);
  std::map<const Node*, Node*> instead;
  for (size_t i = 0; i < columns.size(); ++i) {
    const sql::ColumnBinding* binding = analysis_.Find(columns[i]);
    if (binding == nullptr || binding->source != source || binding->index < 0) return nullptr;
    const auto index = static_cast<size_t>(binding->index);
    if (source->kind == SourceKind::kTable) {
      instead[copies[i]] = sql::MakeColumn(arena_, "", source->columns[index].name);
      continue;
    }
    const auto& origins = source->query->origins;
    const Node* item = index < origins.size() ? origins[index].item : nullptr;
    if (item != nullptr && item->Is(Kind::kAlias)) item = item->Child(0);
    if (item == nullptr || item->Is(Kind::kStar)) return nullptr;
    Node* below = OverInput(side, layer + 1, item);
    if (below == nullptr) return nullptr;
    instead[copies[i]] = below->Is(Kind::kColumn) || out == copies[i] ? below : sql::MakeParen(arena_, below);
  }
  sql::Rewrite(out, [&](Node* node) {
    const auto found = instead.find(node);
    return found == instead.end() ? node : found->second;
  });
  return out;
}

Node* JoinSides::Relation(const JoinSide& side, std::string_view input) const { return RelationOf(side, 0, input); }

Node* JoinSides::RelationOf(const JoinSide& side, size_t layer, std::string_view input) const {
  const Source* source = side.layers[layer];
  const std::string_view alias = sql::AliasOrName(source->node);
  if (source->kind == SourceKind::kTable) {
    const std::vector<std::string> name = {std::string(input)};
    return sql::MakeTable(arena_, name, alias);
  }
  Node* select = sql::Clone(arena_, source->query->query);
  sql::SetChild(arena_, select, sql::kFromSlot, sql::NewNode(arena_, Kind::kList, {RelationOf(side, layer + 1, input)}));
  return sql::MakeDerivedTable(arena_, select, alias);
}

}  // namespace dvt::plan
