#include <array>
#include <string>

#include "dvt/base/text/text.h"
#include "dvt/sql/ast/node.h"

namespace dvt::sql {

bool Equal(const Node* a, const Node* b) {
  if (a == b) return true;
  if (a == nullptr || b == nullptr) return false;
  if (a->kind != b->kind || a->op != b->op || a->flags != b->flags) return false;
  bool name = a->kind == Kind::kFunction || (a->kind == Kind::kIdentifier && !a->Has(kQuoted));
  if (name ? !EqualsIgnoreCase(a->text, b->text) : a->text != b->text) return false;
  uint32_t most = std::max(a->count, b->count);
  for (uint32_t i = 0; i < most; ++i) {
    if (!Equal(a->Child(i), b->Child(i))) return false;
  }
  return true;
}

void Visit(const Node* node, const std::function<bool(const Node*)>& visit) {
  if (node == nullptr || !visit(node)) return;
  for (const Node* child : node->Children()) Visit(child, visit);
}

void Rewrite(Node*& slot, const std::function<Node*(Node*)>& rewrite) {
  if (slot == nullptr) return;
  for (uint32_t i = 0; i < slot->count; ++i) Rewrite(slot->children[i], rewrite);
  slot = rewrite(slot);
}

void RewriteTop(Node*& slot, const std::function<std::pair<Node*, bool>(Node*)>& rewrite) {
  if (slot == nullptr) return;
  auto [node, enter] = rewrite(slot);
  slot = node;
  if (!enter || node == nullptr) return;
  for (uint32_t i = 0; i < node->count; ++i) RewriteTop(node->children[i], rewrite);
}

std::vector<Node*> FindAll(Node* node, Kind kind, bool same_query) {
  std::vector<Node*> found;
  Visit(node, [&](const Node* n) {
    if (same_query && n != node && n->IsQuery()) return false;
    if (n->kind == kind) found.push_back(const_cast<Node*>(n));
    return true;
  });
  return found;
}

bool Contains(const Node* node, const std::function<bool(const Node*)>& predicate) {
  if (node == nullptr) return false;
  if (predicate(node)) return true;
  for (const Node* child : node->Children()) {
    if (Contains(child, predicate)) return true;
  }
  return false;
}

std::string_view AliasOrName(const Node* node) {
  if (node == nullptr) return {};
  switch (node->kind) {
    case Kind::kAlias: return node->Child(1)->text;
    case Kind::kIdentifier: return node->text;
    case Kind::kColumn: return node->children[node->count - 1]->text;
    case Kind::kField: return node->Child(1)->Is(Kind::kIdentifier) ? node->Child(1)->text : std::string_view{};
    case Kind::kParen: return AliasOrName(node->Child(0));
    case Kind::kTableAlias: return AliasOrName(node->Child(0));
    case Kind::kName: return node->count > 0 ? node->children[node->count - 1]->text : std::string_view{};
    case Kind::kTable: {
      std::string_view alias = AliasOrName(node->Child(0));
      return alias.empty() ? AliasOrName(node->Child(1)) : alias;
    }
    case Kind::kTableFunction: {
      std::string_view alias = AliasOrName(node->Child(0));
      return alias.empty() && node->Child(1) != nullptr ? node->Child(1)->text : alias;
    }
    case Kind::kDerivedTable:
    case Kind::kParenTable: return AliasOrName(node->Child(0));
    default: return {};
  }
}

const Node* Unparen(const Node* node) {
  while (node != nullptr && node->kind == Kind::kParen) node = node->children[0];
  return node;
}

Node* Unparen(Node* node) { return const_cast<Node*>(Unparen(static_cast<const Node*>(node))); }

Node* InnerQuery(Node* query) {
  while (query != nullptr && query->kind == Kind::kSubquery) {
    for (uint32_t i = 0; i < kInnerSlot; ++i) {
      if (query->Child(i) != nullptr) return query;
    }
    query = query->Child(kInnerSlot);
  }
  return query;
}

Node* LeftmostSelect(Node* query) {
  while (query != nullptr && query->kind != Kind::kSelect) {
    if (query->kind == Kind::kSubquery)
      query = query->Child(kInnerSlot);
    else if (query->kind == Kind::kSetOperation)
      query = query->Child(kLeftSlot);
    else
      return nullptr;
  }
  return query;
}

namespace {

constexpr std::string_view kKindNames[] = {
    "List",         "Select",         "SetOperation", "Values",      "Subquery",       "With",       "Cte",
    "Distinct",     "GroupBy",        "Rollup",       "Cube",        "GroupingSets",   "OrderItem",  "Limit",
    "NamedWindow",  "Lock",           "TailClause",   "Hint",        "Into",           "Connect",    "Table",
    "DerivedTable", "TableFunction",  "ParenTable",   "Pivot",       "MatchRecognize", "Join",       "TableAlias",
    "Sample",       "TimeTravel",     "Name",         "Identifier",  "Column",         "Star",       "Number",
    "String",       "Boolean",        "Null",         "Default",     "Parameter",      "Unary",      "Binary",
    "Like",         "Between",        "In",           "Is",          "Exists",         "Quantified", "Case",
    "When",         "Cast",           "TypeName",     "Function",    "Extract",        "Position",   "Trim",
    "Interval",     "Collate",        "AtTimeZone",   "Row",         "Array",          "Struct",     "Map",
    "Scope",        "Lambda",         "NamedArg",     "Subscript",   "Slice",          "Field",      "Paren",
    "Alias",        "Window",         "Frame",        "FrameBound",  "Word",           "Phrase",     "Tuple",
    "Setting",      "Insert",         "Update",       "Delete",      "MultiInsert",    "Merge",      "MergeWhen",
    "Create",       "Drop",           "Alter",        "ColumnDef",   "OnConflict",     "InsertAll",  "Block",
    "IfStatement",  "WhileStatement", "Declare",      "Declaration", "SetVariable",    "Execute",    "Transaction",
    "Command"};
static_assert(std::size(kKindNames) == static_cast<size_t>(Kind::kCommand) + 1);

void DumpTo(const Node* node, std::string& out) {
  if (node == nullptr) {
    out += "-";
    return;
  }
  out += '(';
  out += KindName(node->kind);
  if (node->op != Op::kNone) out += ":" + std::to_string(static_cast<int>(node->op));
  if (node->flags != 0) out += "/" + std::to_string(node->flags);
  if (!node->text.empty()) out.append(" '").append(node->text).append("'");
  for (const Node* child : node->Children()) {
    out += ' ';
    DumpTo(child, out);
  }
  out += ')';
}

}  // namespace

std::string_view KindName(Kind kind) { return kKindNames[static_cast<size_t>(kind)]; }

std::string Dump(const Node* node) {
  std::string out;
  DumpTo(node, out);
  return out;
}

}  // namespace dvt::sql
