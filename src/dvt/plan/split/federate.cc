#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "dvt/base/text/text.h"
#include "dvt/plan/split/inputs.h"

namespace dvt::plan {
namespace {

using sql::Kind;
using sql::Node;

Status MissingDescription(const ModelQuery& query, Status status) {
  // A relation that could not be described explains a column that could not be found.
  if (!status && query.describe_error() != nullptr) return *query.describe_error();
  return status;
}

struct ExplicitQuery {
  Node* root = nullptr;
  sql::Analysis analysis;
};

// Every name explicit, and no column carried that nobody reads.
Result<ExplicitQuery> MakeExplicit(const PlanRequest& request, ModelQuery& query) {
  ExplicitQuery out;
  out.root = sql::Clone(query.arena(), query.root());
  sql::QualifyOptions options;
  options.quote = true;
  options.analyze.file = request.file;
  options.analyze.source = query.source();
  DVT_TRY(MissingDescription(query, sql::Qualify(query.arena(), out.root, query.dialect(), &query, options)));
  DVT_TRY(sql::PushDownProjections(query.arena(), out.root, query.dialect(), &query));
  DVT_ASSIGN(out.analysis, sql::Analyze(out.root, query.dialect(), &query, options.analyze));
  return out;
}

/// Columns of an input whose names the engine would take for one (it ignores case) get another name.
std::map<int, std::string> ExposedNames(const SplitInput& input) {
  std::map<int, std::string> names;
  std::set<std::string> taken;
  for (const int index : input.columns) {
    const std::string& name = input.info->columns[static_cast<size_t>(index)].name;
    std::string exposed = name;
    for (int i = 2; !taken.insert(ToLower(exposed)).second; ++i) exposed = fmt::format("{}_{}", name, i);
    names[index] = exposed;
  }
  return names;
}

std::string SelectItem(const SplitInput& input, const columnar::Field& field, const std::string& exposed) {
  const sql::Dialect& dialect = *input.profile.dialect;
  const std::string name = sql::QuoteIdentifier(dialect, field.name);
  const bool padded = input.queries && field.type.fixed && field.type.kind == columnar::TypeKind::kString && input.profile.facts.char_padded;
  if (!input.queries) return exposed == field.name ? name : name + " AS " + sql::QuoteIdentifier(dialect, exposed);
  if (padded) return fmt::format("CAST({} AS {}) AS {}", name, dialect.unlimited_text, sql::QuoteIdentifier(dialect, exposed));
  return exposed == field.name ? name : fmt::format("{} AS {}", name, sql::QuoteIdentifier(dialect, exposed));
}

ExtractFragment MakeExtract(const Catalog& catalog, const SplitInput& input) {
  ExtractFragment extract;
  extract.connection = input.table->connection;
  extract.input_name = input.name;
  extract.relation = input.table->relation;
  extract.sources.push_back(input.table->relation.ToString());
  const auto names = ExposedNames(input);
  for (const int index : input.columns) {
    columnar::Field field = input.info->columns[static_cast<size_t>(index)];
    extract.select_list.push_back(SelectItem(input, field, names.at(index)));
    field.name = names.at(index);
    extract.fields.push_back(std::move(field));
  }
  std::vector<std::string> terms = input.key_filters;
  if (!input.where.empty()) terms.insert(terms.begin(), input.where);
  extract.where = Join(terms, " AND ");
  extract.sql = fmt::format("SELECT {}\nFROM {}", Join(extract.select_list, ", "),
                            QuotedRelation(catalog, input.table->connection, input.table->relation));
  if (!extract.where.empty()) extract.sql += "\nWHERE " + extract.where;
  extract.estimated_rows = input.EstimatedRows();
  extract.not_pushed = input.not_pushed;
  extract.pushed = input.pushed;
  return extract;
}

// Every occurrence of a relation reads its input; columns keep the alias by which they are qualified.
void UseInputs(ModelQuery& query, const ExplicitQuery& tree, const std::vector<SplitInput>& inputs) {
  sql::Arena& arena = query.arena();
  for (const SplitInput& input : inputs) {
    for (const sql::Source* source : input.occurrences) {
      Node* name = sql::NewNode(arena, Kind::kName, {sql::MakeIdentifier(arena, input.name)});
      if (source->node->Child(0) == nullptr) {
        Node* alias = sql::NewNode(arena, Kind::kTableAlias, {sql::MakeIdentifier(arena, source->name)});
        sql::SetChild(arena, source->node, 0, alias);
      }
      sql::SetChild(arena, source->node, 1, name);
    }
  }
  std::map<const sql::Source*, std::map<int, std::string>> renamed;
  for (const SplitInput& input : inputs) {
    for (const auto& [index, exposed] : ExposedNames(input)) {
      if (exposed == input.info->columns[static_cast<size_t>(index)].name) continue;
      for (const sql::Source* source : input.occurrences) renamed[source][index] = exposed;
    }
  }
  if (renamed.empty()) return;
  for (Node* column : sql::FindAll(tree.root, Kind::kColumn)) {
    const sql::ColumnBinding* binding = tree.analysis.Find(column);
    if (binding == nullptr || binding->source == nullptr) continue;
    const auto it = renamed.find(binding->source);
    if (it == renamed.end()) continue;
    const auto name = it->second.find(binding->index);
    if (name != it->second.end()) sql::SetChild(arena, column, column->count - 1, sql::MakeIdentifier(arena, name->second));
  }
}

void WarnNotPushed(const std::vector<SplitInput>& inputs, Diagnostics& warnings) {
  for (const SplitInput& input : inputs) {
    for (const NotPushed& item : input.not_pushed) {
      warnings.Warn("DVT005", fmt::format("{}.{}: {} is not pushed: {}", input.table->connection, input.table->relation.name, item.what, item.reason));
    }
  }
}

}  // namespace

Status PlanFederated(const PlanRequest& request, Catalog& catalog, ModelQuery& query, ModelPlan& plan) {
  const sql::Dialect* engine = sql::FindDialect(request.engine_dialect);
  if (engine == nullptr) return Error(ErrorCode::kInternal, fmt::format("no dialect {}", request.engine_dialect));
  DVT_TRY(query.DescribeAll());
  DVT_ASSIGN(const auto tree, MakeExplicit(request, query));
  WarnLossyTypes(tree.analysis, query, plan.warnings);
  InputCollector collector(request, catalog, query, tree.analysis, tree.root);
  DVT_ASSIGN(const auto inputs, collector.Collect());
  WarnNotPushed(inputs, plan.warnings);
  for (const SplitInput& input : inputs) plan.extracts.push_back(MakeExtract(catalog, input));
  UseInputs(query, tree, inputs);

  std::vector<sql::TranspileNote> notes;
  Node* root = tree.root;
  const sql::Verdict verdict =
      sql::TranspileTree(query.arena(), root, query.dialect(), *engine, tree.analysis.column_types(), notes, query.source());
  if (verdict == sql::Verdict::kUnsupported) {
    for (const auto& note : notes) {
      if (note.verdict != sql::Verdict::kUnsupported) continue;
      return Error(ErrorCode::kUnsupported, fmt::format("{} cannot run in the engine: {}", note.construct, note.message))
          .At({request.file, note.place.line, note.place.column})
          .WithHint("write it otherwise, or move it into a model that reads one connection only");
    }
  }
  AddNotes(notes, " in the engine", plan.warnings);
  sql::PrintOptions pretty;
  pretty.pretty = true;
  plan.way = Way::kFederated;
  plan.transform.compute = request.compute;
  plan.transform.sql = sql::Print(root, *engine, pretty);
  return {};
}

}  // namespace dvt::plan
