#include "dvt/run/watermarks/model_watermarks.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"
#include "dvt/columnar/c_abi/column_view.h"
#include "dvt/run/watermarks/stored_marks.h"
#include "dvt/run/watermarks/watermark_settings.h"

namespace dvt::run {

namespace {

using columnar::TypeKind;

/// An input with what is known of its column.
struct Input {
  WatermarkSetting setting;
  Whereabouts there;
  columnar::Field column;
  MarkKind kind = MarkKind::kNumber;
};

Error Wrong(const model::Node& node, std::string text, std::string hint) {
  return Error(ErrorCode::kConfig, std::move(text)).At({node.original_path, 0, 0}).WithHint(std::move(hint));
}

const columnar::Field* FieldNamed(const columnar::Fields& fields, const std::string& name) {
  for (const auto& field : fields) {
    if (field.name == name) return &field;
  }
  for (const auto& field : fields) {
    if (EqualsIgnoreCase(field.name, name)) return &field;
  }
  return nullptr;
}

std::optional<MarkKind> KindOf(const columnar::DataType& type) {
  switch (type.kind) {
    case TypeKind::kDecimal: return type.precision > 0 ? std::optional(MarkKind::kNumber) : std::nullopt;
    case TypeKind::kDate: return MarkKind::kDate;
    case TypeKind::kTimestamp: return MarkKind::kTimestamp;
    case TypeKind::kTimestampTz: return MarkKind::kTimestampTz;
    case TypeKind::kString: return type.fixed ? std::nullopt : std::optional(MarkKind::kText);
    default: return type.is_integer() ? std::optional(MarkKind::kNumber) : std::nullopt;
  }
}

Result<Input> DescribeInput(const Compiler& compiler, plan::Catalog& catalog, const model::Node& node, WatermarkSetting setting,
                            std::stop_token stop) {
  Input input;
  DVT_ASSIGN(input.there, compiler.Find(setting.node_id, std::move(stop)));
  const std::string& connection = input.there.connection;
  if ((catalog.abilities(connection) & static_cast<uint32_t>(plan::SourceAbility::kQueries)) == 0)
    return Wrong(node,
                 fmt::format("watermarks: '{}' is on connection '{}', which runs no SQL that could tell its greatest value",
                             setting.name, connection),
                 "leave it out of the watermarks: it is read whole");
  DVT_ASSIGN(const auto table, catalog.Describe(connection, input.there.relation));
  const columnar::Field* field = FieldNamed(table.columns, setting.column);
  if (field == nullptr) {
    std::vector<std::string> names;
    for (const auto& each : table.columns) names.push_back(each.name);
    return Wrong(
        node,
        fmt::format("watermarks: '{}' has no column '{}'{}", setting.name, setting.column, DidYouMean(setting.column, names)),
        "it has: " + Join(names, ", "));
  }
  const auto kind = KindOf(field->type);
  if (!kind)
    return Wrong(
        node,
        fmt::format("watermarks: column '{}' of '{}' is of type {}, whose values have no order that is the same everywhere",
                    field->name, setting.name, field->native_type.empty() ? field->type.ToString() : field->native_type),
        "use a column of integers, decimals with digits, dates or timestamps");
  if (*kind == MarkKind::kText && catalog.TextOrder(connection) != "bytes")
    return Wrong(node,
                 fmt::format("watermarks: column '{}' of '{}' holds texts, which connection '{}' does not sort by their bytes",
                             field->name, setting.name, connection),
                 "use a column of integers, decimals, dates or timestamps");
  input.setting = std::move(setting);
  input.column = *field;
  input.kind = *kind;
  return input;
}

// The only value of the only row of a read; empty if there is none.
Result<std::optional<std::string>> FirstValue(columnar::Stream rows) {
  DVT_ASSIGN(const auto fields, rows.GetFields());
  std::optional<std::string> value;
  for (;;) {
    DVT_ASSIGN(const auto batch, rows.Next());
    if (!batch.valid()) return value;
    if (batch.length() == 0 || value) continue;
    const auto columns = columnar::BatchColumns(batch.get(), fields);
    if (!columns[0].IsNull(0)) columnar::AppendText(value.emplace(), columns[0], 0);
  }
}

bool IsFinite(MarkKind kind, const std::string& value) {
  if (kind == MarkKind::kNumber || kind == MarkKind::kText) return true;
  return value.size() >= 10 && value[4] == '-' && value[7] == '-' && value[0] != '-';
}

// What a query over the input's column gives; {0} stands for the column in its text, {1} for the relation. Read as the model reads it: at the
// run's moment, if there is one for this source.
Result<std::optional<std::string>> AskOne(RunContext& run, const Input& input, const char* query,
                                          const connectors::ReadOptions& options, std::stop_token stop) {
  DVT_ASSIGN(const auto connector, run.connections->ForReading(input.there.connection));
  connectors::ReadRequest request;
  request.options = options;
  request.sql =
      fmt::format(fmt::runtime(query), connector->Quote(input.column.name), connector->QuoteRelation(input.there.relation));
  std::optional<std::string> value;
  RetryPolicy policy = options.retry;
  policy.retry_on_unknown = false;
  policy.starts_over = true;
  std::shared_ptr<connectors::ReadScope> scope;
  DVT_TRY(RunWithRetry(
      policy, stop,
      [&]() -> Status {
        DVT_ASSIGN(scope, run.moments.Begin(*connector, options.shared_moment, stop));
        DVT_ASSIGN(const auto plan, connector->PlanRead(request, scope, stop));
        DVT_ASSIGN(auto rows, connector->Open(plan, 0, scope, stop));
        DVT_ASSIGN(value, FirstValue(std::move(rows)));
        return {};
      },
      [&](const Error& error, int attempt, double wait) {
        if (error.code() == ErrorCode::kStartOver) run.moments.Forget(input.there.connection, scope);
        run.observer->Message(Severity::kWarning, fmt::format("connection '{}': {}; attempt {} in {:.1f} s",
                                                              input.there.connection, error.message(), attempt + 1, wait));
      }));
  return value;
}

constexpr const char* kGreatest = "SELECT {0} FROM {1} WHERE {0} IS NOT NULL ORDER BY {0} DESC LIMIT 1";
// One row if texts sort as that column by their bytes, whatever its collation is called.
constexpr const char* kByBytes =
    "SELECT 1 FROM (SELECT {0} AS dvt_text FROM {1} WHERE 1 = 0 UNION ALL SELECT 'a') AS dvt_a, "
    "(SELECT {0} AS dvt_text FROM {1} WHERE 1 = 0 UNION ALL SELECT 'Z') AS dvt_z WHERE dvt_a.dvt_text > dvt_z.dvt_text";

Result<std::optional<std::string>> GreatestValue(RunContext& run, const model::Node& node, const Input& input,
                                                 const connectors::ReadOptions& options, std::stop_token stop) {
  if (input.kind == MarkKind::kText) {
    DVT_ASSIGN(const auto by_bytes, AskOne(run, input, kByBytes, options, stop));
    if (!by_bytes)
      return Wrong(node,
                   fmt::format("watermarks: column '{}' of '{}' has a collation that does not sort texts by their bytes",
                               input.column.name, input.setting.name),
                   "use a column of integers, decimals, dates or timestamps");
  }
  return AskOne(run, input, kGreatest, options, std::move(stop));
}

Result<std::optional<std::string>> AskInput(RunContext& run, const model::Node& node, const Input& input,
                                            const connectors::ReadOptions& options, std::stop_token stop) {
  DVT_ASSIGN(const auto connector, run.connections->Get(input.there.connection));
  const bool one_moment = options.shared_moment && !run.moments.IsWritten(connector->place());
  const AskedMarks::Key key{input.there.connection, input.there.relation, input.column.name};
  if (one_moment) {
    if (const auto known = run.asked_marks.Find(key)) return *known;
  }
  auto value = GreatestValue(run, node, input, options, stop);
  if (!value)
    return std::move(value).error().Within(fmt::format("while asking connection '{}' for the greatest {} of {}",
                                                       input.there.connection, input.column.name,
                                                       input.there.relation.ToString()));
  if (*value && !IsFinite(input.kind, **value))
    return Wrong(node,
                 fmt::format("watermarks: the greatest value of column '{}' of '{}' is {}, which nothing can come after",
                             input.column.name, input.setting.name, **value),
                 "use a column of moments that were reached, such as changed_at");
  return one_moment ? run.asked_marks.Keep(key, std::move(*value)) : std::move(*value);
}

// What is stored for an input, if it says how far the input was read.
Status TakeStored(const model::Node& node, const StoredMark* stored, Watermark& mark) {
  const auto unknown = [&](const std::string& text) -> Status {
    if (!OnlyAdds(node)) return {};  // rows that come again replace themselves
    return Wrong(node, text, "run it once with --full-refresh: else rows that it has would be added again");
  };
  if (stored == nullptr)
    return unknown(fmt::format("the table of {} is there, but no watermark of '{}' is stored for it", node.name, mark.name));
  if (stored->kind_name.empty()) return {};  // nothing was read of it yet: a run with --empty made the table
  if (stored->column != mark.column)
    return unknown(fmt::format("the watermark of '{}' is stored for column '{}', and now asked for by '{}'", mark.name,
                               stored->column, mark.column));
  if (stored->kind_name != MarkKindName(mark.kind))
    return unknown(fmt::format("the watermark of '{}' is stored as a {}, and column '{}' is a {} now", mark.name,
                               stored->kind_name, mark.column, MarkKindName(mark.kind)));
  mark.known = true;
  mark.before = stored->value;
  return {};
}

Result<bool> BuiltAnew(const RunContext& run, const model::Node& node, NodeAdapter& adapter) {
  const Value& configured = node.config["full_refresh"];
  if (configured.is_bool() ? configured.as_bool() : run.options.full_refresh) return true;
  DVT_ASSIGN(const auto existing, adapter.GetRelation(node.database, node.schema, node.alias));
  return !existing || existing->type != "table";
}

Status CheckTarget(const model::Node& node, const connectors::Connector& target) {
  if (!target.Has(connectors::Capability::kSql))
    return Wrong(node,
                 fmt::format("watermarks need a target that runs SQL: connection '{}' cannot store them with the rows",
                             target.config().name),
                 "leave watermarks out, or give the model another target");
  if (node.alias == kWatermarkTable)
    return Wrong(node,
                 fmt::format("a model with watermarks cannot be called {}: they are stored in a table of that name", node.alias),
                 "give it another name or alias");
  return {};
}

Result<connectors::ReadOptions> OptionsOf(const RunContext& run, const model::Node& node, const std::string& connection) {
  const auto& project = run.manifest->project;
  DVT_ASSIGN(auto options, run.connections->ReadOptionsOf(connection));
  DVT_ASSIGN(options, ReadOptionsFrom(project.raw["transfer"], std::move(options), project.file));
  return ReadOptionsFrom(node.config["transfer"], std::move(options), {*run.manifest, node});
}

}  // namespace

const Watermark* ModelWatermarks::Find(const std::string& node_id) const {
  for (const auto& input : inputs) {
    if (input.node_id == node_id) return &input;
  }
  return nullptr;
}

Result<std::unique_ptr<ModelWatermarks>> FindWatermarks(RunContext& run, const Compiler& compiler, plan::Catalog& catalog,
                                                        const model::Node& node, NodeAdapter& adapter, std::stop_token stop) {
  DVT_ASSIGN(auto settings, WatermarkSettingsOf(*run.manifest, node));
  if (settings.empty()) return std::unique_ptr<ModelWatermarks>();
  DVT_TRY(CheckTarget(node, adapter.connector()));
  auto marks = std::make_unique<ModelWatermarks>();
  marks->table = {node.database, node.schema, std::string(kWatermarkTable)};
  marks->model = node.alias;
  marks->empty = run.options.empty;
  marks->only_adds = OnlyAdds(node);
  marks->samples = run.options.empty || run.options.sample.has_value();
  DVT_ASSIGN(marks->anew, BuiltAnew(run, node, adapter));
  StoredMarks stored;
  if (!marks->anew) {
    DVT_ASSIGN(stored, ReadStoredMarks(run, adapter.connector(), marks->table, marks->model, stop));
  }
  for (auto& setting : settings) {
    DVT_ASSIGN(const Input input, DescribeInput(compiler, catalog, node, std::move(setting), stop));
    Watermark mark{.name = input.setting.name,
                   .node_id = input.setting.node_id,
                   .column = input.column.name,
                   .kind = input.kind,
                   .nullable = input.column.nullable};
    const auto found = stored.find(mark.node_id);
    if (!marks->anew) DVT_TRY(TakeStored(node, found == stored.end() ? nullptr : &found->second, mark));
    if (!marks->empty) {
      DVT_ASSIGN(const auto options, OptionsOf(run, node, input.there.connection));
      DVT_ASSIGN(mark.upto, AskInput(run, node, input, options, stop));
    }
    if (mark.upto && mark.before && CompareMarks(mark.kind, *mark.upto, *mark.before) <= 0) mark.upto.reset();
    marks->inputs.push_back(std::move(mark));
  }
  return marks;
}

// Nothing is above what is stored: nothing is read. Else rows without a value come once, with the first ones.
Result<std::string> WatermarkPredicate(const Compiler& compiler, const model::Node& node, NodeAdapter& adapter,
                                       const Watermark& mark, bool elsewhere) {
  using tmpl::Object;
  if (!mark.upto && (mark.known || !mark.nullable)) return std::string("1 = 0");
  const auto text = [](const std::optional<std::string>& value) { return value ? Object(*value) : Object(); };
  return compiler.MacroText(node, adapter, "watermark_predicate",
                            {Object(adapter.Quote(mark.column)), Object(std::string(MarkKindName(mark.kind))), text(mark.before),
                             text(mark.upto), Object(!mark.known && mark.nullable), Object(elsewhere)});
}

std::vector<plan::WatermarkBound> BoundsOf(const ModelWatermarks& marks) {
  std::vector<plan::WatermarkBound> bounds;
  for (const auto& mark : marks.inputs) bounds.push_back({mark.name, mark.column, mark.known, mark.before, mark.upto});
  return bounds;
}

Status FinishWatermarks(const ModelWatermarks* marks, const model::Node& node, model::NodeResult& result) {
  if (marks == nullptr) return {};
  if (!marks->stored)
    return Wrong(node, fmt::format("materialization '{}' loaded the rows without storing their watermarks", node.materialized()),
                 "call adapter.store_watermarks() in the transaction that writes the rows, and run once with --full-refresh");
  for (const auto& mark : marks->inputs) {
    result.watermarks.push_back({mark.name, mark.column, std::string(MarkKindName(mark.kind)), mark.before,
                                 marks->samples ? mark.before : mark.after(), !marks->samples});
  }
  return {};
}

}  // namespace dvt::run
