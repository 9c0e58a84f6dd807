#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "dvt/model/results.h"
#include "dvt/plan/resolve/planner.h"
#include "dvt/run/context/compiler.h"
#include "dvt/run/context/run_context.h"
#include "dvt/run/materialize/movers.h"
#include "dvt/run/tasks/microbatch.h"

namespace dvt::run {

/// A node compiled and planned, but not run.
struct PlannedNode {
  Compiled compiled;
  plan::ModelPlan plan;
  std::shared_ptr<ModelWatermarks> watermarks;  ///< null: the model has none
};

/// The macro that builds nodes materialized as `name`; nullptr: there is none.
const tmpl::MacroCatalog::Entry* MaterializationMacro(const RunContext& run, const std::string& name, NodeAdapter& adapter);

/// Runs single nodes: models, seeds, tests, hooks. Thread-safe: every call has its own session and context.
class NodeRunner {
 public:
  NodeRunner(RunContext& run, const Compiler& compiler, plan::Catalog& catalog)
      : run_(run), compiler_(compiler), catalog_(catalog) {}

  /// Never fails as a call: what went wrong is in the result's status and message.
  model::NodeResult Run(const model::Node& node, NodeProgress& progress, std::stop_token stop);
  /// Compiles only; for `dvt compile`.
  model::NodeResult CompileOnly(const model::Node& node, std::stop_token stop);
  Result<PlannedNode> Plan(const model::Node& node, NodeAdapter& adapter, std::stop_token stop);
  /// Plans any query in a node's place (tests, show --inline).
  Result<PlannedNode> PlanSql(const model::Node& node, Compiled compiled, NodeAdapter& adapter, std::stop_token stop);
  /// The rows of a planned query, wherever it runs. The planned node, the adapter and the holder must outlive the stream.
  Result<columnar::Stream> OpenRows(const PlannedNode& planned, NodeAdapter& adapter, NodeProgress& progress,
                                    std::unique_ptr<PlanMover>& holder, std::stop_token stop);
  TransferContext MakeTransferContext(const model::Node& node) const;
  /// The same for the rows of a model that is built, by batches or at once (null).
  TransferContext ModelTransferContext(const model::Node& node, const Batch* batch) const;
  /// Whether partitions that were read whole are kept until the model succeeded.
  Result<bool> Resumes(const model::Node& node) const;
  /// Whether its extracts may come from a read that feeds other models too.
  Result<bool> SharesExtracts(const model::Node& node) const;
  Result<std::shared_ptr<connectors::Connector>> ConnectorOf(const model::Node& node);
  const Compiler& compiler() const { return compiler_; }

 private:
  Status Execute(const model::Node& node, NodeProgress& progress, model::NodeResult& result, std::stop_token stop);
  /// Runs and commits a model, a snapshot or one batch of a model; again after faults that pass, if nothing of it lasts.
  Status BuildModel(const model::Node& node, const std::shared_ptr<connectors::Connector>& connector, const Batch* batch,
                    NodeProgress& progress, model::NodeResult& result, std::stop_token stop);
  bool MayBuildAgain(const model::Node& node, NodeAdapter& adapter) const;
  Status RunModel(const model::Node& node, NodeAdapter& adapter, NodeProgress& progress, model::NodeResult& result,
                  std::stop_token stop);
  Result<BatchPlan> PlanBatches(const model::Node& node, connectors::Connector& target, model::NodeResult& result,
                                std::stop_token stop);
  Status RunBatches(const model::Node& node, const std::shared_ptr<connectors::Connector>& connector, model::NodeResult& result,
                    std::stop_token stop);
  Status RunSeed(const model::Node& node, NodeAdapter& adapter, NodeProgress& progress, model::NodeResult& result,
                 std::stop_token stop);
  Status RunTest(const model::Node& node, NodeAdapter& adapter, NodeProgress& progress, model::NodeResult& result,
                 std::stop_token stop);
  Result<std::string> StoredFailuresKind(const model::Node& node) const;
  Status StoreFailures(const model::Node& test, const std::string& kind, Compiled& compiled, NodeAdapter& adapter,
                       NodeProgress& progress, model::NodeResult& result, std::stop_token stop);
  Status RunClone(const model::Node& node, NodeAdapter& adapter, model::NodeResult& result, std::stop_token stop);
  Status AnnounceWriter(const plan::ModelPlan& plan, NodeAdapter& adapter);
  /// A snapshot's rows planned as those that are to be written to its table.
  Result<PlannedNode> PlanStoredSnapshot(const model::Node& node, PlannedNode rows, NodeAdapter& adapter, std::stop_token stop);
  Status WriteExternal(const model::Node& node, NodeAdapter& adapter, RowMover* mover, model::NodeResult& result,
                       std::stop_token stop);
  Status Materialize(const model::Node& node, const std::string& materialization, const Compiled& compiled, NodeAdapter& adapter,
                     model::NodeResult& result, std::stop_token stop, const tmpl::Object& defer_relation = {});
  Result<std::unique_ptr<tmpl::Context>> CallMaterialization(const tmpl::MacroCatalog::Entry& macro, const model::Node& node,
                                                             const Compiled& compiled, NodeAdapter& adapter, std::stop_token stop,
                                                             const tmpl::Object& defer_relation);
  /// What the query of a data test says.
  struct Verdict {
    int64_t failures = 0;
    bool should_warn = false;
    bool should_error = false;
  };
  static Result<Verdict> ReadVerdict(columnar::Stream& rows);
  Result<bool> JudgeByProject(const model::Node& node, const Compiled& compiled, NodeAdapter& adapter, Verdict& verdict,
                              std::stop_token stop);
  Status JudgeByQuery(const model::Node& node, Compiled& compiled, bool stored, NodeAdapter& adapter, NodeProgress& progress,
                      model::NodeResult& result, Verdict& verdict, std::stop_token stop);
  std::string TextPath(const std::string& kind, const model::Node& node, const Batch* batch = nullptr) const;

  RunContext& run_;
  const Compiler& compiler_;
  plan::Catalog& catalog_;
};

}  // namespace dvt::run
