#include "dvt/run/tasks/freshness.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "dvt/base/text/secrets.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/run/context/node_adapter.h"
#include "dvt/run/tasks/operation.h"

namespace dvt::run {

using model::FreshnessResult;
using tmpl::Object;

namespace {

double NowSeconds() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

const Value* Limit(const model::SourceNode& source, const char* name) {
  const Value* limit = source.freshness.is_map() ? source.freshness.Find(name) : nullptr;
  return limit != nullptr && limit->is_map() && limit->Find("count") != nullptr && !(*limit)["count"].is_null() ? limit : nullptr;
}

// {count: 12, period: hour} in seconds.
Result<double> LimitSeconds(const model::SourceNode& source, const Value& limit) {
  const std::string period = limit["period"].ToText();
  const double unit = period == "minute" ? 60 : period == "hour" ? 3600 : period == "day" ? 86400 : 0;
  if (unit == 0 || !limit["count"].is_number()) {
    return Error(ErrorCode::kConfig,
                 fmt::format("freshness of source '{}.{}' needs a number as `count` and minute, hour or day as `period`",
                             source.source_name, source.name))
        .At({source.original_path, limit.mark().line, limit.mark().column});
  }
  return limit["count"].as_float() * unit;
}

Result<double> Moment(const Object& value, const std::string& what) {
  int64_t micros = 0;
  if (value.is_none() || !columnar::ParseTimestamp(value.Str(), micros))
    return Error(ErrorCode::kType, fmt::format("{} is '{}', which is no moment", what, value.Str()));
  return static_cast<double>(micros) / 1e6;
}

// The newest row's moment and the source's clock, from macro collect_freshness (or …_custom_sql where a query is given).
Status Ask(RunContext& run, const Compiler& compiler, const model::SourceNode& source, FreshnessResult& result,
           std::stop_token stop) {
  model::Node node = OperationNode(run, source.name);
  node.package = source.package;
  node.original_path = source.original_path;
  node.connection = source.connection.empty() ? run.manifest->target : source.connection;
  DVT_ASSIGN(auto connector, run.connections->Get(node.connection));
  NodeAdapter adapter(run, connector, stop);
  const auto resolver = compiler.MakeResolver(node, adapter, stop);
  auto params = compiler.Params(node, &adapter, resolver.get());
  DVT_ASSIGN(const Object relation, resolver->Source({source.source_name, source.name, source.place}));
  DVT_ASSIGN(params.this_relation, tmpl::PartsOf(relation, "source"));  // `this` of loaded_at_query
  DVT_ASSIGN(const auto context, tmpl::MakeNodeContext(params));
  context->set_stop_token(stop);
  const Value& query =
      source.raw["config"]["loaded_at_query"].is_null() ? source.raw["loaded_at_query"] : source.raw["config"]["loaded_at_query"];
  const bool custom = query.is_string();
  const auto macro = context->Resolve(custom ? "collect_freshness_custom_sql" : "collect_freshness");
  if (!macro) return Error(ErrorCode::kNotFound, "macro 'collect_freshness' is missing");
  const Value& filter = source.freshness["filter"];
  tmpl::Arguments arguments;
  arguments.positional = {relation, custom ? Object(query.as_string()) : Object(source.loaded_at_field)};
  if (!custom) arguments.positional.push_back(filter.is_string() ? Object(filter.as_string()) : Object());
  DVT_ASSIGN(const Object found, context->Call(*macro, std::move(arguments)));
  DVT_ASSIGN(const Object rows, context->GetAttr(found, "data"));
  if (!rows.is_list() || rows.list().empty()) return Error(ErrorCode::kNotFound, "collect_freshness gave no row");
  DVT_ASSIGN(const Object newest, context->GetItem(rows.list().front(), Object(int64_t{0})));
  DVT_ASSIGN(const Object clock, context->GetItem(rows.list().front(), Object(int64_t{1})));
  if (newest.is_none())
    return Error(ErrorCode::kNotFound, "the source has no row with a time").WithHint("check loaded_at_field and filter");
  DVT_ASSIGN(result.max_loaded_at, Moment(newest, "max_loaded_at"));
  DVT_ASSIGN(result.snapshotted_at, Moment(clock, "snapshotted_at"));
  return {};
}

Status Judge(const model::SourceNode& source, FreshnessResult& result) {
  result.age_seconds = result.snapshotted_at - result.max_loaded_at;
  result.status = "pass";
  for (const char* name : {"warn_after", "error_after"}) {
    const Value* limit = Limit(source, name);
    if (limit == nullptr) continue;
    DVT_ASSIGN(const double seconds, LimitSeconds(source, *limit));
    if (result.age_seconds > seconds) result.status = std::string(name) == "warn_after" ? "warn" : "error";
  }
  return {};
}

FreshnessResult CheckOne(RunContext& run, const Compiler& compiler, const model::SourceNode& source, std::stop_token stop) {
  FreshnessResult result;
  result.unique_id = source.unique_id;
  for (const char* name : {"warn_after", "error_after"}) {
    const Value* limit = Limit(source, name);
    Value none = Value::MakeMap();
    none.Set("count", Value());
    none.Set("period", Value());
    result.criteria.Set(name, limit == nullptr ? none : *limit);
  }
  result.criteria.Set("filter", source.freshness["filter"]);
  result.started = NowSeconds();
  auto done = Ask(run, compiler, source, result, stop);
  if (done) done = Judge(source, result);
  if (!done) {
    result.status = "runtime error";
    result.message = SecretRegistry::Redact(std::move(done).error().AtIfUnknown(source.place).ToString());
  }
  result.completed = NowSeconds();
  result.execution_seconds = result.completed - result.started;
  return result;
}

}  // namespace

bool HasFreshness(const model::SourceNode& source) {
  const bool limited = Limit(source, "warn_after") != nullptr || Limit(source, "error_after") != nullptr;
  const bool query = !source.raw["loaded_at_query"].is_null() || !source.raw["config"]["loaded_at_query"].is_null();
  return limited && (!source.loaded_at_field.empty() || query);
}

std::vector<FreshnessResult> CheckFreshness(RunContext& run, const Compiler& compiler,
                                            const std::vector<const model::SourceNode*>& sources, std::stop_token stop) {
  std::vector<FreshnessResult> results(sources.size());
  std::atomic<size_t> next{0};
  const int wanted = run.options.threads > 0 ? run.options.threads : run.manifest->profile.threads;
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < std::max(1, wanted); ++i) {
      workers.emplace_back([&, i] {
        NameThread(fmt::format("Thread-{}", i + 1));
        const int total = static_cast<int>(sources.size());
        for (size_t at = next++; at < sources.size(); at = next++) {
          const int index = static_cast<int>(at) + 1;
          run.observer->FreshnessStarted(*sources[at], index, total);
          results[at] = CheckOne(run, compiler, *sources[at], stop);
          results[at].thread = ThreadName();
          run.observer->FreshnessFinished(*sources[at], index, total, results[at]);
        }
      });
    }
  }
  return results;
}

}  // namespace dvt::run
