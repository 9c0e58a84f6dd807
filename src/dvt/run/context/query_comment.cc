#include "dvt/run/context/query_comment.h"

#include <fmt/format.h>

#include "dvt/base/text/text.h"

namespace dvt::run {

namespace {

struct Setting {
  std::string text;
  bool append = false;
};

Setting SettingOf(const Value& value) {
  if (value.is_string()) return {value.as_string(), false};
  if (!value.is_map()) return {};
  const Value& comment = value["comment"];
  return {comment.is_string() ? comment.as_string() : std::string(), value["append"].is_bool() && value["append"].as_bool()};
}

}  // namespace

Result<QueryComment> QueryCommentOf(const RunContext& run, const Compiler& compiler, const model::Node& node,
                                    NodeAdapter& adapter) {
  const auto& project = run.manifest->project;
  const Setting setting = SettingOf(project.raw["query-comment"]);
  QueryComment comment;
  comment.append = setting.append;
  if (TrimView(setting.text).empty()) return comment;
  auto params = compiler.Params(node, &adapter, nullptr);
  params.package = project.name;
  const bool any = node.type != model::ResourceType::kOperation;
  params.extra = {{"connection_name", tmpl::Object(any ? node.unique_id : std::string("master"))},
                  {"node", any ? tmpl::Object::FromValue(params.node()) : tmpl::Object()}};
  // As the body of a macro, so that it may return() its text.
  const std::string text = "{% macro query_comment(connection_name, node) -%}" + setting.text +
                           "{%- endmacro %}{{ query_comment(connection_name, node) }}";
  auto rendered = [&]() -> Result<std::string> {
    DVT_ASSIGN(const auto parsed, tmpl::Parse(text, project.file));
    DVT_ASSIGN(const auto context, tmpl::MakeNodeContext(params));
    return tmpl::Render(parsed, *context);
  }();
  if (!rendered) return std::move(rendered).error().Within("in query-comment of " + project.file);
  comment.text = std::string(TrimView(*rendered));
  if (comment.text.find("*/") != std::string::npos) {
    return Error(ErrorCode::kConfig, fmt::format("query-comment has \"*/\", which would end the comment: {}", comment.text))
        .At({project.file, 0, 0});
  }
  return comment;
}

Status CheckQueryComment(RunContext& run, const Compiler& compiler, std::stop_token stop) {
  if (SettingOf(run.manifest->project.raw["query-comment"]).text.empty()) return {};
  model::Node nothing;
  nothing.type = model::ResourceType::kOperation;
  nothing.package = run.manifest->project.name;
  nothing.connection = run.manifest->target;
  nothing.original_path = run.manifest->project.file;
  DVT_ASSIGN(auto connector, run.connections->Get(nothing.connection));
  NodeAdapter adapter(run, connector, std::move(stop));
  DVT_TRY(QueryCommentOf(run, compiler, nothing, adapter));
  return {};
}

}  // namespace dvt::run
