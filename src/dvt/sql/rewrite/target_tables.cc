// Tables in the target's terms: temporary ones by name or by word, SELECT … INTO and CREATE TABLE … AS, APPLY and LATERAL.
#include <functional>
#include <string>
#include <vector>

#include "dvt/base/text/text.h"
#include "dvt/sql/print/printer.h"
#include "dvt/sql/rewrite/target_shape.h"

namespace dvt::sql {

namespace {

Node* LastPart(Node* name) { return name != nullptr && name->count > 0 ? name->children[name->count - 1] : nullptr; }

bool IsTemporary(const Node* part) { return part != nullptr && part->Is(Kind::kIdentifier) && part->text.starts_with("#"); }

// #t and ##t become t.
bool DropMark(Node* name) {
  Node* part = LastPart(name);
  if (!IsTemporary(part)) return false;
  part->text.remove_prefix(std::min(part->text.find_first_not_of('#'), part->text.size() - 1));
  return true;
}

void AddMark(Arena& arena, Node* name) {
  Node* part = LastPart(name);
  if (part == nullptr || !part->Is(Kind::kIdentifier) || IsTemporary(part)) return;
  part->text = arena.Copy("#" + std::string(part->text));
}

// A CREATE TABLE AS of a query: SELECT * INTO t FROM (query) AS temp.
Node* AsInto(Arena& arena, Node* create) {
  Node* query = create->Child(kCreateBody);
  Node* with = nullptr;
  if (query->IsQuery() && !query->Is(Kind::kSubquery)) with = std::exchange(query->children[kWithSlot], nullptr);
  Node* select = MakeSelect(arena);
  Append(arena, select->Child(kItemsSlot), NewNode(arena, Kind::kStar));
  Node* table = MakeDerivedTable(arena, InnerQuery(query), "");
  table->children[0] = NewNode(arena, Kind::kTableAlias, {MakeIdentifier(arena, "temp", false), nullptr});
  select->children[kFromSlot] = NewNode(arena, Kind::kList, {table});
  select->children[kIntoSlot] = NewNode(arena, Kind::kInto, {create->Child(kCreateName)});
  select->children[kWithSlot] = with;
  return select;
}

// CREATE TABLE t LIKE u: SELECT TOP 0 * INTO t FROM u AS temp. nullptr for other definitions.
Node* LikeInto(Arena& arena, Node* create) {
  const Node* properties = create->Child(kCreateProperties);
  if (properties == nullptr || properties->count != 1 || create->Child(kCreateColumns) != nullptr) return nullptr;
  const Node* like = properties->Child(0);
  if (!like->Is(Kind::kPhrase) || like->text != "LIKE" || !like->Child(1)->Is(Kind::kName)) return nullptr;
  Node* select = MakeSelect(arena);
  Append(arena, select->Child(kItemsSlot), NewNode(arena, Kind::kStar));
  Node* alias = NewNode(arena, Kind::kTableAlias, {MakeIdentifier(arena, "temp", false), nullptr});
  select->children[kFromSlot] =
      NewNode(arena, Kind::kList, {NewNode(arena, Kind::kTable, {alias, const_cast<Node*>(like->Child(1)), nullptr})});
  select->children[kIntoSlot] = NewNode(arena, Kind::kInto, {create->Child(kCreateName)});
  select->children[kLimitSlot] = NewNode(arena, Kind::kLimit, {MakeNumber(arena, 0)});
  return select;
}

// IF NOT EXISTS (SELECT …) EXEC('CREATE …')
Node* Guarded(Arena& arena, const Node* name, std::string_view kind, const Node* table, const Node* statement,
              const Dialect& target) {
  std::string found;
  const auto text = [&](std::string_view value) { return QuoteString(target, value); };
  const auto last = [](const Node* of) { return of->Child(of->count - 1)->text; };
  if (kind == "SCHEMA") {
    found = "INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME = " + text(Print(name, target));
  } else if (kind == "TABLE") {
    found = "INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = " + text(last(name));
    if (name->count > 1) found += " AND TABLE_SCHEMA = " + text(name->Child(name->count - 2)->text);
    if (name->count > 2) found += " AND TABLE_CATALOG = " + text(name->Child(name->count - 3)->text);
  } else if (kind == "INDEX" && table != nullptr) {
    found = "sys.indexes WHERE object_id = object_id(" + text(Print(table, target)) + ") AND name = " + text(last(name));
  }
  const std::string guard = "IF NOT EXISTS (SELECT * FROM " + found + ") EXEC(" + text(Print(statement, target)) + ")";
  return NewNode(arena, Kind::kPhrase, {NewNode(arena, Kind::kWord, {}, arena.Copy(guard))}, "GUARDED");
}

// A SELECT with INTO: CREATE TABLE t AS select.
Node* AsCreate(Arena& arena, Node* select) {
  Node* into = std::exchange(select->children[kIntoSlot], nullptr);
  Node* create = NewSlots(arena, Kind::kCreate, kCreateSlots);
  create->text = "TABLE";
  create->Set(kTemporary, into->text == "TEMPORARY");
  create->children[kCreateName] = into->Child(0);
  create->children[kCreateBody] = select;
  return create;
}

void Marks(Arena& arena, Node* node, const Dialect& target) {
  if (node == nullptr) return;
  const bool by_name = target.Has(Feature::kHashNames) && !target.Has(Feature::kGlobalTemporary);
  if (node->Is(Kind::kCreate) && node->Child(kCreateName) != nullptr && node->Child(kCreateName)->Is(Kind::kName)) {
    if (!by_name && DropMark(node->Child(kCreateName))) node->Set(kTemporary);
    if (by_name && node->Has(kTemporary) && node->text == "TABLE") {
      AddMark(arena, node->Child(kCreateName));
      node->Set(kTemporary, false);
    }
  }
  if (node->Is(Kind::kInto) && node->count == 1 && node->Child(0)->Is(Kind::kName)) {
    if (!by_name && DropMark(node->Child(0))) node->text = "TEMPORARY";
    if (by_name && node->text == "TEMPORARY") {
      AddMark(arena, node->Child(0));
      node->text = {};
    }
  }
  if (!by_name && node->Is(Kind::kName)) DropMark(node);
  for (Node* child : node->Children()) Marks(arena, child, target);
}

// How a counter starts and steps, as far as it is said: IDENTITY (START WITH 10 INCREMENT BY 2), IDENTITY(10, 2).
std::pair<std::string, std::string> CounterOf(const Node* phrase) {
  std::pair<std::string, std::string> counter;
  std::vector<std::string> words;
  const std::function<void(const Node*)> collect = [&](const Node* part) {
    if (part == nullptr) return;
    const size_t before = words.size();
    for (const std::string& word : Split(part->text, ' ')) words.push_back(word);
    for (const Node* child : part->Children()) collect(child);
    if (part->Is(Kind::kUnary, Op::kNeg) && words.size() > before) words.back() = "-" + words.back();
  };
  for (uint32_t i = 0; i < phrase->count; ++i) collect(phrase->Child(i));
  if (phrase->text == "IDENTITY COLUMN") {
    std::erase_if(words, [](const std::string& word) { return word.empty() || word == "IDENTITY"; });
    if (words.size() > 1) counter = {words[0], words[1]};
    return counter;
  }
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    const bool by = EqualsIgnoreCase(words[i + 1], "WITH") || EqualsIgnoreCase(words[i + 1], "BY");
    const std::string value = by && i + 2 < words.size() ? words[i + 2] : words[i + 1];
    if (EqualsIgnoreCase(words[i], "START")) counter.first = value;
    if (EqualsIgnoreCase(words[i], "INCREMENT")) counter.second = value;
  }
  return counter;
}

// AUTOINCREMENT START 10 INCREMENT 2 for what others generate.
void Autoincrements(Arena& arena, Node* node) {
  if (node == nullptr) return;
  for (Node* child : node->Children()) Autoincrements(arena, child);
  if (!node->Is(Kind::kPhrase) || (node->text != "AUTO_INCREMENT" && node->text != "IDENTITY" && node->text != "IDENTITY COLUMN"))
    return;
  const auto [start, step] = CounterOf(node);
  const std::string text =
      "AUTOINCREMENT" + (start.empty() ? "" : " START " + start) + (step.empty() ? "" : " INCREMENT " + step);
  node->count = 1;
  node->children[0] = NewNode(arena, Kind::kWord, {}, arena.Copy(text));
}

// IDENTITY(10, 1) for what others generate, and no catalog before a view.
void Definitions(Arena& arena, Node* node, const Dialect& target) {
  if (node == nullptr || !target.Has(Feature::kOutputClause)) return;
  if (node->Is(Kind::kPhrase) && node->text == "AUTO_INCREMENT") node->children[0] = NewNode(arena, Kind::kWord, {}, "IDENTITY");
  if (node->Is(Kind::kPhrase) && node->text == "IDENTITY") {
    std::string start = "1", step = "1";
    const bool options = node->count > 1;
    if (options) {
      std::vector<std::string> words;
      std::function<void(const Node*)> collect = [&](const Node* part) {
        if (part == nullptr) return;
        for (const std::string& word : Split(part->text, ' ')) words.push_back(word);
        for (const Node* child : part->Children()) collect(child);
      };
      collect(node->Child(1));
      for (size_t i = 0; i + 1 < words.size(); ++i) {
        const bool by = EqualsIgnoreCase(words[i + 1], "WITH") || EqualsIgnoreCase(words[i + 1], "BY");
        const std::string value = by && i + 2 < words.size() ? words[i + 2] : words[i + 1];
        if (EqualsIgnoreCase(words[i], "START")) start = value;
        if (EqualsIgnoreCase(words[i], "INCREMENT")) step = value;
      }
    }
    const std::string text = options ? "IDENTITY(" + start + ", " + step + ")" : "IDENTITY";
    node->count = 1;
    node->children[0] = NewNode(arena, Kind::kWord, {}, arena.Copy(text));
  }
  for (Node* child : node->Children()) Definitions(arena, child, target);
}

// A moment in a text is read by a format where the past of a table is asked for by TIMESTAMP.
void Flashback(Arena& arena, Node* node) {
  if (node == nullptr) return;
  Node* moment = node->Is(Kind::kTimeTravel) && node->text != "VERSION" ? node->Child(0) : nullptr;
  if (moment != nullptr && moment->Is(Kind::kString)) {
    node->children[0] = MakeFunction(arena, "TO_TIMESTAMP", {moment, MakeString(arena, "YYYY-MM-DD HH24:MI:SS.FF6")});
    return;
  }
  for (Node* child : node->Children()) Flashback(arena, child);
}

void DropCatalog(Node* name) {
  if (name == nullptr || !name->Is(Kind::kName) || name->count < 3) return;
  ++name->children;
  --name->count;
  --name->capacity;
}

// CROSS APPLY t is a join with LATERAL t, and back.
void Applied(Arena& arena, Node* node, const Dialect& target) {
  if (node == nullptr) return;
  for (Node* child : node->Children()) Applied(arena, child, target);
  if (!node->Is(Kind::kJoin)) return;
  Node* right = node->Child(1);
  if (node->Has(kApplied) && !target.Has(Feature::kApply)) {
    node->Set(kApplied, false);
    if (node->op == Op::kCross) {
      node->op = Op::kInner;
      node->Set(kInnerWord);
    }
    right->Set(kLateral);
    if (target.Has(Feature::kJoinNeedsCondition)) node->children[2] = NewNode(arena, Kind::kBoolean, {}, {}, Op::kTrue);
  } else if (right->Has(kLateral) && (right->Is(Kind::kDerivedTable) || right->Is(Kind::kTableFunction)) &&
             target.Has(Feature::kApply)) {
    const Node* on = node->Child(2);
    const bool always = on == nullptr || on->Is(Kind::kBoolean, Op::kTrue);
    if (!always || (node->op != Op::kLeft && node->op != Op::kCross && node->op != Op::kInner)) return;
    right->Set(kLateral, false);
    node->children[2] = nullptr;
    node->op = node->op == Op::kLeft ? Op::kLeft : Op::kCross;
    node->Set(kApplied);
  }
}

}  // namespace

void ShapeTables(Arena& arena, Node*& tree, const Dialect& source, const Dialect& target) {
  if (tree == nullptr) return;
  if (target.Has(Feature::kOutputClause) && tree->Is(Kind::kCreate) && tree->text.ends_with("VIEW"))
    DropCatalog(tree->Child(kCreateName));
  if (target.Has(Feature::kOutputClause) && tree->Is(Kind::kDrop) && tree->text.ends_with("VIEW")) {
    for (Node* name : tree->Child(0)->Children()) DropCatalog(name);
  }
  if (target.Has(Feature::kAutoincrement) && tree->Is(Kind::kCreate)) Autoincrements(arena, tree);
  if (&source == &target) return;
  if (tree->Is(Kind::kCreate) && tree->text == "SCOPED TEMPORARY TABLE") tree->text = "TABLE", tree->Set(kTemporary);
  if (tree->Is(Kind::kCreate)) Definitions(arena, tree, target);
  if (target.Has(Feature::kFlashback)) Flashback(arena, tree);
  Applied(arena, tree, target);
  const auto marks = [](const Dialect& each) { return each.Has(Feature::kHashNames) && !each.Has(Feature::kGlobalTemporary); };
  const bool marked = marks(source) || marks(target);
  if (tree->Is(Kind::kCreate) && tree->Child(kCreateName) != nullptr && target.Has(Feature::kProceduralDdl)) {
    const Node* name = tree->Child(kCreateName);
    const Node* table = tree->Child(kCreateOn) == nullptr ? nullptr : tree->Child(kCreateOn)->Child(1);
    const std::string_view kind = tree->text.ends_with("INDEX") ? "INDEX" : tree->text;
    const bool guarded =
        tree->Has(kIfNotExists) && (kind == "SCHEMA" || kind == "TABLE" || (kind == "INDEX" && table != nullptr));
    tree->Set(kIfNotExists, false);
    if (marked) Marks(arena, tree, target);
    Node* statement = tree;
    if (kind == "TABLE") {
      if (tree->Child(kCreateBody) != nullptr && tree->Child(kCreateBody)->IsQuery()) statement = AsInto(arena, tree);
      if (Node* like = LikeInto(arena, tree)) statement = like;
    }
    tree = guarded ? Guarded(arena, name, kind, table, statement, target) : statement;
    return;
  }
  if (marked) Marks(arena, tree, target);
  const Node* into = tree->Is(Kind::kSelect) ? tree->Child(kIntoSlot) : nullptr;
  if (into != nullptr && into->count == 1 && into->Child(0)->Is(Kind::kName) &&
      (!target.Has(Feature::kSelectInto) || target.Has(Feature::kCanonicalNames)))
    tree = AsCreate(arena, tree);
}

}  // namespace dvt::sql
