#include <fmt/format.h>

#include "dvt/cli/commands/command.h"
#include "dvt/cli/commands/plan_page.h"
#include "dvt/cli/workspace.h"
#include "dvt/plan/resolve/planner.h"
#include "dvt/run/schedule/sharing.h"
#include "dvt/run/tasks/load_types.h"
#include "dvt/run/tasks/model_changes.h"

namespace dvt::cli {

namespace {

/// A model's plan, and how its reads would be done.
struct Explained {
  const model::Node* node = nullptr;
  plan::ModelPlan plan;
  plan::RenderPlanOptions facts;
  std::string error;
};

// How each extract would be read, as the sources said without reading.
std::vector<plan::ReadFacts> ReadsOf(const run::Transfer& transfer) {
  std::vector<plan::ReadFacts> reads;
  for (const auto& extract : transfer.extracts()) {
    plan::ReadFacts facts;
    facts.method = extract.read.method;
    facts.partitions = static_cast<int>(extract.read.partitions.size());
    facts.parallel = extract.read.parallel;
    facts.partitioned_by = extract.read.partitioned_by;
    facts.estimated_rows = extract.read.estimated_rows;
    facts.notes = extract.read.notes;
    reads.push_back(std::move(facts));
  }
  return reads;
}

Status Explain(Workspace& w, const model::Node& node, Explained& out, std::stop_token stop) {
  DVT_ASSIGN(const auto connector, w.runner->ConnectorOf(node));
  run::NodeAdapter adapter(w.run, connector, stop);
  DVT_ASSIGN(const auto detection, run::ChangesAskedOf(w.run, node, adapter));
  DVT_ASSIGN(auto planned, w.runner->Plan(node, adapter, stop));
  out.plan = std::move(planned.plan);
  if (detection && out.plan.way == plan::Way::kPushdown) run::ReadFromTarget(node, out.plan);
  if (out.plan.way == plan::Way::kPushdown) return {};
  run::NodeProgress progress;
  auto context = w.runner->MakeTransferContext(node);
  if (!detection) context.budget_of = nullptr;  // no rows are read
  DVT_ASSIGN(auto mover, run::PlanMover::Make(out.plan, context, *connector, progress, stop));
  out.facts.reads = ReadsOf(mover->transfer());
  DVT_TRY(run::WarnLoad(w.run, node, out.plan.load.materialization, mover->fields(), *connector, out.plan.warnings, stop));
  if (!detection) return {};
  DVT_ASSIGN(out.facts.changes,
             run::ForecastChanges(w.run, node, std::move(mover), *detection, context, adapter, progress, stop));
  return {};
}

// Tells each extract that comes from a shared read so.
Status ExplainSharing(Workspace& w, std::vector<Explained>& models, const std::vector<plan::SharedScan>& scans) {
  for (const auto& scan : scans) {
    plan::SharedFacts facts;
    facts.estimated_rows = scan.estimated_rows;
    facts.rows_apart = scan.rows_apart;
    DVT_ASSIGN(const auto connector, w.connections->ForReading(scan.connection));
    connectors::ReadRequest request;
    request.relation = scan.relation;
    request.alias = scan.alias;
    request.select_list = scan.select_list;
    request.where = scan.where;
    facts.sql = scan.relation ? connectors::SelectText(*connector, request) : scan.sql;
    for (const auto& reader : scan.readers)
      facts.readers.push_back(fmt::format("{} ({})", reader.wants.node_id, reader.wants.extract.input_name));
    for (auto& model : models) {
      model.facts.reads.resize(model.plan.extracts.size());
      for (size_t i = 0; i < model.plan.extracts.size(); ++i) {
        if (scan.Find(model.plan.node_id, model.plan.extracts[i].input_name) != nullptr) model.facts.reads[i].shared = facts;
      }
    }
  }
  return {};
}

// The plans of all models, and what a run of them would read together.
Result<std::vector<Explained>> ExplainAll(Workspace& w, const std::vector<std::string>& selected, std::stop_token stop) {
  std::map<std::string, std::string> types;
  for (const auto& name : w.connections->Names()) types[name] = w.catalog->TypeOf(name);
  w.run.moments.SetWritten(run::WrittenPlaces(w.run, selected));
  std::vector<Explained> models;
  std::vector<plan::ScanReader> readers;
  for (const auto& id : selected) {
    const auto found = w.manifest.nodes.find(id);
    if (found == w.manifest.nodes.end() || found->second.is_ephemeral()) continue;
    Explained& explained = models.emplace_back();
    explained.node = &found->second;
    explained.facts.connection_types = types;
    auto done = Explain(w, found->second, explained, stop);
    if (!done) {
      explained.error = std::move(done).error().AtIfUnknown({found->second.original_path, 0, 0}).ToString();
      continue;
    }
    DVT_ASSIGN(auto own, run::ScanReadersOf(w.run, *w.runner, found->second, explained.plan));
    readers.insert(readers.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
  }
  DVT_TRY(ExplainSharing(w, models, plan::PlanSharedScans(std::move(readers))));
  return models;
}

}  // namespace

Result<int> PlanCommand(const Options& options, std::stop_token stop) {
  DVT_ASSIGN(auto workspace, OpenWorkspace(options, stop));
  Workspace& w = *workspace;
  const bool html = options.given.contains("html");
  std::string page_path;
  if (html) {
    DVT_ASSIGN(page_path, PlanPagePath(w, options));
  }
  DVT_ASSIGN(const auto selected, w.Select(options, {"model"}));
  w.run.selected = std::set<std::string>(selected.begin(), selected.end());
  DVT_ASSIGN(const auto explained, ExplainAll(w, selected, stop));
  Value list = Value::MakeList();
  std::vector<artifacts::PlannedModel> models;
  int exit_code = 0;
  for (const auto& each : explained) {
    artifacts::PlannedModel& model = models.emplace_back();
    model = {each.node->unique_id, each.node->name, each.node->original_path, Value(), each.error};
    if (!each.error.empty()) {
      w.observer->Message(Severity::kError, model.unique_id + ": " + model.error);
      exit_code = 1;
    } else if (options.json || html) {
      model.plan = plan::PlanToJson(each.plan, each.facts.reads, each.facts.changes);
      list.Push(model.plan);
    } else {
      PrintLine(options, plan::RenderPlanText(each.plan, each.facts));
    }
  }
  if (options.json) PrintLine(options, ToJson(list, 2));
  if (html) {
    const size_t count = models.size();
    DVT_TRY(WritePlanPage(w, std::move(models), page_path));
    PrintLine(options, fmt::format("The plan of {} model{}: {}", count, count == 1 ? "" : "s", page_path));
  }
  return exit_code;
}

}  // namespace dvt::cli
