#include "dvt/run/context/test_arguments.h"

#include "dvt/base/text/text.h"
#include "dvt/model/node.h"
#include "dvt/template/lang/template.h"

namespace dvt::run {

using tmpl::Object;

namespace {

// "ref('x')", "source(…)", "var(…)" given as a test's argument means the call, as in dbt.
bool LooksLikeCall(std::string_view text) {
  const std::string_view trimmed = TrimView(text);
  for (const std::string_view name : {"ref", "source", "var", "env_var", "doc"}) {
    if (trimmed.substr(0, name.size()) != name) continue;
    const std::string_view rest = TrimView(trimmed.substr(name.size()));
    if (!rest.empty() && rest.front() == '(' && rest.back() == ')') return true;
  }
  return false;
}

Result<Object> TextArgument(const std::string& text, const model::Node& node, tmpl::Context& context) {
  std::string expression;
  if (LooksLikeCall(text)) expression = text;
  const std::string_view trimmed = TrimView(text);
  if (trimmed.size() > 4 && trimmed.substr(0, 2) == "{{" && trimmed.substr(trimmed.size() - 2) == "}}" &&
      trimmed.find("}}") == trimmed.size() - 2) {
    expression = std::string(trimmed.substr(2, trimmed.size() - 4));
  }
  if (!expression.empty()) return tmpl::Evaluate(expression, context, node.original_path);
  DVT_ASSIGN(const auto parsed, tmpl::Parse(text, node.original_path));
  DVT_ASSIGN(std::string rendered, tmpl::Render(parsed, context));
  return Object(std::move(rendered));
}

// Texts are rendered wherever they stand in lists and maps.
Result<Object> Argument(const Value& value, const model::Node& node, tmpl::Context& context) {
  if (value.is_string()) return TextArgument(value.as_string(), node, context);
  if (value.is_list()) {
    tmpl::ObjectList items;
    for (const auto& item : value.list()) {
      DVT_ASSIGN(Object rendered, Argument(item, node, context));
      items.push_back(std::move(rendered));
    }
    return Object::List(std::move(items));
  }
  if (!value.is_map()) return Object::FromValue(value);
  std::vector<std::pair<std::string, Object>> entries;
  for (const auto& entry : value.map()) {
    DVT_ASSIGN(Object rendered, Argument(entry.value, node, context));
    entries.emplace_back(entry.key, std::move(rendered));
  }
  return Object::MakeDict(std::move(entries));
}

Result<Object> TestArguments(const model::Node& node, tmpl::Context& context) {
  std::vector<std::pair<std::string, Object>> entries;
  for (const auto& entry : node.test->kwargs.map()) {
    if (entry.key == "column_name") {
      entries.emplace_back(entry.key, Object::FromValue(entry.value));
      continue;
    }
    DVT_ASSIGN(Object rendered, Argument(entry.value, node, context));
    entries.emplace_back(entry.key, std::move(rendered));
  }
  return Object::MakeDict(std::move(entries));
}

}  // namespace

Status SetTestArguments(const model::Node& node, tmpl::Context& context) {
  if (!node.test || !node.test->kwargs.is_map()) return {};
  DVT_ASSIGN(Object arguments, TestArguments(node, context));
  context.Set("_dbt_generic_test_kwargs", std::move(arguments));
  return {};
}

}  // namespace dvt::run
