#include "dvt/cli/commands/command.h"
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

}  // namespace

Result<int> PlanCommand(const Options& options, std::stop_token stop) {
  DVT_ASSIGN(auto workspace, OpenWorkspace(options, stop));
  Workspace& w = *workspace;
  DVT_ASSIGN(const auto selected, w.Select(options, {"model"}));
  plan::RenderPlanOptions render;
  for (const auto& name : w.connections->Names()) render.connection_types[name] = w.catalog->TypeOf(name);
  Value list = Value::MakeList();
  int exit_code = 0;
  for (const auto& id : selected) {
    const auto found = w.manifest.nodes.find(id);
    if (found == w.manifest.nodes.end() || found->second.is_ephemeral()) continue;
    const model::Node& node = found->second;
    auto show = [&]() -> Status {
      DVT_ASSIGN(const auto connector, w.runner->ConnectorOf(node));
      run::NodeAdapter adapter(w.run, connector, stop);
      DVT_ASSIGN(const auto planned, w.runner->Plan(node, adapter, stop));
      DVT_ASSIGN(render.reads, AskReads(w, node, planned.plan, stop));
      if (options.json) {
        list.Push(plan::PlanToJson(planned.plan, render.reads));
      } else {
        PrintLine(options, plan::RenderPlanText(planned.plan, render));
      }
      return {};
    };
    if (auto shown = show(); !shown) {
      w.observer->Message(Severity::kError,
                          id + ": " + std::move(shown).error().AtIfUnknown({node.original_path, 0, 0}).ToString());
      exit_code = 1;
    }
  }
  if (options.json) PrintLine(options, ToJson(list, 2));
  return exit_code;
}

}  // namespace dvt::cli
