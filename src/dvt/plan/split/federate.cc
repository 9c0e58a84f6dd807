#include <fmt/format.h>

#include <limits>
#include <set>

#include "dvt/base/text/text.h"
#include "dvt/plan/split/key_filters.h"
#include "dvt/plan/split/parted_join.h"
#include "dvt/plan/split/prune.h"
#include "dvt/plan/split/type_contracts.h"

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
  options.analyze.system_names = true;
  options.analyze.file = request.file;
  options.analyze.source = query.source();
  SimplifyExists(query.arena(), out.root);
  DVT_TRY(MissingDescription(query, sql::Qualify(query.arena(), out.root, query.dialect(), &query, options)));
  DVT_TRY(RefuseUnknownColumns(out.root, query.dialect(), request.file));
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

constexpr double kWorthwhile = 0.9;       // of the rows: tables that are read twice are read apart below it
constexpr double kWorthPartitions = 0.5;  // large tables are joined in their source, rather than read in partitions, below it
constexpr double kUnknownRows = 1e6;

/// One way to share the work between sources and engine.
struct Split {
  std::set<columnar::RelationName> apart;     ///< relations of which each occurrence is read for itself
  std::set<columnar::RelationName> repeated;  ///< relations that occur more than once
  CollectedInputs inputs;
  ExposedNames names;
  std::vector<ExtractFragment> extracts;
  double rows = 0;  ///< estimate of all that moves
};

Result<Split> MakeSplit(const PlanRequest& request, Catalog& catalog, ModelQuery& query, const ExplicitQuery& tree,
                        std::set<columnar::RelationName> apart) {
  Split out;
  out.apart = apart;
  InputCollector collector(request, catalog, query, tree.analysis, tree.root, std::move(apart));
  DVT_ASSIGN(out.inputs, collector.Collect());
  out.repeated = collector.Repeated();
  out.names = ExposeColumns(out.inputs);
  for (const JoinedInput& join : out.inputs.joins) out.extracts.push_back(MakeExtract(catalog, join, out.names));
  for (const GroupedInput& group : out.inputs.groups) out.extracts.push_back(MakeExtract(catalog, group));
  for (const SplitInput& input : out.inputs.tables) out.extracts.push_back(MakeExtract(catalog, input, out.names));
  if (request.options.push_keys) {
    const auto edges = FindKeyEdges(tree.analysis, query.dialect(), collector.filters());
    PlanKeyFilters(request.options, tree.analysis, collector.filters(), edges, out.inputs, out.names, out.extracts);
  }
  for (const ExtractFragment& extract : out.extracts) {
    out.rows += extract.estimated_rows ? static_cast<double>(*extract.estimated_rows) : kUnknownRows;
  }
  return out;
}

}  // namespace

Status PlanFederated(const PlanRequest& request, Catalog& catalog, ModelQuery& query, ModelPlan& plan) {
  const sql::Dialect* engine = sql::FindDialect(request.engine_dialect);
  if (engine == nullptr) return Error(ErrorCode::kInternal, fmt::format("no dialect {}", request.engine_dialect));
  DVT_TRY(query.DescribeAll());
  query.GatherStatistics();
  DVT_ASSIGN(const auto tree, MakeExplicit(request, query));
  WarnLossyTypes(tree.analysis, query, plan.warnings);
  WarnJoinTypes(tree.analysis, query.dialect(), query, catalog, plan.warnings);
  DVT_ASSIGN(Split best, MakeSplit(request, catalog, query, tree, {}));
  const std::set<columnar::RelationName> repeated = best.repeated;
  for (const auto& relation : repeated) {
    if (!request.options.push_keys) break;
    std::set<columnar::RelationName> apart = best.apart;
    apart.insert(relation);
    DVT_ASSIGN(Split other, MakeSplit(request, catalog, query, tree, std::move(apart)));
    if (other.rows < kWorthwhile * best.rows) best = std::move(other);
  }
  if (request.options.push_joins) {
    PlanRequest together = request;
    together.options.partition_above_rows = std::numeric_limits<int64_t>::max();
    DVT_ASSIGN(Split other, MakeSplit(together, catalog, query, tree, best.apart));
    if (other.rows < kWorthPartitions * best.rows) best = std::move(other);
  }
  const CollectedInputs& inputs = best.inputs;
  const ExposedNames& names = best.names;
  plan.extracts = std::move(best.extracts);
  WarnNotPushed(plan, plan.warnings);
  std::map<const Node*, columnar::DataType> made;
  UseInputs(query.arena(), query.dialect(), tree.root, tree.analysis, inputs, names, made);
  const auto types = [&, known = tree.analysis.column_types()](const Node& column) {
    const auto it = made.find(&column);
    return it == made.end() ? known(column) : it->second;
  };

  std::vector<sql::TranspileNote> notes;
  Node* root = tree.root;
  const sql::Verdict verdict = sql::TranspileTree(query.arena(), root, query.dialect(), *engine, types, notes, query.source());
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
  plan.transform.parts = FindPartedJoin(root, *engine, plan.extracts, request.options.join_bytes);
  return {};
}

}  // namespace dvt::plan
