#include <fmt/format.h>

#include "dvt/base/text/text.h"
#include "dvt/cli/commands/command.h"
#include "dvt/cli/ui/result_table.h"
#include "dvt/cli/workspace.h"
#include "dvt/columnar/c_abi/column_view.h"

namespace dvt::cli {

using tmpl::Object;

namespace {

struct Preview {
  std::string sql;  ///< as it ran
  columnar::Fields fields;
  std::vector<std::vector<std::string>> rows;
  Value json = Value::MakeList();
};

void AppendRow(Preview& preview, const std::vector<columnar::ColumnView>& columns, int64_t row) {
  auto& texts = preview.rows.emplace_back();
  Value object = Value::MakeMap();
  for (size_t c = 0; c < columns.size(); ++c) {
    std::string text;
    if (!columns[c].IsNull(row)) columnar::AppendText(text, columns[c], row);
    object.Set(preview.fields[c].name, columns[c].IsNull(row) ? Value() : run::ValueObject(columns[c], row).ToValue());
    texts.push_back(std::move(text));
  }
  preview.json.Push(std::move(object));
}

Result<Preview> Read(columnar::Stream stream, int limit) {
  Preview preview;
  DVT_ASSIGN(preview.fields, stream.GetFields());
  while (limit < 0 || static_cast<int>(preview.rows.size()) < limit) {
    DVT_ASSIGN(const auto batch, stream.Next());
    if (!batch.valid()) break;
    const auto columns = columnar::BatchColumns(batch.get(), preview.fields);
    for (int64_t row = 0; row < batch.length() && (limit < 0 || static_cast<int>(preview.rows.size()) < limit); ++row)
      AppendRow(preview, columns, row);
  }
  return preview;
}

// The rows as a table, or as JSON.
void PrintRows(const Options& options, const Preview& preview, const std::string& title, const std::string& id) {
  std::string text;
  const bool json = options.output == "json";
  if (json) {
    Value out = Value::MakeMap();
    out.Set("node", title);
    out.Set("show", preview.json);
    text = ToJson(out, 2);
  } else {
    std::vector<std::string> header;
    std::vector<bool> right;
    for (const auto& field : preview.fields) {
      header.push_back(field.name);
      right.push_back(field.type.is_numeric());
    }
    text = fmt::format("{}\n{}({} row{} shown)", title, ResultTable(header, preview.rows, right), preview.rows.size(),
                       preview.rows.size() == 1 ? "" : "s");
  }
  Value data = Value::MakeMap();
  data.Set("is_inline", id.empty());
  data.Set("node_name", title);
  data.Set("output_format", json ? "json" : "text");
  data.Set("preview", ToJson(preview.json));
  data.Set("quiet", options.quiet);
  data.Set("unique_id", id);
  Print(options, "ShowNode", "Q041", text, std::move(data));
}

// The model's sql_header: statements before the query, or its first words.
Status PutHeader(const model::Node& node, run::PlannedNode& planned, run::NodeAdapter& adapter) {
  const Value& config = node.config["sql_header"];
  const std::string header(config.is_string() ? TrimView(config.as_string()) : std::string_view());
  if (header.empty()) return {};
  if (header.back() != ';') {
    planned.plan.sql = header + "\n" + planned.plan.sql;
    return {};
  }
  DVT_TRY(adapter.Execute(header, false, false));
  return {};
}

// The limit travels with the query, by the macro that a project can have of its own.
Result<std::string> LimitedSql(Workspace& w, const model::Node& node, const std::string& sql, int limit,
                               run::NodeAdapter& adapter, std::stop_token stop) {
  const auto resolver = w.compiler->MakeResolver(node, adapter, stop);
  const auto params = w.compiler->Params(node, &adapter, resolver.get());
  DVT_ASSIGN(const auto context, tmpl::MakeNodeContext(params));
  const auto macro = context->Resolve("get_show_sql");
  if (!macro) return Error(ErrorCode::kNotFound, "macro 'get_show_sql' is missing");
  tmpl::Arguments arguments;
  arguments.positional = {Object(sql), Object(), Object(static_cast<int64_t>(limit))};
  DVT_ASSIGN(const Object text, context->Call(*macro, std::move(arguments)));
  return std::string(TrimView(text.Str()));
}

Result<Preview> ShowNode(Workspace& w, const model::Node& node, const std::string& text, const Options& options,
                         std::stop_token stop) {
  DVT_ASSIGN(const auto connector, w.runner->ConnectorOf(node));
  run::NodeAdapter adapter(w.run, connector, stop);
  DVT_ASSIGN(auto compiled, w.compiler->CompileText(node, text, adapter, stop));
  if (options.limit >= 0) {
    DVT_ASSIGN(compiled.sql, LimitedSql(w, node, compiled.sql, options.limit, adapter, stop));
  }
  DVT_ASSIGN(auto planned, w.runner->PlanSql(node, std::move(compiled), adapter, stop));
  if (planned.plan.way == plan::Way::kPushdown) DVT_TRY(PutHeader(node, planned, adapter));
  run::NodeProgress progress;
  std::unique_ptr<run::PlanMover> holder;
  std::stop_source stopper;
  std::stop_callback forward(stop, [&] { stopper.request_stop(); });
  DVT_ASSIGN(auto stream, w.runner->OpenRows(planned, adapter, progress, holder, stopper.get_token()));
  DVT_ASSIGN(auto preview, Read(std::move(stream), options.limit));
  preview.sql = planned.compiled.sql;
  return preview;
}

// What was shown, for run_results.json.
model::NodeResult ResultOf(const model::Node& node, const Preview& preview) {
  model::NodeResult result;
  result.unique_id = node.unique_id;
  result.status = "success";
  result.compiled = true;
  result.compiled_code = preview.sql;
  return result;
}

Status WriteResults(Workspace& w, model::RunResults results) {
  results.invocation_id = w.run.invocation_id;
  results.args = w.run.options.arguments;
  DVT_TRY(w.WriteManifest());
  DVT_TRY(w.FinishTape());
  return w.WriteRunResults(results);
}

}  // namespace

void ShowSeeds(Workspace& w, const model::RunResults& results, const Options& options, std::stop_token stop) {
  Options first = options;
  first.limit = 10;
  for (const auto& result : results.results) {
    const auto found = w.manifest.nodes.find(result.unique_id);
    if (result.status != "success" || found == w.manifest.nodes.end() || found->second.type != model::ResourceType::kSeed)
      continue;
    auto preview = ShowNode(w, found->second, "select * from {{ ref('" + found->second.name + "') }}", first, stop);
    if (preview) {
      PrintRows(options, *preview, found->second.name, found->second.unique_id);
    } else {
      w.observer->Message(Severity::kWarning, preview.error().ToString());
    }
  }
}

Result<int> ShowCommand(const Options& options, std::stop_token stop) {
  DVT_ASSIGN(auto workspace, OpenWorkspace(options, stop));
  Workspace& w = *workspace;
  if (!options.inline_sql.empty()) {
    model::Node node;
    node.unique_id = "operation." + w.manifest.project.name + ".inline";
    node.type = model::ResourceType::kAnalysis;
    node.package = w.manifest.project.name;
    node.name = "inline";
    node.connection = w.manifest.target;
    node.original_path = "--inline";
    DVT_ASSIGN(const auto preview, ShowNode(w, node, options.inline_sql, options, stop));
    PrintRows(options, preview, "inline", "");
    model::RunResults results;
    results.results.push_back(ResultOf(node, preview));
    DVT_TRY(WriteResults(w, std::move(results)));
    return 0;
  }
  if (options.select.empty()) return Error(ErrorCode::kInvalidArgument, "dvt show needs --select or --inline");
  DVT_ASSIGN(const auto selected, w.Select(options, {"model", "seed"}));
  int exit_code = 0;
  model::RunResults results;
  for (const auto& id : selected) {
    const auto found = w.manifest.nodes.find(id);
    if (found == w.manifest.nodes.end()) continue;
    const model::Node& node = found->second;
    const std::string text =
        node.type == model::ResourceType::kSeed ? "select * from {{ ref('" + node.name + "') }}" : node.raw_code;
    auto preview = ShowNode(w, node, text, options, stop);
    if (preview) {
      PrintRows(options, *preview, node.name, node.unique_id);
      results.results.push_back(ResultOf(node, *preview));
    } else {
      w.observer->Message(Severity::kError, std::move(preview).error().AtIfUnknown({node.original_path, 0, 0}).ToString());
      exit_code = 1;
    }
  }
  DVT_TRY(WriteResults(w, std::move(results)));
  return exit_code;
}

}  // namespace dvt::cli
