#include <fmt/format.h>

#include "dvt/base/text/text.h"
#include "dvt/template/dbt/bindings.h"
#include "dvt/template/dbt/context_internal.h"

namespace dvt::tmpl {
namespace {

using MaybeObject = Result<std::optional<Object>>;

std::vector<std::string> SearchPackages(const ContextParams& params, const std::string& package) {
  if (package.empty()) return {};
  if (params.dispatch.is_list()) {
    for (const auto& entry : params.dispatch.list()) {
      if (!entry["macro_namespace"].is_string() || entry["macro_namespace"].as_string() != package) continue;
      std::vector<std::string> order;
      if (entry["search_order"].is_list()) {
        for (const auto& name : entry["search_order"].list()) order.push_back(name.ToText());
      }
      return order;
    }
  }
  if (params.macros != nullptr && (package == "dbt" || package == "dvt" || params.macros->packages().count(package) != 0)) {
    return {params.macros->root_package(), package};
  }
  return {};
}

std::vector<std::string> Prefixes(const ContextParams& params) {
  if (params.adapter != nullptr) return params.adapter->DispatchPrefixes();
  std::vector<std::string> prefixes;
  if (params.target["type"].is_string()) prefixes.push_back(params.target["type"].as_string());
  prefixes.push_back("default");
  return prefixes;
}

std::string TextOf(const Object& value) { return value.is_none() || value.is_undefined() ? std::string() : value.Str(); }

class AdapterObject : public HostObject {
 public:
  explicit AdapterObject(Shared shared) : shared_(std::move(shared)) {}
  std::string TypeName() const override { return "adapter"; }
  std::vector<std::string> AttributeNames() const override {
    return {"dispatch",
            "quote",
            "type",
            "get_relation",
            "list_relations",
            "get_columns_in_relation",
            "create_schema",
            "drop_schema",
            "drop_relation",
            "rename_relation",
            "truncate_relation",
            "execute",
            "begin",
            "commit",
            "check_schema_exists",
            "already_exists",
            "get_missing_columns",
            "expand_target_column_types",
            "quote_as_configured",
            "get_column_schema_from_query"};
  }
  MaybeObject GetAttr(Context&, std::string_view name) override {
    if (name == "behavior")
      return std::optional<Object>(MakeBehavior(shared_->params.flags ? shared_->params.flags() : Value::MakeMap()));
    if (name == "Relation" || name == "config" || name == "connections") return std::optional<Object>();
    auto self = std::static_pointer_cast<AdapterObject>(shared_from_this());
    std::string method(name);
    return std::optional<Object>(
        MakeFunction(method, [self, method](Context& c, const Arguments& a) { return self->CallMethod(c, method, a); }));
  }
  Result<Object> CallMethod(Context& context, std::string_view name, const Arguments& a) override {
    if (name == "dispatch") return Dispatch(a);
    if (name == "type") {
      return Object(shared_->params.adapter != nullptr ? shared_->params.adapter->type() : shared_->prefixes.front());
    }
    if (name == "quote" || name == "quote_as_configured" || name == "quote_seed_column") return Quote(name, a);
    if (shared_->params.adapter == nullptr) return WhileParsing(name);
    if (name == "render_raw_columns_constraints" || name == "render_raw_model_constraints") return Constraints(context, name, a);
    if (auto answer = ByProject(context, name, a)) return std::move(*answer);
    if (auto answer = Relations(context, name, a)) return std::move(*answer);
    if (auto answer = Reading(name, a)) return std::move(*answer);
    if (auto answer = Schemas(context, name, a)) return std::move(*answer);
    if (auto answer = Statements(name, a)) return std::move(*answer);
    auto extra = api().CallExtra(context, name, a);
    if (!extra && extra.error().code() == ErrorCode::kNotFound && extra.error().hint().empty()) {
      return std::move(extra).error().WithHint(DidYouMean(name, AttributeNames()));
    }
    return extra;
  }

 private:
  AdapterApi& api() const { return *shared_->params.adapter; }

  /// dbt's adapter does nothing while parsing.
  static Result<Object> WhileParsing(std::string_view name) {
    bool list = name.starts_with("list_") || name.starts_with("get_columns") || name.starts_with("get_missing") ||
                name.starts_with("get_column_schema");
    if (list) return Object::List();
    if (name == "moves_data" || name == "adds_batch" || name == "check_schema_exists" || name == "already_exists")
      return Object(false);
    if (name == "execute") return Object::Tuple({Object(""), MakeTable({})});
    return Object();
  }

  /// What the program reads itself is asked of a macro where a project has one of its own.
  std::optional<Result<Object>> ByProject(Context& context, std::string_view name, const Arguments& a) {
    static constexpr std::string_view kReading[] = {"get_columns_in_relation", "list_relations_without_caching", "list_schemas",
                                                    "check_schema_exists"};
    if (name == "overridden") {  // whether the project or a package has a macro of one of these names
      const auto own = [&](const Object& macro) { return IsOverridden(shared_->params, macro.Str()); };
      return Result<Object>(Object(std::any_of(a.positional.begin(), a.positional.end(), own)));
    }
    if (name == "get_incremental_strategy_macro") {
      return a.positional.size() < 2 ? Result<Object>(Error(ErrorCode::kInvalidArgument,
                                                            "get_incremental_strategy_macro needs the "
                                                            "context and the strategy"))
                                     : CallNamed(context, "incremental_strategy_macro", {a.positional[1]});
    }
    static constexpr std::pair<std::string_view, const char*> kServed[] = {
        {"get_hard_deletes_behavior", "get_hard_deletes"},
        {"standardize_grants_dict", "standardize_grants"},
        {"valid_incremental_strategies", "valid_incremental_strategies"},
        {"location_exists", "location_exists"}};
    for (const auto& [method, macro] : kServed) {
      if (name == method) return CallNamed(context, macro, a.positional);
    }
    const bool reads = std::find(std::begin(kReading), std::end(kReading), name) != std::end(kReading);
    if (!reads || !IsOverridden(shared_->params, std::string(name))) return std::nullopt;
    auto found = context.Resolve(name);
    if (!found) return std::nullopt;
    auto answer = context.Call(*found, a);
    if (!answer || name == "get_columns_in_relation") return answer;
    return FromRows(context, name, *answer);
  }

  /// Rows of such a macro as the method's answer: a truth, names, or relations of (database, name, schema, type).
  Result<Object> FromRows(Context& context, std::string_view name, const Object& table) {
    DVT_ASSIGN(auto rows, context.GetAttr(table, "rows"));
    if (rows.is_undefined()) return table;
    DVT_ASSIGN(auto list, context.Iterate(rows));
    ObjectList out;
    for (const auto& row : list) {
      DVT_ASSIGN(auto cells, context.Iterate(row));
      if (cells.empty()) continue;
      if (name == "check_schema_exists") return Object(cells[0].Truth());
      const bool relation = name != "list_schemas" && cells.size() >= 4;
      out.push_back(relation
                        ? MakeRelation({TextOf(cells[0]), TextOf(cells[2]), TextOf(cells[1]), TextOf(cells[3])}, shared_->policy)
                        : cells[0]);
    }
    return name == "check_schema_exists" ? Object(false) : Object::List(std::move(out));
  }

  /// What macros of the same names ask: the program's own reading, as rows where the macro gives rows.
  std::optional<Result<Object>> Reading(std::string_view name, const Arguments& a) {
    if (name == "read_columns") {
      return [&]() -> Result<Object> {
        DVT_ASSIGN(auto bound, a.Bind(name, {{"relation", std::nullopt}}));
        DVT_ASSIGN(auto columns, ColumnsOf(bound[0], name));
        return Object::List(std::move(columns));
      }();
    }
    if (name == "read_relations") {
      return [&]() -> Result<Object> {
        DVT_ASSIGN(auto bound, a.Bind(name, {{"schema_relation", std::nullopt}}));
        DVT_ASSIGN(const auto parts, PartsOf(bound[0], name));
        DVT_ASSIGN(const auto found, api().ListRelations(parts.database, parts.schema));
        QueryTable table{.columns = {"database", "name", "schema", "type"}};
        for (const auto& each : found) table.rows.push_back({each.database, each.identifier, each.schema, each.type});
        return MakeTable(std::move(table));
      }();
    }
    if (name != "read_schemas" && name != "read_schema_exists") return std::nullopt;
    return [&]() -> Result<Object> {
      DVT_ASSIGN(auto bound, a.Bind(name, {{"database", Object()}, {"schema", Object()}}));
      DVT_ASSIGN(const auto schemas, api().ListSchemas(TextOf(bound[0])));
      QueryTable table{.columns = {name == "read_schemas" ? "name" : "found"}};
      int64_t found = 0;
      for (const auto& each : schemas) {
        if (name == "read_schemas") table.rows.push_back({Object(each)});
        if (EqualsIgnoreCase(each, TextOf(bound[1]))) ++found;
      }
      if (name != "read_schemas") table.rows.push_back({Object(found)});
      return MakeTable(std::move(table));
    }();
  }

  Result<Object> Dispatch(const Arguments& a) {
    DVT_ASSIGN(auto bound, a.Bind("dispatch", {{"macro_name", std::nullopt}, {"macro_namespace", Object()}}));
    std::string name = bound[0].Str();
    if (name.find('.') != std::string::npos) {
      return Error(ErrorCode::kInvalidArgument, "dispatch needs a macro's name without its package: '" + name + "'")
          .WithHint("give the package as second argument");
    }
    auto macro = DispatchMacro(shared_->params, name, TextOf(bound[1]));
    if (macro && shared_->params.resolver != nullptr) {
      auto packages = SearchPackages(shared_->params, TextOf(bound[1]));
      const auto* entry = shared_->params.macros->FindDispatch(name, shared_->prefixes, packages, shared_->params.package);
      if (entry != nullptr) shared_->params.resolver->MacroUsed(*entry);
    }
    return macro;
  }

  Result<Object> Quote(std::string_view name, const Arguments& a) {
    std::vector<Parameter> parameters = {{"identifier", std::nullopt}};
    if (name != "quote") parameters.push_back({"quote_key", Object()});
    DVT_ASSIGN(auto bound, a.Bind(name, parameters));
    if (name == "quote_seed_column" && bound[1].is_bool() && !bound[1].as_bool()) return Object(bound[0].Str());
    if (bound[0].is_undefined()) return Error(ErrorCode::kNotFound, bound[0].UndefinedMessage());
    return Object(shared_->policy->quote(bound[0].Str()));
  }

  Result<Object> ListRelations(const std::string& database, const std::string& schema) {
    DVT_ASSIGN(auto found, api().ListRelations(database, schema));
    ObjectList relations;
    for (auto& parts : found) relations.push_back(MakeRelation(std::move(parts), shared_->policy));
    return Object::List(std::move(relations));
  }

  Result<ObjectList> ColumnsOf(const Object& relation, std::string_view function) {
    DVT_ASSIGN(auto parts, WrittenPartsOf(relation, function));
    DVT_ASSIGN(auto found, api().GetColumns(parts));
    ObjectList columns;
    for (const auto& column : found) columns.push_back(MakeColumn(column, shared_->policy));
    return columns;
  }

  Result<Object> CallNamed(Context& context, const std::string& macro, ObjectList args) {
    auto found = context.Resolve(macro);
    if (!found) return Error(ErrorCode::kNotFound, "macro '" + macro + "' does not exist");
    return context.Call(*found, Arguments{std::move(args), {}});
  }

  /// DDL text of a model's columns or constraints, by the macro of the same name.
  Result<Object> Constraints(Context& context, std::string_view name, const Arguments& a) {
    const char* parameter = name == "render_raw_columns_constraints" ? "raw_columns" : "raw_constraints";
    DVT_ASSIGN(auto bound, a.Bind(name, {{parameter, std::nullopt}}));
    return CallNamed(context, std::string(name), {bound[0]});
  }

  std::optional<Result<Object>> Relations(Context& context, std::string_view name, const Arguments& a) {
    if (name == "get_relation" || name == "load_relation") return GetRelation(a);
    if (name == "list_relations") {
      return [&]() -> Result<Object> {
        DVT_ASSIGN(auto bound, a.Bind(name, {{"database", Object()}, {"schema", Object()}}));
        return ListRelations(TextOf(bound[0]), TextOf(bound[1]));
      }();
    }
    if (name == "list_relations_without_caching") {
      return [&]() -> Result<Object> {
        DVT_ASSIGN(auto bound, a.Bind(name, {{"schema_relation", std::nullopt}}));
        DVT_ASSIGN(auto parts, PartsOf(bound[0], name));
        return ListRelations(parts.database, parts.schema);
      }();
    }
    if (name == "get_columns_in_relation") {
      return [&]() -> Result<Object> {
        DVT_ASSIGN(auto bound, a.Bind(name, {{"relation", std::nullopt}}));
        DVT_ASSIGN(auto columns, ColumnsOf(bound[0], name));
        return Object::List(std::move(columns));
      }();
    }
    if (name == "get_missing_columns") return MissingColumns(context, a);
    if (name == "drop_relation" || name == "truncate_relation") {
      return [&]() -> Result<Object> {
        DVT_ASSIGN(auto bound, a.Bind(name, {{"relation", std::nullopt}}));
        if (bound[0].is_none()) return Error(ErrorCode::kInvalidArgument, "Attempted to drop a null relation");
        DVT_ASSIGN(auto parts, PartsOf(bound[0], name));
        DVT_TRY(CallNamed(context, std::string(name), {bound[0]}));
        if (name == "drop_relation") api().CacheDropped(parts);
        return Object();
      }();
    }
    if (name == "rename_relation") {
      return [&]() -> Result<Object> {
        DVT_ASSIGN(auto bound, a.Bind(name, {{"from_relation", std::nullopt}, {"to_relation", std::nullopt}}));
        DVT_ASSIGN(auto from, PartsOf(bound[0], name));
        DVT_ASSIGN(auto to, PartsOf(bound[1], name));
        DVT_TRY(CallNamed(context, "rename_relation", {bound[0], bound[1]}));
        api().CacheRenamed(from, to);
        return Object();
      }();
    }
    return std::nullopt;
  }

  Result<Object> GetRelation(const Arguments& a) {
    DVT_ASSIGN(auto bound, a.Bind("get_relation", {{"database", Object()}, {"schema", Object()}, {"identifier", Object()}}));
    DVT_ASSIGN(auto found, api().GetRelation(TextOf(bound[0]), TextOf(bound[1]), TextOf(bound[2])));
    return found ? MakeRelation(std::move(*found), shared_->policy) : Object();
  }

  Result<Object> MissingColumns(Context& context, const Arguments& a) {
    DVT_ASSIGN(auto bound, a.Bind("get_missing_columns", {{"from_relation", std::nullopt}, {"to_relation", std::nullopt}}));
    DVT_ASSIGN(auto from, ColumnsOf(bound[0], "get_missing_columns"));
    DVT_ASSIGN(auto to, ColumnsOf(bound[1], "get_missing_columns"));
    ObjectList missing;
    for (const auto& column : from) {
      DVT_ASSIGN(auto column_name, context.GetAttr(column, "name"));
      bool has = false;
      for (const auto& other : to) {
        DVT_ASSIGN(auto other_name, context.GetAttr(other, "name"));
        has = has || other_name.Equals(column_name);
      }
      if (!has) missing.push_back(column);
    }
    return Object::List(std::move(missing));
  }

  std::optional<Result<Object>> Schemas(Context& context, std::string_view name, const Arguments& a) {
    if (name == "create_schema" || name == "drop_schema") {
      return [&]() -> Result<Object> {
        DVT_ASSIGN(auto bound, a.Bind(name, {{"relation", std::nullopt}}));
        DVT_ASSIGN(auto done, CallNamed(context, std::string(name), {bound[0]}));
        if (name == "create_schema") return done;
        DVT_ASSIGN(const auto parts, PartsOf(bound[0], name));
        DVT_ASSIGN(const auto gone, api().ListRelations(parts.database, parts.schema));
        for (const auto& relation : gone) api().CacheDropped(relation);
        return done;
      }();
    }
    if (name == "check_schema_exists" || name == "list_schemas") {
      return [&]() -> Result<Object> {
        DVT_ASSIGN(auto bound, a.Bind(name, {{"database", Object()}, {"schema", Object()}}));
        DVT_ASSIGN(auto schemas, api().ListSchemas(TextOf(bound[0])));
        if (name == "list_schemas") return Object::List({schemas.begin(), schemas.end()});
        bool found = std::any_of(schemas.begin(), schemas.end(),
                                 [&](const auto& each) { return EqualsIgnoreCase(each, TextOf(bound[1])); });
        return Object(found);
      }();
    }
    if (name == "already_exists") {
      return [&]() -> Result<Object> {
        DVT_ASSIGN(auto bound, a.Bind(name, {{"schema", std::nullopt}, {"name", std::nullopt}}));
        DVT_ASSIGN(auto found, api().GetRelation("", bound[0].Str(), bound[1].Str()));
        return Object(found.has_value());
      }();
    }
    return std::nullopt;
  }

  std::optional<Result<Object>> Statements(std::string_view name, const Arguments& a) {
    if (name == "execute") {
      return [&]() -> Result<Object> {
        DVT_ASSIGN(
            auto bound,
            a.Bind(name, {{"sql", std::nullopt}, {"auto_begin", Object(false)}, {"fetch", Object(false)}, {"limit", Object()}}));
        DVT_ASSIGN(auto table, api().Execute(bound[0].Str(), bound[1].Truth(), bound[2].Truth()));
        Object message(table.message);
        return Object::Tuple({message, MakeTable(std::move(table))});
      }();
    }
    if (name == "add_query") {
      return [&]() -> Result<Object> {
        DVT_ASSIGN(auto bound, a.Bind(name, {{"sql", std::nullopt},
                                             {"auto_begin", Object(true)},
                                             {"bindings", Object()},
                                             {"abridge_sql_log", Object(false)}}));
        DVT_ASSIGN(const auto sql, WithBindings(bound[0].Str(), bound[2]));
        DVT_TRY(api().Execute(sql, bound[1].Truth(), false));
        return Object();
      }();
    }
    auto done = [](Status status) -> Result<Object> {
      if (!status) return std::move(status).error();
      return Object();
    };
    if (name == "begin" || name == "begin_transaction") return done(api().Begin());
    if (name == "commit" || name == "commit_if_has_connection") return done(api().Commit());
    if (name == "rollback") return done(api().Rollback());
    if (name == "expand_target_column_types" || name == "cache_new_relation") return Result<Object>(Object());
    if (name == "get_column_schema_from_query" || name == "get_columns_from_query") {
      return [&]() -> Result<Object> {
        DVT_ASSIGN(auto bound, a.Bind(name, {{"sql", std::nullopt}}));
        DVT_ASSIGN(auto found, api().GetQueryColumns(bound[0].Str()));
        ObjectList columns;
        for (const auto& column : found) columns.push_back(MakeColumn(column, shared_->policy));
        return Object::List(std::move(columns));
      }();
    }
    return std::nullopt;
  }

  Shared shared_;
};

}  // namespace

bool IsOverridden(const ContextParams& params, const std::string& name) {
  if (params.macros == nullptr) return false;
  const auto of_project = [](const MacroCatalog::Entry* entry) { return entry != nullptr && entry->package != "dbt"; };
  return of_project(params.macros->Find(name, params.package)) ||
         of_project(params.macros->FindDispatch(name, Prefixes(params), SearchPackages(params, "dbt"), params.package));
}

Result<Object> DispatchMacro(const ContextParams& params, const std::string& name, const std::string& package) {
  if (params.macros == nullptr) return Error(ErrorCode::kInvalidArgument, "dispatch cannot be used here: no macros are known");
  auto packages = SearchPackages(params, package);
  auto prefixes = Prefixes(params);
  const auto* entry = params.macros->FindDispatch(name, prefixes, packages, params.package);
  if (entry != nullptr) return entry->object;
  std::string tried;
  for (const auto& each : packages.empty() ? std::vector<std::string>{""} : packages) {
    for (const auto& prefix : prefixes) {
      tried += (tried.empty() ? "'" : ", '") + (each.empty() ? "" : each + ".") + prefix + "__" + name + "'";
    }
  }
  return Error(ErrorCode::kNotFound, fmt::format("In dispatch: No macro named '{}' found within namespace: '{}'", name,
                                                 package.empty() ? "None" : package))
      .WithHint("Searched for: " + tried + DidYouMean("default__" + name, params.macros->Names()));
}

void AddAdapter(Context& context, const Shared& shared) {
  auto policy = std::make_shared<RelationPolicy>();
  if (AdapterApi* api = shared->params.adapter; api != nullptr) {
    policy->quote = [api](std::string_view identifier) { return api->Quote(identifier); };
    policy->names_database = api->NamesDatabase();
    policy->names_schema = api->NamesSchema();
  } else {
    bool ticks = shared->params.target["type"].is_string() && shared->params.target["type"].as_string() == "mysql";
    policy->quote = [ticks](std::string_view identifier) {
      std::string mark = ticks ? "`" : "\"";
      return mark + ReplaceAll(std::string(identifier), mark, mark + mark) + mark;
    };
  }
  shared->policy = policy;
  shared->prefixes = Prefixes(shared->params);
  context.Set("adapter", Object(std::make_shared<AdapterObject>(shared)));
  context.Set("api", MakeRecord("Api", {{"Relation", MakeRelationClass(shared)}, {"Column", MakeColumnClass(shared)}}));
  if (shared->params.this_relation) context.Set("this", MakeRelation(*shared->params.this_relation, policy));
}

}  // namespace dvt::tmpl
