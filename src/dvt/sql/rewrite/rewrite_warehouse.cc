// What BigQuery says in its own way, for others: names with dots inside of their quotes, rows of one structure, membership in arrays.
#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

// `project.data.t` is project.data.t; views of INFORMATION_SCHEMA keep their dot.
void Rewriter::QuotedPaths(Node* root) {
  if (!from_.Has(Feature::kDashedNames) || to_.Has(Feature::kDashedNames)) return;
  for (Node* name : FindAll(root, Kind::kName)) {
    std::vector<Node*> parts;
    for (Node* part : name->Children()) {
      const bool path = part != nullptr && part->Is(Kind::kIdentifier) && part->Has(kQuoted);
      std::string_view rest = path ? part->text : std::string_view();
      for (size_t dot = rest.find('.'); dot != std::string_view::npos && dot > 0 && !rest.starts_with("INFORMATION_SCHEMA.");
           dot = rest.find('.')) {
        parts.push_back(MakeIdentifier(arena_, rest.substr(0, dot)));
        rest.remove_prefix(dot + 1);
      }
      if (path && rest.size() < part->text.size()) part = MakeIdentifier(arena_, rest);
      parts.push_back(part);
    }
    if (parts.size() == name->count) continue;
    name->count = 0;
    for (Node* part : parts) Append(arena_, name, part);
  }
}

// SELECT AS STRUCT a, b: one column, a structure.
void Rewriter::StructRows(Node* select) {
  if (!customary_ || select->text.find("AS STRUCT") == std::string_view::npos || to_.Has(Feature::kSelectAsStruct)) return;
  Node* items = select->Child(kItemsSlot);
  for (const Node* item : items->Children()) {
    if (item->Is(Kind::kStar)) return;
  }
  Node* call = MakeFunction(arena_, "STRUCT", items->Children());
  call->begin = select->begin;
  items->children[0] = call;
  items->count = 1;
  select->text = {};
}

// x IN UNNEST(array) as x IN (SELECT UNNEST(array)).
Node* Rewriter::InRows(Node* in) {
  Node* call = in->children[1];
  const bool array = customary_ && (to_.Has(Feature::kLateralView) || to_.Has(Feature::kCanonicalNames)) &&
                     call->Is(Kind::kFunction) && EqualsIgnoreCase(call->text, "UNNEST") && call->Child(kArgsSlot)->count == 1;
  if (!array) return nullptr;
  Node* select = MakeSelect(arena_);
  Append(arena_, select->Child(kItemsSlot), call);
  Node* query = NewSlots(arena_, Kind::kSubquery, kInnerSlots);
  query->children[kInnerSlot] = Made(select);
  in->children[1] = Made(query);
  return Made(in);
}

}  // namespace dvt::sql
