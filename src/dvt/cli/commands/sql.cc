#include <cstdio>
#include <filesystem>
#include <iostream>
#include <iterator>

#include "dvt/base/fs/files.h"
#include "dvt/base/text/text.h"
#include "dvt/cli/commands/command.h"
#include "dvt/cli/commands/sql_verbs.h"
#include "dvt/sql/service/request.h"

namespace dvt::cli {

namespace {

struct Text {
  std::string file;
  std::string sql;
};

bool LooksLikeFile(const std::string& text) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(text, ignored);
}

Result<std::vector<Text>> TextsOf(const Options& options) {
  std::vector<Text> texts;
  for (const auto& given : options.texts) {
    if (given != "-" && !LooksLikeFile(given)) {
      const bool a_path = given.find(' ') == std::string::npos && ToLower(given).ends_with(".sql");
      if (a_path) return Error(ErrorCode::kNotFound, "there is no file '" + given + "'");
      texts.push_back({{}, given});
      continue;
    }
    if (given == "-") {
      texts.push_back({"<stdin>", std::string(std::istreambuf_iterator<char>(std::cin), {})});
      continue;
    }
    DVT_ASSIGN(std::string sql, ReadFile(given));
    texts.push_back({given, std::move(sql)});
  }
  if (texts.empty()) texts.push_back({"<stdin>", std::string(std::istreambuf_iterator<char>(std::cin), {})});
  return texts;
}

Result<Value> RequestOf(const Options& options) {
  Value request = Value::MakeMap();
  request.Set("read", options.read);
  if (!options.write.empty()) request.Set("write", options.write);
  if (options.pretty) request.Set("pretty", true);
  if (!options.identify.empty()) request.Set("identify", options.identify);
  if (options.strict) request.Set("unsupported_level", "RAISE");
  if (!options.schema_file.empty()) {
    DVT_ASSIGN(std::string text, ReadFile(options.schema_file));
    DVT_ASSIGN(Value schema, ParseJson(text, options.schema_file));
    request.Set("schema", std::move(schema));
  }
  return request;
}

// One text's answer on the terminal: SQL and trees to standard output, notes and errors to standard error.
bool Print(const Options& options, const Text& text, const Value& answer) {
  if (const Value* error = answer.Find("error")) {
    const char* separator = text.file.empty() ? "" : ":";
    const Value* errors = answer.Find("errors");
    if (errors == nullptr || errors->list().size() < 2) {
      std::fprintf(stderr, "Error: %s%s%s\n", text.file.c_str(), separator, error->as_string().c_str());
      return false;
    }
    for (const auto& each : errors->list()) {
      std::fprintf(stderr, "Error: %s%s%lld:%lld: %s\n  hint: %s\n", text.file.c_str(), separator,
                   static_cast<long long>(each["line"].as_int()), static_cast<long long>(each["column"].as_int()),
                   each["message"].as_string().c_str(), each["hint"].as_string().c_str());
    }
    return false;
  }
  if (const Value* sql = answer.Find("sql")) {
    std::printf("%s\n", sql->as_string().c_str());
    for (const auto& note : answer["notes"].is_list() ? answer["notes"].list() : Value::List{}) {
      const std::string code = note["code"].is_string() ? note["code"].as_string() + " " : "";
      std::fprintf(stderr, "%s%s: %s\n", code.c_str(), note["construct"].as_string().c_str(),
                   note["message"].as_string().c_str());
    }
    return true;
  }
  std::printf("%s\n", ToJson(answer, 2).c_str());
  return true;
}

}  // namespace

Result<int> SqlCommand(const Options& options, std::stop_token) {
  if (options.batch) {
    AnswerBatch(options.verb);
    return 0;
  }
  DVT_ASSIGN(std::vector<Text> texts, TextsOf(options));
  DVT_ASSIGN(Value request, RequestOf(options));
  bool right = true;
  for (const auto& text : texts) {
    request.Set("sql", text.sql);
    right = Print(options, text, sql::AnswerRequest(options.verb, request)) && right;
  }
  return right ? 0 : 1;
}

}  // namespace dvt::cli
