// clone: a view of what an earlier run built, where this run's relation would be.
#include <fmt/format.h>

#include "dvt/run/tasks/node_runner.h"

namespace dvt::run {

Status NodeRunner::RunClone(const model::Node& node, NodeAdapter& adapter, model::NodeResult& result, std::stop_token stop) {
  const Value* before = run_.previous == nullptr ? nullptr : run_.previous->nodes.Find(node.unique_id);
  if (before == nullptr) {
    result.message = "No-op: the earlier run did not know it";
    return {};
  }
  const columnar::RelationName here{node.database, node.schema, node.alias};
  const auto text = [&](const char* key) { return (*before)[key].is_null() ? std::string() : (*before)[key].ToText(); };
  const columnar::RelationName there{text("database"), text("schema"), text("alias")};
  const connectors::Connector& connector = adapter.connector();
  if (!connector.Has(connectors::Capability::kSql))
    return Error(ErrorCode::kUnsupported, fmt::format("connection '{}' has no views to clone into", node.connection));
  if (connector.QuoteRelation(here) == connector.QuoteRelation(there)) {
    DVT_ASSIGN(const auto existing, run_.relations.Find(adapter.connector(), here, stop));
    if (!existing) {
      return Error(ErrorCode::kNotFound, connector.QuoteRelation(here) + " does not exist: there is nothing to clone")
          .WithHint("build it first, or name the state of a run into another target or schema with --state");
    }
    result.message = "No-op: it is the earlier run's own, skipping clone for relation " + connector.QuoteRelation(here);
    run_.observer->Event(EventForPeople("Note", "Z050", result.message, LogLevel::kDebug));
    return {};
  }
  DVT_ASSIGN(const auto existing, run_.relations.Find(adapter.connector(), here, stop));
  if (existing && !run_.options.full_refresh) {
    result.message = "No-op: it exists";
    return {};
  }
  Compiled compiled;
  compiled.sql = "select * from " + connector.QuoteRelation(there);
  result.relation_name = connector.QuoteRelation(here);
  DVT_TRY(run_.relations.EnsureSchema(adapter.connector(), node.schema, stop));
  const tmpl::Object original = tmpl::MakeRelation({there.database, there.schema, there.name, ""}, adapter.policy());
  return Materialize(node, "clone", compiled, adapter, result, stop, original);
}

}  // namespace dvt::run
