#include <fmt/format.h>

#include "dvt/base/text/text.h"
#include "dvt/plan/split/key_filters.h"
#include "dvt/plan/split/prune.h"

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
  SimplifyExists(query.arena(), out.root);
  DVT_TRY(MissingDescription(query, sql::Qualify(query.arena(), out.root, query.dialect(), &query, options)));
  NameOutputs(query.arena(), out.root, query.dialect());
  DVT_TRY(PruneColumns(query.arena(), out.root, query.dialect(), &query));
  DVT_ASSIGN(out.analysis, sql::Analyze(out.root, query.dialect(), &query, options.analyze));
  return out;
}

void WarnNotPushed(const ModelPlan& plan, Diagnostics& warnings) {
  for (const ExtractFragment& extract : plan.extracts) {
    for (const NotPushed& item : extract.not_pushed) {
      warnings.Warn("DVT005", fmt::format("{} is not pushed to {} ({}): {}", item.what, extract.connection,
                                          Join(extract.sources, ", "), item.reason));
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
  const ExposedNames names = ExposeColumns(inputs);
  for (const JoinedInput& join : inputs.joins) plan.extracts.push_back(MakeExtract(catalog, join, names));
  for (const GroupedInput& group : inputs.groups) plan.extracts.push_back(MakeExtract(catalog, group));
  for (const SplitInput& input : inputs.tables) plan.extracts.push_back(MakeExtract(catalog, input, names));
  WarnNotPushed(plan, plan.warnings);
  if (request.options.push_keys) {
    const auto edges = FindKeyEdges(tree.analysis, query.dialect(), collector.filters());
    PlanKeyFilters(request.options, tree.analysis, collector.filters(), edges, inputs, names, plan.extracts);
  }
  UseInputs(query.arena(), tree.root, tree.analysis, inputs, names);

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
