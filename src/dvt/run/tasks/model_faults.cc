// A model that failed by a fault that passes is built again.
#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/net/http_client.h"
#include "dvt/base/result/retry.h"
#include "dvt/run/context/query_comment.h"
#include "dvt/run/tasks/hooks.h"
#include "dvt/run/tasks/node_runner.h"

namespace dvt::run {

using model::NodeResult;

namespace {

constexpr int kBuildsAgain = 4;
constexpr int kUnreachable = 2;

bool IsBuiltIn(const RunContext& run, const std::string& materialization, NodeAdapter& adapter) {
  const auto* macro = MaterializationMacro(run, materialization, adapter);
  return macro == nullptr || macro->package == "dbt";
}

// A hook outside of transactions stays done, whatever becomes of the model.
bool HasLooseHooks(const model::Node& node) {
  for (const char* key : {"pre-hook", "post-hook"}) {
    for (const auto& hook : HookObjects(node.config[key])) {
      const auto* transaction = hook.dict().Find(std::string_view("transaction"));
      if (transaction != nullptr && !transaction->Truth()) return true;
    }
  }
  return false;
}

// Whether the second building of a model leaves what the first one did, also if that took place after all. What a stored watermark says
// was read is not read again.
bool SameTwice(const model::Node& node) {
  if (node.config["watermarks"].is_map() && !node.config["watermarks"].map().empty()) return true;
  if (node.type == model::ResourceType::kSnapshot) return false;
  const std::string materialized = node.materialized();
  if (materialized != "incremental") return true;
  const Value& strategy = node.config["incremental_strategy"];
  const std::string name = strategy.is_string() ? strategy.as_string() : "";
  return name == "microbatch" || ((name == "merge" || name == "delete+insert") && !node.config["unique_key"].is_null());
}

}  // namespace

// What a failed attempt left in the target was rolled back or dropped; what it committed for good is never repeated.
bool NodeRunner::MayBuildAgain(const model::Node& node, NodeAdapter& adapter) const {
  if (adapter.outcome_unknown()) return SameTwice(node);
  return adapter.may_build_again() && !HasLooseHooks(node) && IsBuiltIn(run_, node.materialized(), adapter);
}

Status NodeRunner::BuildModel(const model::Node& node, const std::shared_ptr<connectors::Connector>& connector,
                              const Batch* batch, NodeProgress& progress, NodeResult& result, std::stop_token stop) {
  RetryPolicy policy = MakeTransferContext(node).read_options.retry;
  policy.max_retries = std::min(policy.max_retries, kBuildsAgain);
  policy.retry_on_unknown = false;
  policy.starts_over = true;
  const NodeResult before = result;
  std::optional<Error> lasting;
  int unreachable = 0;
  DVT_TRY(RunWithRetry(
      policy, stop,
      [&]() -> Status {
        NodeAdapter adapter(run_, connector, stop);
        adapter.SetBatch(batch);
        DVT_ASSIGN(auto comment, QueryCommentOf(run_, compiler_, node, adapter));
        adapter.SetQueryComment(std::move(comment));
        adapter.OnPhase([&](const char* phase) { progress.phase = phase; });
        auto done = RunModel(node, adapter, progress, result, stop);
        if (done) done = adapter.Commit();
        if (done) {
          if (const auto resumes = Resumes(node); resumes && *resumes)
            PartitionStore::Clear(MakeTransferContext(node).keep_folder);
          return {};
        }
        adapter.GiveUp();
        // What cannot be reached was tried several times by those who asked.
        const bool away = IsUnreachable(done.error()) && ++unreachable > kUnreachable;
        if (!away && policy.IsRetryable(done.error()) && MayBuildAgain(node, adapter)) return done;
        lasting = std::move(done).error();
        return {};
      },
      [&](const Error& error, int attempt, double wait) {
        result = before;
        progress.load.Reset();
        run_.relations.Forget(connector->config().name, node.schema.empty() ? connector->default_schema() : node.schema);
        run_.observer->Message(Severity::kWarning, fmt::format("{}: {}; building it again, attempt {} in {:.1f} s", node.name,
                                                               error.message(), attempt + 1, wait));
      }));
  if (lasting) return std::move(*lasting);
  return {};
}

}  // namespace dvt::run
