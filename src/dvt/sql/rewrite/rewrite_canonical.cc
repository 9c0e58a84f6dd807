// Spellings of one meaning brought to one form: where NOT stands, units of intervals, VALUES as an operand.
#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

// "15 days" → "15" and "DAYS": one number and one word; false for anything else.
bool SplitInterval(std::string_view text, std::string& number, std::string& unit) {
  const std::string trimmed(TrimView(text));
  size_t at = 0;
  if (at < trimmed.size() && (trimmed[at] == '-' || trimmed[at] == '+')) ++at;
  const size_t digits = at;
  while (at < trimmed.size() && ((trimmed[at] >= '0' && trimmed[at] <= '9') || trimmed[at] == '.')) ++at;
  if (at == digits) return false;
  number = trimmed.substr(0, at);
  while (at < trimmed.size() && trimmed[at] == ' ') ++at;
  unit = ToUpper(std::string_view(trimmed).substr(at));
  if (unit.empty()) return false;
  for (const char c : unit) {
    if (c < 'A' || c > 'Z') return false;
  }
  return true;
}

}  // namespace

// INTERVAL 3 DAY and INTERVAL '3 day' are INTERVAL '3' DAY.
void Rewriter::OneInterval(Node* node) {
  const Node* value = node->Child(0);
  if (value->Is(Kind::kNumber) && !node->text.empty()) {
    node->children[0] = NewNode(arena_, Kind::kString, {}, value->text, Op::kPlain);
    return;
  }
  std::string number, unit;
  if (!value->Is(Kind::kString) || !node->text.empty() || !SplitInterval(value->text, number, unit)) return;
  node->children[0] = NewNode(arena_, Kind::kString, {}, arena_.Copy(number), Op::kPlain);
  if (unit.size() > 3 && unit.back() == 'S' && unit != "CENTURIES") {
    unit.pop_back();
    node->Set(kPluralUnit);
  }
  node->text = arena_.Copy(unit);
}

// VALUES (1), (2) as SELECT * FROM (VALUES (1), (2)) AS _values, with its tail.
Node* Rewriter::SelectFromValues(Node* values) {
  Node* select = MakeSelect(arena_);
  Append(arena_, select->Child(kItemsSlot), NewNode(arena_, Kind::kStar));
  for (const uint32_t slot : {kWithSlot, kOrderSlot, kLimitSlot, kOffsetSlot, kLockSlot}) {
    select->children[slot] = values->Child(slot);
    values->children[slot] = nullptr;
  }
  Node* alias = NewNode(arena_, Kind::kTableAlias, {MakeIdentifier(arena_, "_values", false), nullptr});
  Node* table = NewNode(arena_, Kind::kDerivedTable, {alias, values});
  select->children[kFromSlot] = NewNode(arena_, Kind::kList, {table});
  return select;
}

Node* Rewriter::Canonical(Node* node) {
  auto wrap_values = [&](uint32_t slot) {
    if (node->Child(slot) != nullptr && node->Child(slot)->Is(Kind::kValues))
      node->children[slot] = SelectFromValues(node->children[slot]);
  };
  switch (node->kind) {
    case Kind::kIs: {
      const Node* what = node->Child(1);
      if (what->Is(Kind::kColumn) && what->count == 1 && EqualsIgnoreCase(what->Child(0)->text, "UNKNOWN"))
        node->children[1] = NewNode(arena_, Kind::kNull);
      if (from_.Has(Feature::kRowNullTests)) return node;
      break;
    }
    case Kind::kBinary:
      // x !~ y is NOT x ~ y
      if (node->op == Op::kRegexNoMatch || node->op == Op::kRegexINoMatch) {
        node->op = node->op == Op::kRegexNoMatch ? Op::kRegexMatch : Op::kRegexIMatch;
        Node* negated = MakeNot(arena_, node);
        negated->begin = node->begin;
        return negated;
      }
      return node;
    case Kind::kBetween:
    case Kind::kIn:
      if (node->Is(Kind::kIn) && node->Has(kGlobal)) return node;
      break;
    case Kind::kInterval: OneInterval(node); return node;
    case Kind::kFrame:
      if (EqualsIgnoreCase(node->text, "EXCLUDE NO OTHERS")) node->text = {};
      return node;
    case Kind::kSetOperation:
      wrap_values(kLeftSlot);
      wrap_values(kRightSlot);
      return node;
    case Kind::kCte: wrap_values(1); return node;
    case Kind::kSubquery: wrap_values(kInnerSlot); return node;
    case Kind::kDerivedTable: {
      // (VALUES …) stays what it is; with a tail it is a query.
      Node* inner = node->Child(1);
      Node* values = inner->Is(Kind::kSubquery) ? inner->Child(kInnerSlot) : inner;
      const bool bare = values != nullptr && values->Is(Kind::kValues) && values->Child(kOrderSlot) == nullptr &&
                        values->Child(kLimitSlot) == nullptr && values->Child(kOffsetSlot) == nullptr &&
                        values->Child(kWithSlot) == nullptr;
      if (bare) node->children[1] = values;
      return node;
    }
    default: return node;
  }
  if (!node->Has(kNot)) return node;
  node->Set(kNot, false);
  Node* negated = MakeNot(arena_, node);
  negated->begin = node->begin;
  return negated;
}

}  // namespace dvt::sql
