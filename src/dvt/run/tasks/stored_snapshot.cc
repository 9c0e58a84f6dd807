// Snapshots on targets that store tables but run no SQL: the engine finds the rows that change, and the sink replaces them.
#include "dvt/base/text/text.h"
#include "dvt/plan/resolve/planner.h"
#include "dvt/run/tasks/node_runner.h"

namespace dvt::run {

Result<PlannedNode> NodeRunner::PlanStoredSnapshot(const model::Node& node, PlannedNode rows, NodeAdapter& adapter,
                                                   std::stop_token stop) {
  const columnar::RelationName name{"", node.schema.empty() ? adapter.connector().default_schema() : node.schema, node.alias};
  const std::string marker = plan::RenderUpstream(adapter.connector().dialect(), node.connection, name, false);
  // The columns of the rows to come: macros ask the adapter for those of the query.
  NodeProgress unused;
  DVT_ASSIGN(const auto mover, PlanMover::Make(rows.plan, MakeTransferContext(node), adapter.connector(), unused, stop));
  adapter.SetMover(mover.get());
  const auto resolver = compiler_.MakeResolver(node, adapter, stop);
  const auto params = compiler_.Params(node, &adapter, resolver.get());
  DVT_ASSIGN(const auto context, tmpl::MakeNodeContext(params));
  context->set_stop_token(stop);
  const auto macro = context->Resolve("stored_snapshot_sql");
  if (!macro) return Error(ErrorCode::kNotFound, "macro 'stored_snapshot_sql' is missing");
  tmpl::Arguments arguments;
  arguments.positional = {tmpl::Object(rows.compiled.sql),
                          tmpl::MakeRelationText({node.database, node.schema, node.alias, "table"}, marker, adapter.policy())};
  auto text = context->Call(*macro, std::move(arguments));
  adapter.SetMover(nullptr);
  if (!text) return std::move(text).error();
  Compiled whole = rows.compiled;
  whole.sql = std::string(TrimView(text->Str()));
  if (whole.sql.find(marker) != std::string::npos) whole.foreign.push_back({marker, node.connection, name, node.unique_id});
  return PlanSql(node, std::move(whole), adapter, std::move(stop));
}

}  // namespace dvt::run
