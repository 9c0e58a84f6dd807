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

Result<Object> TestArguments(const model::Node& node, tmpl::Context& context) {
  std::vector<std::pair<std::string, Object>> entries;
  for (const auto& entry : node.test->kwargs.map()) {
    if (!entry.value.is_string() || entry.key == "column_name") {
      entries.emplace_back(entry.key, Object::FromValue(entry.value));
      continue;
    }
    const std::string& text = entry.value.as_string();
    std::string expression;
    if (LooksLikeCall(text)) expression = text;
    const std::string_view trimmed = TrimView(text);
    if (trimmed.size() > 4 && trimmed.substr(0, 2) == "{{" && trimmed.substr(trimmed.size() - 2) == "}}" &&
        trimmed.find("}}") == trimmed.size() - 2) {
      expression = std::string(trimmed.substr(2, trimmed.size() - 4));
    }
    if (!expression.empty()) {
      DVT_ASSIGN(Object value, tmpl::Evaluate(expression, context, node.original_path));
      entries.emplace_back(entry.key, std::move(value));
    } else {
      DVT_ASSIGN(const auto parsed, tmpl::Parse(text, node.original_path));
      DVT_ASSIGN(std::string value, tmpl::Render(parsed, context));
      entries.emplace_back(entry.key, std::move(value));
    }
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
