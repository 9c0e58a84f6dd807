// Which real tables a statement names.
#include <algorithm>
#include <set>

#include "dvt/sql/analyze/scope.h"
#include "dvt/sql/parse/parser.h"

namespace dvt::sql {

namespace {

columnar::RelationName NameOf(const Node* name, const Dialect& dialect) {
  std::vector<std::string> parts;
  if (name != nullptr) {
    for (const Node* part : name->Children()) {
      const bool quoted = part->Has(kQuoted);
      parts.push_back(quoted || dialect.table_folding == Folding::kSensitive || dialect.table_folding == Folding::kInsensitive
                          ? std::string(part->text)
                          : FoldIdentifier(dialect, part->text, false));
    }
  }
  columnar::RelationName out;
  if (!parts.empty()) out.name = parts.back();
  if (parts.size() > 1) out.schema = parts[parts.size() - 2];
  if (parts.size() > 2) out.database = parts[parts.size() - 3];
  return out;
}

// The table that a statement changes, if it is one that does.
const Node* WrittenTable(const Node* statement) {
  switch (statement->kind) {
    case Kind::kInsert: return statement->Child(kInsertTable);
    case Kind::kMerge:
    case Kind::kUpdate:
    case Kind::kDelete: {
      const Node* table = statement->Child(1);
      while (table != nullptr && table->Is(Kind::kJoin)) table = table->Child(0);
      return table;
    }
    default: return nullptr;
  }
}

// Walks a statement with the names of the CTEs that are visible at each point.
class Walker {
 public:
  explicit Walker(const Dialect& dialect) : dialect_(dialect) {}

  void Walk(Node* node, const Node* written) {
    if (node == nullptr) return;
    const size_t depth = ctes_.size();
    if (node->IsQuery()) {
      if (Node* with = node->Child(kWithSlot)) WalkWith(with, written);
      for (uint32_t i = kWithSlot + 1; i < node->count; ++i) Walk(node->Child(i), written);
      ctes_.resize(depth);
      return;
    }
    if (node->Is(Kind::kWith)) {
      WalkWith(node, written);
      return;  // stays visible for the statement's later slots
    }
    if (node->Is(Kind::kTable)) {
      AddTable(node, written);
      return;
    }
    if (node->Is(Kind::kInto)) {
      for (const Node* target : node->Children()) {
        if (target != nullptr && target->Is(Kind::kName)) found.push_back({NameOf(target, dialect_), nullptr, true});
      }
      return;
    }
    if (const Node* target = WrittenTable(node); target != nullptr) written = target;  // a statement inside of another
    for (Node* child : node->Children()) Walk(child, written);
  }

  std::vector<TableReference> found;

 private:
  void WalkWith(Node* with, const Node* written) {
    for (Node* cte : with->Children()) {
      const Node* alias = cte->Child(0);
      const Node* name = alias == nullptr ? nullptr : alias->Child(0);
      const std::string folded = name == nullptr ? "" : FoldIdentifier(dialect_, name->text, name->Has(kQuoted));
      if (with->Has(kRecursive)) ctes_.push_back(folded);
      Walk(cte->Child(1), written);
      if (!with->Has(kRecursive)) ctes_.push_back(folded);
    }
  }

  void AddTable(Node* node, const Node* written) {
    const Node* name = node->Child(1);
    const bool staged_file = name != nullptr && name->count == 1 && name->Child(0)->Is(Kind::kParameter);
    if (staged_file) return;
    if (name != nullptr && name->count == 1) {
      const Node* only = name->Child(0);
      const std::string folded = FoldIdentifier(dialect_, only->text, only->Has(kQuoted));
      if (std::any_of(ctes_.begin(), ctes_.end(), [&](const auto& cte) { return SameName(dialect_, cte, folded); })) return;
    }
    found.push_back({NameOf(name, dialect_), node, node == written});
  }

  const Dialect& dialect_;
  std::vector<std::string> ctes_;
};

}  // namespace

std::vector<TableReference> ReferencedTables(Node* statement, const Dialect& dialect) {
  Walker walker(dialect);
  if (statement == nullptr) return {};
  if (statement->Is(Kind::kCreate) && statement->Child(kCreateName) != nullptr && statement->Child(kCreateName)->Is(Kind::kName))
    walker.found.push_back({NameOf(statement->Child(0), dialect), nullptr, true});
  if (statement->Is(Kind::kAlter) && statement->Child(0) != nullptr) {
    walker.found.push_back({NameOf(statement->Child(0), dialect), nullptr, true});
    return walker.found;
  }
  if (statement->Is(Kind::kDrop) && statement->Child(0) != nullptr) {
    for (const Node* name : statement->Child(0)->Children()) walker.found.push_back({NameOf(name, dialect), nullptr, true});
    return walker.found;
  }
  walker.Walk(statement, nullptr);
  return std::move(walker.found);
}

Result<std::vector<columnar::RelationName>> ReferencedTables(std::string_view sql, const Dialect& dialect) {
  DVT_ASSIGN(const Ast ast, Parse(sql, dialect));
  std::vector<columnar::RelationName> names;
  for (Node* statement : ast.statements) {
    for (auto& reference : ReferencedTables(statement, dialect)) {
      if (std::find(names.begin(), names.end(), reference.name) == names.end()) names.push_back(std::move(reference.name));
    }
  }
  return names;
}

}  // namespace dvt::sql
