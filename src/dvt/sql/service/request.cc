#include "dvt/sql/service/request.h"

#include "dvt/base/text/text.h"
#include "dvt/sql/analyze/scope.h"
#include "dvt/sql/parse/parser.h"
#include "dvt/sql/rewrite/transpile.h"
#include "dvt/sql/service/answers.h"

namespace dvt::sql {

namespace {

// "token" where the text cannot be cut into words, "parse" where they make no statement.
std::string_view ErrorKind(const Error& error, const Diagnostics& found) {
  switch (error.code()) {
    case ErrorCode::kSyntax: return found.has_errors() && found.items().front().code == "token" ? "token" : "parse";
    case ErrorCode::kUnsupported: return "unsupported";
    default: return "other";
  }
}

std::string TextOf(const Value& request, std::string_view key) {
  const Value* value = request.Find(key);
  return value != nullptr && value->is_string() ? value->as_string() : std::string();
}

Result<const Dialect*> DialectOf(const Value& request, std::string_view key) {
  const std::string name = TextOf(request, key);
  if (const Dialect* dialect = FindDialect(name)) return dialect;
  return Error(ErrorCode::kInvalidArgument, "there is no SQL dialect '" + name + "'." + DidYouMean(name, DialectNames()));
}

// {"pretty": bool, "identify": true | "safe", "options": {"indent", "comments"}}
PrintOptions PrintOptionsOf(const Value& request) {
  PrintOptions options;
  const Value& pretty = request["pretty"];
  options.pretty = pretty.is_bool() && pretty.as_bool();
  const Value& identify = request["identify"];
  if (identify.is_bool() && identify.as_bool()) options.identify = Identify::kAlways;
  if (identify.is_string() && identify.as_string() == "safe") options.identify = Identify::kSafe;
  const Value& more = request["options"];
  if (more["indent"].is_int()) options.indent = static_cast<int>(more["indent"].as_int());
  if (more["leading_comma"].is_bool()) options.leading_comma = more["leading_comma"].as_bool();
  if (more["normalize"].is_bool()) options.fold = more["normalize"].as_bool();
  if (more["normalize_functions"].is_string()) {
    const std::string names = ToLower(more["normalize_functions"].as_string());
    if (names == "lower") options.functions = PrintOptions::Names::kLower;
    if (names == "upper") options.functions = PrintOptions::Names::kUpper;
  }
  if (more["comments"].is_bool()) options.comments = more["comments"].as_bool();
  return options;
}

Result<Value> TranspileAnswer(const Value& request, std::string_view verb, Diagnostics& found) {
  DVT_ASSIGN(const Dialect* from, DialectOf(request, "read"));
  const Dialect* to = from;
  if (verb == "transpile" && request.Find("write") != nullptr) {
    DVT_ASSIGN(to, DialectOf(request, "write"));
  }
  TranspileOptions options;
  options.print = PrintOptionsOf(request);
  options.diagnostics = &found;
  if (verb == "format" && request.Find("pretty") == nullptr) options.print.pretty = true;
  DVT_ASSIGN(MapSchema schema, SchemaOf(request, *from));
  if (request.Find("schema") != nullptr) options.schema = &schema;
  options.normalize = verb == "transpile";
  const std::string level = ToUpper(TextOf(request, "unsupported_level"));
  options.fail_on_unsupported = level == "RAISE" || level == "IMMEDIATE";
  options.fail_on_difference = options.fail_on_unsupported;
  DVT_ASSIGN(Transpiled done, Transpile(TextOf(request, "sql"), *from, *to, options));
  Value answer = Value::MakeMap();
  answer.Set("sql", std::move(done.sql));
  if (verb == "transpile" && level != "IGNORE") {
    answer.Set("verdict", VerdictName(done.verdict));
    Value notes = Value::MakeList();
    for (const auto& note : done.notes) notes.Push(NoteValue(note));
    answer.Set("notes", std::move(notes));
  }
  return answer;
}

Result<Value> Answer(std::string_view verb, const Value& request, Diagnostics& found) {
  if (TextOf(request, "sql").empty()) return Error(ErrorCode::kSyntax, "the request has no \"sql\" text");
  if (verb == "transpile" || verb == "format") return TranspileAnswer(request, verb, found);
  DVT_ASSIGN(const Dialect* dialect, DialectOf(request, "read"));
  DVT_ASSIGN(Ast ast, ParseAny(TextOf(request, "sql"), *dialect, {.diagnostics = &found}));
  if (verb == "parse") return TreeAnswer(ast);
  DVT_ASSIGN(MapSchema schema, SchemaOf(request, *dialect));
  const Value& qualify = request["qualify"];
  SchemaProvider* known = request.Find("schema") != nullptr ? &schema : nullptr;
  return verb == "lineage" ? LineageAnswer(ast, *dialect, known)
                           : AnalysisAnswer(ast, *dialect, known, qualify.is_bool() && qualify.as_bool());
}

}  // namespace

Value AnswerRequest(std::string_view verb, const Value& request) {
  Diagnostics found;
  auto answer = Answer(verb, request, found);
  Value out = Value::MakeMap();
  if (const Value* id = request.Find("id")) out.Set("id", *id);
  if (!answer) {
    const Error& error = answer.error();
    out.Set("error", error.ToString());
    out.Set("error_kind", ErrorKind(error, found));
    if (error.place().line > 0) {
      out.Set("line", error.place().line);
      out.Set("column", error.place().column);
    }
    if (found.has_errors()) out.Set("errors", ErrorsValue(found));
    return out;
  }
  for (auto& entry : answer->map()) out.Set(entry.key, std::move(entry.value));
  return out;
}

std::string AnswerLine(std::string_view verb, std::string_view line) {
  auto request = ParseJson(line);
  if (request && request->is_map()) return ToJson(AnswerRequest(verb, *request));
  Value out = Value::MakeMap();
  out.Set("error", request ? std::string("a request is a JSON object") : request.error().ToString());
  out.Set("error_kind", "other");
  return ToJson(out);
}

}  // namespace dvt::sql
