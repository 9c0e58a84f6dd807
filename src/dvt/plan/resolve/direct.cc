#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "dvt/base/text/text.h"
#include "dvt/plan/pushdown/letter_case.h"
#include "dvt/plan/pushdown/own_meaning.h"
#include "dvt/plan/pushdown/text_order.h"
#include "dvt/plan/resolve/model_query.h"
#include "dvt/sql/rewrite/exact_upper.h"

namespace dvt::plan {
namespace {

using sql::Kind;
using sql::Node;

// Gives every table of the tree its name in the source, keeping the name by which columns refer to it.
void RenameTables(ModelQuery& query, Node* root, const Catalog& catalog) {
  sql::Arena& arena = query.arena();
  for (const auto& reference : sql::ReferencedTables(root, query.dialect())) {
    const BoundTable* table = query.Find(reference.name);
    Node* name = sql::NewNode(arena, Kind::kName);
    for (const std::string& part : catalog.Parts(table->connection, table->relation)) {
      sql::Append(arena, name, sql::MakeIdentifier(arena, part));
    }
    if (reference.node->Child(0) == nullptr) {
      Node* alias = sql::NewNode(arena, Kind::kTableAlias, {sql::MakeIdentifier(arena, reference.name.name)});
      sql::SetChild(arena, reference.node, 0, alias);
    }
    sql::SetChild(arena, reference.node, 1, name);
  }
}

// SELECT items FROM one table WHERE …, and nothing else.
bool IsPlainSelection(const Node* root, const sql::Dialect& dialect) {
  if (!root->Is(Kind::kSelect)) return false;
  for (uint32_t slot = 0; slot < root->count; ++slot) {
    const bool allowed = slot == sql::kItemsSlot || slot == sql::kFromSlot || slot == sql::kWhereSlot;
    if (!allowed && root->Child(slot) != nullptr) return false;
  }
  const Node* from = root->Child(sql::kFromSlot);
  while (from != nullptr && from->Is(Kind::kList) && from->count == 1) from = from->Child(0);
  if (from == nullptr || !from->Is(Kind::kTable) || from->Child(2) != nullptr) return false;
  if (from->Child(0) != nullptr && from->Child(0)->Child(1) != nullptr) return false;
  const Node* items = root->Child(sql::kItemsSlot);
  if (items == nullptr) return false;
  return std::none_of(items->Children().begin(), items->Children().end(), [&](const Node* item) {
    const Node* value = item->Is(Kind::kAlias) ? item->Child(0) : item;
    return value->Is(Kind::kStar) || sql::HasAggregate(value, dialect) || sql::HasWindow(value) ||
           sql::IsVolatile(value, dialect);
  });
}

const Node* OnlyTable(const Node* root) {
  const Node* from = root->Child(sql::kFromSlot);
  while (from->Is(Kind::kList)) from = from->Child(0);
  return from;
}

struct QualifiedTree {
  Node* root = nullptr;
  bool flattened = false;  ///< CTEs were folded away
  sql::Analysis analysis;
};

// The table of a plain selection; nullptr if the query is none.
const BoundTable* SelectedTable(const ModelQuery& query, const QualifiedTree& tree) {
  if (!IsPlainSelection(tree.root, query.dialect())) return nullptr;
  const Node* table = OnlyTable(tree.root);
  for (const sql::Source& source : tree.analysis.sources()) {
    if (source.node == table) return query.Find(source.relation);
  }
  return nullptr;
}

// An extract that can be read in partitions, from a plain selection in the source's dialect.
void FillSelection(const Node* root, const sql::Dialect& dialect, const BoundTable& table, ExtractFragment& extract) {
  extract.relation = table.relation;
  const Node* from = OnlyTable(root);
  const Node* alias = from->Child(0);
  if (alias != nullptr && alias->Child(0) != nullptr) extract.alias = sql::Print(alias->Child(0), dialect);
  for (const Node* item : root->Child(sql::kItemsSlot)->Children()) extract.select_list.push_back(sql::Print(item, dialect));
  if (const Node* where = root->Child(sql::kWhereSlot)) {
    extract.where = sql::Print(where, dialect);
    extract.pushed.push_back("where " + extract.where);
  }
}

// Text in, text out: what the author wrote stays as it is.
std::string WithRealNames(const PlanRequest& request, const Catalog& catalog) {
  std::string sql = request.sql;
  for (const UpstreamTable& upstream : request.upstreams) {
    sql = ReplaceAll(std::move(sql), upstream.marker, QuotedRelation(catalog, upstream.connection, upstream.relation));
  }
  return sql;
}

Result<QualifiedTree> QualifyClone(const PlanRequest& request, ModelQuery& query) {
  QualifiedTree out;
  out.root = sql::Clone(query.arena(), query.root());
  sql::QualifyOptions options;
  options.quote = true;
  options.analyze.system_names = true;
  options.analyze.file = request.file;
  options.analyze.source = query.source();
  DVT_TRY(sql::Qualify(query.arena(), out.root, query.dialect(), &query, options));
  DVT_TRY(RefuseUnknownColumns(out.root, query.dialect(), request.file));
  NameOutputs(query.arena(), out.root, query.dialect());
  if (Node* flat = FlattenSelection(query.arena(), out.root, query.dialect())) {
    out.flattened = sql::FindAll(out.root, Kind::kSelect).size() > 1;
    out.root = flat;
  }
  DVT_ASSIGN(out.analysis, sql::Analyze(out.root, query.dialect(), &query, options.analyze));
  return out;
}

}  // namespace

namespace {

// What depends on the order of texts runs in the source only if it does that as the target, or as the engine would.
std::string OrderReason(const PlanRequest& request, const Catalog& catalog, const std::string& source,
                        const QualifiedTree& tree) {
  const std::string there = catalog.TextOrder(source), here = catalog.TextOrder(request.target_connection);
  if (there == "bytes" || (!there.empty() && there == here)) return {};
  const std::string what = FindTextOrder(tree.root, tree.analysis);
  if (what.empty()) return {};
  return fmt::format("{}: texts are sorted otherwise in {} ({}) than in {} ({})", what, source, there.empty() ? "unknown" : there,
                     request.target_connection, here.empty() ? "unknown" : here);
}

// What depends on the cases of letters runs in the source only if they are the engine's there. What the engine may not be able to do
// instead is left to a source of the target's kind.
std::string LetterReason(const PlanRequest& request, const Catalog& catalog, const ModelQuery& query, const QualifiedTree& tree,
                         bool& exact_upper) {
  const LetterUse use = FindLetterUse(tree.root, tree.analysis, query.dialect());
  const std::string& what = !use.other.empty()     ? use.other
                            : !use.unclear.empty() ? use.unclear
                            : !use.paired.empty()  ? use.paired
                                                   : use.pattern;
  if (what.empty()) return {};
  const std::string& source = query.tables().front().connection;
  std::vector<columnar::RelationName> relations;
  for (const BoundTable& table : query.tables()) relations.push_back(table.relation);
  const sql::LetterCase there = catalog.LetterCaseOf(source, relations);
  if (there == sql::LetterCase::kEngine) return {};
  const std::string order = catalog.TextOrder(source);
  const bool alike = !order.empty() && order == catalog.TextOrder(request.target_connection) &&
                     &catalog.DialectOf(source) == &catalog.DialectOf(request.target_connection);
  const bool paired = there == sql::LetterCase::kPaired;
  if (use.other.empty() && use.unclear.empty() && (paired || (use.paired.empty() && alike))) {
    exact_upper = paired;
    return {};
  }
  if (use.other.empty() && !use.unclear.empty() && alike) return {};
  return fmt::format("{}: letters beyond ASCII have other cases in {} than in the engine", what, source);
}

// Results of expressions have no type in a source of loose types: dates would come as texts, and sums of decimals as floating numbers.
std::string LooseReason(const std::string& source, const SourceFacts& facts, const QualifiedTree& tree) {
  if (!facts.loose_types) return {};
  const auto exact = [](const columnar::DataType& type) {
    return type.kind != columnar::TypeKind::kDecimal && type.kind != columnar::TypeKind::kBool && !type.is_temporal();
  };
  std::string what;
  for (const sql::Scope& scope : tree.analysis.scopes()) {
    const Node* items = scope.query->Is(Kind::kSelect) ? scope.query->Child(sql::kItemsSlot) : nullptr;
    for (uint32_t i = 0; items != nullptr && i < items->count && i < scope.output.size(); ++i) {
      const Node* item = items->Child(i);
      const Node* value = sql::Unparen(item->Is(Kind::kAlias) ? item->Child(0) : item);
      if (!value->Is(Kind::kColumn) && !exact(scope.output[i].type)) what = scope.output[i].name;
    }
  }
  sql::Visit(tree.root, [&](const Node* node) {
    const Node* arguments = node->Is(Kind::kFunction) ? node->Child(sql::kArgsSlot) : nullptr;
    for (uint32_t i = 0; arguments != nullptr && i < arguments->count; ++i) {
      if (tree.analysis.TypeOf(arguments->Child(i)).kind == columnar::TypeKind::kDecimal) what = std::string(node->text);
    }
    return true;
  });
  return what.empty() ? "" : fmt::format("{}: {} has no types of expressions, and no exact decimals", what, source);
}

// Where the dialects differ, what they read otherwise in values runs in the engine.
std::string ValueReason(const std::string& source, const Catalog& catalog, const QualifiedTree& tree) {
  const SourceProfile profile{&catalog.DialectOf(source), catalog.Facts(source)};
  std::string loose = LooseReason(source, profile.facts, tree);
  if (!loose.empty()) return loose;
  const std::string what = FindOwnMeaning(tree.root, tree.analysis, profile);
  return what.empty() ? "" : fmt::format("{} ({})", what, source);
}

// Also as the column of a block that is read.
bool IsSumOrExtreme(const Node* value, const sql::Analysis& analysis, int depth = 0) {
  value = sql::Unparen(value->Is(Kind::kAlias) ? value->Child(0) : value);
  if (value->Is(Kind::kFunction)) {
    return EqualsIgnoreCase(value->text, "MIN") || EqualsIgnoreCase(value->text, "MAX") || EqualsIgnoreCase(value->text, "SUM");
  }
  const sql::ColumnBinding* binding = value->Is(Kind::kColumn) ? analysis.Find(value) : nullptr;
  if (binding == nullptr || binding->source == nullptr || binding->source->query == nullptr || binding->index < 0 || depth > 20)
    return false;
  const Node* select = binding->source->query->query;
  const Node* items = select->Is(Kind::kSelect) ? select->Child(sql::kItemsSlot) : nullptr;
  return items != nullptr && binding->index < static_cast<int>(items->count) &&
         IsSumOrExtreme(items->Child(static_cast<uint32_t>(binding->index)), analysis, depth + 1);
}

// Sums and extremes of decimals keep the precision that the model's dialect gives them, whatever the source says of its result.
void KeepDecimals(sql::Arena& arena, QualifiedTree& tree) {
  Node* query = sql::InnerQuery(tree.root);
  const sql::Scope* scope = tree.analysis.root();
  if (query == nullptr || !query->Is(Kind::kSelect) || scope == nullptr || scope->query != query) return;
  const auto items = query->Child(sql::kItemsSlot)->Children();
  if (items.size() != scope->output.size()) return;
  for (size_t i = 0; i < items.size(); ++i) {
    Node* item = items[i];
    const columnar::DataType& type = scope->output[i].type;
    if (!item->Is(Kind::kAlias) || type.kind != columnar::TypeKind::kDecimal || type.precision <= 0 || type.precision > 38)
      continue;
    if (!IsSumOrExtreme(item->Child(0), tree.analysis)) continue;
    sql::SetChild(arena, item, 0,
                  sql::MakeCast(arena, item->Child(0), sql::MakeTypeName(arena, "DECIMAL", {type.precision, type.scale})));
  }
}

void KeepValues(sql::Arena& arena, QualifiedTree& tree, const SourceFacts& facts) {
  KeepDecimals(arena, tree);
  if (facts.binary_collation) StripPadding(arena, tree.root, tree.analysis);
}

// Whether outputs of one name stand in the text, which the target's system numbers when it makes a table of them.
bool RepeatsNames(ModelQuery& query) {
  if (!query.dialect().Has(sql::Feature::kNamesAfterText)) return false;
  if (sql::HasAnyColumnPattern(query.root(), query.dialect())) return true;
  const auto analysis = sql::Analyze(query.root(), query.dialect(), &query);
  if (!analysis || analysis->root() == nullptr) return false;
  std::set<std::string> names;
  const columnar::Fields& output = analysis->root()->output;
  return std::any_of(output.begin(), output.end(), [&](const columnar::Field& field) {
    return !field.name.empty() && !names.insert(ToLower(field.name)).second;
  });
}

}  // namespace

Result<bool> PlanDirect(const PlanRequest& request, Catalog& catalog, ModelQuery& query, ModelPlan& plan) {
  const BoundTable& first = query.tables().front();
  const sql::Dialect& to = catalog.DialectOf(first.connection);
  const bool same_dialect = &to == &query.dialect();
  DVT_TRY(query.DescribeAll());
  auto tree = QualifyClone(request, query);
  if (!tree && !same_dialect) return std::move(tree).error();

  ExtractFragment extract;
  extract.connection = first.connection;
  extract.input_name = first.relation.name;
  for (const BoundTable& table : query.tables()) extract.sources.push_back(table.relation.ToString());
  extract.pushed.push_back("the whole query");
  Diagnostics losses;
  bool exact_upper = false;
  if (tree) {
    WarnLossyTypes(tree->analysis, query, losses);
    std::string reason = same_dialect ? "" : ValueReason(first.connection, catalog, *tree);
    if (reason.empty()) reason = OrderReason(request, catalog, first.connection, *tree);
    if (reason.empty()) reason = LetterReason(request, catalog, query, *tree, exact_upper);
    if (!reason.empty()) {
      plan.warnings.Warn("DVT005", reason + "; the query therefore runs in the engine");
      return false;
    }
    if (!same_dialect) KeepValues(query.arena(), *tree, catalog.Facts(first.connection));
    const BoundTable* selected = SelectedTable(query, *tree);
    RenameTables(query, tree->root, catalog);
    if (!same_dialect) {
      std::vector<sql::TranspileNote> notes;
      const sql::Verdict verdict = sql::TranspileTree(query.arena(), tree->root, query.dialect(), to,
                                                      tree->analysis.column_types(), notes, query.source());
      if (verdict > sql::Verdict::kExactGivenTypes) {
        for (auto& note : notes)
          note.message += fmt::format("; the query therefore runs in the engine, not in {}", first.connection);
        AddNotes(notes, fmt::format(" in {}", to.name), plan.warnings);
        return false;
      }
    }
    exact_upper = exact_upper && sql::WriteExactUpper(query.arena(), tree->root, to);
    if (selected != nullptr && IsPlainSelection(tree->root, to)) {
      FillSelection(tree->root, to, *selected, extract);
      DVT_ASSIGN(const auto info, query.Describe(*selected));
      if (extract.where.empty()) extract.estimated_rows = info->estimated_rows;
    }
  }
  sql::PrintOptions pretty;
  pretty.pretty = true;
  Node* root = tree ? tree->root : query.root();
  if (!tree) RenameTables(query, root, catalog);
  const bool as_written = same_dialect && !exact_upper && plan.own_values.empty() &&
                          (!tree || !tree->flattened || !extract.relation) && (!tree || !RepeatsNames(query));
  extract.sql = as_written ? WithRealNames(request, catalog) : sql::Print(root, to, pretty);
  plan.way = Way::kDirect;
  plan.warnings.Append(losses);
  plan.extracts.push_back(std::move(extract));
  return true;
}

}  // namespace dvt::plan
