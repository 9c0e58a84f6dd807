#include "dvt/plan/pushdown/window_columns.h"

#include "dvt/base/text/text.h"

namespace dvt::plan {
namespace {

using sql::Kind;
using sql::Node;

const Node* NamedWindow(const Node* select, std::string_view name) {
  const Node* list = select->Child(sql::kWindowSlot);
  for (uint32_t i = 0; list != nullptr && i < list->count; ++i) {
    const Node* named = list->Child(i);
    if (named->Is(Kind::kNamedWindow) && EqualsIgnoreCase(named->Child(0)->text, name)) return named->Child(1);
  }
  return nullptr;
}

// A window that builds on a named one takes its partitions from there.
std::set<ColumnRef> ColumnsOf(const Node* select, const Node* over, const Resolve& resolve, int depth) {
  if (over != nullptr && over->Is(Kind::kIdentifier)) over = NamedWindow(select, over->text);
  std::set<ColumnRef> out;
  if (over == nullptr || !over->Is(Kind::kWindow) || depth > 20) return out;
  if (over->Child(0) != nullptr) out = ColumnsOf(select, over->Child(0), resolve, depth + 1);
  const Node* keys = over->Child(1);
  for (uint32_t i = 0; keys != nullptr && i < keys->count; ++i) {
    const Node* key = sql::Unparen(keys->Child(i));
    if (!key->Is(Kind::kColumn)) continue;
    if (const auto column = resolve(key)) out.insert(*column);
  }
  return out;
}

}  // namespace

std::optional<std::set<ColumnRef>> PartitionColumns(const Node* select, const Resolve& resolve) {
  std::optional<std::set<ColumnRef>> common;
  for (const uint32_t slot : {sql::kItemsSlot, sql::kQualifySlot, static_cast<sql::SelectSlot>(sql::kOrderSlot)}) {
    sql::Visit(select->Child(slot), [&](const Node* node) {
      if (node->IsQuery()) return false;
      if (!node->Is(Kind::kFunction) || node->Child(sql::kOverSlot) == nullptr) return true;
      const auto columns = ColumnsOf(select, node->Child(sql::kOverSlot), resolve, 0);
      if (!common) {
        common = columns;
      } else {
        std::erase_if(*common, [&](const ColumnRef& column) { return !columns.contains(column); });
      }
      return true;
    });
  }
  return common;
}

}  // namespace dvt::plan
