// Calls that give rows where items of a SELECT stand, tables of arrays behind a comma, and samples of a query's rows.
#include "dvt/base/text/text.h"
#include "dvt/sql/rewrite/rewriter_internal.h"

namespace dvt::sql {

namespace {

bool IsUnnest(const Node* table) {
  return table->Is(Kind::kTableFunction) && !table->Has(kLateral) && table->Child(1)->Is(Kind::kFunction) &&
         EqualsIgnoreCase(table->Child(1)->text, "UNNEST");
}

// Whether all columns that name their table name this one.
bool ReadsOnly(const Node* call, const Node* table) {
  const std::string_view name = AliasOrName(table);
  bool only = true;
  Visit(call, [&](const Node* node) {
    if (node->Is(Kind::kColumn) && node->count > 1) only = only && EqualsIgnoreCase(node->Child(0)->text, name);
    return only;
  });
  return only;
}

}  // namespace

// POSEXPLODE(x) AS (a, b) is two items: the place and the value.
void Rewriter::ExplodedItems(Node* select) {
  const FunctionSpec* place = FindConcept(to_, "posexplode_place", 1);
  const FunctionSpec* value = FindConcept(to_, "posexplode_value", 1);
  if (&from_ == &to_ || !customary_ || place == nullptr || value == nullptr) return;
  Node* items = NewNode(arena_, Kind::kList);
  bool exploded = false;
  for (Node* item : select->Child(kItemsSlot)->Children()) {
    Node* call = item->Is(Kind::kAlias) ? item->Child(0) : item;
    const FunctionSpec* spec = call->Is(Kind::kFunction) && call->Child(kArgsSlot) != nullptr ? SpecOf(call) : nullptr;
    const Node* names = item->Is(Kind::kAlias) && item->Child(1)->Is(Kind::kList) ? item->Child(1) : nullptr;
    if (spec == nullptr || spec->concept_ != "posexplode" || (names == nullptr && call != item)) {
      Append(arena_, items, item);
      continue;
    }
    exploded = true;
    Node* array[] = {call->Child(kArgsSlot)->Child(0)};
    Node* again[] = {Clone(arena_, array[0])};
    const auto name = [&](uint32_t i, std::string_view usual) {
      return names != nullptr && i < names->count ? names->Child(i) : MakeIdentifier(arena_, usual, false);
    };
    Append(arena_, items, NewNode(arena_, Kind::kAlias, {Call(call, *place, array), name(0, "pos")}));
    Append(arena_, items, NewNode(arena_, Kind::kAlias, {Call(call, *value, again), name(1, "col")}));
  }
  if (exploded) select->children[kItemsSlot] = items;
}

// FROM t, UNNEST(t.x) AS u is FROM t JOIN UNNEST(t.x) AS u ON TRUE.
void Rewriter::JoinedUnnest(Node* select) {
  const Node* from = select->Child(kFromSlot);
  if (!customary_ || !to_.Has(Feature::kUnnestJoined) || from == nullptr || !from->Is(Kind::kList) || from->count < 2) return;
  Node* tables = NewNode(arena_, Kind::kList);
  for (Node* table : from->Children()) {
    const bool joins = tables->count > 0 && IsUnnest(table) &&
                       (tables->count == 1 || ReadsOnly(table->Child(1), tables->children[tables->count - 1]));
    if (!joins) {
      Append(arena_, tables, table);
      continue;
    }
    Node*& left = tables->children[tables->count - 1];
    Node* join = NewSlots(arena_, Kind::kJoin, 4);
    join->op = Op::kInner;
    join->children[0] = left;
    join->children[1] = table;
    join->children[2] = NewNode(arena_, Kind::kBoolean, {}, {}, Op::kTrue);
    left = join;
  }
  select->children[kFromSlot] = tables;
}

// … USING SAMPLE 10% where samples belong to tables: of the only one.
void Rewriter::SampledRows(Node* select) {
  Node* sample = select->Child(kSampleClauseSlot);
  if (sample == nullptr || to_.Has(Feature::kUsingSample)) return;
  select->children[kSampleClauseSlot] = nullptr;
  Node* from = select->Child(kFromSlot);
  Node* table = from != nullptr && from->Is(Kind::kList) && from->count == 1 ? from->children[0] : nullptr;
  if (table == nullptr || !table->Is(Kind::kTable) || table->Child(kSampleSlot) != nullptr) {
    Note(Verdict::kUnsupported, sample, "USING SAMPLE", std::string(to_.name) + " takes samples of tables only");
    return;
  }
  Note(Verdict::kDifferent, sample, "USING SAMPLE", "the sample is taken of the table, before anything is filtered");
  SetChild(arena_, table, kSampleSlot, sample);
}

// $x, @x, ${x}
void Rewriter::Parameter(Node* parameter) {
  Note(Verdict::kUnsupported, parameter, "parameter", "parameters cannot be translated");
  const std::string_view text = parameter->text;
  if (!customary_ || text.size() < 2 || text[1] == text[0] || text.find_first_of("\"'`") != std::string_view::npos) return;
  if (to_.Has(Feature::kBraceVariables)) {
    if (parameter->count == 0 && (text[0] == '@' || text[0] == '$') && text[1] != '{')
      parameter->text = arena_.Copy("${" + std::string(text.substr(1)) + "}");
    return;
  }
  if (text[0] == ':' && to_.Has(Feature::kArrowsApart)) parameter->text = arena_.Copy("$" + std::string(text.substr(1)));
  if (text[0] == '@' && from_.Has(Feature::kAtVariables) && !to_.Has(Feature::kAtVariables) && to_.Has(Feature::kDollarStrings) &&
      !to_.Has(Feature::kBraceParameters))
    parameter->text = arena_.Copy("$" + std::string(text.substr(1)));
  if (text[0] == '$' && to_.Has(Feature::kAtVariables)) parameter->text = arena_.Copy("@" + std::string(text.substr(1)));
}

// SET x = 1 and SET VARIABLE x = 1.
void Rewriter::Command(Node* command) {
  Note(Verdict::kUnsupported, command, "statement", "this statement is not read, so it cannot be translated");
  const std::string text(command->text);
  if (to_.Has(Feature::kTransactionWords) && (text == "BEGIN" || text == "COMMIT" || text == "ROLLBACK"))
    command->text = arena_.Copy(text + " TRANSACTION");
  const bool word = EqualsIgnoreCase(std::string_view(text).substr(0, 13), "SET VARIABLE ");
  const bool set = EqualsIgnoreCase(std::string_view(text).substr(0, 4), "SET ");
  if (from_.Has(Feature::kSessionVariables) && to_.Has(Feature::kVariableWord) && set && !word)
    command->text = arena_.Copy("SET VARIABLE " + text.substr(4));
  if (from_.Has(Feature::kVariableWord) && (to_.Has(Feature::kSessionVariables) || to_.Has(Feature::kScripts)) && word)
    command->text = arena_.Copy("SET " + text.substr(13));
}

}  // namespace dvt::sql
