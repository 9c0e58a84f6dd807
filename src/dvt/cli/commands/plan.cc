#include <fmt/format.h>

#include "dvt/cli/commands/command.h"
#include "dvt/cli/commands/plan_page.h"
#include "dvt/cli/workspace.h"
#include "dvt/plan/resolve/planner.h"

namespace dvt::cli {

namespace {

// How each extract would be read, asked of the sources without reading.
Result<std::vector<plan::ReadFacts>> AskReads(Workspace& w, const model::Node& node, const plan::ModelPlan& plan,
                                              std::stop_token stop) {
  std::vector<plan::ReadFacts> reads;
  if (plan.way == plan::Way::kPushdown) return reads;
  run::NodeProgress progress;
  DVT_ASSIGN(const auto transfer, run::Transfer::Prepare(plan, w.runner->MakeTransferContext(node), progress, stop));
  for (const auto& extract : transfer->extracts()) {
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

/// A model's plan, and how its reads would be done.
struct Explained {
  plan::ModelPlan plan;
  std::vector<plan::ReadFacts> reads;
};

Result<Explained> Explain(Workspace& w, const model::Node& node, std::stop_token stop) {
  Explained out;
  DVT_ASSIGN(const auto connector, w.runner->ConnectorOf(node));
  run::NodeAdapter adapter(w.run, connector, stop);
  DVT_ASSIGN(auto planned, w.runner->Plan(node, adapter, stop));
  out.plan = std::move(planned.plan);
  DVT_ASSIGN(out.reads, AskReads(w, node, out.plan, stop));
  return out;
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
  plan::RenderPlanOptions render;
  for (const auto& name : w.connections->Names()) render.connection_types[name] = w.catalog->TypeOf(name);
  Value list = Value::MakeList();
  std::vector<artifacts::PlannedModel> models;
  int exit_code = 0;
  for (const auto& id : selected) {
    const auto found = w.manifest.nodes.find(id);
    if (found == w.manifest.nodes.end() || found->second.is_ephemeral()) continue;
    const model::Node& node = found->second;
    auto explained = Explain(w, node, stop);
    artifacts::PlannedModel& model = models.emplace_back();
    model = {id, node.name, node.original_path, Value(), ""};
    if (!explained) {
      model.error = std::move(explained).error().AtIfUnknown({node.original_path, 0, 0}).ToString();
      w.observer->Message(Severity::kError, id + ": " + model.error);
      exit_code = 1;
    } else if (options.json || html) {
      model.plan = plan::PlanToJson(explained->plan, explained->reads);
      list.Push(model.plan);
    } else {
      render.reads = std::move(explained->reads);
      PrintLine(options, plan::RenderPlanText(explained->plan, render));
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
