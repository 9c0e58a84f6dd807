// The rows that a data test finds, kept in a relation of their own: store_failures, store_failures_as and --store-failures.
#include <fmt/format.h>

#include "dvt/base/text/text.h"
#include "dvt/run/tasks/node_runner.h"

namespace dvt::run {

// "table" or "view"; empty: they are not kept.
Result<std::string> NodeRunner::StoredFailuresKind(const model::Node& node) const {
  if (const Value& as = node.config["store_failures_as"]; !as.is_null()) {
    const std::string kind = ToLower(as.ToText());
    if (kind == "table" || kind == "view") return kind;
    if (kind == "ephemeral") return std::string();
    return Error(ErrorCode::kConfig,
                 fmt::format("store_failures_as of test '{}': '{}' is not a valid value.{} Accepted values are: "
                             "['ephemeral', 'table', 'view']",
                             node.name, as.ToText(), DidYouMean(kind, {"table", "view", "ephemeral"})))
        .At(node.place);
  }
  const Value& flag = run_.options.flags["store_failures"];  // of data tests that do not say it themselves
  return std::string(flag.is_bool() && flag.as_bool() ? "table" : "");
}

// Afterwards the test counts what is kept.
Status NodeRunner::StoreFailures(const model::Node& test, const std::string& kind, Compiled& compiled, NodeAdapter& adapter,
                                 NodeProgress& progress, model::NodeResult& result, std::stop_token stop) {
  const connectors::Connector& connector = adapter.connector();
  model::Node node = test;
  if (!connector.Has(connectors::Capability::kSchemas)) node.schema = connector.default_schema();  // they stay beside the tables
  const columnar::RelationName relation{node.database, node.schema, node.alias};
  if (!connector.Has(connectors::Capability::kSql)) {
    return Error(ErrorCode::kUnsupported,
                 fmt::format("connection '{}' runs no SQL: the failures of test '{}' cannot be kept there", node.connection,
                             node.name))
        .At(node.place)
        .WithHint("leave store_failures out, or give the test another `target`");
  }
  if (const Value& limit = node.config["limit"]; limit.is_int())
    compiled.sql = fmt::format("select * from (\n{}\n) as dvt_failures limit {}", compiled.sql, limit.as_int());
  DVT_ASSIGN(const auto planned, PlanSql(node, compiled, adapter, stop));
  std::unique_ptr<PlanMover> mover;
  const bool moves = planned.plan.way != plan::Way::kPushdown;
  if (moves) {
    DVT_TRY(AnnounceWriter(planned.plan, adapter));
    DVT_ASSIGN(mover, PlanMover::Make(planned.plan, MakeTransferContext(node), adapter.connector(), progress, stop));
    adapter.SetMover(mover.get());
  }
  DVT_TRY(run_.relations.EnsureSchema(adapter.connector(), node.schema, stop));
  progress.phase = "store failures";
  Status done = Materialize(node, moves ? "table" : kind, compiled, adapter, result, stop);
  adapter.SetMover(nullptr);
  DVT_TRY(std::move(done));
  DVT_TRY(adapter.Commit());
  result.relation_name = connector.QuoteRelation(relation);
  result.message.clear();
  result.adapter_response = Value::MakeMap();
  compiled = Compiled();
  compiled.sql = "select * from " + result.relation_name;
  return {};
}

}  // namespace dvt::run
