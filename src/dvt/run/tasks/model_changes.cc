#include "dvt/run/tasks/model_changes.h"

#include <fmt/format.h>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"

namespace dvt::run {

namespace {

ChangePlace PlaceOf(const RunContext& run, const model::Node& node, const connectors::Connector& target) {
  ChangePlace place;
  place.state_folder = JoinPath(run.target_folder, "state");
  const columnar::RelationName relation{node.database, node.schema, node.alias};
  place.target = fmt::format("{} on connection '{}'", relation.ToString(), target.config().name);
  place.name = node.unique_id + "." + Md5Hex(target.identity() + "\n" + place.target).substr(0, 8);
  return place;
}

}  // namespace

Result<std::optional<ChangeSettings>> ChangesAskedOf(const RunContext& run, const model::Node& node, NodeAdapter& adapter) {
  DVT_ASSIGN(auto settings, ChangeSettingsOf(node));
  if (!settings) return settings;
  if (!adapter.connector().Has(connectors::Capability::kSql))
    return Error(ErrorCode::kConfig, "change_detection needs a target that runs SQL: its rows are merged into a table")
        .At({node.original_path, 0, 0})
        .WithHint("leave change_detection out: files are written whole");
  if (run.options.sample && run.options.command != "plan") {
    // Rows come to the target of which the state does not know.
    DVT_TRY(RowState(JoinPath(PlaceOf(run, node, adapter.connector()).state_folder, PlaceOf(run, node, adapter.connector()).name))
                .Remove());
  }
  if (run.options.sample || run.options.empty) return std::optional<ChangeSettings>();
  if (run.connections->tape() != nullptr) settings->groups = false;  // a recording holds all rows, whatever was known
  return settings;
}

void ReadFromTarget(const model::Node& node, plan::ModelPlan& plan) {
  plan::ExtractFragment extract;
  extract.connection = plan.load.connection;
  extract.sql = plan.sql;
  extract.sources = {"the query of " + node.name};
  plan.extracts.push_back(std::move(extract));
  plan.way = plan::Way::kDirect;
}

Result<std::unique_ptr<ChangesMover>> MakeChangesMover(const RunContext& run, const model::Node& node,
                                                       std::unique_ptr<PlanMover> rows, ChangeSettings settings,
                                                       TransferContext context, NodeAdapter& adapter, NodeProgress& progress,
                                                       std::stop_token stop) {
  ChangePlace place = PlaceOf(run, node, adapter.connector());
  place.same_again = GivesTheSameAgain(rows->plan().sql, adapter.connector().dialect());
  auto made = ChangesMover::Make(std::move(rows), std::move(settings), std::move(place), std::move(context), progress, stop);
  if (!made) return std::move(made).error().AtIfUnknown({node.original_path, 0, 0});
  return made;
}

Result<plan::ChangeFacts> ForecastChanges(const RunContext& run, const model::Node& node, std::unique_ptr<PlanMover> rows,
                                          ChangeSettings settings, TransferContext context, NodeAdapter& adapter,
                                          NodeProgress& progress, std::stop_token stop) {
  std::string why_whole = run.options.full_refresh ? "not used: --full-refresh" : "";
  if (why_whole.empty()) {
    const auto table = adapter.connector().Describe({node.database, node.schema, node.alias}, stop);
    if (!table && table.error().code() != ErrorCode::kNotFound) return table.error();
    if (!table) why_whole = "none yet: the target has no such table";
  }
  DVT_ASSIGN(const auto changes,
             MakeChangesMover(run, node, std::move(rows), std::move(settings), std::move(context), adapter, progress, stop));
  return changes->Forecast(why_whole, stop);
}

Status FinishChanges(ChangesMover& changes, NodeAdapter& adapter, model::NodeResult& result) {
  DVT_TRY(adapter.Commit());
  DVT_TRY(changes.Confirm());
  const FoundChanges& found = changes.found();
  const ChangeCounts& counts = found.counts;
  Value rows = Value::MakeMap();
  rows.Set("inserted", counts.inserted);
  rows.Set("changed", counts.changed);
  rows.Set("deleted", counts.deleted);
  rows.Set("unchanged", counts.unchanged);
  rows.Set("whole", found.whole);
  rows.Set("hashes_read", found.hashes_read);
  rows.Set("inputs_equal", found.inputs_equal);
  rows.Set("groups", found.groups);
  rows.Set("groups_differing", found.groups_differing);
  rows.Set("hashed", changes.why_here().empty() ? "by the source" : "here: " + changes.why_here());
  result.adapter_response.Set("changes", std::move(rows));
  if (found.whole) return {};
  result.message = fmt::format("CHANGES {} inserted, {} changed, {} deleted, {} unchanged", counts.inserted, counts.changed,
                               counts.deleted, counts.unchanged);
  result.adapter_response.Set("rows_affected", counts.inserted + counts.changed + counts.deleted);
  result.adapter_response.Set("_message", result.message);
  return {};
}

}  // namespace dvt::run
