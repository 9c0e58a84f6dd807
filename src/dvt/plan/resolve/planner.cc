#include "dvt/plan/resolve/planner.h"

#include <fmt/format.h>

#include <set>

#include "dvt/base/text/text.h"
#include "dvt/plan/resolve/model_query.h"

namespace dvt::plan {
namespace {

std::string ModelName(const PlanRequest& request) {
  if (!request.name.empty()) return request.name;
  const size_t dot = request.node_id.rfind('.');
  return dot == std::string::npos ? request.node_id : request.node_id.substr(dot + 1);
}

// Rows that come from elsewhere must be stored: a view cannot hold them.
void CoerceMaterialization(const PlanRequest& request, const Catalog& catalog, ModelPlan& plan) {
  const std::string& wanted = request.materialization;
  if (wanted != "view" && wanted != "materialized_view" && wanted != "materializedview" && wanted != "ephemeral") return;
  plan.load.materialization = "table";
  plan.warnings.Warn(
      "DVT001",
      fmt::format("{} is configured as {}, but {}: it becomes a table", ModelName(request), wanted == "view" ? "a view" : wanted,
                  CanQuery(catalog, request.target_connection)
                      ? "reads from another connection"
                      : fmt::format("connection '{}' holds none", request.target_connection)),
      {request.file, 0, 0}, "configure materialized='table' (or 'incremental')");
}

// Markers of connections that reach the target's own database become plain names.
std::string OwnNames(const PlanRequest& request, const Catalog& catalog) {
  std::string sql = request.sql;
  for (const UpstreamTable& upstream : request.upstreams) {
    if (upstream.connection == request.target_connection) continue;
    sql = ReplaceAll(std::move(sql), upstream.marker, QuotedRelation(catalog, request.target_connection, upstream.relation));
  }
  return sql;
}

}  // namespace

Result<ModelPlan> PlanModel(const PlanRequest& request, Catalog& catalog) {
  ModelPlan plan;
  plan.node_id = request.node_id;
  plan.sql = request.sql;
  plan.load = {request.target_connection, request.target_relation, request.materialization};
  const std::string home = IdentityOf(catalog, request.target_connection);
  const bool home_queries = CanQuery(catalog, request.target_connection);  // a folder of files holds tables, but runs nothing
  bool foreign = request.options.force_federated || !home_queries;
  for (const UpstreamTable& upstream : request.upstreams) foreign = foreign || IdentityOf(catalog, upstream.connection) != home;
  if (!foreign) {
    plan.way = Way::kPushdown;
    plan.sql = OwnNames(request, catalog);
    return plan;
  }
  DVT_ASSIGN(auto query, ModelQuery::Parse(request, catalog));
  DVT_TRY(TakeOwnValues(request, catalog, *query, plan));
  std::set<std::string> identities;
  std::set<std::string> connections;
  for (const BoundTable& table : query->tables()) {
    identities.insert(table.identity);
    connections.insert(table.connection);
  }
  const bool at_home = home_queries && (identities.empty() || (identities.size() == 1 && identities.contains(home)));
  if (!request.options.force_federated && at_home) {
    plan.way = Way::kPushdown;  // the upstreams are declared, but the SQL does not read them
    plan.sql = OwnNames(request, catalog);
    return plan;
  }
  CoerceMaterialization(request, catalog, plan);
  if (!request.options.force_federated && identities.size() == 1 && CanQuery(catalog, query->tables().front().connection)) {
    DVT_ASSIGN(const bool direct, PlanDirect(request, catalog, *query, plan));
    if (direct) return plan;
  }
  if (connections.size() > 1 && identities.size() > 1) {
    plan.warnings.Warn("DVT007", fmt::format("joins tables of the connections {} in the engine",
                                             Join(std::vector<std::string>(connections.begin(), connections.end()), ", ")));
  }
  DVT_TRY(PlanFederated(request, catalog, *query, plan));
  return plan;
}

}  // namespace dvt::plan
