#include "dvt/sql/analyze/statement_query.h"

namespace dvt::sql {

namespace {

class Extractor {
 public:
  Extractor(Arena& arena, const Dialect& dialect) : arena_(arena), dialect_(dialect) {}

  StatementQuery Of(Node* statement) {
    StatementQuery out;
    switch (statement->kind) {
      case Kind::kInsert:
        out.targets = Names(statement->Child(kInsertColumns));
        if (Node* source = statement->Child(kInsertSource); source != nullptr && source->IsQuery())
          out.query = With(source, statement->Child(kInsertWith));
        break;
      case Kind::kCreate:
        out.targets = Names(statement->Child(kCreateColumns));
        if (Node* query = statement->Child(kCreateBody); query != nullptr && query->IsQuery()) out.query = query;
        break;
      case Kind::kUpdate: Update(statement, out); break;
      case Kind::kDelete: Delete(statement, out); break;
      case Kind::kMerge: Merge(statement, out); break;
      default:
        if (statement->IsQuery()) out.query = statement;
    }
    return out;
  }

 private:
  std::string Fold(const Node* identifier) const { return FoldIdentifier(dialect_, identifier->text, identifier->Has(kQuoted)); }

  std::vector<std::string> Names(const Node* list) const {
    std::vector<std::string> names;
    for (uint32_t i = 0; list != nullptr && i < list->count; ++i) {
      const Node* each = list->Child(i)->Is(Kind::kColumnDef) ? list->Child(i)->Child(0) : list->Child(i);
      if (each != nullptr && each->Is(Kind::kIdentifier)) names.push_back(Fold(each));
    }
    return names;
  }

  // The WITH of a statement is that of its query.
  Node* With(Node* query, Node* with) {
    if (with == nullptr) return query;
    Node* layer = NewSlots(arena_, Kind::kSubquery, kInnerSlots);
    layer->children[kWithSlot] = with;
    layer->children[kInnerSlot] = query;
    return layer;
  }

  Node* From(Node* table, const Node* others) {
    Node* from = NewNode(arena_, Kind::kList, {table});
    if (others == nullptr) return from;
    if (!others->Is(Kind::kList)) {
      Append(arena_, from, const_cast<Node*>(others));
      return from;
    }
    for (Node* other : others->Children()) Append(arena_, from, other);
    return from;
  }

  void Assign(const Node* target, Node* value, Node* items, StatementQuery& out) {
    const Node* name = target->Is(Kind::kColumn) ? target->Child(target->count - 1) : target;
    if (!name->Is(Kind::kIdentifier)) name = nullptr;
    const std::string folded = name == nullptr ? "" : Fold(name);
    out.targets.push_back(folded);
    Append(arena_, items, folded.empty() ? value : MakeAlias(arena_, value, folded));
  }

  void AssignAll(const Node* assignments, Node* items, StatementQuery& out) {
    if (assignments == nullptr) return;
    for (const Node* assignment : assignments->Children()) {
      Node *target = assignment->Child(0), *value = assignment->Child(1);
      if (target->Is(Kind::kRow) && value->Is(Kind::kRow) && target->count == value->count) {
        for (uint32_t i = 0; i < target->count; ++i) Assign(target->Child(i), value->Child(i), items, out);
      } else {
        Assign(target, value, items, out);
      }
    }
  }

  void Update(Node* update, StatementQuery& out) {
    Node* select = NewSlots(arena_, Kind::kSelect, kSelectSlots);
    Node* items = NewNode(arena_, Kind::kList);
    AssignAll(update->Child(2), items, out);
    select->children[kWithSlot] = update->Child(0);
    select->children[kItemsSlot] = items;
    select->children[kFromSlot] = From(update->Child(1), update->Child(3));
    select->children[kWhereSlot] = update->Child(4);
    select->children[kOrderSlot] = update->Child(6);
    select->children[kLimitSlot] = update->Child(7);
    out.query = select;
  }

  void Delete(Node* node, StatementQuery& out) {
    Node* select = NewSlots(arena_, Kind::kSelect, kSelectSlots);
    select->children[kWithSlot] = node->Child(0);
    select->children[kItemsSlot] = NewNode(arena_, Kind::kList);
    select->children[kFromSlot] = From(node->Child(1), node->Child(2));
    select->children[kWhereSlot] = node->Child(3);
    select->children[kOrderSlot] = node->Child(5);
    select->children[kLimitSlot] = node->Child(6);
    out.query = select;
  }

  // The new values of all actions over the join of target and source.
  void Merge(Node* merge, StatementQuery& out) {
    Node* select = NewSlots(arena_, Kind::kSelect, kSelectSlots);
    Node* items = NewNode(arena_, Kind::kList);
    std::vector<Node*> conditions;
    for (const Node* when : merge->Child(4)->Children()) {
      conditions.push_back(when->Child(0));
      const Node* action = when->Child(1);
      if (action->Is(Kind::kUpdate)) {
        conditions.push_back(action->Child(4));
        AssignAll(action->Child(2), items, out);
        continue;
      }
      const Node *columns = action->Is(Kind::kInsert) ? action->Child(kInsertColumns) : nullptr, *values = nullptr;
      if (columns != nullptr) values = action->Child(kInsertSource);
      if (values == nullptr || !values->Is(Kind::kValues)) continue;
      const Node* row = values->Child(kInnerSlot)->Child(0);
      for (uint32_t i = 0; i < columns->count && i < row->count; ++i) Assign(columns->Child(i), row->Child(i), items, out);
    }
    Node *on = merge->Child(3), *by_name = on != nullptr && on->Is(Kind::kList) ? on : nullptr;
    Node* join = NewNode(arena_, Kind::kJoin, {merge->Child(1), merge->Child(2), by_name == nullptr ? on : nullptr, by_name}, {},
                         Op::kFull);
    select->children[kWithSlot] = merge->Child(0);
    select->children[kItemsSlot] = items;
    select->children[kFromSlot] = join;
    select->children[kWhereSlot] = Conjunction(arena_, conditions);
    out.query = select;
  }

  Arena& arena_;
  const Dialect& dialect_;
};

}  // namespace

StatementQuery QueryOf(Arena& arena, Node* statement, const Dialect& dialect) {
  if (statement == nullptr) return {};
  return Extractor(arena, dialect).Of(statement);
}

}  // namespace dvt::sql
