#include "dvt/run/context/compiler.h"

#include <fmt/format.h>

#include <cstdlib>

#include "dvt/base/text/secrets.h"
#include "dvt/base/text/text.h"
#include "dvt/model/node_value.h"
#include "dvt/plan/resolve/planner.h"
#include "dvt/project/load/load.h"
#include "dvt/run/context/context_values.h"
#include "dvt/run/context/limited_relation.h"
#include "dvt/run/context/sql_blank.h"
#include "dvt/run/context/test_arguments.h"
#include "dvt/run/watermarks/model_watermarks.h"

namespace dvt::run {

using tmpl::Object;

namespace {

// Resolves the calls of one node and of the ephemeral models it pulls in.
class CompileResolver : public tmpl::NodeResolver {
 public:
  CompileResolver(RunContext& run, const Compiler& compiler, const model::Node& node, NodeAdapter& adapter, std::stop_token stop,
                  const StandIns* stand_ins = nullptr)
      : run_(run), compiler_(compiler), node_(node), adapter_(adapter), stop_(std::move(stop)), stand_ins_(stand_ins) {}

  Result<Object> Ref(const model::RefCall& call) override {
    DVT_ASSIGN(const model::Node* target, compiler_.index().Ref(call, node_.package));
    if (stand_ins_ != nullptr) return StandIn(target->unique_id, RefText(call), call.place);
    if (target->is_ephemeral()) {
      DVT_ASSIGN(const Object relation, Ephemeral(*target));
      return Limited(relation, relation.Str(), node_.connection, target->config["event_time"], {});
    }
    DVT_ASSIGN(const Whereabouts there, compiler_.Find(target->unique_id, stop_));
    DVT_ASSIGN(const Object relation, Relation(there.connection, there.relation, target->unique_id, target->materialized()));
    return Limited(relation, there.relation.name, there.connection, target->config["event_time"], target->unique_id);
  }

  Result<Object> Source(const model::SourceCall& call) override {
    DVT_ASSIGN(const model::SourceNode* source, compiler_.index().Source(call, node_.package));
    if (stand_ins_ != nullptr)
      return StandIn(source->unique_id, fmt::format("source('{}', '{}')", call.source, call.table), call.place);
    DVT_ASSIGN(const Whereabouts there, compiler_.Find(source->unique_id, stop_));
    DVT_ASSIGN(Object relation, Relation(there.connection, there.relation, source->unique_id, ""));
    if (const Value& location = ExternalLocation(*source); location.is_string() && there.connection == node_.connection) {
      DVT_ASSIGN(relation, External(*source, location.as_string(), there.relation));
    }
    return Limited(relation, source->identifier, there.connection, source->config["event_time"], source->unique_id);
  }

  Result<Object> Function(const model::RefCall& call) override {
    DVT_ASSIGN(const model::Node* target, compiler_.index().Function(call, node_.package));
    const auto other = run_.connections->Get(target->connection);
    const bool same = target->connection == node_.connection ||
                      (other && !(*other)->identity().empty() && (*other)->identity() == adapter_.connector().identity());
    if (!same) {
      return Error(ErrorCode::kUnsupported, fmt::format("function '{}' lives on connection '{}', and '{}' runs on '{}'",
                                                        call.name, target->connection, node_.name, node_.connection))
          .At(call.place)
          .WithHint("a query calls functions of its own database only: give both the same `target`");
    }
    return tmpl::MakeRelation({target->database, target->schema, target->alias, "function"}, adapter_.policy());
  }

  Status Config(const Value&, const Place&) override { return {}; }

  std::optional<Value> ConfigGet(std::string_view name) override {
    if (const Batch* batch = adapter_.batch(); batch != nullptr && name.starts_with("__dbt_internal_microbatch_event_time_")) {
      return Value(MomentText(name.ends_with("_start") ? batch->window.start : batch->window.end) + "+00:00");
    }
    const Value* value = node_.config.Find(name);
    return value == nullptr || value->is_null() ? std::nullopt : std::optional<Value>(*value);
  }

  Result<std::string> Doc(const std::string& package, const std::string& name) override {
    const Value* text = run_.manifest->docs.Find("doc." + (package.empty() ? node_.package : package) + "." + name);
    return text != nullptr && text->is_string() ? text->as_string() : std::string();
  }

  std::vector<ForeignTable> foreign;
  bool reads_target = false;
  std::vector<std::pair<std::string, std::string>> ctes;

  /// `this`, where the target runs no SQL: the engine reads it, if the query does.
  Object This() {
    const ForeignTable own{plan::RenderUpstream(adapter_.connector().dialect(), node_.connection, OwnName(), false),
                           node_.connection, OwnName(), node_.unique_id};
    own_ = own;
    return tmpl::MakeRelationText({node_.database, node_.schema, node_.alias, ""}, own.text, adapter_.policy());
  }
  void AddOwnIfRead(const std::string& sql) {
    if (own_ && sql.find(own_->text) != std::string::npos) foreign.push_back(*own_);
  }

 private:
  columnar::RelationName OwnName() const {
    return {"", node_.schema.empty() ? adapter_.connector().default_schema() : node_.schema, node_.alias};
  }

  // The time that this node may read of what has an event_time: its batch's, the sample's, or both.
  std::optional<EventWindow> Window() const {
    const bool reads = node_.type == model::ResourceType::kModel || node_.type == model::ResourceType::kSnapshot;
    std::optional<EventWindow> window = reads ? run_.options.sample : std::nullopt;
    const Batch* batch = RunsInBatches(node_) ? adapter_.batch() : nullptr;
    if (batch == nullptr) return window;
    if (!window) return batch->window;
    return EventWindow{std::max(window->start, batch->window.start), std::min(window->end, batch->window.end)};
  }

  // A relation of which this run takes only some rows (--empty, --sample, a batch, those above a watermark).
  Result<Object> Limited(const Object& relation, const std::string& identifier, const std::string& connection,
                         const Value& event_time, const std::string& id) {
    const bool builds = node_.type != model::ResourceType::kOperation;
    const auto window = Window();
    std::string predicate;
    if (run_.options.empty && builds) {
      predicate = "1 = 0";
    } else if (window && event_time.is_string()) {
      DVT_ASSIGN(predicate,
                 compiler_.EventTimePredicate(node_, adapter_, event_time.as_string(), *window, connection != node_.connection));
    }
    const Watermark* mark = adapter_.watermarks() == nullptr ? nullptr : adapter_.watermarks()->Find(id);
    if (mark != nullptr && !run_.options.empty) {
      DVT_ASSIGN(const std::string above, WatermarkPredicate(compiler_, node_, adapter_, *mark, connection != node_.connection));
      predicate += (predicate.empty() ? "" : " and ") + above;
    }
    if (predicate.empty()) return relation;
    return tmpl::MakeLimitedRelation(relation, LimitedRelation(relation.Str(), predicate, adapter_.Quote(identifier)));
  }

  static const Value& ExternalLocation(const model::SourceNode& source) {
    static const Value kNone;
    for (const Value* place : {&source.config, &source.config["meta"], &source.raw["meta"]}) {
      if (const Value& found = (*place)["external_location"]; !found.is_null()) return found;
    }
    return kNone;
  }

  // A source that is files: where the system can read such, a macro says how.
  Result<Object> External(const model::SourceNode& source, const std::string& location, const columnar::RelationName& name) {
    const auto* macro =
        run_.macros->FindDispatch("external_source", adapter_.DispatchPrefixes(), {}, run_.manifest->project.name);
    if (macro == nullptr) {
      return Error(ErrorCode::kConfig, fmt::format("source '{}.{}' has an external_location, and {} reads no files in queries",
                                                   source.source_name, source.name, adapter_.type()))
          .At(source.place)
          .WithHint("leave external_location out, or give the source a connection to DuckDB");
    }
    DVT_ASSIGN(const auto context, tmpl::MakeNodeContext(compiler_.Params(node_, &adapter_, nullptr)));
    Object names = Object::MakeDict({{"name", source.name},
                                     {"identifier", name.name},
                                     {"schema", name.schema},
                                     {"database", name.database},
                                     {"source_name", source.source_name}});
    DVT_ASSIGN(const Object text, tmpl::CallMacro(macro->object, {Object(location), std::move(names)}, {}, *context));
    return tmpl::MakeRelationText({name.database, name.schema, name.name, "external"}, std::string(TrimView(text.Str())),
                                  adapter_.policy());
  }

  static std::string RefText(const model::RefCall& call) {
    const std::string package = call.package.empty() ? "" : "'" + call.package + "', ";
    return fmt::format("ref({}'{}'{})", package, call.name, call.version.empty() ? "" : ", v=" + call.version);
  }

  Result<Object> StandIn(const std::string& id, const std::string& call, const Place& place) {
    const auto found = stand_ins_->tables.find(id);
    if (found != stand_ins_->tables.end())
      return tmpl::MakeRelationText({"", "", found->second, "cte"}, found->second, adapter_.policy());
    return Error(ErrorCode::kConfig, fmt::format("model '{}' reads {}, and unit test '{}' ({}) gives no rows for it", node_.name,
                                                 call, stand_ins_->test->name, stand_ins_->test->place.ToString()))
        .At(place)
        .WithHint(fmt::format("add `- input: {}` with its rows, or `rows: []`, to the test's `given`", call));
  }

  Result<Object> Relation(const std::string& connection, columnar::RelationName name, const std::string& id,
                          const std::string& materialized) {
    const tmpl::RelationParts parts{name.database, name.schema, name.name,
                                    materialized == "view" ? "view"
                                    : materialized.empty() ? ""
                                                           : "table"};
    const bool queries = adapter_.connector().Has(connectors::Capability::kSql);  // else the engine reads even its own tables
    bool own = connection == node_.connection && queries;
    if (!own) {
      DVT_ASSIGN(const auto other, run_.connections->Get(connection));
      own = queries && !other->identity().empty() && other->identity() == adapter_.connector().identity();
      if (name.schema.empty()) name.schema = other->default_schema();
    }
    reads_target = reads_target || own;
    if (own) return tmpl::MakeRelation(parts, adapter_.policy());
    const std::string text = plan::RenderUpstream(adapter_.connector().dialect(), connection, name, false);
    const bool known = std::any_of(foreign.begin(), foreign.end(), [&](const auto& f) { return f.text == text; });
    if (!known) foreign.push_back({text, connection, name, id});
    return tmpl::MakeRelationText(parts, text, adapter_.policy());
  }

  Result<Object> Ephemeral(const model::Node& target) {
    const std::string name = "__dbt__cte__" + target.name;
    const tmpl::RelationParts parts{"", "", name, "cte"};
    const bool known = std::any_of(ctes.begin(), ctes.end(), [&](const auto& cte) { return cte.first == target.unique_id; });
    if (!known) {
      model::Node inner = target;
      inner.connection = node_.connection;  // its SQL becomes part of this node's query
      DVT_ASSIGN(auto compiled, compiler_.Compile(inner, adapter_, stop_));
      for (auto& cte : compiled.ctes) {
        if (std::none_of(ctes.begin(), ctes.end(), [&](const auto& have) { return have.first == cte.first; }))
          ctes.push_back(std::move(cte));
      }
      reads_target = reads_target || compiled.reads_target;
      for (auto& table : compiled.foreign) {
        if (std::none_of(foreign.begin(), foreign.end(), [&](const auto& have) { return have.text == table.text; }))
          foreign.push_back(std::move(table));
      }
      ctes.emplace_back(target.unique_id, fmt::format("{} as (\n{}\n)", name, compiled.body));
    }
    return tmpl::MakeRelationText(parts, name, adapter_.policy());
  }

  RunContext& run_;
  const Compiler& compiler_;
  const model::Node& node_;
  NodeAdapter& adapter_;
  std::stop_token stop_;
  const StandIns* stand_ins_;
  std::optional<ForeignTable> own_;
};

bool WordAt(const std::string& sql, size_t at, std::string_view word) {
  return at + word.size() < sql.size() && EqualsIgnoreCase(std::string_view(sql).substr(at, word.size()), word) &&
         std::isspace(static_cast<unsigned char>(sql[at + word.size()])) != 0;
}

}  // namespace

std::string PrependCtes(const std::string& sql, const std::vector<std::pair<std::string, std::string>>& ctes) {
  if (ctes.empty()) return sql;
  std::string list;
  for (const auto& [id, text] : ctes) list += (list.empty() ? " " : ", ") + text;
  size_t at = SkipBlank(sql, 0);
  if (!WordAt(sql, at, "with")) return "with" + list + " " + sql;
  at += 4;
  if (const size_t next = SkipBlank(sql, at); WordAt(sql, next, "recursive")) at = next + 9;
  return sql.substr(0, at) + " " + list + "," + sql.substr(at);
}

namespace {

// log(): for people with info=true, for the log otherwise.
LogEvent Said(const std::string& message, bool to_people, const model::Node& node) {
  LogEvent event = to_people ? EventForPeople("JinjaLogInfo", "I062", message)
                             : EventForPeople("JinjaLogDebug", "I063", message, LogLevel::kDebug);
  event.data.Set("msg", message);
  event.node = &node;
  return event;
}

LogEvent Printed(const std::string& message) {
  LogEvent event;
  event.name = "PrintEvent";
  event.code = "Z052";
  event.audience = Audience::kOutput;
  event.message = message;
  event.data.Set("msg", message);
  return event;
}

// exceptions.warn()
Status WarnOf(RunContext& run, const std::string& message, const Place& place, const model::Node& node) {
  const auto treatment = run.options.warn_policy.Of("JinjaLogWarning");
  if (treatment == model::WarnPolicy::Treatment::kSilence) return {};
  if (treatment == model::WarnPolicy::Treatment::kFail) return Error(ErrorCode::kConfig, message).At(place);
  LogEvent event = Said(message, true, node);
  event.name = "JinjaLogWarning";
  event.code = "I061";
  event.level = LogLevel::kWarn;
  event.message = (place.known() ? place.ToString() + ": " : "") + message;
  run.observer->Event(event);
  return {};
}

}  // namespace

tmpl::ContextParams Compiler::Params(const model::Node& node, NodeAdapter* adapter, tmpl::NodeResolver* resolver) const {
  tmpl::ContextParams params;
  params.macros = run_.macros;
  params.package = node.package;
  params.project_name = run_.manifest->project.name;
  Value batch_value;
  if (const Batch* batch = adapter == nullptr ? nullptr : adapter->batch(); batch != nullptr) {
    Value about = Value::MakeMap();
    about.Set("id", batch->id);
    about.Set("event_time_start", MomentText(batch->window.start) + "+00:00");
    about.Set("event_time_end", MomentText(batch->window.end) + "+00:00");
    params.batch_window = {static_cast<double>(batch->window.start) / 1e6, static_cast<double>(batch->window.end) / 1e6};
    batch_value = std::move(about);
  }
  params.node = [&node, batch_value] {
    Value value = model::NodeToValue(node);
    if (node.type == model::ResourceType::kModel) value.Set("batch", batch_value);
    return value;
  };
  params.this_relation = tmpl::RelationParts{node.database, node.schema, node.alias, ""};
  if (adapter != nullptr) params.target = TargetValue(run_.manifest->profile, node.connection, adapter->connector());
  params.vars = VarsFor(*run_.manifest, run_.options.cli_vars, node.package);
  params.cli_vars = run_.options.cli_vars;
  params.env = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  params.execute = true;
  params.invocation_id = run_.invocation_id;
  params.run_started_at = run_.started;
  params.flags = [this] { return FlagsValue(run_.options); };
  params.selected_resources = [this] { return std::vector<std::string>(run_.selected.begin(), run_.selected.end()); };
  params.thread_id = ThreadName();
  params.dispatch = run_.manifest->project.dispatch;
  params.adapter = adapter;
  params.resolver = resolver;
  params.project = [this] { return ProjectValue(*run_.manifest, run_.options); };
  params.graph = [this] { return GraphValue(*run_.manifest); };
  params.graph_additions = run_.graph_additions;
  params.invocation_args = run_.options.arguments;
  params.log = [this, &node](const std::string& message, bool to_terminal) {
    run_.observer->Event(Said(message, to_terminal, node));
  };
  params.print = [this](const std::string& message) {
    if (run_.options.print) run_.observer->Event(Printed(message));
  };
  params.warn = [this, &node](const std::string& message, const Place& place) -> Status {
    return WarnOf(run_, message, place, node);
  };
  if (adapter != nullptr && adapter->only_looks()) {
    params.graph_additions = nullptr;
    params.log = [](const std::string&, bool) {};
    params.print = [](const std::string&) {};
    params.warn = [](const std::string&, const Place&) { return Status(); };
  }
  return params;
}

// Deferred: where the earlier run built what this one neither builds nor finds.
Result<Whereabouts> Compiler::Find(const std::string& unique_id, std::stop_token stop) const {
  if (const auto source = run_.manifest->sources.find(unique_id); source != run_.manifest->sources.end()) {
    const model::SourceNode& it = source->second;
    return Whereabouts{it.connection.empty() ? run_.manifest->target : it.connection, {it.database, it.schema, it.identifier}};
  }
  const model::Node& target = run_.manifest->nodes.at(unique_id);
  const Whereabouts here{target.connection, {target.database, target.schema, target.alias}};
  if (!run_.options.defer || run_.previous == nullptr || run_.selected.count(unique_id) > 0) return here;
  const Value* before = run_.previous->nodes.Find(unique_id);
  if (before == nullptr) return here;
  if (!run_.options.favor_state) {
    DVT_ASSIGN(const auto connector, run_.connections->Get(target.connection));
    DVT_ASSIGN(const auto found, run_.relations.Find(*connector, here.relation, stop));
    if (found) return here;
  }
  const auto text = [&](const char* key) { return (*before)[key].is_null() ? std::string() : (*before)[key].ToText(); };
  return Whereabouts{target.connection, {text("database"), text("schema"), text("alias")}};
}

std::unique_ptr<tmpl::NodeResolver> Compiler::MakeResolver(const model::Node& node, NodeAdapter& adapter,
                                                           std::stop_token stop) const {
  return std::make_unique<CompileResolver>(run_, *this, node, adapter, std::move(stop));
}

bool RunsInBatches(const model::Node& node) {
  const Value& strategy = node.config["incremental_strategy"];
  return node.type == model::ResourceType::kModel && node.materialized() == "incremental" && strategy.is_string() &&
         strategy.as_string() == "microbatch";
}

Result<std::string> Compiler::EventTimePredicate(const model::Node& node, NodeAdapter& adapter, const std::string& event_time,
                                                 const EventWindow& window, bool elsewhere) const {
  return MacroText(node, adapter, "event_time_predicate",
                   {event_time, MomentText(window.start), MomentText(window.end), elsewhere});
}

Result<std::string> Compiler::MacroText(const model::Node& node, NodeAdapter& adapter, const std::string& name,
                                        tmpl::ObjectList arguments) const {
  const auto params = Params(node, &adapter, nullptr);
  DVT_ASSIGN(const Object macro, tmpl::DispatchMacro(params, name, "dbt"));
  DVT_ASSIGN(const auto context, tmpl::MakeNodeContext(params));
  DVT_ASSIGN(const Object text, tmpl::CallMacro(macro, std::move(arguments), {}, *context));
  return std::string(TrimView(text.Str()));
}

Result<Compiled> Compiler::Compile(const model::Node& node, NodeAdapter& adapter, std::stop_token stop) const {
  if (node.language == "sql") return CompileText(node, node.raw_code, adapter, std::move(stop));
  if (node.type == model::ResourceType::kModel) {
    return Error(ErrorCode::kUnsupported, fmt::format("model '{}' is written in Python, which dvt does not run", node.name))
        .At({node.original_path, 0, 0})
        .WithHint("write it in SQL, or let another tool build it and read its table as a source");
  }
  Compiled as_written;
  as_written.sql = as_written.body = node.raw_code;
  return as_written;
}

Result<Compiled> Compiler::CompileText(const model::Node& node, const std::string& text, NodeAdapter& adapter,
                                       std::stop_token stop, const std::vector<std::pair<std::string, Object>>& variables) const {
  return Render(node, text, nullptr, adapter, std::move(stop), variables);
}

Result<Compiled> Compiler::CompileForTest(const model::Node& node, const std::string& text, const StandIns& stand_ins,
                                          NodeAdapter& adapter, std::stop_token stop) const {
  return Render(node, text, &stand_ins, adapter, std::move(stop), {});
}

namespace {

// The variables, macros and environment that a unit test overrides, and the rows that it gives for `this`.
void ApplyOverrides(const model::Node& node, const StandIns& stand_ins, const NodeAdapter& adapter, tmpl::ContextParams& params) {
  const Value& overrides = stand_ins.test->unit_test->overrides;
  params.overrides = overrides["macros"].is_map() ? overrides["macros"] : Value::MakeMap();
  // Not a question of what the database holds.
  if (stand_ins.from_nothing || params.overrides.Find("is_incremental") == nullptr) params.overrides.Set("is_incremental", false);
  if (overrides["vars"].is_map()) {
    for (const auto& entry : overrides["vars"].map()) params.vars[entry.key] = entry.value;
  }
  if (overrides["env_vars"].is_map()) {
    params.env = [given = overrides["env_vars"], real = params.env](const std::string& name) -> std::optional<std::string> {
      const Value* value = given.Find(name);
      return value == nullptr ? real(name) : std::optional<std::string>(value->ToText());
    };
  }
  if (const auto found = stand_ins.tables.find(node.unique_id); found != stand_ins.tables.end()) {
    params.extra.emplace_back("this", tmpl::MakeRelationText({"", "", found->second, "cte"}, found->second, adapter.policy()));
  }
}

}  // namespace

Result<Compiled> Compiler::Render(const model::Node& node, const std::string& text, const StandIns* stand_ins,
                                  NodeAdapter& adapter, std::stop_token stop,
                                  const std::vector<std::pair<std::string, Object>>& variables) const {
  CompileResolver resolver(run_, *this, node, adapter, stop, stand_ins);
  tmpl::ParseOptions options;
  if (node.test) options.first_line = std::max(1, node.place.line);  // its text is made from an entry of a property file
  DVT_ASSIGN(const auto parsed, tmpl::Parse(text, node.original_path, options));
  auto params = Params(node, &adapter, &resolver);
  params.extra = variables;
  if (!adapter.connector().Has(connectors::Capability::kSql) && node.type != model::ResourceType::kOperation)
    params.extra.emplace_back("this", resolver.This());
  if (stand_ins != nullptr) ApplyOverrides(node, *stand_ins, adapter, params);
  DVT_ASSIGN(const auto context, tmpl::MakeNodeContext(params));
  context->set_stop_token(stop);
  DVT_TRY(SetTestArguments(node, *context));
  DVT_ASSIGN(const std::string rendered, tmpl::Render(parsed, *context));
  const std::string sql = NameLimitedRelations(rendered);
  Compiled compiled;
  compiled.body = std::string(TrimView(sql));
  while (!compiled.body.empty() &&
         (compiled.body.back() == ';' || std::isspace(static_cast<unsigned char>(compiled.body.back())) != 0))
    compiled.body.pop_back();
  compiled.sql = PrependCtes(compiled.body, resolver.ctes);
  compiled.ctes = std::move(resolver.ctes);
  resolver.AddOwnIfRead(compiled.sql);
  compiled.foreign = std::move(resolver.foreign);
  compiled.reads_target = resolver.reads_target;
  return compiled;
}

}  // namespace dvt::run
