#include "dvt/run/tasks/node_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/connectors/files/file_format.h"
#include "dvt/run/context/query_comment.h"
#include "dvt/run/context/statement_event.h"
#include "dvt/run/materialize/contract.h"
#include "dvt/run/tasks/error_text.h"
#include "dvt/run/tasks/hooks.h"
#include "dvt/run/tasks/load_types.h"
#include "dvt/run/tasks/model_changes.h"
#include "dvt/run/tasks/operation.h"
#include "dvt/run/tasks/stored_table.h"
#include "dvt/run/tasks/unit_test.h"
#include "dvt/run/watermarks/model_watermarks.h"
#include "dvt/sql/dialects/dialect.h"

namespace dvt::run {

using model::NodeResult;
using model::ResourceType;
using tmpl::Object;

namespace {

double NowSeconds() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

using Treatment = model::WarnPolicy::Treatment;

Status AddWarnings(const RunContext& run, const std::vector<Diagnostic>& found, NodeResult& result) {
  std::optional<Error> failed;
  for (const auto& warning : found) {
    // DVT007 tells how a model runs: it fails only where it is asked for by name.
    const bool informational = warning.code == "DVT007" && run.options.warn_policy.every_warning_fails();
    switch (informational ? Treatment::kWarn : run.options.warn_policy.Of(warning.code)) {
      case Treatment::kSilence: break;
      case Treatment::kFail:
        if (!failed)
          failed = Error(ErrorCode::kType, warning.code + ": " + warning.message).At(warning.place).WithHint(warning.hint);
        [[fallthrough]];
      case Treatment::kWarn: result.warnings.push_back(warning);
    }
  }
  if (failed) return std::move(*failed);
  return {};
}

// Tables of more than one connection, which an engine will join.
bool ReadsSeveral(const Compiled& compiled) {
  const auto elsewhere = [&](const ForeignTable& table) { return table.connection != compiled.foreign.front().connection; };
  return compiled.reads_target || std::any_of(compiled.foreign.begin(), compiled.foreign.end(), elsewhere);
}

}  // namespace

Result<std::shared_ptr<connectors::Connector>> NodeRunner::ConnectorOf(const model::Node& node) {
  return run_.connections->Get(node.connection.empty() ? run_.manifest->target : node.connection);
}

Result<bool> NodeRunner::Resumes(const model::Node& node) const {
  const auto& project = run_.manifest->project;
  DVT_ASSIGN(const bool base, ResumeFrom(project.raw["transfer"], false, project.file));
  return ResumeFrom(node.config["transfer"], base, {*run_.manifest, node});
}

Result<bool> NodeRunner::SharesExtracts(const model::Node& node) const {
  const auto& project = run_.manifest->project;
  DVT_ASSIGN(const bool base, SharesExtractsFrom(project.raw["transfer"], true, project.file));
  return SharesExtractsFrom(node.config["transfer"], base, {*run_.manifest, node});
}

TransferContext NodeRunner::MakeTransferContext(const model::Node& node) const {
  TransferContext context;
  context.connector = [this](const std::string& connection) { return run_.connections->ForReading(connection); };
  context.engine = [this](const std::string& compute) { return run_.connections->GetEngine(compute); };
  // Settings of the connection, under those of the project and of the model.
  const auto over =
      [this, held = std::make_shared<const model::Node>(node)](connectors::ReadOptions base) -> Result<connectors::ReadOptions> {
    const auto& project = run_.manifest->project;
    DVT_ASSIGN(base, ReadOptionsFrom(project.raw["transfer"], std::move(base), project.file));
    return ReadOptionsFrom(held->config["transfer"], std::move(base), {*run_.manifest, held});
  };
  if (auto options = over({})) context.read_options = *options;  // wrong ones are told by options_of
  context.options_of = [this, over](const std::string& connection) -> Result<connectors::ReadOptions> {
    DVT_ASSIGN(auto own, run_.connections->ReadOptionsOf(connection));
    return over(std::move(own));
  };
  context.budget_of = [this](const std::string& connection) { return run_.connections->BudgetOf(connection); };
  context.moments = &run_.moments;
  context.refusals = &run_.key_refusals;
  context.shared = &run_.shared;
  context.node_id = node.unique_id;
  const auto resume = Resumes(node);
  if (resume && *resume) context.keep_folder = JoinPath(run_.target_folder, "partitions/" + node.unique_id);
  context.spill_folder = JoinPath(run_.target_folder, "tmp");
  context.message = [this](Severity severity, const std::string& text) { run_.observer->Message(severity, text); };
  return context;
}

Result<PlannedNode> NodeRunner::Plan(const model::Node& node, NodeAdapter& adapter, std::stop_token stop) {
  std::shared_ptr<ModelWatermarks> watermarks;
  if (run_.options.command != "docs generate") {
    DVT_ASSIGN(watermarks, FindWatermarks(run_, compiler_, catalog_, node, adapter, stop));
  }
  adapter.SetWatermarks(watermarks.get());
  DVT_ASSIGN(auto compiled, compiler_.Compile(node, adapter, stop));
  DVT_ASSIGN(auto planned, PlanSql(node, std::move(compiled), adapter, stop));
  if (watermarks != nullptr) planned.plan.watermarks = BoundsOf(*watermarks);
  planned.watermarks = std::move(watermarks);
  return planned;
}

Result<PlannedNode> NodeRunner::PlanSql(const model::Node& node, Compiled compiled, NodeAdapter& adapter, std::stop_token stop) {
  PlannedNode planned;
  planned.compiled = std::move(compiled);
  plan::ModelPlan& plan = planned.plan;
  const bool builds = node.type == ResourceType::kModel || node.type == ResourceType::kSnapshot;
  const std::string materialized = builds || node.type == ResourceType::kFunction ? node.materialized() : "query";
  if (planned.compiled.foreign.empty() && adapter.connector().Has(connectors::Capability::kSql)) {
    plan.node_id = node.unique_id;
    plan.sql = planned.compiled.sql;
    plan.load = {adapter.connector().config().name, {node.database, node.schema, node.alias}, materialized};
    return planned;
  }
  if (node.type == ResourceType::kFunction || !node.functions.empty()) {
    const std::string what = node.type == ResourceType::kFunction ? "a function" : "a query that calls functions of its target";
    const auto& foreign = planned.compiled.foreign;
    return Error(ErrorCode::kUnsupported, fmt::format("{} cannot read from connection '{}'", what,
                                                      foreign.empty() ? node.connection : foreign.front().connection))
        .At({node.original_path, 0, 0})
        .WithHint("move the rows with a model of its own first, and ref() that");
  }
  plan::PlanRequest request;
  request.node_id = node.unique_id;
  request.file = node.original_path;
  request.sql = planned.compiled.sql;
  request.target_connection = adapter.connector().config().name;
  request.target_relation = {node.database, node.schema, node.alias};
  request.materialization = materialized;
  request.name = node.name;
  for (const auto& foreign : planned.compiled.foreign) {
    request.upstreams.push_back({foreign.text, foreign.connection, foreign.relation, foreign.node_id});
  }
  std::string compute = run_.options.compute;
  if (compute.empty() && node.config["compute"].is_string()) compute = node.config["compute"].as_string();
  DVT_ASSIGN(const auto config, run_.connections->Compute(compute));
  request.compute = config.name;
  if (ReadsSeveral(planned.compiled)) run_.connections->StartEngine(config.name);
  DVT_ASSIGN(request.options, PlanOptionsFrom(run_.manifest->project.raw["transfer"], {}, run_.manifest->project.file));
  DVT_ASSIGN(request.options, PlanOptionsFrom(node.config["transfer"], request.options, {*run_.manifest, node}));
  // A recording serves other texts of the engine's part too: it must not depend on which keys met when it was made.
  if (run_.connections->tape() != nullptr) request.options.push_keys = false;
  DVT_TRY(Resumes(node));
  DVT_TRY(SharesExtracts(node));
  if (!node.config["transfer"]["connect_timeout"].is_null())
    return Error(ErrorCode::kConfig, "connect_timeout is no setting of a model: its reads share connections with others")
        .At(SettingsHome(*run_.manifest, node).Of("connect_timeout", {}))
        .WithHint("set it on the connection in profiles.yml, or in `transfer:` of dbt_project.yml");
  DVT_ASSIGN(plan, plan::PlanModel(request, catalog_));
  return planned;
}

NodeResult NodeRunner::Run(const model::Node& node, NodeProgress& progress, std::stop_token stop) {
  NodeResult result;
  result.unique_id = node.unique_id;
  result.started = NowSeconds();
  result.compile_completed = result.started;
  const auto begin = std::chrono::steady_clock::now();
  auto done = Execute(node, progress, result, stop);
  if (!done) {
    result.status = "error";
    result.message = NodeErrorText(*run_.manifest, node, std::move(done).error());
  } else if (result.status.empty()) {
    result.status = "success";
  }
  result.completed = NowSeconds();
  result.execution_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const auto transfers = TransfersOf(progress);
  result.transfers.insert(result.transfers.end(), transfers.begin(), transfers.end());
  return result;
}

NodeResult NodeRunner::CompileOnly(const model::Node& node, std::stop_token stop) {
  NodeResult result;
  result.unique_id = node.unique_id;
  result.started = NowSeconds();
  auto work = [&]() -> Status {
    DVT_ASSIGN(auto connector, ConnectorOf(node));
    NodeAdapter adapter(run_, connector, stop);
    DVT_ASSIGN(const auto compiled, compiler_.Compile(node, adapter, stop));
    result.compiled_code = compiled.sql;
    result.compiled = true;
    return {};
  };
  auto done = work();
  result.status = done ? "success" : "error";
  if (!done) result.message = NodeErrorText(*run_.manifest, node, std::move(done).error());
  result.compile_completed = result.completed = NowSeconds();
  result.execution_seconds = result.completed - result.started;
  return result;
}

Status NodeRunner::Execute(const model::Node& node, NodeProgress& progress, NodeResult& result, std::stop_token stop) {
  DVT_ASSIGN(auto connector, ConnectorOf(node));
  if (RunsInBatches(node) && run_.options.command != "clone") return RunBatches(node, connector, result, stop);
  const bool clones = run_.options.command == "clone";
  const bool builds =
      node.type == ResourceType::kModel || node.type == ResourceType::kFunction || node.type == ResourceType::kSnapshot;
  if (builds && !clones) return BuildModel(node, connector, nullptr, progress, result, stop);
  NodeAdapter adapter(run_, connector, stop);
  DVT_ASSIGN(auto comment, QueryCommentOf(run_, compiler_, node, adapter));
  adapter.SetQueryComment(std::move(comment));
  adapter.OnPhase([&](const char* phase) { progress.phase = phase; });
  Status done;
  switch (clones ? ResourceType::kOperation : node.type) {
    case ResourceType::kOperation: done = RunClone(node, adapter, result, stop); break;
    case ResourceType::kSeed: done = RunSeed(node, adapter, progress, result, stop); break;
    case ResourceType::kUnitTest:
      progress.phase = "test";
      done = UnitTestRun(run_, compiler_, node, adapter, stop).Run(result);
      break;
    case ResourceType::kTest: done = RunTest(node, adapter, progress, result, stop); break;
    default:
      return Error(ErrorCode::kUnsupported, fmt::format("{}s cannot be run", model::ResourceTypeName(node.type)))
          .At({node.original_path, 0, 0});
  }
  if (!done) {
    adapter.GiveUp();
    return done;
  }
  return adapter.Commit();
}

// Readers of the target's own storage learn from the open session that somebody is going to write beside them. Another connection of
// the same system may reach it too (two entries of profiles.yml on one file).
Status NodeRunner::AnnounceWriter(const plan::ModelPlan& plan, NodeAdapter& adapter) {
  if (!adapter.connector().Has(connectors::Capability::kSql)) return {};
  for (const auto& extract : plan.extracts) {
    DVT_ASSIGN(const auto source, run_.connections->Get(extract.connection));
    if (source->config().type != adapter.connector().config().type) continue;
    DVT_TRY(adapter.session());
    return {};
  }
  return {};
}

// What was lost or left out while the rows moved.
static Diagnostics LossesOf(const model::Node& node, NodeAdapter& adapter, PlanMover* reads) {
  Diagnostics losses;
  for (const auto& loss : adapter.type_losses()) losses.Warn("DVT002", loss);
  for (const auto& [code, message] : adapter.notes()) losses.Warn(code, message, {node.original_path, 0, 0});
  if (reads != nullptr) {
    for (const auto& extract : reads->transfer().extracts()) {
      for (const auto& note : extract.read.notes)
        losses.Warn("DVT002", fmt::format("{}: {}", extract.fragment->connection, note));
    }
  }
  return losses;
}

Status NodeRunner::RunModel(const model::Node& node, NodeAdapter& adapter, NodeProgress& progress, NodeResult& result,
                            std::stop_token stop) {
  DVT_ASSIGN(const auto detection, ChangesAskedOf(run_, node, adapter));
  DVT_ASSIGN(auto planned, Plan(node, adapter, stop));
  const bool stored = adapter.connector().Has(connectors::Capability::kStoredTables);
  if (stored && node.type == ResourceType::kSnapshot) {
    DVT_ASSIGN(planned, PlanStoredSnapshot(node, std::move(planned), adapter, stop));
  }
  if (detection && planned.plan.way == plan::Way::kPushdown) ReadFromTarget(node, planned.plan);
  result.compile_completed = NowSeconds();
  result.compiled = true;
  result.compiled_code = planned.compiled.sql;
  result.way = std::string(plan::WayName(planned.plan.way));
  result.plan_id = plan::PlanId(planned.plan);
  result.relation_name = adapter.connector().QuoteRelation({node.database, node.schema, node.alias});
  DVT_TRY(WriteFileIfChanged(TextPath("compiled", node, adapter.batch()), planned.compiled.sql + "\n"));
  DVT_TRY(AddWarnings(run_, planned.plan.warnings.items(), result));
  std::string materialization =
      planned.plan.way == plan::Way::kPushdown ? node.materialized() : planned.plan.load.materialization;
  if (materialization.empty()) materialization = "view";
  std::unique_ptr<PlanMover> mover;
  if (planned.plan.way != plan::Way::kPushdown) {
    progress.phase = "plan";
    DVT_TRY(AnnounceWriter(planned.plan, adapter));
    auto transfer = ModelTransferContext(node, adapter.batch());
    if (stored) {
      DVT_ASSIGN(transfer.write, StoredTableWrite(run_, node, adapter));
    }
    DVT_ASSIGN(mover, PlanMover::Make(planned.plan, std::move(transfer), adapter.connector(), progress, stop));
    adapter.SetMover(mover.get());
    if (!detection) mover->transfer().ExpectLoad(adapter.connector());
    Diagnostics found;
    DVT_TRY(WarnExistingTable(run_, node, materialization, mover->fields(), adapter.connector(), found, stop));
    DVT_TRY(AddWarnings(run_, found.items(), result));
  }
  PlanMover* const reads = mover.get();
  std::unique_ptr<ChangesMover> changes;
  if (detection) {
    const auto context = MakeTransferContext(node);
    DVT_ASSIGN(changes, MakeChangesMover(run_, node, std::move(mover), *detection, context, adapter, progress, stop));
    adapter.SetMover(changes.get());
  }
  DVT_TRY(run_.relations.EnsureSchema(adapter.connector(), node.schema, stop));
  DVT_TRY(EnsureWatermarkTable(run_, compiler_, planned.watermarks.get(), node, adapter, stop));
  progress.phase = "run";
  if (adapter.connector().Has(connectors::Capability::kSql)) {
    DVT_TRY(Materialize(node, materialization, planned.compiled, adapter, result, stop));
    if (changes != nullptr) DVT_TRY(FinishChanges(*changes, adapter, result));
    DVT_TRY(FinishWatermarks(planned.watermarks.get(), node, result));
  } else {
    DVT_TRY(WriteExternal(node, adapter, mover.get(), result, stop));
  }
  return AddWarnings(run_, LossesOf(node, adapter, reads).items(), result);
}

// Rows that go to files have the names and types that the contract promises; nothing holds them to constraints.
static Status CheckExternalContract(const model::Node& node, NodeAdapter& adapter, const RowMover& mover) {
  if (!node.contract_enforced()) return {};
  std::vector<std::pair<std::string, std::string>> declared;
  bool constrained = false;
  const auto heard = [](const model::Constraint& constraint) { return constraint.warn_unsupported; };
  for (const auto& column : node.columns) {
    declared.emplace_back(column.name, column.data_type);
    constrained = constrained || std::any_of(column.constraints.begin(), column.constraints.end(), heard);
  }
  constrained = constrained || std::any_of(node.constraints.begin(), node.constraints.end(), heard);
  DVT_ASSIGN(const auto contract, DeclaredFields(declared, adapter.connector()));
  const auto mismatches = CompareContract(mover.fields(), contract, adapter.connector(), {});
  if (!mismatches.empty()) return ContractError(mismatches).At({node.original_path, 0, 0});
  if (constrained) adapter.AddNote("ConstraintNotSupported", "the constraints are left out: " + adapter.type() + " has none");
  return {};
}

// A target that runs no SQL: the rows are written beside the old ones, and the sink's commit puts them in their place.
Status NodeRunner::WriteExternal(const model::Node& node, NodeAdapter& adapter, RowMover* mover, NodeResult& result,
                                 std::stop_token stop) {
  if (mover == nullptr) {
    return Error(ErrorCode::kUnsupported,
                 fmt::format("connection '{}' runs no SQL, and this model reads nothing from elsewhere", node.connection))
        .At({node.original_path, 0, 0})
        .WithHint("give the model a source on another connection, or another target");
  }
  std::string name = node.alias;
  const bool stored = adapter.connector().Has(connectors::Capability::kStoredTables);
  if (const Value& format = node.config["format"]; !format.is_null() && !stored) {
    name += "." + format.ToText();
    if (!connectors::files::FormatOf("x." + format.ToText()))
      return Error(ErrorCode::kConfig, fmt::format("format '{}' is unknown", format.ToText()))
          .At({node.original_path, 0, 0})
          .WithHint("use parquet, csv, tsv or jsonl");
  }
  const columnar::RelationName relation{node.database, node.schema, name};
  DVT_TRY(CheckExternalContract(node, adapter, *mover));
  DVT_TRY(adapter.NoteTypeLosses());
  DVT_ASSIGN(const int64_t rows, adapter.LoadWithRetry(relation, [] { return Status(); }));
  if (stored) adapter.CacheAdded({node.database, node.schema, node.alias, "table"});
  result.message = fmt::format("SELECT {}", rows);
  result.adapter_response.Set("rows_affected", rows);
  return {};
}

Status NodeRunner::RunSeed(const model::Node& node, NodeAdapter& adapter, NodeProgress& progress, NodeResult& result,
                           std::stop_token stop) {
  const auto package = run_.manifest->packages.find(node.package);
  const auto& owner = package == run_.manifest->packages.end() ? run_.manifest->project : package->second;
  const std::string path = JoinPath(owner.folder, node.original_path);
  DVT_ASSIGN(const std::string text, ReadFile(path));
  const std::string delimiter = node.config["delimiter"].is_string() ? node.config["delimiter"].as_string() : ",";
  if (delimiter.size() != 1) {
    return Error(ErrorCode::kConfig, fmt::format("the delimiter of a seed is one character, found '{}'", delimiter))
        .At({node.original_path, 0, 0})
        .WithHint("set `delimiter` to , or ; or | or leave it out");
  }
  DVT_ASSIGN(auto seed, ParseSeed(node.original_path, text, delimiter[0]));
  DVT_ASSIGN(auto fields, SeedFields(seed, node.config["column_types"], [&](const std::string& type) {
               return sql::ParseTypeName(adapter.connector().dialect(), type);
             }));
  if (run_.options.empty) {  // the columns are still those of all rows
    seed.rows.clear();
    seed.lines.clear();
  }
  if (const Value& quote = node.config["quote_columns"]; quote.is_bool() && !quote.as_bool())
    DVT_TRY(UnquoteNames(fields, node.original_path, adapter.connector().dialect()));
  SeedMover mover(std::move(seed), std::move(fields), progress);
  adapter.SetMover(&mover);
  result.relation_name = adapter.connector().QuoteRelation({node.database, node.schema, node.alias});
  DVT_TRY(run_.relations.EnsureSchema(adapter.connector(), node.schema, stop));
  if (adapter.connector().Has(connectors::Capability::kStoredTables)) {
    DVT_ASSIGN(auto write, StoredTableWrite(run_, node, adapter));
    mover.SetWrite(std::move(write));
    DVT_TRY(WriteExternal(node, adapter, &mover, result, stop));
    result.message = fmt::format("INSERT {}", result.adapter_response["rows_affected"].as_int());
    return {};
  }
  DVT_TRY(Materialize(node, "seed", {}, adapter, result, stop));
  result.message = fmt::format("INSERT {}", adapter.rows_loaded().value_or(0));
  return {};
}

Result<columnar::Stream> NodeRunner::OpenRows(const PlannedNode& planned, NodeAdapter& adapter, NodeProgress& progress,
                                              std::unique_ptr<PlanMover>& holder, std::stop_token stop) {
  if (planned.plan.way == plan::Way::kPushdown) {
    DVT_ASSIGN(auto* session, adapter.session());
    const std::string sql = adapter.query_comment().Put(planned.plan.sql);
    StatementEvent told(*run_.observer, adapter.connector().config().name, sql);
    return told.Done(session->Query(sql, stop));
  }
  model::Node nowhere;
  DVT_ASSIGN(holder, PlanMover::Make(planned.plan, MakeTransferContext(nowhere), adapter.connector(), progress, stop));
  return holder->transfer().Open(stop);
}

Result<NodeRunner::Verdict> NodeRunner::ReadVerdict(columnar::Stream& rows) {
  Verdict verdict;
  DVT_ASSIGN(const auto fields, rows.GetFields());
  for (;;) {
    DVT_ASSIGN(auto batch, rows.Next());
    if (!batch.valid()) return verdict;
    if (batch.length() == 0 || fields.size() < 3) continue;
    const auto columns = columnar::BatchColumns(batch.get(), fields);
    const Object count = ValueObject(columns[0], 0);
    verdict.failures = count.is_number() ? static_cast<int64_t>(count.as_float()) : 0;
    verdict.should_warn = ValueObject(columns[1], 0).Truth();
    verdict.should_error = ValueObject(columns[2], 0).Truth();
  }
}

static std::string TestSetting(const model::Node& node, std::string_view key, const char* fallback) {
  const Value& value = node.config[key];
  return value.is_null() ? std::string(fallback) : value.ToText();
}

// Counts what the test finds, or what was stored of it.
Status NodeRunner::JudgeByQuery(const model::Node& node, Compiled& compiled, bool stored, NodeAdapter& adapter,
                                NodeProgress& progress, NodeResult& result, Verdict& verdict, std::stop_token stop) {
  const auto resolver = compiler_.MakeResolver(node, adapter, stop);
  const auto params = compiler_.Params(node, &adapter, resolver.get());
  DVT_ASSIGN(const auto context, tmpl::MakeNodeContext(params));
  const auto macro = context->Resolve("get_test_sql");
  if (!macro) return Error(ErrorCode::kNotFound, "macro 'get_test_sql' is missing");
  tmpl::Arguments arguments;
  const Value everything;  // what was stored is limited already
  const Value& limit = stored ? everything : node.config["limit"];
  arguments.positional = {compiled.sql, TestSetting(node, "fail_calc", "count(*)"), TestSetting(node, "warn_if", "!= 0"),
                          TestSetting(node, "error_if", "!= 0"), limit.is_int() ? Object(limit.as_int()) : Object()};
  DVT_ASSIGN(const Object test_sql, context->Call(*macro, std::move(arguments)));
  compiled.sql = std::string(TrimView(test_sql.Str()));
  progress.phase = "test";
  DVT_ASSIGN(const auto planned, PlanSql(node, std::move(compiled), adapter, stop));
  std::unique_ptr<PlanMover> holder;
  DVT_ASSIGN(auto rows, OpenRows(planned, adapter, progress, holder, stop));
  result.way = std::string(plan::WayName(planned.plan.way));
  DVT_ASSIGN(verdict, ReadVerdict(rows));
  return {};
}

Status NodeRunner::RunTest(const model::Node& node, NodeAdapter& adapter, NodeProgress& progress, NodeResult& result,
                           std::stop_token stop) {
  DVT_ASSIGN(auto compiled, compiler_.Compile(node, adapter, stop));
  result.compile_completed = NowSeconds();
  result.compiled = true;
  result.compiled_code = compiled.sql;
  DVT_TRY(WriteFileIfChanged(TextPath("compiled", node), compiled.sql + "\n"));
  DVT_ASSIGN(const std::string stored_as, StoredFailuresKind(node));
  Verdict verdict;
  DVT_ASSIGN(const bool judged, JudgeByProject(node, compiled, adapter, verdict, stop));
  if (!judged) {
    if (!stored_as.empty()) DVT_TRY(StoreFailures(node, stored_as, compiled, adapter, progress, result, stop));
    DVT_TRY(JudgeByQuery(node, compiled, !stored_as.empty(), adapter, progress, result, verdict, stop));
  }
  const std::string warn_if = TestSetting(node, "warn_if", "!= 0"), error_if = TestSetting(node, "error_if", "!= 0");
  const auto [failures, should_warn, should_error] = verdict;
  result.failures = failures;
  const bool severity_error = ToLower(TestSetting(node, "severity", "error")) == "error";
  const std::string got = fmt::format("Got {} result{}, configured to ", failures, failures == 1 ? "" : "s");
  if (severity_error && should_error) {
    result.status = "fail";
    result.message = got + "fail if " + error_if;
  } else if (should_warn) {
    const bool fails = run_.options.warn_policy.Of("LogTestResult") == Treatment::kFail;
    result.status = fails ? "fail" : "warn";
    result.message = got + (fails ? "fail if " : "warn if ") + warn_if;
  } else {
    result.status = "pass";
  }
  if (failures > 0 && !stored_as.empty() && !judged)
    run_.observer->Message(Severity::kWarning,
                           fmt::format("failures of test '{}' are kept: select * from {}", node.name, result.relation_name));
  return {};
}

}  // namespace dvt::run
