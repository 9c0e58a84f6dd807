// Test tool: reads JSON lines {"template": …, "context": {…}} and writes {"ok": text} or {"error": text} for each.
#include <iostream>
#include <string>

#include "dvt/base/text/value.h"
#include "dvt/template/lang/template.h"

int main() {
  using namespace dvt;
  auto environment = std::make_shared<const tmpl::Environment>();
  std::string line;
  while (std::getline(std::cin, line)) {
    Value answer = Value::MakeMap();
    auto request = ParseJson(line);
    if (!request) {
      answer.Set("error", "bad request: " + request.error().ToString());
    } else {
      tmpl::ParseOptions options;
      options.dbt_blocks = false;
      auto parsed = tmpl::Parse((*request)["template"].as_string(), "t", options);
      if (!parsed) {
        answer.Set("error", parsed.error().ToString());
        answer.Set("kind", "syntax");
      } else {
        tmpl::Context context(environment);
        for (const auto& entry : (*request)["context"].map()) context.Set(entry.key, tmpl::Object::FromValue(entry.value));
        auto text = tmpl::Render(*parsed, context);
        if (text) {
          answer.Set("ok", *text);
        } else {
          answer.Set("error", text.error().ToString());
          answer.Set("kind", "runtime");
        }
      }
    }
    std::cout << ToJson(answer) << "\n" << std::flush;
  }
  return 0;
}
